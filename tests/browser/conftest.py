"""One browser and one practice network for all stories; people come and go."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.people import (
    PATIENCE_MS,
    PROJECT,
    AppProcess,
    Person,
    announced,
    unmeasured,
)
from tests.cheap_app import running
from tests.conftest import in_ci
from tests.firefox import HOW_TO_INSTALL, find_firefox, launch_firefox
from tests.virtual_clock import LeapingClock
from webapp.app import App
from webapp.clock import SystemClock
from webapp.localnet.network import PracticeNetwork

# As root, as in a container, Chromium refuses to start inside its own sandbox. The rest keeps
# the browser from calling its maker, which has nothing to do with what the page asks for.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A notch of the wheel moves a page at once and by its whole length.
    "--disable-smooth-scrolling",
]

Arrive = Callable[..., Person]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, chromium_path: Path) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=str(chromium_path), args=BROWSER_FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    """The browser of most stories; a module may choose another one."""
    return chromium


@pytest.fixture(scope="module")
def firefox(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The other browser. Where it is missing its stories are skipped, never in CI."""
    path = find_firefox()
    if path is None and not in_ci():
        pytest.skip(HOW_TO_INSTALL)
    assert path is not None, HOW_TO_INSTALL
    browser = launch_firefox(playwright, path, folder=tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A practice network that runs on its own; the path of its network file."""
    folder = tmp_path_factory.mktemp("localnet")
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.localnet", "--announce", "--data-dir", str(folder)],
        cwd=PROJECT,
        env=unmeasured(),
        stdout=subprocess.PIPE,
        text=True,
    )
    yield str(announced(process)["network_file"])
    process.terminate()
    assert process.wait(timeout=20) == 0
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture
def own_network() -> Iterator[PracticeNetwork]:
    """A practice network that a story may break."""
    network = PracticeNetwork(clock=SystemClock())
    network.start()
    yield network
    network.stop()


@pytest.fixture
def own_network_file(own_network: PracticeNetwork, tmp_path: Path) -> str:
    """The path of the network file of ``own_network``."""
    file = tmp_path / "network.json"
    file.write_text(json.dumps(own_network.network_file()))
    return str(file)


@pytest.fixture
def clock() -> LeapingClock:
    """The clock of ``app``."""
    return LeapingClock()


@pytest.fixture
def app(tmp_path: Path, clock: LeapingClock) -> Iterator[App]:
    """An app in this process with an account, so that a story can have a hand in it."""
    with running(tmp_path, clock=clock, owner="Marit") as app:
        yield app


@pytest.fixture
def night_desk(app: App) -> None:
    """Have a second account beside the first, which stays the one that is shown."""
    first = app.runtime.account().handle
    app.runtime.create_account("Night desk", network="practice", beside=1)
    app.runtime.show(first)


@pytest.fixture(scope="module")
def account_owner(
    browser: Browser, network_file: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Person]:
    """Somebody with an account, the same one for all stories of a module."""
    app = AppProcess(tmp_path_factory.mktemp("owner"), network=network_file).start()
    owner = Person("Marit", browser=browser, app=app)
    yield owner.opens_the_app().makes_an_account()
    owner.leaves()


@pytest.fixture
def writer(account_owner: Person) -> Iterator[Person]:
    """The same person, with a conversation open that no story before has seen."""
    yield account_owner.writes_to("05" + secrets.token_hex(32))
    assert account_owner.complaints == []
    assert account_owner.foreign == []


@pytest.fixture
def arrive(browser: Browser, network_file: str, tmp_path: Path) -> Iterator[Arrive]:
    """Let a person sit down at a computer of their own, with the app started.

    At the end nobody may have seen a message on the console, and no request may have left
    this computer.
    """
    here: list[Person] = []

    def arrive_(
        name: str, *, network: str = network_file, width: int = 1280, language: str = "en-GB"
    ) -> Person:
        app = AppProcess(tmp_path / name, network=network).start()
        person = Person(name, browser=browser, app=app, width=width, language=language)
        here.append(person)
        return person

    yield arrive_
    for person in here:
        person.leaves()
    for person in here:
        assert person.complaints == []
        assert person.foreign == []
