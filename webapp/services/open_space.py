"""The accounts that one code has opened, all at work, and which of them is shown.

Every account has threads, a network, a database and a bus of its own; they share nothing. One
at a time is shown, in every tab, because rows of two accounts have the same numbers. Whoever
changes this holds the lock of the runtime; whoever reads it finds one state or the next.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from webapp.network.backoff import spread
from webapp.network.errors import NetworkError
from webapp.services.errors import NetworkUnavailable, UnknownNetwork
from webapp.services.open_account import OpenAccount
from webapp.services.running import Running, stop_all
from webapp.storage.errors import StorageError
from webapp.vault.slot_plaintext import Entry

# How far the first polls of two accounts lie apart: to whoever watches, they are strangers to
# each other (security.md X2). After that each has an interval of its own, moved by up to 30 %.
STAGGER_S: Final = 1.5
# Why a right code may open nothing: damaged files, or a network that this version cannot make.
CANNOT_OPEN: Final = (StorageError, NetworkError, NetworkUnavailable, UnknownNetwork)


class OpenSpace:
    """All open accounts, in the order in which they were added to the space."""

    def __init__(self) -> None:
        self._running: tuple[Running, ...] = ()
        self._shown: Running | None = None
        # Accounts of the space whose container or network could not be opened.
        self.unopened = 0

    @property
    def shown(self) -> Running | None:
        """The account that the pages show, None while none is open."""
        return self._shown

    @property
    def accounts(self) -> tuple[OpenAccount, ...]:
        """All open accounts."""
        return tuple(running.account for running in self._running)

    def find(self, handle: str) -> Running | None:
        """Return the open account with this handle."""
        return next((each for each in self._running if each.account.handle == handle), None)

    def named(self, container: int | None) -> str | None:
        """Return the handle of the open account in this container, None if there is none."""
        found = (each for each in self._running if each.container == container)
        return next((each.account.handle for each in found), None)

    def add(self, running: Running, *, after_s: float = 0.0) -> None:
        """Take in an account and start it; the first one is shown.

        It leaves the network alone for ``after_s``, and longer the more are before it.
        """
        before = len(self._running)
        self._running = (*self._running, running)
        self._shown = self._shown or running
        running.start(after_s=after_s + spread(STAGGER_S * before))

    def open_all(
        self,
        entries: Iterable[Entry],
        *,
        open_one: Callable[[Entry], Running],
        after_s: float = 0.0,
    ) -> None:
        """Open every account that can be opened: one damaged file does not close the others.

        Raises one of CANNOT_OPEN if there are accounts, and none opens.
        """
        failed: list[Exception] = []
        for entry in entries:
            try:
                self.add(open_one(entry), after_s=after_s)
            except CANNOT_OPEN as error:
                failed.append(error)
        if failed and not self._running:
            raise failed[0]
        self.unopened = len(failed)

    def show(self, running: Running) -> None:
        """Let the pages show this account."""
        self._shown = running

    def remove(self, running: Running) -> None:
        """Take out an account, which goes on working until it is stopped."""
        self._running = tuple(each for each in self._running if each is not running)
        if self._shown is running:
            self._shown = next(iter(self._running), None)

    def end(self, how: Callable[[Sequence[Running]], None]) -> None:
        """Take out all accounts and end them."""
        how(self._take_all())

    def stop_aside(self) -> None:
        """Take out all accounts and let them end by themselves: an answer must not wait."""
        taken = self._take_all()
        if taken:
            threading.Thread(target=stop_all, args=(taken,), name="ending").start()

    def _take_all(self) -> tuple[Running, ...]:
        taken, self._running = self._running, ()
        self._shown = None
        self.unopened = 0
        return taken
