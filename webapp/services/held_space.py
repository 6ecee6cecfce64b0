"""What the vault says of the open space, and what else in the directory may be in use.

The app knows the slot and the containers of the code that opened it, and no others. What other
codes use it learns only from whoever types them, to keep what is behind them (security.md V11):
it remembers places and numbers until the next lock, and nothing that would open them.
"""

import contextlib
import secrets
import threading
from collections.abc import Callable, Collection
from dataclasses import replace

from webapp.services.errors import (
    AnotherCodeNeeded,
    AppLocked,
    CodeInUse,
    NoFreeSlot,
)
from webapp.storage.data_directory import DataDirectory, Space, Taken
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DataDirectoryUnusable, StorageError
from webapp.storage.freshness import Head
from webapp.vault.emergency import Prepared, decode_prepared, duress_slot, encode_prepared
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.slots import SLOT_COUNT, new_vault, seal_slot


class HeldSpace:
    """The open space, if there is one. All but ``refill`` and ``prepared`` need ``changing``.

    Without a space they raise AppLocked: it was locked since somebody asked.
    """

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
        self._kept |= Taken(taken.slots - {self._held().index}, taken.containers)

    def forget_kept(self) -> None:
        """Know nothing any more about other codes."""
        self._kept = Taken()

    def is_in_use(self, root: bytes) -> bool:
        """Return whether ``root`` opens anything but the open space."""
        found = self._directory.find_space(root)
        return found is not None and self._held().index != found.index

    def add(self, fill: Callable[[AccountDatabase], None]) -> Entry:
        """Return the entry of a new account in a container that counts as free.

        As in ``write``, what the disk has taken over counts.
        Raises AppLocked if there is no space, and what ``create_container`` raises.
        """
        space = self._held()
        taken = self._kept.containers | self._refilling
        try:
            self.space, entry = self._directory.create_container(space, fill=fill, taken=taken)
        except DataDirectoryUnusable:
            found = self._directory.open_space(space.root)
            if found is None or len(found.entries) == len(space.entries):
                raise
            self.space, entry = found, found.entries[-1]
        return entry

    def add_apart(self, fill: Callable[[AccountDatabase], None], root: bytes) -> None:
        """Make a new account in a space of its own, behind ``root``, and leave it closed.

        Raises CodeInUse, NoFreeSlot, and what ``create_container`` raises.
        """
        space = self._held()
        taken = self._kept.containers | self._refilling | {e.container for e in space.entries}
        apart = Space(self._free_slot(root), Slot(SlotKind.OPEN), root)
        try:
            self._directory.create_container(apart, fill=fill, taken=taken)
        except DataDirectoryUnusable:
            if self._directory.open_space(root) is None:
                raise
        found = self._directory.find_space(root)
        self.keep(Taken() if found is None else Taken.of(found))

    def change_root(self, root: bytes) -> None:
        """Let another root open the space. Raises CodeInUse, and what ``write`` raises.

        A duress code has to fit the code that it stands beside, so it goes.
        """
        if self.is_in_use(root):
            raise CodeInUse
        space, vacated = self._without_duress(self._held())
        self.write(space.under(root), vacated=vacated)

    def move(self, container: int, root: bytes) -> None:
        """Put one account behind another root, in a slot that counts as free.

        Both slots change in one step, and the container stays as it is. Raises CodeInUse,
        NoFreeSlot, and what ``write`` raises.
        """
        space = self._held()
        moved = space.moved(container, index=self._free_slot(root), root=root)
        left, vacated = self._without_cover(space, container)
        self.write(left.without_entry(container), moved, vacated=vacated)
        self.keep(Taken(frozenset({moved.index}), frozenset({container})))

    def erase(self, container: int, *, has_code: bool) -> None:
        """Have nothing in the vault that opens ``container``; ``refill`` does the rest.

        The last account of a space takes its slot along if that has a code, and its duress code.
        Raises AnotherCodeNeeded if then nothing is known to open any more, and what ``write``
        raises.
        """
        space = self._held()
        if has_code and len(space.entries) == 1:
            if not self._kept.slots:
                raise AnotherCodeNeeded
            self._vacate(space)
        else:
            left, vacated = self._without_cover(space, container)
            self.write(left.without_entry(container), vacated=vacated)
        self._refilling |= {container}

    @property
    def prepared(self) -> Prepared:
        """What is prepared for an emergency. Raises AppLocked."""
        return decode_prepared(self._held().slot.options)

    def arm(self, root: bytes, cover: int | None) -> None:
        """Let ``root`` destroy all accounts, or all but the one in the container ``cover``.

        Raises CodeInUse, NoFreeSlot, and what ``write`` raises.
        """
        self._require_free_for_duress(root)
        space, prepared = self._held(), self.prepared
        place = prepared.duress_place
        if place is None:
            place = self._free_slot(root)
        entry = None if cover is None else space.entry_of(cover)
        armed = replace(prepared, duress_place=place, cover=cover)
        self.write(_with(space, armed), Space(place, duress_slot(entry), root))

    def throw_away_vault(self, duress_root: bytes) -> bytes:
        """Return a vault that lies nowhere, with an empty slot for either root.

        Raises CodeInUse, and what the storage raises about the vault.
        """
        self._require_free_for_duress(duress_root)
        vault = new_vault(self._directory.vault_salt())
        vault = seal_slot(vault, 0, root=self._held().root, slot=Slot(SlotKind.OPEN))
        return seal_slot(vault, 1, root=duress_root, slot=duress_slot(None))

    def disarm(self) -> None:
        """Let no root destroy anything. Raises what ``write`` raises."""
        space, vacated = self._without_duress(self._held())
        self.write(space, vacated=vacated)

    def set_panic_chord(self, is_on: bool) -> None:
        """Remember whether the panic shortcut works. Raises what ``write`` raises."""
        self.write(_with(self._held(), replace(self.prepared, panic_chord=is_on)))

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

    def write(self, space: Space, *others: Space, vacated: Collection[int] = ()) -> None:
        """Have ``space`` in the vault, and in the same step what other slots say or no longer say.

        A disk that fails on the way may have taken it over before: then it counts, or a code
        that no longer opens anything would be the one that is asked for.
        """
        try:
            self._directory.write_space(space, *others, vacated=vacated)
        except DataDirectoryUnusable:
            found = self._directory.open_space(space.root)
            if found is None or found.slot != space.slot:
                raise
        self.space = space

    def _require_free_for_duress(self, root: bytes) -> None:
        """Go on if ``root`` opens nothing, or the duress slot that there is. Raises CodeInUse."""
        found = self._directory.find_space(root)
        if found is not None and found.index != self.prepared.duress_place:
            raise CodeInUse

    def _vacate(self, space: Space) -> None:
        """Have random bytes in the slot of ``space``; as in ``write``, what the disk has counts."""
        _, vacated = self._without_duress(space)
        try:
            self._directory.write_space(vacated={space.index, *vacated})
        except DataDirectoryUnusable:
            if self._directory.open_space(space.root) is not None:
                raise

    def _without_cover(self, space: Space, container: int) -> tuple[Space, frozenset[int]]:
        """Return the space and the places to vacate when this account leaves it."""
        if self.prepared.cover == container:
            return self._without_duress(space)
        return space, frozenset()

    def _without_duress(self, space: Space) -> tuple[Space, frozenset[int]]:
        """Return the space without a duress code, and the place to vacate for that, if any."""
        prepared = decode_prepared(space.slot.options)
        if prepared.duress_place is None:
            return space, frozenset()
        left = _with(space, replace(prepared, duress_place=None, cover=None))
        return left, frozenset({prepared.duress_place})

    def _free_slot(self, root: bytes) -> int:
        """Return a place for a slot behind ``root``, which must open nothing yet.

        Raises CodeInUse, NoFreeSlot.
        """
        if self._directory.find_space(root) is not None:
            raise CodeInUse
        taken = self._kept.slots | {self._held().index, self.prepared.duress_place}
        free = sorted(set(range(SLOT_COUNT)) - taken)
        if not free:
            raise NoFreeSlot
        # By lot, so that a place says nothing about the order of codes.
        return secrets.choice(free)

    def _held(self) -> Space:
        if self.space is None:
            raise AppLocked
        return self.space


def _with(space: Space, prepared: Prepared) -> Space:
    return space.with_options(encode_prepared(prepared))
