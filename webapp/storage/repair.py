"""Bringing a data directory into shape, at every start and after every erase.

A first start is nothing but a repair of an empty directory, and so is what follows
an erase. The rules, in the order in which they are applied:

 1. A damaged vault, or one of a newer version, ends the start. Nothing was written.
 2. No vault: the directory must be empty, else the vault was lost and rule 1 holds.
 3. No space opens without a code, and not one of the eight containers belongs to this
    vault: an erase was torn in the middle of its block, and nothing that the vault may
    still open exists. The vault becomes that of a first start.
 4. Staging files are leftovers of a crash: overwritten and removed.
 5. A tripwire that does not begin as one of this vault is an orphan, left by an erase. The
    space without a code is open and holds no account, and a container is an orphan: then
    an erase has not come further, and the throttle becomes that of a first start.
 6. A container whose first bytes no salt of this vault explains, and that the open
    space does not list, is an orphan too. Orphans and missing files are built anew. All
    that are not listed are orphans where the open space says that it is all that is
    left; when they are built, it stops saying so.
 7. A container that the open space does not list may hold the account of another code, so
    it is left as it is, with the log that SQLite may have left beside it. One that is
    smaller than a container in use ever is holds nothing, and is built anew.
 8. Where all containers are kept at one size, one that is built anew has that size. Those
    that rule 6 finds beside the only account that is left are written over in that size.

There is no marker for anything half done. Whatever a crash leaves, these rules lead
either to the state before or to the state after.
"""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from webapp.storage import fresh
from webapp.storage.equal_size import container_sizes
from webapp.storage.errors import DataDirectoryUnusable, VaultDamaged
from webapp.storage.files import (
    DIRECTORY_MODE,
    FILE_MODE,
    Files,
    discard,
    ensure_directory,
    overwrite,
    put_file,
    put_random,
    refill,
    remove,
    replace_secret,
    staging_path,
)
from webapp.storage.space import Space, open_without_code, read_vault
from webapp.vault.containers import (
    CONTAINER_BYTES,
    CONTAINER_COUNT,
    CONTAINER_SALT_BYTES,
    are_kept_equal,
    common_size,
    container_salt,
)
from webapp.vault.slots import first_start_vault, read_salt, seal_slot
from webapp.vault.throttle import THROTTLE_BYTES, unreadable
from webapp.vault.tripwire import TRIPWIRE_SALT_BYTES


def repair(files: Files, directory: Path) -> None:
    """Make ``directory`` what a first start makes of it, or put right what a crash left.

    Raises VaultDamaged, VaultTooNew or DataDirectoryUnusable before anything is
    written; after that FsyncFailed, and whatever ``files`` raises.
    """
    vault, space = repair_small_files(files, directory)
    rebuild_containers(files, directory, vault=vault, space=space)
    if space is not None and space.is_all_that_is_left:
        alone = seal_slot(vault, space.index, root=space.root, slot=space.alone().slot)
        replace_secret(files, directory / fresh.VAULT, alone)


def repair_small_files(files: Files, directory: Path) -> tuple[bytes, Space | None]:
    """Bring all but the containers into shape, by the rules 1 to 5.

    Returns the vault and the space that needs no code. Raises what ``repair`` does.
    """
    vault = read_vault(files, directory)
    if vault is None:
        _require_empty(files, directory)
    space = None if vault is None else open_without_code(vault)
    is_torn = vault is not None and space is None and all(_orphans(files, directory, vault))
    _sweep_staging(files, directory)
    files.restrict(directory, mode=DIRECTORY_MODE)
    if vault is None or is_torn:
        write = overwrite if is_torn else put_file
        vault = first_start_vault()
        write(files, directory / fresh.VAULT, vault)
        space = open_without_code(vault)
    _rebuild_small_files(files, directory, vault=vault, space=space)
    return vault, space


def rebuild_containers(files: Files, directory: Path, *, vault: bytes, space: Space | None) -> None:
    """Build anew what is no container of this vault, by the rules 6 and 7.

    All rubbish goes before anything is built: it may be what fills the disk. What one
    file refuses keeps no other from its turn, and is raised at the end.
    Raises FsyncFailed, at once, and whatever ``files`` raises.
    """
    salt = read_salt(vault)
    ensure_directory(files, directory / fresh.CONTAINERS)
    is_alone = space is not None and space.is_all_that_is_left
    keeps_sizes = is_alone and are_kept_equal(container_sizes(files, directory))
    refusals: list[OSError] = []
    for number in range(CONTAINER_COUNT):
        with _later(refusals):
            _clear_away(
                files, directory, number, vault_salt=salt, space=space, keeps_size=keeps_sizes
            )
    size = _size_of_new(files, directory)
    for number in range(CONTAINER_COUNT):
        path = fresh.container_path(directory, number)
        with _later(refusals):
            if files.size(path) is None:
                head = container_salt(salt, number)
                put_random(files, path, head=head, size_bytes=size)
            files.restrict(path, mode=FILE_MODE)
    if refusals:
        raise refusals[0]


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


def _orphans(files: Files, directory: Path, vault: bytes) -> list[bool]:
    """Return of each container whether it is there and belongs to another vault."""
    paths = [fresh.container_path(directory, number) for number in range(CONTAINER_COUNT)]
    salts = _container_salts(read_salt(vault))
    heads = [_head(files, path) for path in paths]
    return [bool(head) and head not in salts for head in heads]


def _sweep_staging(files: Files, directory: Path) -> None:
    for name in sorted(fresh.STAGING_NAMES):
        discard(files, directory / name)
    for number in range(CONTAINER_COUNT):
        discard_container(files, staging_path(fresh.container_path(directory, number)))


def _rebuild_small_files(
    files: Files, directory: Path, *, vault: bytes, space: Space | None
) -> None:
    is_fresh = space is not None and not space.entries
    is_erased = is_fresh and any(_orphans(files, directory, vault))
    # Where a code is set, a throttle that has gone must not be a way to new free attempts.
    throttle = unreadable() if space is None else fresh.fresh_throttle()
    path = directory / fresh.THROTTLE
    if is_erased and _head(files, path, limit=THROTTLE_BYTES + 1) != throttle:
        _write_anew(files, path, throttle)
    _rebuild(files, path, throttle)
    _rebuild(files, directory / fresh.DOOR, fresh.fresh_door())
    path = directory / fresh.TRIPWIRE
    tripwire = fresh.fresh_tripwire(read_salt(vault))
    if _head(files, path) != tripwire[:TRIPWIRE_SALT_BYTES]:
        # What it held goes first: torn, the new one would begin well and end with that.
        _write_anew(files, path, secrets.token_bytes(len(tripwire)))
        _write_anew(files, path, tripwire)
    if is_fresh:
        _rebuild(files, path, tripwire)
    files.restrict(path, mode=FILE_MODE)


def _write_anew(files: Files, path: Path, content: bytes) -> None:
    """Make ``content`` the file ``path``, which needs no room if it has that size already."""
    if files.size(path) == len(content):
        overwrite(files, path, content)
    else:
        put_file(files, path, content)


def _rebuild(files: Files, path: Path, content: bytes) -> None:
    if files.size(path) != len(content):
        put_file(files, path, content)
    files.restrict(path, mode=FILE_MODE)


@contextlib.contextmanager
def _later(refusals: list[OSError]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        refusals.append(error)


def _size_of_new(files: Files, directory: Path) -> int:
    sizes = container_sizes(files, directory)
    return common_size(sizes) if are_kept_equal(sizes) else CONTAINER_BYTES


def _clear_away(
    files: Files,
    directory: Path,
    number: int,
    *,
    vault_salt: bytes,
    space: Space | None,
    keeps_size: bool,
) -> None:
    """Remove container ``number`` if it is rubbish, with the log that may lie beside it.

    One that ``keeps_size`` is written over instead, if it is there.
    """
    if space is not None and any(entry.container == number for entry in space.entries):
        return
    path = fresh.container_path(directory, number)
    if _is_rubbish(files, path, vault_salt=vault_salt, space=space):
        # First, because a log beside a new container would be left alone.
        remove_side_files(files, path)
        if keeps_size and files.size(path) is not None:
            refill(files, path, head=container_salt(vault_salt, number))
        else:
            remove(files, path)


def _is_rubbish(files: Files, path: Path, *, vault_salt: bytes, space: Space | None) -> bool:
    size = files.size(path)
    if size is None or (space is not None and space.is_all_that_is_left):
        return True
    # One that belongs to this vault in another place was moved by somebody who may want it
    # back.
    if _head(files, path) not in _container_salts(vault_salt):
        return True
    return space is not None and size < CONTAINER_BYTES


def _head(files: Files, path: Path, *, limit: int = CONTAINER_SALT_BYTES) -> bytes:
    """Return the first bytes of a file, none if it is missing."""
    return b"" if files.size(path) is None else files.read(path, limit=limit)


def _container_salts(vault_salt: bytes) -> frozenset[bytes]:
    return frozenset(container_salt(vault_salt, number) for number in range(CONTAINER_COUNT))
