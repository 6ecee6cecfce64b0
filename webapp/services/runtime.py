"""The runtime of the app: one data directory, what opens and closes it, and what destroys it.

Its states stand in services/app_state.py, what changes an open space in services/space_changes.py.
"""

from functools import partial
from typing import Final

from webapp.clock import Clock
from webapp.network.backoff import spread
from webapp.network.proxy import Proxy
from webapp.services import lock_settings
from webapp.services.erasing import Rest
from webapp.services.errors import LockNeedsCode
from webapp.services.events import AccountShown, Erased, EraseFinished, EventBus, Unlocked
from webapp.services.idle_lock import IdleLock
from webapp.services.lock_settings import Depth, LockSettings
from webapp.services.networks import Networks
from webapp.services.open_space import CANNOT_OPEN
from webapp.services.reaching import NetworkFactory
from webapp.services.running import abandon_all
from webapp.services.space_changes import SpaceChanges
from webapp.services.unlocking import CodeGate, UnlockResult
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.errors import StorageError
from webapp.vault.codes import PROFILE_1, CodeKind, Profile
from webapp.vault.slot_plaintext import Entry

# After an unlock the network is left alone for about so long: no burst shows what a code has
# opened (security.md X2), and the answer to the code is not held up by it.
QUIET_S: Final = 1.0


class Runtime(SpaceChanges):
    """Opens, shows, locks, erases and closes the accounts of a data directory."""

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
        super().__init__(
            directory,
            networks=networks,
            make_network=make_network,
            clock=clock,
            events=events,
            proxy=proxy,
        )
        self.gate = CodeGate(
            directory,
            profile=profile,
            clock=clock,
            at_limit=self._erase_at_limit,
            is_set=lambda: self.code_is_set,
        )
        self.idle = IdleLock(
            clock, settings=self._what_locks, is_open=lambda: self._state == "open", lock=self._lock
        )
        self._rest = Rest(
            clock, work=self._finish_erase, done=lambda: events.publish(EraseFinished())
        )

    def start(self, opened_by: tuple[bytes, CodeKind] | None = None) -> None:
        """Open the accounts of the directory if there are any and no code is set.

        A process that goes on for another is told by what the space was open there.
        Raises InvalidProxyAddress if a stored proxy cannot be read, and what the storage
        raises about a damaged directory.
        """
        with self._changing:
            space = self._directory.read_space()
            if space is None and opened_by is not None:
                space = self._directory.open_space(opened_by[0])
                self._kind = None if space is None else opened_by[1]
            if space is None:
                self._enter("protected")
                self._equal.begin()
                self.gate.measure_aside()
                return
            self._held.space = space
            self._equal.pause()
            if space.entries:
                self._open.open_all(space.entries, open_one=self._opener.open)
                self._enter("opened")

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

        While the app is open a right code changes nothing: it lets another browser in. A duress
        code destroys at any time, and then the app is open as after a right one.
        Raises UnlockBusy.
        """
        begun_in = opened_in = self._generation

        def use(space: Space) -> bool:
            nonlocal opened_in
            if not space.is_duress:
                return self._let_in(space, kind, generation=begun_in)
            opened_in = self._destroy(space, kind)
            return True

        try:
            result = self.gate.attempt(
                kind, text, accept=lambda space: space.is_duress or self.owns(space), use=use
            )
        except CANNOT_OPEN:
            # What it was would say whether the code was right.
            return UnlockResult("failed", 0.0, begun_in)
        return UnlockResult(result.reason, result.wait_s, opened_in)

    def owns(self, space: Space) -> bool:
        """Say whether a code that opens ``space`` is right just now.

        While the app is open only its own code is; behind a lock, a light one too, any.
        """
        mine = self._held.space
        is_mine = mine is None or mine.index == space.index or self._state == "locked"
        return is_mine and not space.is_duress

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
                self._equal.begin()

    def erase(self) -> None:
        """Destroy everything; return once nothing on the disk or in memory opens anything.

        The rest of the files waits for the answer to the code that is being tried, if any.
        Raises DataDirectoryUnusable or FsyncFailed; then nothing has changed.
        """
        with self._changing:
            if self._state in ("erasing", "closed"):
                return
            self._directory.destroy_all_keys()
            self._enter("erased")
            self._abandon()
        self._rest.begin(after_s=self.gate.until_answer_s())

    def erase_forgotten(self) -> bool:
        """Destroy everything for somebody who has waited, and has no code.

        Returns False if the disk refuses. Raises NotYetErasable. In both cases nothing has changed.
        """
        self.forgotten.require_ready()
        try:
            self.erase()
        except StorageError:
            return False
        return True

    def erase_others(self, entry: Entry, root: bytes, kind: CodeKind) -> int | None:
        """Destroy everything but the account ``entry``, and open it under ``root``.

        Returns the generation in which it is open, None if there was nothing to erase.
        Raises what ``erase`` raises, or CANNOT_OPEN; then the app is locked.
        """
        with self._changing:
            if self._state in ("erasing", "closed"):
                return None
            space = self._directory.destroy_other_keys(root, entry)
            self._enter("locked")
            self._abandon()
            self._held.space, self._kind = space, kind
            after_s = self.gate.until_answer_s() + spread(QUIET_S)
            self._open_behind_code(space, after_s=after_s)
            self.idle.begin()
            self.events.publish(Unlocked())
            return self._generation

    def _destroy(self, duress: Space, kind: str) -> int:
        """Do what a duress code is for; return the generation in which the app is open then."""
        if not duress.entries:
            self.erase()
            return self._generation
        opened_in = self.erase_others(duress.entries[0], duress.root, CodeKind(kind))
        return self._generation if opened_in is None else opened_in

    def touch(self) -> None:
        """Take note that a person did something; locks instead if that was due before."""
        self.idle.touch()

    def tick(self) -> None:
        """Lock if it is due; to be called every few seconds."""
        self.idle.tick()

    def close(self) -> None:
        """Close the accounts and stop; a second call does nothing."""
        self.gate.close()
        self._rest.stop()
        with self._changing:
            if self._state == "closed":
                return
            is_erasing = self._state == "erasing"
            self._generation += 1
            self._enter("stopped")
            self._drop()
        if not is_erasing:
            self._equal.finish()

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
            self.forgotten.cancel()
            self.idle.begin()
            self.events.publish(Unlocked())
            return True

    def _open_behind_code(self, space: Space, *, after_s: float) -> None:
        self._equal.pause()
        if space.is_all_that_is_left:
            self._rest.begin(space.root, after_s=self.gate.until_answer_s())
        try:
            # What guarded the settings of a spared account was destroyed with the rest.
            open_one = partial(self._opener.open, is_spared=space.is_all_that_is_left)
            self._open.open_all(space.entries, open_one=open_one, after_s=after_s)
        except BaseException:
            self._drop()
            raise
        self._enter("opened" if space.entries else "emptied")

    def _abandon(self) -> None:
        """Forget everything at once, and tell those who show it."""
        self._generation += 1
        self.gate.forget()
        self.forgotten.cancel()
        self._equal.forget()
        self._drop(abandon_all)
        self.events.publish(Erased())

    def _erase_at_limit(self) -> bool:
        """Erase after the last guess; without a code there was nothing to be guessed."""
        is_due = self.code_is_set
        if is_due:
            self.erase()
        return is_due

    def _finish_erase(self, root: bytes | None) -> None:
        """Sweep the files. If that cannot be done yet, the app goes on all the same."""
        try:
            self._directory.finish_erase(root)
        finally:
            with self._changing:
                if self._state == "erasing":
                    self._held.space = self._directory.read_space()
                    self._enter("finished")
        with self._changing:
            space = self._held.space
            if space is not None and space.is_all_that_is_left and root is not None:
                self._held.write(space.alone())

    def _what_locks(self) -> LockSettings | None:
        """Return the settings of the lock, or None while nothing is there to be locked."""
        opened, is_set = self._open.accounts, self.code_is_set
        return lock_settings.load(*opened) if opened and is_set else None

    def _lock(self, depth: Depth) -> None:
        self.lock(depth=depth)
