"""What the vault says of the open space, and what else in the directory may be in use.

The app knows the slot and the containers of the code that opened it, and no others. What other
codes use it learns only from whoever types them, to keep what is behind them (security.md V11):
it remembers places and numbers until the next lock, and nothing that would open them.
"""

import contextlib
import secrets
import threading
from collections.abc import Callable

from webapp.services.errors import (
    AnotherCodeNeeded,
    AppLocked,
    CodeInUse,
    NoFreeSlot,
    OnlyAccount,
)
from webapp.storage.data_directory import DataDirectory, Space, Taken
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DataDirectoryUnusable, StorageError
from webapp.storage.freshness import Head
from webapp.vault.slot_plaintext import Entry
from webapp.vault.slots import SLOT_COUNT


class HeldSpace:
    """The open space, if there is one. Every method needs ``changing``, but for ``refill``."""

    def __init__(self, directory: DataDirectory, changing: threading.Lock) -> None:
        self.space: Space | None = None
        self._directory = directory
        self._changing = changing
        self._kept = Taken()
        # Containers of erased accounts, until nothing of them is left.
        self._refilling: frozenset[int] = frozenset()

    @property
    def kept(self) -> int:
        """How many other codes have been typed since the last lock, to keep what they open."""
        return len(self._kept.slots)

    def keep(self, taken: Taken) -> None:
        """Take note of what another code uses."""
        if self.space is not None:
            self._kept |= Taken(taken.slots - {self.space.index}, taken.containers)

    def forget_kept(self) -> None:
        """Know nothing any more about other codes."""
        self._kept = Taken()

    def is_in_use(self, root: bytes) -> bool:
        """Return whether ``root`` opens anything but the open space."""
        found = self._directory.find_space(root)
        return found is not None and (self.space is None or self.space.index != found.index)

    def add(self, fill: Callable[[AccountDatabase], None]) -> Entry:
        """Return the entry of a new account in a container that counts as free.

        Raises AppLocked if there is no space, and what ``create_container`` raises.
        """
        if self.space is None:
            raise AppLocked
        taken = self._kept.containers | self._refilling
        self.space, entry = self._directory.create_container(self.space, fill=fill, taken=taken)
        return entry

    def move(self, container: int, root: bytes) -> None:
        """Put one account behind another root, in a slot that counts as free.

        Both slots change in one step, and the container stays as it is. Raises OnlyAccount,
        CodeInUse, NoFreeSlot, and what ``write`` raises.
        """
        space = self._held()
        if len(space.entries) == 1:
            raise OnlyAccount
        if self._directory.find_space(root) is not None:
            raise CodeInUse
        free = sorted(set(range(SLOT_COUNT)) - self._kept.slots - {space.index})
        if not free:
            raise NoFreeSlot
        # By lot, so that a place says nothing about the order of codes.
        moved = space.moved(container, index=secrets.choice(free), root=root)
        self.write(space.without_entry(container), moved)
        self.keep(Taken(frozenset({moved.index}), frozenset({container})))

    def erase(self, container: int, *, has_code: bool) -> None:
        """Have nothing in the vault that opens ``container``; ``refill`` does the rest.

        The last account of a space takes its slot along if that has a code. Raises
        AnotherCodeNeeded if then nothing is known to open any more, and what ``write`` raises.
        """
        space = self._held()
        if has_code and len(space.entries) == 1:
            if not self._kept.slots:
                raise AnotherCodeNeeded
            self._vacate(space)
        else:
            self.write(space.without_entry(container))
        self._refilling |= {container}

    def refill(self, container: int) -> None:
        """Have an erased container say nothing, as far as the disk allows.

        An error would say that the account is still there. Without its key it is not.
        """
        with contextlib.suppress(StorageError):
            self._directory.refill_container(container)
        with self._changing:
            self._refilling -= {container}

    def seal(self, container: int, head: Head) -> None:
        """Have the vault remember the newest guarded rows of an account. Raises AppLocked."""
        space = self.space
        if space is None or all(entry.container != container for entry in space.entries):
            # Locked since. The database is one step ahead, which the next opening puts right.
            raise AppLocked
        self.write(space.with_freshness(container, counter=head.counter, digest=head.digest))

    def write(self, space: Space, *others: Space) -> None:
        """Have ``space`` in the vault, and in the same step what goes into other slots.

        A disk that fails on the way may have taken it over before: then it counts, or a code
        that no longer opens anything would be the one that is asked for.
        """
        try:
            self._directory.write_space(space, *others)
        except DataDirectoryUnusable:
            found = self._directory.open_space(space.root)
            if found is None or found.slot != space.slot:
                raise
        self.space = space

    def _vacate(self, space: Space) -> None:
        """Have random bytes in the slot of ``space``; as in ``write``, what the disk has counts."""
        try:
            self._directory.forget_space(space)
        except DataDirectoryUnusable:
            if self._directory.open_space(space.root) is not None:
                raise

    def _held(self) -> Space:
        if self.space is None:
            raise AppLocked
        return self.space
