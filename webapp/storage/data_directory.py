"""The data directory: first start, repair at every start, and the space that is open.

A first start is nothing but a repair of an empty directory, and so is what follows
an erase. The rules of repair, in the order in which they are applied:

 1. A damaged vault, or one of a newer version, ends the start. Nothing was written.
 2. No vault: the directory must be empty, else the vault was lost and rule 1 holds.
 3. Staging files are leftovers of a crash: overwritten and removed.
 4. A container whose first bytes no salt of this vault explains is an orphan, left
    by an erase. Orphans and missing files are built anew.
 5. A file of the wrong size is built anew only when nothing can be lost: the space
    without a code is open, so everything in use is known, and this is not.

There is no marker for anything half done. Whatever a crash leaves, these rules lead
either to the state before or to the state after.
"""

import contextlib
import errno
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from webapp.storage import fresh
from webapp.storage.database import AccountDatabase
from webapp.storage.directory_lock import DirectoryLock
from webapp.storage.errors import (
    DataDirectoryUnusable,
    FsyncFailed,
    LocalStorageError,
    NoFreeContainer,
    UnusableReason,
    VaultDamaged,
    VaultTooNew,
)
from webapp.storage.files import (
    DIRECTORY_MODE,
    FILE_MODE,
    Files,
    discard,
    ensure_directory,
    overwrite,
    put_file,
    remove,
    replace_secret,
    staging_path,
)
from webapp.vault.containers import (
    CONTAINER_BYTES,
    CONTAINER_COUNT,
    CONTAINER_KEY_BYTES,
    CONTAINER_SALT_BYTES,
    container_salt,
)
from webapp.vault.errors import InvalidVault, UnknownVaultVersion
from webapp.vault.slot_plaintext import Entry, Slot
from webapp.vault.slots import (
    VAULT_BYTES,
    first_start_vault,
    no_code_root,
    open_vault,
    read_salt,
    seal_slot,
)

_REASONS: dict[int, UnusableReason] = {
    errno.EROFS: "read_only",
    errno.EACCES: "not_allowed",
    errno.EPERM: "not_allowed",
    errno.ENOSPC: "no_space",
    errno.EDQUOT: "no_space",
    errno.ENOTDIR: "not_a_directory",
}


@dataclass(frozen=True, slots=True)
class Space:
    """What one code opens: its slot, where it is, and the root to seal it again."""

    index: int
    slot: Slot
    root: bytes = field(repr=False)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The accounts of this space, in the order in which they were added."""
        return self.slot.entries

    def with_entry(self, entry: Entry) -> "Space":
        """Return this space with one account more."""
        return replace(self, slot=replace(self.slot, entries=(*self.entries, entry)))


class DataDirectory:
    """The one directory that holds everything the program keeps."""

    def __init__(self, path: Path, files: Files) -> None:
        self._path = path
        self._files = files
        self._lock = DirectoryLock(path)
        self._stopped = False

    def lock(self) -> None:
        """Create the directory if it is missing, and keep every other process out of it.

        Raises AlreadyRunning, or DataDirectoryUnusable.
        """
        with self._disk():
            ensure_directory(self._files, self._path)
            self._lock.acquire()

    def release(self) -> None:
        """Let another process have the directory."""
        self._lock.release()

    def prepare(self) -> None:
        """Bring the directory into the state of a first start, or repair what a crash left.

        Needs ``lock``. Raises VaultDamaged, VaultTooNew or DataDirectoryUnusable
        before anything is written, and DataDirectoryUnusable or FsyncFailed while
        writing; the next start then goes on from there.
        """
        with self._writing():
            vault = self._read_vault()
            if vault is None:
                self._require_empty()
            space = None if vault is None else _open_without_code(vault)
            self._sweep_staging()
            self._files.restrict(self._path, mode=DIRECTORY_MODE)
            if vault is None:
                vault = first_start_vault()
                put_file(self._files, self._path / fresh.VAULT, vault)
                space = _open_without_code(vault)
            self._rebuild_small_files(space)
            self._rebuild_containers(vault, space)

    def read_space(self) -> Space | None:
        """Return the space that opens without a code, or None if a code is set.

        Raises VaultDamaged or VaultTooNew.
        """
        return _open_without_code(self._vault())

    def write_space(self, space: Space) -> None:
        """Seal ``space`` into its slot; afterwards its old content exists nowhere.

        Raises DataDirectoryUnusable if nothing was changed, FsyncFailed if that is
        not certain.
        """
        with self._writing():
            vault = seal_slot(self._vault(), space.index, root=space.root, slot=space.slot)
            replace_secret(self._files, self._path / fresh.VAULT, vault)

    def create_container(
        self, space: Space, *, fill: Callable[[AccountDatabase], None]
    ) -> tuple[Space, Entry]:
        """Return ``space`` with a new account in a free container, and the account's entry.

        ``fill`` writes the account into its database. The database is complete and on
        the disk before the slot names it: a crash leaves the space as it was, or with
        the whole account in it.

        Free is what this space does not list. Whoever has further codes must have
        opened them all, or theirs may be taken.
        Raises NoFreeContainer, and what ``write_space`` raises.
        """
        taken = {entry.container for entry in space.entries}
        free = [number for number in range(CONTAINER_COUNT) if number not in taken]
        if not free:
            raise NoFreeContainer("all containers are in use")
        # By lot, so that a number says nothing about the order of accounts.
        entry = Entry(secrets.choice(free), secrets.token_bytes(CONTAINER_KEY_BYTES))
        with self._writing():
            self._build_container(entry, fill)
        grown = space.with_entry(entry)
        self.write_space(grown)
        return grown, entry

    def open_container(self, entry: Entry) -> AccountDatabase:
        """Return the open database of the account ``entry``.

        Raises DatabaseUnreadable, DatabaseTooNew or DatabaseUnsafe.
        """
        salt = container_salt(read_salt(self._vault()), entry.container)
        return AccountDatabase.open(self._container(entry.container), key=entry.key, salt=salt)

    def read_door(self) -> bytes:
        """Return the content of the door; needs no lock, for it is there for a second start."""
        with self._disk():
            return self._files.read(self._path / fresh.DOOR, limit=fresh.DOOR_BYTES)

    def write_door(self, content: bytes) -> None:
        """Write the bytes, of fixed size, that tell a second start how to reach this process."""
        if len(content) != fresh.DOOR_BYTES:
            raise LocalStorageError("the door has a fixed size")
        with self._writing():
            overwrite(self._files, self._path / fresh.DOOR, content)

    def _build_container(self, entry: Entry, fill: Callable[[AccountDatabase], None]) -> None:
        target = self._container(entry.container)
        staging = staging_path(target)
        salt = container_salt(read_salt(self._vault()), entry.container)
        self._discard_container(staging)
        try:
            with contextlib.closing(
                AccountDatabase.create(staging, key=entry.key, salt=salt)
            ) as database:
                fill(database)
            self._fsync(staging)
            # SQLite would take an old log beside the new file for its own.
            self._remove_side_files(target)
            self._files.rename(staging, target)
        except FsyncFailed:
            raise
        except Exception:
            self._discard_container(staging)
            raise
        self._files.fsync_dir(target.parent)

    def _fsync(self, path: Path) -> None:
        file = self._files.open(path)
        try:
            self._files.fsync(file)
        finally:
            self._files.close(file)

    def _discard_container(self, path: Path) -> None:
        discard(self._files, path)
        self._remove_side_files(path)

    def _remove_side_files(self, container: Path) -> None:
        for suffix in fresh.SIDE_SUFFIXES:
            remove(self._files, container.with_name(container.name + suffix))

    def _rebuild_small_files(self, space: Space | None) -> None:
        self._rebuild(fresh.THROTTLE, fresh.THROTTLE_BYTES, fresh.fresh_throttle)
        self._rebuild(fresh.DOOR, fresh.DOOR_BYTES, fresh.fresh_door)
        if self._files.size(self._path / fresh.TRIPWIRE) is None or _holds_no_account(space):
            self._rebuild(fresh.TRIPWIRE, fresh.TRIPWIRE_BYTES, fresh.fresh_tripwire)

    def _rebuild(self, name: str, size_bytes: int, content: Callable[[], bytes]) -> None:
        path = self._path / name
        if self._files.size(path) != size_bytes:
            put_file(self._files, path, content())
        self._files.restrict(path, mode=FILE_MODE)

    def _rebuild_containers(self, vault: bytes, space: Space | None) -> None:
        salt = read_salt(vault)
        ensure_directory(self._files, self._path / fresh.CONTAINERS)
        for number in range(CONTAINER_COUNT):
            unused = space is not None and all(e.container != number for e in space.entries)
            path = self._container(number)
            if unused:
                # A log beside an unused container would say otherwise.
                self._remove_side_files(path)
            if self._needs_rebuild(number, salt, unused=unused):
                self._remove_side_files(path)
                put_file(self._files, path, fresh.fresh_container(salt, number))
            self._files.restrict(path, mode=FILE_MODE)

    def _needs_rebuild(self, number: int, vault_salt: bytes, *, unused: bool) -> bool:
        path = self._container(number)
        size = self._files.size(path)
        if size is None:
            return True
        head = self._files.read(path, limit=CONTAINER_SALT_BYTES)
        # One that belongs to this vault in another place was moved by somebody who may
        # want it back.
        if head not in {container_salt(vault_salt, n) for n in range(CONTAINER_COUNT)}:
            return True
        return unused and size != CONTAINER_BYTES

    def _sweep_staging(self) -> None:
        for name in sorted(fresh.STAGING_NAMES):
            discard(self._files, self._path / name)
        for number in range(CONTAINER_COUNT):
            self._discard_container(staging_path(self._container(number)))

    def _require_empty(self) -> None:
        names = set(self._files.list_directory(self._path)) - fresh.STAGING_NAMES
        if names & fresh.TOP_LEVEL_NAMES:
            raise VaultDamaged("the vault is missing")
        if names:
            # Somebody's own folder, chosen by mistake: this program erases what it owns.
            raise DataDirectoryUnusable("foreign_files")

    def _vault(self) -> bytes:
        with self._disk():
            vault = self._read_vault()
        if vault is None:
            raise VaultDamaged("the vault is missing")
        return vault

    def _read_vault(self) -> bytes | None:
        """Return the vault if it is sound, or None if there is none."""
        if self._files.size(self._path / fresh.VAULT) is None:
            return None
        vault = self._files.read(self._path / fresh.VAULT, limit=VAULT_BYTES + 1)
        with _vault_errors():
            read_salt(vault)
        return vault

    def _container(self, number: int) -> Path:
        return self._path / fresh.CONTAINERS / str(number)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Refuse to write without the lock, and after a failed fsync for good."""
        if not self._lock.held:
            raise LocalStorageError("the directory is not locked")
        if self._stopped:
            raise FsyncFailed("an earlier write was never confirmed")
        try:
            with self._disk():
                yield
        except FsyncFailed:
            self._stopped = True
            raise

    @contextlib.contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DataDirectoryUnusable(_REASONS.get(error.errno or 0, "failed")) from error


def _open_without_code(vault: bytes) -> Space | None:
    with _vault_errors():
        root = no_code_root(read_salt(vault))
        opened = open_vault(vault, root)
    return None if opened is None else Space(opened[0], opened[1], root)


def _holds_no_account(space: Space | None) -> bool:
    return space is not None and not space.entries


@contextlib.contextmanager
def _vault_errors() -> Iterator[None]:
    try:
        yield
    except InvalidVault as error:
        raise VaultDamaged("the vault is damaged") from error
    except UnknownVaultVersion as error:
        raise VaultTooNew("the vault is of a newer version") from error
