"""A data directory with one account, and the app's runtime on it; no network answers here."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from webapp.clock import Clock
from webapp.network.client import Network
from webapp.network.settings import NetworkSettings, SeedServer
from webapp.protocol.keys import Seed
from webapp.services import codes
from webapp.services.events import ConnectionChanged, Event, EventBus, OfAccount
from webapp.services.making import Apart
from webapp.services.networks import Networks
from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime
from webapp.storage import accounts, fresh
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.files import Files, RealFiles
from webapp.vault import throttle
from webapp.vault.codes import CodeKind, Profile, canonical, derive
from webapp.vault.slot_plaintext import Slot
from webapp.vault.slots import SLOT_COUNT, open_vault, read_salt, seal_slot
from webapp.vault.throttle import Throttle

# One guess costs nothing: what is tested is not how dear it is.
CHEAP = Profile(1, memory_bytes=8192, passes=1)
NOWHERE = NetworkSettings(
    "nowhere", (SeedServer("https://127.0.0.1:1"),), distinct_subnets=False, min_nodes=1
)
PIN = "314159"
OTHER_PIN = "271828"
# security.md V6, where a derivation takes no time on the clock of the tests.
ANSWERS_AFTER_S = 0.4


class Rig:
    """One data directory, and the runtime that has it open."""

    def __init__(self, folder: Path, *, clock: Clock, profile: Profile = CHEAP) -> None:
        self.path = folder / "data"
        self.clock = clock
        self.profile = profile
        self.events: list[Event] = []
        self.on_event: Callable[[Event], object] = self.events.append
        self._running: list[tuple[Runtime, DataDirectory]] = []

    def make_account(self) -> None:
        """Have an account in the directory, as from an earlier start."""
        shutil.copytree(_with_account(), self.path)

    def start(self, files: Files | None = None, *, derivation_s: float | None = None) -> Runtime:
        """End the process before, and start another one on the directory.

        ``derivation_s`` is what a derivation takes, if that has been measured already.
        """
        self.end()
        directory = DataDirectory(self.path, files or RealFiles())
        directory.lock()
        try:
            directory.prepare()
        except BaseException:
            directory.release()
            raise
        runtime = Runtime(
            directory,
            networks=Networks(preselected="practice", practice=lambda: NOWHERE),
            make_network=partial(Network, clock=self.clock),
            clock=self.clock,
            events=EventBus(),
            profile=self.profile,
        )
        runtime.events.subscribe(self._hear)
        self._running.append((runtime, directory))
        runtime.gate._derivation_s = derivation_s
        runtime.start()
        if runtime.state == "locked":
            # Measured before the test moves the clock, or the answer would be due much later.
            runtime.gate.answers_after_s()
        return runtime

    def _hear(self, event: Event) -> None:
        self.on_event(event.event if isinstance(event, OfAccount) else event)

    def end(self) -> None:
        for runtime, directory in self._running:
            runtime.close()
            directory.release()
        self._running.clear()

    def forget(self) -> None:
        """Let go of the last start without ending it: its computer has stopped."""
        for _, directory in self._running:
            directory.release()
        self._running.clear()

    def locked(self, kind: str = CodeKind.PIN, text: str = PIN) -> Runtime:
        """Return the runtime of a directory with an account behind a code, locked."""
        self.make_account()
        runtime = self.start()
        codes.set_code(runtime, kind=kind, text=text, repeated=text)
        return self.start()

    def add(self, runtime: Runtime, name: str, *, apart: Apart | None = None) -> OpenAccount:
        """Make another account beside those that are open; no network is asked."""
        runtime._ways.reach = runtime._ways.network_of  # type: ignore[method-assign]
        beside = len(runtime.accounts())
        runtime.create_account(name, network="practice", beside=beside, apart=apart)
        return runtime.account()

    def opened(self, text: str = PIN) -> Runtime:
        """Start, and unlock with a PIN."""
        runtime = self.start()
        assert runtime.unlock(CodeKind.PIN, text).opened
        return runtime

    def told(self) -> list[Event]:
        """Return what happened, but for the state of the network."""
        return [event for event in self.events if not isinstance(event, ConnectionChanged)]

    def root(self, text: str = PIN) -> bytes:
        """Return the root of a PIN in this vault."""
        return derive(canonical("pin", text), read_salt(self.vault()), profile=self.profile)

    def slot(self, text: str = PIN) -> tuple[int, Slot]:
        """Return the slot that a PIN opens, and its place."""
        opened = open_vault(self.vault(), self.root(text))
        assert opened is not None
        return opened

    def seal_another(self, slot: Slot, text: str = OTHER_PIN) -> None:
        """Give a second PIN a slot of its own."""
        place = (self.slot()[0] + 1) % SLOT_COUNT
        vault = seal_slot(self.vault(), place, root=self.root(text), slot=slot)
        (self.path / fresh.VAULT).write_bytes(vault)

    def vault(self) -> bytes:
        return (self.path / fresh.VAULT).read_bytes()

    def throttle(self) -> Throttle:
        return throttle.read((self.path / fresh.THROTTLE).read_bytes())

    def snapshot(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.path)): path.read_bytes()
            for path in self.path.rglob("*")
            if path.is_file()
        }

    def side_files(self) -> list[str]:
        names = {path.name for path in (self.path / fresh.CONTAINERS).iterdir()}
        return sorted(names - {str(number) for number in range(8)})


@cache
def _with_account() -> Path:
    """Return a data directory with an account, to be copied; making one takes half a second."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "data"
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    directory.prepare()
    space = directory.read_space()
    assert space is not None
    record = AccountRecord(Seed.generate(), "Marit", 1, {"kind": "practice"})

    def fill(database: AccountDatabase) -> None:
        accounts.create(database, record)

    directory.create_container(space, fill=fill)
    directory.release()
    return path
