"""Every change to a file that is not SQLite's own goes through this module.

Tests put another implementation of ``Files`` in its place, which stops at each
operation in turn, tears writes and forgets what was never synced. So the order of
the calls below is the thing that is tested, and a call made around this module is
one that no test has seen fail.
"""

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from webapp.storage.errors import FsyncFailed

DIRECTORY_MODE = 0o700
FILE_MODE = 0o600
# Not on every system; 0 where a flag does not exist.
_NO_SYMLINK = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
# Windows does not replace a file that somebody holds open.
_REPLACES_OPEN_FILES = os.name == "posix"
STAGING_SUFFIX = ".new"
PIECE_BYTES = 1024 * 1024


class File:
    """An open file. After a failed fsync it is dead: every further use is refused."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._dead = False

    @property
    def descriptor(self) -> int:
        if self._dead:
            raise FsyncFailed("the file was given up after a failed fsync")
        return self._descriptor

    def give_up(self) -> None:
        self._dead = True

    def close(self) -> None:
        os.close(self._descriptor)


class Files(Protocol):
    """The file operations that storage is built from; errors are ``OSError``."""

    def make_directory(self, path: Path) -> None:
        """Create ``path`` for its owner alone; one that exists is no error."""
        ...

    def list_directory(self, path: Path) -> list[str]:
        """Return the names in ``path``, sorted."""
        ...

    def restrict(self, path: Path, *, mode: int) -> None:
        """Set the permission bits of ``path``."""
        ...

    def size(self, path: Path) -> int | None:
        """Return the length of the file ``path`` in bytes, or None if nothing is there."""
        ...

    def read(self, path: Path, *, limit: int) -> bytes:
        """Return at most ``limit`` bytes from the beginning of ``path``."""
        ...

    def create(self, path: Path) -> File:
        """Open a new file for its owner alone; an existing one is an error."""
        ...

    def open(self, path: Path) -> File:
        """Open an existing file for writing; a symbolic link is an error."""
        ...

    def open_end(self, path: Path) -> File:
        """Open an existing file so that ``write_on`` goes behind whatever it then holds."""
        ...

    def write(self, file: File, content: bytes) -> None:
        """Write all of ``content`` at the beginning of ``file``."""
        ...

    def write_on(self, file: File, content: bytes) -> None:
        """Write all of ``content`` behind what was written last."""
        ...

    def fsync(self, file: File) -> None:
        """Return once the content is on the disk. Raises FsyncFailed, which is final."""
        ...

    def close(self, file: File) -> None:
        """Close ``file``."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Put ``source`` in the place of ``target`` in one step."""
        ...

    def unlink(self, path: Path) -> None:
        """Remove the file ``path``."""
        ...

    def fsync_dir(self, path: Path) -> None:
        """Return once the names in ``path`` are on the disk. Raises FsyncFailed."""
        ...

    def changed_ns(self, path: Path) -> int:
        """Return when ``path`` was written to last, in Unix nanoseconds."""
        ...

    def set_changed(self, path: Path, *, at_ns: int) -> None:
        """Have ``path`` say that it was written to and read at this moment."""
        ...

    def free_bytes(self, path: Path) -> int:
        """Return how much room the disk of ``path`` has left for this user."""
        ...


class RealFiles:
    """The files of this computer."""

    def make_directory(self, path: Path) -> None:
        path.mkdir(mode=DIRECTORY_MODE, exist_ok=True)

    def list_directory(self, path: Path) -> list[str]:
        return sorted(os.listdir(path))

    def restrict(self, path: Path, *, mode: int) -> None:
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)

    def size(self, path: Path) -> int | None:
        try:
            return path.lstat().st_size
        except FileNotFoundError:
            return None

    def read(self, path: Path, *, limit: int) -> bytes:
        with path.open("rb") as stream:
            return stream.read(limit)

    def create(self, path: Path) -> File:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | _NO_SYMLINK | _BINARY
        return File(os.open(path, flags, FILE_MODE))

    def open(self, path: Path) -> File:
        return File(os.open(path, os.O_RDWR | _NO_SYMLINK | _BINARY))

    def open_end(self, path: Path) -> File:
        return File(os.open(path, os.O_RDWR | os.O_APPEND | _NO_SYMLINK | _BINARY))

    def write(self, file: File, content: bytes) -> None:
        os.lseek(file.descriptor, 0, os.SEEK_SET)
        _write_all(file.descriptor, content)

    def write_on(self, file: File, content: bytes) -> None:
        _write_all(file.descriptor, content)

    def fsync(self, file: File) -> None:
        try:
            _sync(file.descriptor)
        except OSError as error:
            file.give_up()
            raise FsyncFailed("content") from error

    def close(self, file: File) -> None:
        file.close()

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def fsync_dir(self, path: Path) -> None:
        if os.name != "posix":
            return  # Windows has no such call; its journal keeps renames in order.
        descriptor = os.open(path, os.O_RDONLY)
        try:
            _sync(descriptor)
        except OSError as error:
            raise FsyncFailed("directory") from error
        finally:
            os.close(descriptor)

    def changed_ns(self, path: Path) -> int:
        return path.lstat().st_mtime_ns

    def set_changed(self, path: Path, *, at_ns: int) -> None:
        os.utime(path, ns=(at_ns, at_ns))

    def free_bytes(self, path: Path) -> int:
        return shutil.disk_usage(path).free


def staging_path(path: Path) -> Path:
    """Return where the next content of ``path`` is built, in the same directory."""
    return path.with_name(path.name + STAGING_SUFFIX)


def ensure_directory(files: Files, path: Path) -> None:
    """Create ``path`` and its missing parents so that no power cut takes them back."""
    missing = [level for level in (path, *path.parents) if files.size(level) is None]
    for level in reversed(missing):
        files.make_directory(level)
        files.fsync_dir(level.parent)


def put_file(files: Files, path: Path, content: bytes) -> None:
    """Make ``content`` the file ``path``: after a crash it is the old file or the new one."""
    _put(files, path, lambda file: files.write(file, content))


def put_random(files: Files, path: Path, *, head: bytes, size_bytes: int) -> None:
    """Make ``head`` and random bytes the file ``path``, as ``put_file`` does."""
    _put(files, path, lambda file: _write_random(files, file, head=head, size_bytes=size_bytes))


def _put(files: Files, path: Path, write: Callable[[File], None]) -> None:
    staging = staging_path(path)
    discard(files, staging)
    file = files.create(staging)
    try:
        try:
            write(file)
            files.fsync(file)
        finally:
            files.close(file)
        files.rename(staging, path)
    except OSError:
        # A full disk, say. The old file stands, and half a new one helps nobody.
        discard(files, staging)
        raise
    files.fsync_dir(path.parent)


def replace_secret(files: Files, path: Path, content: bytes) -> None:
    """Make ``content`` the file ``path`` and destroy what the old file said.

    A rename alone leaves the old bytes in blocks that are merely free: an old vault
    there would go on opening with the old code. The old file stays open across the
    rename and is overwritten once nothing can need it any more.
    """
    if not _REPLACES_OPEN_FILES:
        put_file(files, path, content)
        return
    old = files.open(path)
    try:
        put_file(files, path, content)
        files.write(old, secrets.token_bytes(len(content)))
        files.fsync(old)
    finally:
        files.close(old)


def overwrite(files: Files, path: Path, content: bytes) -> None:
    """Write ``content`` over the file ``path`` in place; a crash may leave a mixture."""
    file = files.open(path)
    try:
        files.write(file, content)
        files.fsync(file)
    finally:
        files.close(file)


def refill(files: Files, path: Path, *, head: bytes) -> None:
    """Have ``head`` and random bytes in the file ``path``, as many as there were, in place."""
    file = files.open(path)
    try:
        _write_random(files, file, head=head, size_bytes=files.size(path) or 0)
        files.fsync(file)
    finally:
        files.close(file)


def pad(files: Files, path: Path, *, size_bytes: int) -> None:
    """Put random bytes behind the file ``path`` until it has this size; a larger one stays."""
    missing = size_bytes - (files.size(path) or 0)
    if missing <= 0:
        return
    file = files.open_end(path)
    try:
        _write_random_on(files, file, missing)
        files.fsync(file)
    finally:
        files.close(file)


def _write_random(files: Files, file: File, *, head: bytes, size_bytes: int) -> None:
    files.write(file, head)
    _write_random_on(files, file, size_bytes - len(head))


def _write_random_on(files: Files, file: File, size_bytes: int) -> None:
    """In pieces, since a container may be larger than the memory."""
    while size_bytes > 0:
        piece = min(size_bytes, PIECE_BYTES)
        files.write_on(file, secrets.token_bytes(piece))
        size_bytes -= piece


def discard(files: Files, path: Path) -> None:
    """Overwrite and remove ``path`` if it exists: a staging file may hold a whole vault."""
    size = files.size(path)
    if size is None:
        return
    overwrite(files, path, secrets.token_bytes(size))
    files.unlink(path)


def remove(files: Files, path: Path) -> None:
    """Remove ``path`` if it exists."""
    with contextlib.suppress(FileNotFoundError):
        files.unlink(path)


def _write_all(descriptor: int, content: bytes) -> None:
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        # fsync returns there when the drive has the data, which may still lose it.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)
