"""What a vault says, read from its file: the space that one root opens."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from webapp.storage import fresh
from webapp.storage.errors import VaultDamaged, VaultTooNew
from webapp.storage.files import Files
from webapp.vault.errors import InvalidVault, UnknownVaultVersion
from webapp.vault.slot_plaintext import OPTIONS_BYTES, Entry, Slot, SlotFlags, SlotKind
from webapp.vault.slots import VAULT_BYTES, no_code_root, open_vault, read_salt


@dataclass(frozen=True, slots=True)
class Space:
    """What one code opens: its slot, where it is, and the root to seal it again."""

    index: int
    slot: Slot
    root: bytes = field(repr=False)

    @property
    def is_duress(self) -> bool:
        """Whether its code destroys all accounts but the one that is listed here, if any is."""
        return self.slot.kind is SlotKind.DURESS

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The accounts of this space, in the order in which they were added."""
        return self.slot.entries

    def with_entry(self, entry: Entry) -> "Space":
        """Return this space with one account more."""
        return replace(self, slot=replace(self.slot, entries=(*self.entries, entry)))

    def without_entry(self, container: int) -> "Space":
        """Return this space without the account in this container."""
        entries = tuple(entry for entry in self.entries if entry.container != container)
        return replace(self, slot=replace(self.slot, entries=entries))

    def entry_of(self, container: int) -> Entry:
        """Return the account in this container, which the space has to list."""
        return next(entry for entry in self.entries if entry.container == container)

    def moved(self, container: int, *, index: int, root: bytes) -> "Space":
        """Return a space of its own for one account, in another slot and under another root."""
        options = bytes(OPTIONS_BYTES)
        slot = replace(self.slot, entries=(self.entry_of(container),), options=options)
        return Space(index, slot, root)

    def with_freshness(self, container: int, *, counter: int, digest: bytes) -> "Space":
        """Return this space with what the chain of one account has come to."""
        entries = tuple(
            replace(entry, freshness_counter=counter, freshness_digest=digest)
            if entry.container == container
            else entry
            for entry in self.entries
        )
        return replace(self, slot=replace(self.slot, entries=entries))

    @property
    def is_all_that_is_left(self) -> bool:
        """Whether an erase has spared this space, and has not rebuilt the rest yet."""
        return SlotFlags.REBUILD_OTHERS in self.slot.flags

    def alone(self) -> "Space":
        """Return this space once the rest has been rebuilt."""
        flags = self.slot.flags & ~SlotFlags.REBUILD_OTHERS
        return replace(self, slot=replace(self.slot, flags=flags))

    def with_options(self, options: bytes) -> "Space":
        """Return this space with other options."""
        return replace(self, slot=replace(self.slot, options=options))

    def under(self, root: bytes) -> "Space":
        """Return this space as another root opens it."""
        return replace(self, root=root)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is in use: places of slots, and numbers of containers. It opens nothing."""

    slots: frozenset[int] = frozenset()
    containers: frozenset[int] = frozenset()

    @classmethod
    def of(cls, space: Space) -> "Taken":
        """Return what one space uses, whatever its code sets off."""
        return cls(frozenset({space.index}), frozenset(each.container for each in space.entries))

    def __or__(self, other: "Taken") -> "Taken":
        return Taken(self.slots | other.slots, self.containers | other.containers)


def read_vault(files: Files, directory: Path) -> bytes | None:
    """Return the vault of ``directory`` if it is sound, or None if there is none.

    Raises VaultDamaged or VaultTooNew.
    """
    path = directory / fresh.VAULT
    if files.size(path) is None:
        return None
    vault = files.read(path, limit=VAULT_BYTES + 1)
    with _vault_errors():
        read_salt(vault)
    return vault


def open_without_code(vault: bytes) -> Space | None:
    """Return the space of ``vault`` that needs no code, or None if a code is set.

    Raises VaultTooNew if the slot is of a form that only a newer program knows.
    """
    with _vault_errors():
        root = no_code_root(read_salt(vault))
    return open_with_root(vault, root)


def open_with_root(vault: bytes, root: bytes) -> Space | None:
    """Return the space of ``vault`` that ``root`` opens, or None if it opens none.

    A slot that would destroy something opens no space: nothing here acts on it.
    Raises VaultDamaged or VaultTooNew.
    """
    found = find_space(vault, root)
    return None if found is None or found.is_duress else found


def find_space(vault: bytes, root: bytes) -> Space | None:
    """Return what ``root`` opens, of whatever kind, None if it opens nothing.

    Raises VaultDamaged or VaultTooNew.
    """
    with _vault_errors():
        opened = open_vault(vault, root)
    return None if opened is None else Space(*opened, root)


@contextlib.contextmanager
def _vault_errors() -> Iterator[None]:
    try:
        yield
    except InvalidVault as error:
        raise VaultDamaged("the vault is damaged") from error
    except UnknownVaultVersion as error:
        raise VaultTooNew("the vault is of a newer version") from error
