"""The state of the whole app: one data directory, and the accounts that are open in it.

Theory of operation. There is one vault and one space at a time: the one that opens without
a code, or the one that the code opens. The app is `fresh` while that space holds no account,
`open` from the first account on, `locked` while a code is asked for, and `closed` for good.
All accounts of the space are at work, and one is shown (services/open_space.py).

    state    event      next
    fresh    opened     open      an account was made, brought back or found at start
    fresh    protected  locked    at start no slot opened without a code
    fresh    locked     locked    only with a code
    open     locked     locked    only with a code, or the last account behind it was erased
    open     emptied    fresh     the last account was erased, and no code is set
    locked   locked     locked    a light lock becomes a deep one; an unlock under way is void
    locked   opened     open      a right code
    locked   emptied    fresh     a right code, and the space behind it holds no account
    any      stopped    closed    threads ended, database closed, keys dropped

A deep lock drops threads, network, database, keys and the space. A light one keeps them, and
only shows nothing: ``account`` refuses in both. ``generation`` grows with every lock, also in
`locked`. What was begun under an older one is dropped: an unlock whose code was still being
derived, and a session of the web that was unlocked before.
"""

import contextlib
import gc
import threading
from collections.abc import Mapping
from typing import Final

from webapp.clock import Clock
from webapp.network.backoff import spread
from webapp.network.proxy import Proxy
from webapp.protocol.keys import Seed
from webapp.services import lock_settings
from webapp.services.errors import (
    AccountClosed,
    AccountExists,
    AccountOpenAlready,
    AppLocked,
    CodeInUse,
    LockNeedsCode,
    NoAccount,
)
from webapp.services.events import AccountShown, CodeChanged, EventBus, Locked, Unlocked
from webapp.services.held_space import HeldSpace
from webapp.services.idle_lock import IdleLock
from webapp.services.lock_settings import Depth, LockSettings
from webapp.services.making import NewAccount
from webapp.services.names import require_name
from webapp.services.networks import Networks
from webapp.services.open_account import OpenAccount
from webapp.services.open_space import CANNOT_OPEN, OpenSpace
from webapp.services.opening import Opener
from webapp.services.reaching import NetworkFactory, Ways
from webapp.services.restoring import seed_of
from webapp.services.running import Running
from webapp.services.unlocking import CodeGate, UnlockResult
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory, Space, Taken
from webapp.storage.errors import StorageError
from webapp.vault.codes import PROFILE_1, CodeKind, Profile

TRANSITIONS: Final[Mapping[tuple[str, str], str]] = {
    ("fresh", "opened"): "open",
    ("fresh", "protected"): "locked",
    ("fresh", "locked"): "locked",
    ("fresh", "stopped"): "closed",
    ("open", "locked"): "locked",
    ("open", "emptied"): "fresh",
    ("open", "stopped"): "closed",
    ("locked", "locked"): "locked",
    ("locked", "opened"): "open",
    ("locked", "emptied"): "fresh",
    ("locked", "stopped"): "closed",
}
# After an unlock the network is left alone for about so long: no burst shows what a code has
# opened (security.md X2), and the answer to the code is not held up by it.
QUIET_S: Final = 1.0


class Runtime:
    """Opens, makes, shows, locks and closes the accounts of a data directory."""

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
        self._held = HeldSpace(directory, self._changing)
        self._opener = Opener(
            directory,
            ways=self._ways,
            clock=clock,
            events=events,
            seal=self._held.seal,
            changing=self._changing,
        )
        self._state = "fresh"
        self._generation = 0
        self._kind: CodeKind | None = None
        self._open = OpenSpace()

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

    @property
    def view(self) -> tuple[int, str]:
        """What has to be the same when something is shown as when its drawing began."""
        shown = self._open.shown
        return self._generation, shown.account.handle if shown else ""

    @property
    def unopened(self) -> int:
        """How many accounts of the space could not be opened."""
        return self._open.unopened

    @property
    def kept(self) -> int:
        """How many other codes have been typed since the last lock, to keep what they open."""
        return self._held.kept

    def account(self, handle: str | None = None) -> OpenAccount:
        """Return the account that is shown, or the open one that ``handle`` names.

        Raises AppLocked, NoAccount, AccountClosed.
        """
        if self._state == "locked":
            raise AppLocked
        running = self._open.shown if handle is None else self._open.find(handle)
        if running is None:
            raise NoAccount if handle is None else AccountClosed
        return running.account

    def accounts(self) -> tuple[OpenAccount, ...]:
        """Return all open accounts, in the order in which they were added. Raises AppLocked."""
        if self._state == "locked":
            raise AppLocked
        return self._open.accounts

    def start(self) -> None:
        """Open the accounts of the directory if there are any and no code is set.

        Raises InvalidProxyAddress if a stored proxy cannot be read, and what the storage
        raises about a damaged directory.
        """
        with self._changing:
            space = self._directory.read_space()
            if space is None:
                self._enter("protected")
                self.gate.measure_aside()
                return
            self._held.space = space
            if space.entries:
                self._open.open_all(space.entries, open_one=self._opener.open)
                self._enter("opened")

    def create_account(
        self, name: str, *, network: str, proxy: Proxy | None = None, beside: int = 0
    ) -> None:
        """Make an account called ``name`` on the chosen network, open it and show it.

        It goes through ``proxy`` from its first request on, and keeps it. ``beside`` is how
        many accounts are open, as whoever asked for another one knew it: a double click makes
        one account.
        Raises NameMissing, NameTooLong, UnknownNetwork, NetworkUnavailable,
        NetworkUnreachable, AccountExists, NoFreeContainer, AppLocked; then nothing has changed.
        """
        self._add(self._new(Seed.generate(), name, network, proxy), beside=beside)

    def restore_account(
        self,
        words: str,
        *,
        name: str,
        network: str,
        proxy: Proxy | None = None,
        beside: int = 0,
    ) -> None:
        """Open the account that ``words`` spell, and show it.

        Whoever has typed the words has them: no reminder to write them down.
        Raises RecoveryPasswordError, AccountOpenAlready and what ``create_account`` raises.
        """
        new = self._new(seed_of(words), name, network, proxy, words_confirmed=True)
        if new.is_among(self._open.accounts):
            raise AccountOpenAlready
        self._add(new, beside=beside)

    def show(self, handle: str) -> None:
        """Show another open account, in every tab. Raises AppLocked, AccountClosed."""
        with self._changing:
            self.account(handle)
            running = self._open.find(handle)
            if running is None or running is self._open.shown:
                return
            self._open.show(running)
        self.events.publish(AccountShown())

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
        """Say whether a code that opens ``space`` is right just now.

        While the app is open only its own code is; behind a lock, a light one too, any.
        """
        mine = self._held.space
        return mine is None or mine.index == space.index or self._state == "locked"

    def lock(self, *, depth: Depth = "deep") -> None:
        """Show nothing any more; a deep lock also drops everything that could be shown.

        Raises LockNeedsCode. Once the app is closed this does nothing.
        """
        with self._changing:
            if self._state == "closed":
                return
            if not self.code_is_set:
                raise LockNeedsCode
            self._lock_now()
            if depth == "deep":
                self._drop()

    def change_root(self, root: bytes | None, kind: CodeKind | None, *, generation: int) -> None:
        """Let the open space be opened by another root; None is that of no code.

        Raises NoAccount, AppLocked if it was locked since ``generation``, CodeInUse, and what
        the storage raises; then the old code holds.
        """
        with self._changing:
            space = self._still_open(generation)
            if root is not None and self._held.is_in_use(root):
                raise CodeInUse
            no_code = self._directory.no_code_root
            self._held.write(space.under(no_code() if root is None else root))
            # A person was here just now. Nobody had to say so before there was a code.
            self.idle.begin()
            self._kind = kind
        self.events.publish(CodeChanged())

    def keep(self, taken: Taken, *, generation: int) -> bool:
        """Take note of what another code uses: none of it counts as free until the next lock.

        Returns False if that lock has come since ``generation``.
        """
        with self._changing:
            if generation == self._generation:
                self._held.keep(taken)
            return generation == self._generation

    def move_account(self, handle: str, root: bytes, *, generation: int) -> None:
        """Put one account behind another root, and close it.

        Raises AccountClosed, AppLocked, and what ``HeldSpace.move`` raises; then nothing has
        changed.
        """
        with self._changing:
            self._still_open(generation)
            running = self._find(handle)
            self._held.move(running.container, root)
            self._open.remove(running)
        self.events.publish(AccountShown())
        running.stop()

    def erase_account(self, handle: str, *, generation: int) -> None:
        """Destroy the key of one account, close it, and have its container say nothing.

        Without any account left the app is fresh, or locked if a code was set.
        Raises AccountClosed, AppLocked, and what ``HeldSpace.erase`` raises; then nothing has
        changed.
        """
        with self._changing:
            self._still_open(generation)
            running = self._find(handle)
            self._held.erase(running.container, has_code=self.code_is_set)
            self._open.remove(running)
            self._after_erasing()
        running.stop()
        self._held.refill(running.container)

    def touch(self) -> None:
        """Take note that a person did something; locks instead if that was due before."""
        self.idle.touch()

    def tick(self) -> None:
        """Lock if it is due; to be called every few seconds."""
        self.idle.tick()

    def close(self) -> None:
        """Close the accounts and stop; a second call does nothing."""
        self.gate.close()
        with self._changing:
            if self._state == "closed":
                return
            self._generation += 1
            self._enter("stopped")
            self._drop()

    def _new(
        self,
        seed: Seed,
        name: str,
        network: str,
        proxy: Proxy | None,
        *,
        words_confirmed: bool = False,
    ) -> NewAccount:
        return NewAccount(
            AccountRecord(
                seed=seed,
                name=require_name(name),
                profile_updated_s=self.clock.now_ms() // 1000,
                network=self._ways.record(network, proxy),
                words_confirmed=words_confirmed,
            )
        )

    def _add(self, new: NewAccount, *, beside: int) -> None:
        reached = self._ways.reach(new.record.network)
        try:
            with self._changing:
                if self._state == "locked":
                    raise AppLocked
                if self._state == "closed" or len(self._open.accounts) != beside:
                    raise AccountExists
                entry = self._held.add(new.written_beside(self._open.accounts))
                running = self._opener.open(entry, network=reached)
                self._open.add(running)
                self._open.show(running)
                if self._state == "fresh":
                    self._enter("opened")
        except BaseException:
            reached.close()
            raise
        if beside:
            others = [each for each in self._open.accounts if each is not running.account]
            # What cannot be taken over now changes nothing: of two settings the stricter holds.
            with contextlib.suppress(StorageError, NoAccount):
                lock_settings.inherit(running.account, others)
            self.events.publish(AccountShown())

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
            held = self._held.space
            if held is None or held.index != space.index:
                self._open.stop_aside()
                self._held.space, self._kind = space, CodeKind(kind)
                self._open_behind_code(space, after_s=after_s)
            else:
                self._enter("opened")
            self.idle.begin()
            self.events.publish(Unlocked())
            return True

    def _open_behind_code(self, space: Space, *, after_s: float) -> None:
        try:
            self._open.open_all(space.entries, open_one=self._opener.open, after_s=after_s)
        except BaseException:
            self._drop()
            raise
        self._enter("opened" if space.entries else "emptied")

    def _still_open(self, generation: int) -> Space:
        """Return the open space. Raises NoAccount, AppLocked if it was locked since."""
        self.account()
        if self._held.space is None or generation != self._generation:
            raise AppLocked
        return self._held.space

    def _find(self, handle: str) -> Running:
        running = self._open.find(handle)
        if running is None:
            raise AccountClosed
        return running

    def _after_erasing(self) -> None:
        if self._open.shown is None and self.code_is_set:
            self._lock_now()
            self._drop()
            return
        if self._open.shown is None:
            self._enter("emptied")
        self.events.publish(AccountShown())

    def _lock_now(self) -> None:
        self._generation += 1
        self._held.forget_kept()
        self._enter("locked")
        self.events.publish(Locked())

    def _drop(self) -> None:
        """Forget everything that a code protects; nothing in memory leads to it afterwards."""
        self._held.space = self._kind = None
        self._held.forget_kept()
        self._open.stop()
        # Network and threads refer to each other; left to itself the collector takes its time.
        gc.collect()

    def _what_locks(self) -> LockSettings | None:
        """Return the settings of the lock, or None while nothing is there to be locked."""
        opened, is_set = self._open.accounts, self.code_is_set
        return lock_settings.load(*opened) if opened and is_set else None

    def _lock(self, depth: Depth) -> None:
        self.lock(depth=depth)

    def _enter(self, event: str) -> None:
        self._state = TRANSITIONS[self._state, event]
