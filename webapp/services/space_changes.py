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
    LockNeedsCode,
    NoAccount,
    OnlyAccount,
)
from webapp.services.events import AccountShown, CodeChanged
from webapp.services.making import Apart, NewAccount
from webapp.services.restoring import seed_of
from webapp.storage.data_directory import Taken
from webapp.storage.errors import StorageError
from webapp.vault.codes import CodeKind
from webapp.vault.emergency import Prepared


class SpaceChanges(AppState):
    """The changes that a person asks for."""

    def create_account(
        self,
        name: str,
        *,
        network: str,
        proxy: Proxy | None = None,
        beside: int = 0,
        apart: Apart | None = None,
    ) -> None:
        """Make an account called ``name`` on the chosen network, open it and show it.

        It goes through ``proxy`` from its first request on, and keeps it. ``beside`` is how
        many accounts are open, as whoever asked for another one knew it: a double click makes
        one account. One that goes ``apart`` stays closed until its own code is typed.
        Raises NameMissing, NameTooLong, UnknownNetwork, NetworkUnavailable,
        NetworkUnreachable, AccountExists, NoFreeContainer, CodeInUse, NoFreeSlot, AppLocked;
        then nothing has changed.
        """
        new = self._maker.new(Seed.generate(), name, network, proxy)
        self._add(new, beside=beside, apart=apart)

    def restore_account(
        self,
        words: str,
        *,
        name: str,
        network: str,
        proxy: Proxy | None = None,
        beside: int = 0,
        apart: Apart | None = None,
    ) -> None:
        """Open the account that ``words`` spell, and show it.

        Whoever has typed the words has them: no reminder to write them down.
        Raises RecoveryPasswordError, AccountOpenAlready and what ``create_account`` raises.
        """
        new = self._maker.new(seed_of(words), name, network, proxy, words_confirmed=True)
        if new.is_among(self._open.accounts):
            raise AccountOpenAlready
        self._add(new, beside=beside, apart=apart)

    def change_root(self, root: bytes | None, kind: CodeKind | None, *, generation: int) -> None:
        """Let the open space be opened by another root; None is that of no code.

        Raises NoAccount, AppLocked if it was locked since ``generation``, CodeInUse, and what
        the storage raises; then the old code holds.
        """
        with self._changing:
            self._still_open(generation)
            self._held.change_root(self._directory.no_code_root() if root is None else root)
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

    def move_account(self, handle: str, apart: Apart) -> None:
        """Put one account behind a code of its own, and close it.

        Raises AccountClosed, AppLocked, OnlyAccount, and what ``HeldSpace.move`` raises; then
        nothing has changed.
        """
        with self._changing:
            self._still_open(apart.generation)
            running = self._find(handle)
            if len(self._open.accounts) == 1:
                raise OnlyAccount
            self._held.move(running.container, apart.root)
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

    @property
    def keeps_equal_size(self) -> bool:
        """Whether all containers are kept at one size. Raises DataDirectoryUnusable."""
        return self._equal.is_on

    @property
    def offers_equal_size(self) -> bool:
        """Whether something is known to lie behind another code, and sizes may show it."""
        return self.kept > 0 and not self.keeps_equal_size

    def room_for_equal_size(self) -> tuple[int, int]:
        """Return the bytes that one size would take now, and those that the disk has left.

        Raises DataDirectoryUnusable.
        """
        return self._directory.room()

    def keep_equal_size(self, *, generation: int) -> None:
        """Lock, and keep all containers at one size from then on.

        Only closed ones can be brought to it. Raises LockNeedsCode, NotEnoughRoom, AppLocked,
        DataDirectoryUnusable; then nothing has changed.
        """
        with self._changing:
            self._still_open(generation)
            if not self.code_is_set:
                raise LockNeedsCode
            self._equal.switch_on()
            self._lock_now()
            self._drop()
            self._equal.begin()

    def prepared(self) -> tuple[Prepared, str | None]:
        """Return what is prepared for an emergency, and the handle of the cover account, if any.

        Raises NoAccount, AppLocked.
        """
        self.account()
        prepared = self._held.prepared
        return prepared, self._open.named(prepared.cover)

    def throw_away_vault(self, duress_root: bytes, *, generation: int) -> bytes:
        """Return a vault that lies nowhere, to rehearse with: its slots hold no keys.

        Raises NoAccount, AppLocked, and what ``HeldSpace.throw_away_vault`` raises.
        """
        with self._changing:
            self._still_open(generation)
            return self._held.throw_away_vault(duress_root)

    def arm(self, root: bytes, cover: str | None, *, generation: int) -> None:
        """Let ``root`` destroy everything, or all but the account with the handle ``cover``.

        Raises AppLocked, AccountClosed, and what ``HeldSpace.arm`` raises; then nothing has
        changed.
        """
        with self._changing:
            self._still_open(generation)
            self._held.arm(root, None if cover is None else self._find(cover).container)
        self.events.publish(CodeChanged())

    def disarm(self, *, generation: int) -> None:
        """Let no code destroy anything. Raises AppLocked and what the storage raises."""
        with self._changing:
            self._still_open(generation)
            self._held.disarm()
        self.events.publish(CodeChanged())

    def set_panic_chord(self, is_on: bool, *, generation: int) -> None:
        """Switch the panic shortcut. Raises AppLocked and what the storage raises."""
        with self._changing:
            self._still_open(generation)
            self._held.set_panic_chord(is_on)
        self.events.publish(CodeChanged())

    def _add(self, new: NewAccount, *, beside: int, apart: Apart | None) -> None:
        reached = self._ways.reach(new.record.network)
        if apart is not None:
            reached.close()
            with self._changing:
                self._still_open(apart.generation)
                self._held.add_apart(new.written_beside(()), apart.root)
            return
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
            self._equal.begin()
            return
        if self._open.shown is None:
            self._enter("emptied")
        self.events.publish(AccountShown())
