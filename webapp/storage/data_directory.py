"""The data directory: who may use it, the space that is open, and new accounts in it.

``repair`` brings it into shape; here is what the running program does with it. After
an ``fsync`` that failed, it writes nothing more.
"""

import contextlib
import errno
import secrets
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from webapp.protocol.keys import Seed
from webapp.storage import fresh
from webapp.storage.database import AccountDatabase
from webapp.storage.directory_lock import DirectoryLock
from webapp.storage.equal_size import container_sizes, missing_bytes, pad_once
from webapp.storage.erasing import destroy_all_keys, destroy_other_keys
from webapp.storage.errors import (
    DataDirectoryUnusable,
    FsyncFailed,
    LocalStorageError,
    NoFreeContainer,
    UnusableReason,
    VaultDamaged,
)
from webapp.storage.files import (
    Files,
    ensure_directory,
    overwrite,
    pad,
    refill,
    replace_secret,
    staging_path,
)
from webapp.storage.repair import (
    discard_container,
    rebuild_containers,
    remove_side_files,
    repair,
    repair_small_files,
)
from webapp.storage.space import (
    Space,
    Taken,
    find_space,
    open_with_root,
    open_without_code,
    read_vault,
)
from webapp.vault.containers import (
    CONTAINER_COUNT,
    CONTAINER_KEY_BYTES,
    are_kept_equal,
    container_salt,
    practice_seed,
)
from webapp.vault.slot_plaintext import Entry
from webapp.vault.slots import no_code_root, read_salt, seal_slot, vacate_slot
from webapp.vault.throttle import THROTTLE_BYTES

# Services get a space from here and hand it back.
__all__ = ["DataDirectory", "Space", "Taken"]

_REASONS: dict[int, UnusableReason] = {
    errno.EROFS: "read_only",
    errno.EACCES: "not_allowed",
    errno.EPERM: "not_allowed",
    errno.ENOSPC: "no_space",
    errno.EDQUOT: "no_space",
    errno.ENOTDIR: "not_a_directory",
}


class DataDirectory:
    """The one directory that holds everything the program keeps."""

    def __init__(self, path: Path, files: Files) -> None:
        self._path = path
        self._files = files
        self._lock = DirectoryLock(path)
        self._stopped = False
        # One writer of a small file at a time, and one of the containers.
        self._one_writer = threading.RLock()
        self._one_builder = threading.Lock()

    def lock(self) -> None:
        """Create the directory if it is missing, and keep every other process out of it.

        Raises AlreadyRunning, or DataDirectoryUnusable.
        """
        with self._disk():
            ensure_directory(self._files, self._path)
            self._lock.acquire()

    def adopt(self, handle: int) -> None:
        """Do the same with the lock that the process before has left."""
        self._lock.adopt(handle)

    def leave(self) -> int:
        """Return the lock as a handle, for the process that takes the place of this one."""
        return self._lock.leave()

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
            repair(self._files, self._path)

    def destroy_all_keys(self) -> None:
        """Make the vault that of a first start: after this no code opens anything.

        The rest is ``finish_erase``, or the next ``prepare``. An earlier write that was
        never confirmed is no reason not to try.
        Raises DataDirectoryUnusable or FsyncFailed; then nothing else was touched.
        """
        with self._destroying():
            destroy_all_keys(self._files, self._path)

    def destroy_other_keys(self, root: bytes, entry: Entry) -> Space:
        """Let ``root`` open the account ``entry`` and nothing open anything else.

        Returns what it opens. Raises what ``destroy_all_keys`` raises, VaultDamaged and
        VaultTooNew.
        """
        with self._destroying():
            salt = read_salt(self._vault())
            return destroy_other_keys(self._files, self._path, salt=salt, root=root, entry=entry)

    def finish_erase(self, root: bytes | None = None) -> None:
        """Bring everything but the vault into the state of a first start.

        ``root`` is that of the space that was spared, if one was; its ``alone`` is then to
        be written. May be called again at any time, whoever adds accounts meanwhile.
        Raises DataDirectoryUnusable, and FsyncFailed; the next call or start goes on.
        """
        with self._one_builder:
            with self._writing():
                vault, space = repair_small_files(self._files, self._path)
            if root is not None:
                spared = open_with_root(vault, root)
                space = spared if spared is not None and spared.is_all_that_is_left else space
            with self._confirmed():
                rebuild_containers(self._files, self._path, vault=vault, space=space)

    def read_space(self) -> Space | None:
        """Return the space that opens without a code, or None if a code is set.

        Raises VaultDamaged or VaultTooNew.
        """
        return open_without_code(self._vault())

    def open_space(self, root: bytes) -> Space | None:
        """Return the space that ``root`` opens, or None; all eight slots are tried.

        Raises VaultDamaged, VaultTooNew or DataDirectoryUnusable.
        """
        return open_with_root(self._vault(), root)

    def find_space(self, root: bytes) -> Space | None:
        """Return what ``root`` opens, whatever its code sets off; None if it opens nothing.

        Raises what ``open_space`` raises.
        """
        return find_space(self._vault(), root)

    def vault_salt(self) -> bytes:
        """Return the salt from which a code becomes a root.

        Raises VaultDamaged, VaultTooNew or DataDirectoryUnusable.
        """
        return read_salt(self._vault())

    def no_code_root(self) -> bytes:
        """Return the root under which a space lies while no code is set."""
        return no_code_root(self.vault_salt())

    def read_throttle(self) -> bytes:
        """Return the file that counts attempts, as it is. Raises DataDirectoryUnusable."""
        with self._disk():
            return self._files.read(self._path / fresh.THROTTLE, limit=THROTTLE_BYTES + 1)

    def write_throttle(self, content: bytes) -> None:
        """Have ``content`` on the disk in place of what the throttle said.

        In place, because that needs no room on a full disk. Of its two records one stays
        as it was, so a write that is torn leaves that one.
        Raises DataDirectoryUnusable or FsyncFailed.
        """
        with self._writing():
            overwrite(self._files, self._path / fresh.THROTTLE, content)

    def write_space(self, *spaces: Space, vacated: Collection[int] = ()) -> None:
        """Seal each space into its slot, and overwrite what the slots said before.

        The ``vacated`` places say nothing afterwards. All of them change in one step.
        Raises DataDirectoryUnusable or FsyncFailed; then the old vault stands, or the new one, and
        ``open_space`` tells which.
        """
        with self._writing():
            vault = self._vault()
            for space in spaces:
                vault = seal_slot(vault, space.index, root=space.root, slot=space.slot)
            for place in vacated:
                vault = vacate_slot(vault, place)
            replace_secret(self._files, self._path / fresh.VAULT, vault)

    def refill_container(self, number: int) -> None:
        """Have a closed container say nothing, in the size that it has.

        No slot may list it any more: without its key it is rubbish already, so a crash on the
        way leaves rubbish too. The size stays because one that has shrunk would show which
        account was erased, and one that was always small would show which was not.
        Raises DataDirectoryUnusable or FsyncFailed.
        """
        path = fresh.container_path(self._path, number)
        with self._writing():
            remove_side_files(self._files, path)
            salt = container_salt(read_salt(self._vault()), number)
            refill(self._files, path, head=salt)

    def are_containers_equal(self) -> bool:
        """Return whether all containers are kept at one size. Raises DataDirectoryUnusable."""
        with self._disk():
            return are_kept_equal(container_sizes(self._files, self._path))

    def room(self) -> tuple[int, int]:
        """Return the bytes that containers of one size lack, and those that the disk has left.

        Raises DataDirectoryUnusable.
        """
        with self._disk():
            free = self._files.free_bytes(self._path)
            return missing_bytes(self._files, self._path), free

    def pad_once(self) -> bool:
        """Bring the containers, all closed, one piece nearer to one size; False: they have it.

        Raises DataDirectoryUnusable or FsyncFailed; the next call goes on.
        """
        with self._one_builder, self._confirmed():
            return pad_once(self._files, self._path)

    def create_container(
        self,
        space: Space,
        *,
        fill: Callable[[AccountDatabase], None],
        taken: Collection[int] = frozenset(),
    ) -> tuple[Space, Entry]:
        """Return ``space`` with a new account in a free container, and the account's entry.

        ``fill`` writes the account into its database. The database is complete and on
        the disk before the slot names it: a crash leaves the space as it was, or with
        the whole account in it.

        Free is what neither this space nor ``taken`` lists. Whoever has further codes must
        have typed them all, or the containers behind them count as free.
        Raises NoFreeContainer, DatabaseFailed (a full disk), what ``fill`` raises, and
        what ``write_space`` raises.
        """
        with self._one_builder:
            return self._create_container(space, fill, taken)

    def open_container(self, entry: Entry) -> AccountDatabase:
        """Return the open database of the account ``entry``.

        Raises DatabaseUnreadable, DatabaseTooNew or DatabaseUnsafe.
        """
        salt = container_salt(read_salt(self._vault()), entry.container)
        return AccountDatabase.open(
            fresh.container_path(self._path, entry.container), key=entry.key, salt=salt
        )

    def practice_seed(self) -> Seed:
        """Return what Echo is made of in this directory, the same at every start."""
        return Seed.from_bytes(practice_seed(read_salt(self._vault())))

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

    def _create_container(
        self, space: Space, fill: Callable[[AccountDatabase], None], taken: Collection[int]
    ) -> tuple[Space, Entry]:
        used = {*taken, *(entry.container for entry in space.entries)}
        free = [number for number in range(CONTAINER_COUNT) if number not in used]
        if not free:
            raise NoFreeContainer("all containers are in use")
        # By lot, so that a number says nothing about the order of accounts.
        entry = Entry(secrets.choice(free), secrets.token_bytes(CONTAINER_KEY_BYTES))
        with self._writing():
            self._build_container(entry, fill)
        grown = space.with_entry(entry)
        self.write_space(grown)
        return grown, entry

    def _build_container(self, entry: Entry, fill: Callable[[AccountDatabase], None]) -> None:
        target = fresh.container_path(self._path, entry.container)
        staging = staging_path(target)
        salt = container_salt(read_salt(self._vault()), entry.container)
        discard_container(self._files, staging)
        try:
            # SQLite would let everybody read it, which also tells it from those not in use.
            self._files.close(self._files.create(staging))
            with contextlib.closing(
                AccountDatabase.create(staging, key=entry.key, salt=salt)
            ) as database:
                fill(database)
            # A container never shrinks: it would show which one has changed hands.
            pad(self._files, staging, size_bytes=self._files.size(target) or 0)
            self._fsync(staging)
            # SQLite would take an old log beside the new file for its own.
            remove_side_files(self._files, target)
            self._files.rename(staging, target)
        except FsyncFailed:
            raise
        except Exception:
            discard_container(self._files, staging)
            raise
        self._files.fsync_dir(target.parent)

    def _fsync(self, path: Path) -> None:
        file = self._files.open(path)
        try:
            self._files.fsync(file)
        finally:
            self._files.close(file)

    def _vault(self) -> bytes:
        with self._disk():
            vault = read_vault(self._files, self._path)
        if vault is None:
            raise VaultDamaged("the vault is missing")
        return vault

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Write small files, one writer at a time."""
        with self._one_writer, self._confirmed():
            yield

    @contextlib.contextmanager
    def _destroying(self) -> Iterator[None]:
        with self._one_writer, self._confirmed(even_if_stopped=True):
            yield

    @contextlib.contextmanager
    def _confirmed(self, *, even_if_stopped: bool = False) -> Iterator[None]:
        """Refuse to write without the lock, and after a failed fsync for good."""
        if not self._lock.held:
            raise LocalStorageError("the directory is not locked")
        if self._stopped and not even_if_stopped:
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
