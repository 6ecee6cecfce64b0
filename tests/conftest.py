"""What every test runs under: profiles, options and a clock that does not tick."""

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.chromium import HOW_TO_INSTALL, find_chromium
from tests.virtual_clock import PATIENCE_S, VirtualClock

# No deadline anywhere: a slow example says something about the computer, not about the code.
hypothesis.settings.register_profile("default", deadline=None)
# The same examples on every run, so that a red build can be repeated at home.
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("safehouse")
    group.addoption("--browser", action="store_true", help="run the browser tests too")
    group.addoption(
        "--browser-if-available",
        action="store_true",
        help="run the browser tests if a Chromium is found or CI is set",
    )


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile(
        os.environ.get("HYPOTHESIS_PROFILE", "ci" if in_ci() else "default")
    )
    if wants_browser(config) and find_chromium() is None:
        raise pytest.UsageError(HOW_TO_INSTALL)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if wants_browser(config):
        return
    stories = [item for item in items if item.get_closest_marker("browser")]
    if stories:
        config.hook.pytest_deselected(items=stories)
        items[:] = [item for item in items if item not in stories]


def pytest_collection_finish() -> None:
    """Let the collector not walk through thousands of tests each time an app is closed."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.getoption("--browser-if-available") and not wants_browser(config):
        terminalreporter.section("browser")
        terminalreporter.line(f"The tests in the browser were NOT run. {HOW_TO_INSTALL}")


def wants_browser(config: pytest.Config) -> bool:
    if config.getoption("--browser-if-available"):
        return in_ci() or find_chromium() is not None
    return bool(config.getoption("--browser"))


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser; browser tests only run where there is one."""
    path = find_chromium()
    assert path is not None, HOW_TO_INSTALL
    return path


@pytest.fixture
def no_thread_left() -> Iterator[None]:
    """Fail the test if a thread that it started is still running at its end."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(PATIENCE_S)
    assert not [thread.name for thread in left if thread.is_alive()]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()
