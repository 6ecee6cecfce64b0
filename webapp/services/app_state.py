"""What is open, and in which state the whole app is.

Theory of operation. There is one vault and one space at a time: the one that opens without
a code, or the one that the code opens. The app is `fresh` while that space holds no account,
`open` from the first account on, `locked` while a code is asked for, `erasing` while the files
of an erase are swept, and `closed` for good. All accounts of the space are at work, and one is
shown (services/open_space.py).

    state    event      next
    fresh    opened     open      an account was made, brought back or found at start
    fresh    protected  locked    at start no slot opened without a code
    fresh    locked     locked    only with a code
    open     locked     locked    only with a code, or the last account behind it was erased
    open     emptied    fresh     the last account was erased, and no code is set
    locked   locked     locked    a light lock becomes a deep one; an unlock under way is void
    locked   opened     open      a right code
    locked   emptied    fresh     a right code, and the space behind it holds no account
    fresh    erased     erasing   the keys are destroyed; what is shown is the first page
    open     erased     erasing
    locked   erased     erasing
    erasing  finished   fresh     the files are those of a first start, as far as they could be
    any      stopped    closed    threads ended, database closed, keys dropped

An erase that spares an account is a lock and an opening in one: `locked`, then `opened`. While
`erasing`, further erases are that one.

A deep lock drops threads, network, database, keys and the space. A light one keeps them, and
only shows nothing: ``account`` refuses in both. ``generation`` grows with every lock, also in
`locked`. What was begun under an older one is dropped: an unlock whose code was still being
derived, and a session of the web that was unlocked before.
"""

import gc
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from webapp.clock import Clock
from webapp.network.proxy import Proxy
from webapp.services.equal_size import EqualSize
from webapp.services.erasing import Rest
from webapp.services.errors import AccountClosed, AppLocked, NoAccount
from webapp.services.events import EventBus, Locked
from webapp.services.forgotten import Forgotten
from webapp.services.held_space import HeldSpace
from webapp.services.idle_lock import IdleLock
from webapp.services.making import Maker
from webapp.services.networks import Networks
from webapp.services.open_account import OpenAccount
from webapp.services.open_space import OpenSpace
from webapp.services.opening import Opener
from webapp.services.reaching import NetworkFactory, Ways
from webapp.services.running import Running, stop_all
from webapp.services.unlocking import CodeGate
from webapp.storage.data_directory import DataDirectory, Space
from webapp.vault.codes import CodeKind

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
    ("fresh", "erased"): "erasing",
    ("open", "erased"): "erasing",
    ("locked", "erased"): "erasing",
    ("erasing", "finished"): "fresh",
    ("erasing", "stopped"): "closed",
}


class AppState:
    """What everybody may read of the state, and the steps that every change is made of."""

    # The runtime makes them, because what they set off is its to do.
    gate: CodeGate
    idle: IdleLock
    _rest: Rest

    def __init__(
        self,
        directory: DataDirectory,
        *,
        networks: Networks,
        make_network: NetworkFactory,
        clock: Clock,
        events: EventBus,
        proxy: Proxy | None,
    ) -> None:
        self.networks = networks
        self.clock = clock
        self.events = events
        self._directory = directory
        self._ways = Ways(networks, make=make_network, given=proxy)
        self._maker = Maker(self._ways, clock)
        # Held while anything below changes, so that a double click cannot make two accounts
        # and a lock cannot come in the middle of an opening.
        self._changing = threading.Lock()
        self._held = HeldSpace(directory, self._changing)
        self._equal = EqualSize(directory)
        self.forgotten = Forgotten(clock)
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
        """Whether the app is ``fresh``, ``locked``, ``open``, ``erasing`` or ``closed``."""
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

    @property
    def opened_by(self) -> tuple[bytes, CodeKind] | None:
        """The root and kind of the code that the open space was opened with, if it was."""
        space, kind = self._held.space, self._kind
        return None if space is None or kind is None else (space.root, kind)

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

    def _lock_now(self) -> None:
        self._generation += 1
        self.forgotten.cancel()
        self._held.forget_kept()
        self._enter("locked")
        self.events.publish(Locked())

    def _drop(self, end: Callable[[Sequence[Running]], None] = stop_all) -> None:
        """Forget everything that a code protects; nothing in memory leads to it afterwards."""
        self._held.space = self._kind = None
        self._held.forget_kept()
        self._open.end(end)
        # Network and threads refer to each other; left to itself the collector takes its time.
        gc.collect()

    def _enter(self, event: str) -> None:
        self._state = TRANSITIONS[self._state, event]
