"""What changes a space while it is open: accounts come, go and move, and so does its code.

Everything here happens under the lock of the state (services/app_state.py), is on the disk before
it is shown, and leaves all as it was if it cannot be done.
"""

import contextlib

from webapp.network.proxy import Proxy
from webapp.protocol.keys import Seed
from webapp.services import lock_settings
from webapp.services.app_state import AppState
from webapp.services.errors import (
    AccountExists,
    AccountOpenAlready,
    AppLocked,
    CodeInUse,
    NoAccount,
)
from webapp.services.events import AccountShown, CodeChanged
from webapp.services.making import NewAccount
from webapp.services.names import require_name
from webapp.services.restoring import seed_of
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import Taken
from webapp.storage.errors import StorageError
from webapp.vault.codes import CodeKind


class SpaceChanges(AppState):
    """The changes that a person asks for."""

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
            self._rest.await_try()
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

    def _after_erasing(self) -> None:
        if self._open.shown is None and self.code_is_set:
            self._lock_now()
            self._drop()
            return
        if self._open.shown is None:
            self._enter("emptied")
        self.events.publish(AccountShown())
