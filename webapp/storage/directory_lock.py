"""One process per data directory, by a lock of the operating system.

The system drops it when the process ends, however it ends, which a file with a
process number in it cannot promise. It leaves no file of its own either.
"""

import sys
from pathlib import Path

from webapp.storage.errors import AlreadyRunning, LocalStorageError


class DirectoryLock:
    """The lock on one data directory, held from ``acquire`` to ``release``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        return self._handle is not None

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning if another process has it."""
        if self._handle is not None:
            raise LocalStorageError("the directory is locked already")
        self._handle = _take(self._directory)

    def adopt(self, handle: int) -> None:
        """Hold the lock that another process held, and left to this one as ``handle``."""
        self._handle = handle

    def leave(self) -> int:
        """Return the handle for the process that takes the place of this one."""
        if self._handle is None:
            raise LocalStorageError("the directory is not locked")
        return self._handle

    def release(self) -> None:
        """Give the lock back; without it this does nothing."""
        if self._handle is not None:
            _give_back(self._handle)
            self._handle = None


def _refusal() -> AlreadyRunning:
    return AlreadyRunning("another process has this data directory open")


if sys.platform == "win32":
    # A directory cannot be locked there, but a name can be taken.
    import ctypes
    import hashlib

    _ALREADY_EXISTS = 183
    _KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
    _KERNEL.CreateMutexW.restype = ctypes.c_void_p
    _KERNEL.CloseHandle.argtypes = [ctypes.c_void_p]

    def _take(directory: Path) -> int:
        name = hashlib.blake2b(str(directory.resolve()).casefold().encode()).hexdigest()
        handle: int = _KERNEL.CreateMutexW(None, False, f"Global\\safehouse-{name[:32]}")
        if not handle or ctypes.get_last_error() == _ALREADY_EXISTS:
            _KERNEL.CloseHandle(handle)
            raise _refusal()
        return handle

    def _give_back(handle: int) -> None:
        _KERNEL.CloseHandle(handle)

else:
    import fcntl
    import os

    def _take(directory: Path) -> int:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise _refusal() from error
        return descriptor

    def _give_back(handle: int) -> None:
        os.close(handle)
