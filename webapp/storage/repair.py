"""Bringing a data directory into shape at every start.

A first start is nothing but a repair of an empty directory, and so is what follows
an erase. The rules, in the order in which they are applied:

 1. A damaged vault, or one of a newer version, ends the start. Nothing was written.
 2. No vault: the directory must be empty, else the vault was lost and rule 1 holds.
 3. Staging files are leftovers of a crash: overwritten and removed.
 4. A container whose first bytes no salt of this vault explains, and that the open
    space does not list, is an orphan, left by an erase. Orphans and missing files are
    built anew.
 5. A container that the open space does not list may hold the account of another code, so
    it is left as it is, with the log that SQLite may have left beside it. One that is
    smaller than a container in use ever is holds nothing, and is built anew.

There is no marker for anything half done. Whatever a crash leaves, these rules lead
either to the state before or to the state after.
"""

from collections.abc import Callable
from pathlib import Path

from webapp.storage import fresh
from webapp.storage.errors import DataDirectoryUnusable, VaultDamaged
from webapp.storage.files import (
    DIRECTORY_MODE,
    FILE_MODE,
    Files,
    discard,
    ensure_directory,
    put_file,
    remove,
    staging_path,
)
from webapp.storage.space import Space, open_without_code, read_vault
from webapp.vault.containers import (
    CONTAINER_BYTES,
    CONTAINER_COUNT,
    CONTAINER_SALT_BYTES,
    container_salt,
)
from webapp.vault.slots import first_start_vault, read_salt
from webapp.vault.throttle import THROTTLE_BYTES, unreadable


def repair(files: Files, directory: Path) -> None:
    """Make ``directory`` what a first start makes of it, or put right what a crash left.

    Raises VaultDamaged, VaultTooNew or DataDirectoryUnusable before anything is
    written; after that FsyncFailed, and whatever ``files`` raises.
    """
    vault = read_vault(files, directory)
    if vault is None:
        _require_empty(files, directory)
    space = None if vault is None else open_without_code(vault)
    _sweep_staging(files, directory)
    files.restrict(directory, mode=DIRECTORY_MODE)
    if vault is None:
        vault = first_start_vault()
        put_file(files, directory / fresh.VAULT, vault)
        space = open_without_code(vault)
    _rebuild_small_files(files, directory, space)
    _rebuild_containers(files, directory, vault=vault, space=space)


def discard_container(files: Files, path: Path) -> None:
    """Overwrite and remove the container ``path``, with its side files, if it exists."""
    discard(files, path)
    remove_side_files(files, path)


def remove_side_files(files: Files, container: Path) -> None:
    """Remove what SQLite may have left beside ``container``."""
    for suffix in fresh.SIDE_SUFFIXES:
        remove(files, container.with_name(container.name + suffix))


def _require_empty(files: Files, directory: Path) -> None:
    names = set(files.list_directory(directory)) - fresh.STAGING_NAMES
    if names & fresh.TOP_LEVEL_NAMES:
        raise VaultDamaged("the vault is missing")
    if names:
        # Somebody's own folder, chosen by mistake: this program erases what it owns.
        raise DataDirectoryUnusable("foreign_files")


def _sweep_staging(files: Files, directory: Path) -> None:
    for name in sorted(fresh.STAGING_NAMES):
        discard(files, directory / name)
    for number in range(CONTAINER_COUNT):
        discard_container(files, staging_path(fresh.container_path(directory, number)))


def _rebuild_small_files(files: Files, directory: Path, space: Space | None) -> None:
    # Where a code is set, a throttle that has gone must not be a way to new free attempts.
    throttle = unreadable if space is None else fresh.fresh_throttle
    _rebuild(files, directory / fresh.THROTTLE, THROTTLE_BYTES, throttle)
    _rebuild(files, directory / fresh.DOOR, fresh.DOOR_BYTES, fresh.fresh_door)
    tripwire = directory / fresh.TRIPWIRE
    holds_no_account = space is not None and not space.entries
    if files.size(tripwire) is None or holds_no_account:
        _rebuild(files, tripwire, fresh.TRIPWIRE_BYTES, fresh.fresh_tripwire)


def _rebuild(files: Files, path: Path, size_bytes: int, content: Callable[[], bytes]) -> None:
    if files.size(path) != size_bytes:
        put_file(files, path, content())
    files.restrict(path, mode=FILE_MODE)


def _rebuild_containers(
    files: Files, directory: Path, *, vault: bytes, space: Space | None
) -> None:
    salt = read_salt(vault)
    ensure_directory(files, directory / fresh.CONTAINERS)
    for number in range(CONTAINER_COUNT):
        listed = space is not None and any(e.container == number for e in space.entries)
        unused = space is not None and not listed
        path = fresh.container_path(directory, number)
        if _needs_rebuild(files, path, vault_salt=salt, listed=listed, unused=unused):
            remove_side_files(files, path)
            put_file(files, path, fresh.fresh_container(salt, number))
        files.restrict(path, mode=FILE_MODE)


def _needs_rebuild(
    files: Files, path: Path, *, vault_salt: bytes, listed: bool, unused: bool
) -> bool:
    size = files.size(path)
    if size is None:
        return True
    if listed:
        return False
    head = files.read(path, limit=CONTAINER_SALT_BYTES)
    # One that belongs to this vault in another place was moved by somebody who may want
    # it back.
    if head not in {container_salt(vault_salt, n) for n in range(CONTAINER_COUNT)}:
        return True
    return unused and size < CONTAINER_BYTES
