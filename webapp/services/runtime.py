"""The state of the whole app: one data directory, and the account that is open in it.

Theory of operation. There is one vault and one space at a time: the one that opens without
a code, or the one that the code opens. The app is `fresh` while that space holds no account,
`open` from the first account on, `locked` while a code is asked for, and `closed` for good.

    state    event      next
    fresh    opened     open      an account was made, brought back or found at start
    fresh    protected  locked    at start no slot opened without a code
    fresh    locked     locked    only with a code
    open     locked     locked    only with a code
    locked   locked     locked    a light lock becomes a deep one; an unlock under way is void
    locked   opened     open      a right code
    locked   emptied    fresh     a right code, and the space behind it holds no account
    any      stopped    closed    threads ended, database closed, keys dropped

A deep lock drops threads, network, database, keys and the space. A light one keeps them, and
only shows nothing: ``account`` refuses in both. ``generation`` grows with every lock, also in
`locked`. What was begun under an older one is dropped: an unlock whose code was still being
derived, and a session of the web that was unlocked before.
"""

import gc
import threading
from collections.abc import Mapping
from typing import Final

from webapp.clock import Clock
from webapp.network.backoff import spread
from webapp.network.client import Network
from webapp.network.errors import NetworkError
from webapp.network.proxy import Proxy
from webapp.protocol.keys import Seed
from webapp.services import lock_settings
from webapp.services.errors import (
    AccountExists,
    AppLocked,
    LockNeedsCode,
    NetworkUnavailable,
    NoAccount,
    UnknownNetwork,
)
from webapp.services.events import CodeChanged, EventBus, Locked, Unlocked
from webapp.services.idle_lock import IdleLock
from webapp.services.lock_settings import Depth, LockSettings
from webapp.services.names import require_name
from webapp.services.networks import Networks
from webapp.services.open_account import OpenAccount
from webapp.services.opening import Opener
from webapp.services.reaching import NetworkFactory, Ways
from webapp.services.restoring import seed_of
from webapp.services.running import Running
from webapp.services.unlocking import CodeGate, UnlockResult
from webapp.storage import accounts
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DataDirectoryUnusable, StorageError
from webapp.storage.freshness import Head
from webapp.vault.codes import PROFILE_1, CodeKind, Profile
from webapp.vault.slot_plaintext import Entry

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("fresh", "opened"): "open",
    ("fresh", "protected"): "locked",
    ("fresh", "locked"): "locked",
    ("fresh", "stopped"): "closed",
    ("open", "locked"): "locked",
    ("open", "stopped"): "closed",
    ("locked", "locked"): "locked",
    ("locked", "opened"): "open",
    ("locked", "emptied"): "fresh",
    ("locked", "stopped"): "closed",
}
# After an unlock the network is left alone for about so long: no burst shows what a code has
# opened (security.md X2), and the answer to the code is not held up by it.
QUIET_S: Final = 1.0
# Why a right code may open nothing: damaged files, or a network that this version cannot make.
CANNOT_OPEN: Final = (StorageError, NetworkError, NetworkUnavailable, UnknownNetwork)


class Runtime:
    """Opens, makes, locks and closes the account of a data directory."""

    def __init__(
        self,
        directory: DataDirectory,
        *,
        networks: Networks,
        make_network: NetworkFactory,
        clock: Clock,
        events: EventBus,
        proxy: Proxy | None = None,
        profile: Profile = PROFILE_1,
    ) -> None:
        """``proxy`` is the one of the command line: all accounts use it while this runs."""
        self.networks = networks
        self.clock = clock
        self.events = events
        self.gate = CodeGate(directory, profile=profile, clock=clock)
        self.idle = IdleLock(
            clock, settings=self._what_locks, is_open=lambda: self._state == "open", lock=self._lock
        )
        self._directory = directory
        self._ways = Ways(networks, make=make_network, given=proxy)
        # Held while anything below changes, so that a double click cannot make two accounts
        # and a lock cannot come in the middle of an opening.
        self._changing = threading.Lock()
        self._opener = Opener(
            directory,
            ways=self._ways,
            clock=clock,
            events=events,
            seal=self._seal,
            changing=self._changing,
        )
        self._state = "fresh"
        self._generation = 0
        self._space: Space | None = None
        self._kind: CodeKind | None = None
        self._running: Running | None = None

    @property
    def state(self) -> str:
        """Whether the app is ``fresh``, ``locked``, ``open`` or ``closed``."""
        return self._state

    @property
    def generation(self) -> int:
        """How often the app was locked. What was unlocked under another number is void."""
        return self._generation

    @property
    def code_is_set(self) -> bool:
        """Whether a code is asked for; while locked it is."""
        return self._state == "locked" or self._kind is not None

    def code_kind(self) -> CodeKind | None:
        """Return the kind of the code that opened the app, None if none is set.

        Also None after a deep lock: then nobody knows, and nobody is to be told.
        """
        return self._kind

    def account(self) -> OpenAccount:
        """Return the open account. Raises AppLocked, NoAccount."""
        if self._state == "locked":
            raise AppLocked
        running = self._running
        if running is None:
            raise NoAccount
        return running.account

    def start(self) -> None:
        """Open the account of the directory if there is one and no code is set.

        Raises InvalidProxyAddress if a stored proxy cannot be read, and what the storage
        raises about a damaged directory.
        """
        with self._changing:
            space = self._directory.read_space()
            if space is None:
                self._enter("protected")
                self.gate.measure_aside()
                return
            self._space = space
            if space.entries:
                self._open(space.entries[0]).start()
                self._enter("opened")

    def create_account(self, name: str, *, network: str, proxy: Proxy | None = None) -> None:
        """Make an account called ``name`` on the chosen network and open it.

        It goes through ``proxy`` from its first request on, and keeps it.
        Raises NameMissing, NameTooLong, UnknownNetwork, NetworkUnavailable,
        NetworkUnreachable, AccountExists, AppLocked; then nothing has changed.
        """
        seed = Seed.generate()
        self._add(seed, name=name, network=network, proxy=proxy, words_confirmed=False)

    def restore_account(
        self, words: str, *, name: str, network: str, proxy: Proxy | None = None
    ) -> None:
        """Open the account that ``words`` spell.

        Whoever has typed the words has them: no reminder to write them down.
        Raises RecoveryPasswordError and what ``create_account`` raises.
        """
        seed = seed_of(words)
        self._add(seed, name=name, network=network, proxy=proxy, words_confirmed=True)

    def unlock(self, kind: str, text: str) -> UnlockResult:
        """Try a code; return at a moment that does not depend on it (services/unlocking.py).

        While the app is open a right code changes nothing: it lets another browser in.
        Raises UnlockBusy.
        """
        generation = self._generation
        try:
            result = self.gate.attempt(
                kind,
                text,
                accept=self.owns,
                use=lambda space: self._let_in(space, kind, generation=generation),
            )
        except CANNOT_OPEN:
            # What it was would say whether the code was right.
            return UnlockResult("failed", 0.0, generation)
        return UnlockResult(result.reason, result.wait_s, generation)

    def owns(self, space: Space) -> bool:
        """Say whether a code that opens ``space`` is right just now."""
        mine = self._space
        return mine is None or mine.index == space.index

    def lock(self, *, depth: Depth = "deep") -> None:
        """Show nothing any more; a deep lock also drops everything that could be shown.

        Raises LockNeedsCode. Once the app is closed this does nothing.
        """
        with self._changing:
            if self._state == "closed":
                return
            if not self.code_is_set:
                raise LockNeedsCode
            self._generation += 1
            self._enter("locked")
            self.events.publish(Locked())
            if depth == "deep":
                self._drop()

    def change_root(self, root: bytes | None, kind: CodeKind | None, *, generation: int) -> None:
        """Let the open space be opened by another root; None is that of no code.

        Raises NoAccount, AppLocked if it was locked since ``generation``, and what the
        storage raises; then the old code holds.
        """
        with self._changing:
            self.account()
            if self._space is None or generation != self._generation:
                raise AppLocked
            new = self._space.under(self._directory.no_code_root() if root is None else root)
            self._write(new)
            # A person was here just now. Nobody had to say so before there was a code.
            self.idle.begin()
            self._kind = kind
        self.events.publish(CodeChanged())

    def touch(self) -> None:
        """Take note that a person did something; locks instead if that was due before."""
        self.idle.touch()

    def tick(self) -> None:
        """Lock if it is due; to be called every few seconds."""
        self.idle.tick()

    def close(self) -> None:
        """Close the account and stop; a second call does nothing."""
        self.gate.close()
        with self._changing:
            if self._state == "closed":
                return
            self._generation += 1
            self._enter("stopped")
            self._drop()

    def _add(
        self, seed: Seed, *, name: str, network: str, proxy: Proxy | None, words_confirmed: bool
    ) -> None:
        record = AccountRecord(
            seed=seed,
            name=require_name(name),
            profile_updated_s=self.clock.now_ms() // 1000,
            network=self._ways.record(network, proxy),
            words_confirmed=words_confirmed,
        )

        def fill(database: AccountDatabase) -> None:
            accounts.create(database, record)

        reached = self._ways.reach(record.network)
        try:
            with self._changing:
                if self._state == "locked":
                    raise AppLocked
                if self._state != "fresh" or self._space is None:
                    raise AccountExists
                self._space, entry = self._directory.create_container(self._space, fill=fill)
                self._open(entry, network=reached).start()
                self._enter("opened")
        except BaseException:
            reached.close()
            raise

    def _let_in(self, space: Space, kind: str, *, generation: int) -> bool:
        """Open what a right code opens; return False if it comes too late.

        All of it happens before the moment of the answer. The threads wait for that too.
        """
        with self._changing:
            if generation != self._generation or self._state == "closed":
                return False
            if self._state != "locked":
                return True
            after_s = self.gate.answers_after_s() + spread(QUIET_S)
            if self._running is None:
                self._space, self._kind = space, CodeKind(kind)
                self._open_behind_code(space, after_s=after_s)
            else:
                self._enter("opened")
            self.idle.begin()
            self.events.publish(Unlocked())
            return True

    def _open_behind_code(self, space: Space, *, after_s: float) -> None:
        try:
            if space.entries:
                self._open(space.entries[0]).start(after_s=after_s)
        except BaseException:
            self._drop()
            raise
        self._enter("opened" if space.entries else "emptied")

    def _open(self, entry: Entry, *, network: Network | None = None) -> Running:
        self._running = self._opener.open(entry, network=network)
        return self._running

    def _seal(self, container: int, head: Head) -> None:
        """Have the vault remember the newest guarded rows. Raises AppLocked."""
        if self._space is None:
            # Locked since. The database is one step ahead, which the next opening puts right.
            raise AppLocked
        self._write(self._space.with_freshness(container, counter=head.counter, digest=head.digest))

    def _write(self, space: Space) -> None:
        """Have ``space`` in the vault.

        A disk that fails on the way may have taken it over before: then it counts, or a code
        that no longer opens anything would be the one that is asked for.
        """
        try:
            self._directory.write_space(space)
        except DataDirectoryUnusable:
            found = self._directory.open_space(space.root)
            if found is None or found.slot != space.slot:
                raise
        self._space = space

    def _drop(self) -> None:
        """Forget everything that a code protects; nothing in memory leads to it afterwards."""
        running, self._running = self._running, None
        self._space = self._kind = None
        if running is not None:
            running.stop()
        del running
        # Network and threads refer to each other; left to itself the collector takes its time.
        gc.collect()

    def _what_locks(self) -> LockSettings | None:
        """Return the settings of the lock, or None while nothing is there to be locked."""
        running, is_set = self._running, self.code_is_set
        return lock_settings.load(running.account) if running is not None and is_set else None

    def _lock(self, depth: Depth) -> None:
        self.lock(depth=depth)

    def _enter(self, event: str) -> None:
        self._state = TRANSITIONS[self._state, event]
