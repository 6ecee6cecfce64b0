"""One process per data directory, by a lock of the operating system.

The system drops it when the process ends, however it ends, which a file with a
process number in it cannot promise.
"""

import os
import sys
from pathlib import Path

from webapp.storage.errors import AlreadyRunning, LocalStorageError
from webapp.storage.fresh import DOOR


class DirectoryLock:
    """The lock on one data directory, held from ``acquire`` to ``release``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning if another process has it."""
        if self._descriptor is not None:
            raise LocalStorageError("the directory is locked already")
        descriptor = _open_for_lock(self._directory)
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise AlreadyRunning("another process has this data directory open") from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; without it this does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    # Locked bytes cannot be read there, so the locked one lies behind the content.
    _LOCKED_OFFSET = 1 << 30

    def _open_for_lock(directory: Path) -> int:
        return os.open(directory / DOOR, os.O_RDWR | os.O_CREAT | os.O_BINARY, 0o600)

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _open_for_lock(directory: Path) -> int:
        # The directory itself is locked: no further file, and none to forge.
        return os.open(directory, os.O_RDONLY | os.O_DIRECTORY)

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
