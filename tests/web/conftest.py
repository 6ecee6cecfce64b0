"""A running stack for the tests of the web layer, which must leave nothing behind."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.virtual_clock import VirtualClock
from tests.web.stack import Stack
from webapp.app import App, create_app
from webapp.clock import SystemClock
from webapp.config import Config
from webapp.services.events import EraseFinished, Event


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The whole app on a data directory of its own, started."""
    app = create_app(
        Config(data_dir=tmp_path / "data", launch_dir=tmp_path / "launch", network="local")
    )
    app.start()
    yield app
    app.stop()


@pytest.fixture
def finished(app: App) -> threading.Event:
    """Set once the rest of an erase is done."""
    done = threading.Event()

    def hear(event: Event) -> None:
        if event == EraseFinished():
            done.set()

    app.runtime.events.subscribe(hear)
    return done


@pytest.fixture
def stack(tmp_path: Path, clock: VirtualClock, no_thread_left: None) -> Iterator[Stack]:
    """The stack on a clock that stands still."""
    running = Stack(tmp_path / "launch", clock=clock)
    yield running
    running.stop()


@pytest.fixture
def busy_stack(tmp_path: Path, no_thread_left: None) -> Iterator[Stack]:
    """The stack on the clock of this computer, for tests with a lot of traffic."""
    running = Stack(tmp_path / "launch", clock=SystemClock())
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def no_thread_dies(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An error that ends a thread of ours fails the test."""
    died: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", died.append)
    yield
    assert not died
