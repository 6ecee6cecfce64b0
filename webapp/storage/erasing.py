"""Destroying the keys: the one step of an erase that counts.

Both forms write one block over the living vault, in place, and have it on the disk before
they return. That needs no room, takes as long for ten gigabytes as for one message, and after
it every container is rubbish. Sweeping the rubbish is the work of ``repair``, at once and at
every start, so a crash anywhere between leads to the same end.

    form    the vault afterwards                         what repair does then
    empty   that of a first start, another salt          all containers are orphans
    cover   salt kept, one slot: the account that is     all containers but its own are rebuilt,
            spared, flagged REBUILD_OTHERS               then the flag is cleared

A disk that does not confirm the write, or refuses it, ends the erase, and then nothing else
has been touched.
"""

from pathlib import Path

from webapp.storage import fresh
from webapp.storage.files import Files, discard, overwrite, staging_path
from webapp.storage.space import Space
from webapp.vault.slot_plaintext import Entry, Slot, SlotFlags, SlotKind
from webapp.vault.slots import any_place, first_start_vault, lone_vault


def destroy_all_keys(files: Files, directory: Path) -> None:
    """Leave the vault of a first start. Raises FsyncFailed and what ``files`` raises."""
    _write_over(files, directory / fresh.VAULT, first_start_vault())


def destroy_other_keys(
    files: Files, directory: Path, *, salt: bytes, root: bytes, entry: Entry
) -> Space:
    """Leave a vault in which ``root`` opens ``entry``, and nothing opens anything else.

    Returns the space that is left. Raises FsyncFailed and what ``files`` raises.
    """
    slot = Slot(SlotKind.OPEN, (entry,), flags=SlotFlags.REBUILD_OTHERS)
    space = Space(any_place(), slot, root)
    vault = lone_vault(salt, space.index, root=root, slot=slot)
    _write_over(files, directory / fresh.VAULT, vault)
    return space


def _write_over(files: Files, path: Path, vault: bytes) -> None:
    # A write that was never confirmed has left a whole vault there, with all its keys.
    discard(files, staging_path(path))
    overwrite(files, path, vault)
