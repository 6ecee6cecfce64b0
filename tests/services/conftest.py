"""One practice network for all service tests, and two people on it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.services.correspondents import Correspondent, PracticeSwitch
from tests.services.lock_rig import CHEAP, PIN, Rig
from tests.virtual_clock import JumpingClock, VirtualClock
from webapp.network.client import Network
from webapp.network.proxy import Proxy
from webapp.protocol.keys import Seed
from webapp.services import codes
from webapp.services.events import EventBus
from webapp.services.networks import Networks
from webapp.services.runtime import Runtime
from webapp.storage.data_directory import DataDirectory
from webapp.storage.files import RealFiles
from webapp.vault.codes import CodeKind


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> VirtualClock:
    """The clock of a test; beside a rig one on which the test itself never waits."""
    return JumpingClock() if "rig" in request.fixturenames else VirtualClock()


@pytest.fixture
def rig(tmp_path: Path, clock: JumpingClock, no_thread_left: None) -> Iterator[Rig]:
    rig = Rig(tmp_path, clock=clock)
    yield rig
    rig.end()


@pytest.fixture
def opened(rig: Rig) -> Runtime:
    """The app with one account, open behind a code."""
    runtime = rig.locked()
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    rig.events.clear()
    return runtime


@pytest.fixture
def runtime(rig: Rig) -> Runtime:
    """Marit and Ilse, open behind PIN; Marit is shown. Some files have another one."""
    rig.make_account()
    runtime = rig.start()
    rig.add(runtime, "Ilse")
    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN)
    again = rig.opened()
    rig.events.clear()
    return again


@pytest.fixture
def practice(clock: VirtualClock) -> Iterator[PracticeSwitch]:
    with PracticeSwitch(clock).running() as switch:
        yield switch


Start = Callable[..., Runtime]


@pytest.fixture
def start(tmp_path: Path, practice: PracticeSwitch, clock: VirtualClock) -> Iterator[Start]:
    """Start a runtime on one data directory, maybe with a proxy; each start ends the one before."""
    running: list[tuple[Runtime, DataDirectory]] = []

    def end() -> None:
        for runtime, directory in running:
            runtime.close()
            directory.release()
        running.clear()

    def start_(given: Proxy | None = None) -> Runtime:
        end()
        directory = DataDirectory(tmp_path / "data", RealFiles())
        directory.lock()
        directory.prepare()
        runtime = Runtime(
            directory,
            networks=Networks(
                preselected="file", practice=practice.settings, file=practice.settings()
            ),
            make_network=partial(Network, clock=clock),
            clock=clock,
            events=EventBus(),
            proxy=given,
            profile=CHEAP,
        )
        running.append((runtime, directory))
        runtime.start()
        return runtime

    yield start_
    end()


class _People:
    def __init__(self, folder: Path, practice: PracticeSwitch, clock: VirtualClock) -> None:
        self._folder = folder
        self._practice = practice
        self._clock = clock
        self.made: list[Correspondent] = []

    def make(self, name: str, seed: Seed) -> Correspondent:
        path = self._folder / str(len(self.made))
        person = Correspondent(
            name, seed=seed, path=path, settings=self._practice.settings(), clock=self._clock
        )
        self.made.append(person)
        return person


@pytest.fixture
def people(tmp_path: Path, practice: PracticeSwitch, clock: VirtualClock) -> Iterator[_People]:
    people = _People(tmp_path, practice, clock)
    yield people
    for person in people.made:
        person.closes()


@pytest.fixture
def alices_seed() -> Seed:
    return Seed.generate()


@pytest.fixture
def alice(people: _People, alices_seed: Seed) -> Correspondent:
    return people.make("Alice", alices_seed)


@pytest.fixture
def alices_other_device(people: _People, alices_seed: Seed) -> Correspondent:
    return people.make("Alice", alices_seed)


@pytest.fixture
def bob(people: _People) -> Correspondent:
    return people.make("Bob", Seed.generate())
