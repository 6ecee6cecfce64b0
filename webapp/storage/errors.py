"""What can go wrong with the files of this computer.

    StorageError
    ├── DataDirectoryUnusable   the folder cannot be used; ``reason`` says why
    ├── AlreadyRunning          another process works on this data directory
    ├── VaultDamaged            the vault is missing or damaged; nothing was touched
    ├── VaultTooNew             a newer version wrote it; nothing was touched
    ├── FsyncFailed             the disk did not confirm a write: stop, never retry
    ├── NoFreeContainer         all eight containers of this space are taken
    ├── DatabaseUnreadable      damaged, or not the file this key belongs to
    ├── DatabaseTooNew          a newer version wrote it; nothing was touched
    ├── DatabaseUnsafe          a setting that protects the user did not take effect
    ├── DatabaseFailed          the database refused an operation (disk full, I/O)
    ├── DatabaseClosed          the account was locked in the meantime
    └── LocalStorageError       our own mistake

No error carries a path, a name or a value: they may end up in front of anybody.
"""

from typing import Final, Literal

UnusableReason = Literal[
    "read_only", "not_allowed", "no_space", "not_a_directory", "foreign_files", "failed"
]


class StorageError(Exception):
    """The base of every error that this package raises."""


class DataDirectoryUnusable(StorageError):
    """The data directory cannot be used, and was left as it is."""

    def __init__(self, reason: UnusableReason) -> None:
        super().__init__(f"data directory: {reason}")
        self.reason: Final = reason


class AlreadyRunning(StorageError):
    """Another process has this data directory open."""


class VaultDamaged(StorageError):
    """The vault is missing beside other files, or its bytes are damaged."""


class VaultTooNew(StorageError):
    """A newer version of the program wrote the vault."""


class FsyncFailed(StorageError):
    """The operating system could not confirm that bytes reached the disk.

    It may forget them and report success the second time, so nothing is retried:
    what is on disk is either the old or the new state, and the next start finds out.
    """


class NoFreeContainer(StorageError):
    """Every container is in use by this space."""


class DatabaseUnreadable(StorageError):
    """The file does not open with this key."""


class DatabaseTooNew(StorageError):
    """A newer version of the program wrote the database."""


class DatabaseUnsafe(StorageError):
    """A protective setting of the database could not be confirmed."""


class DatabaseFailed(StorageError):
    """The database could not do what it was asked; the transaction was undone."""


class DatabaseClosed(StorageError):
    """The database is closed; what was going on in it was undone."""


class LocalStorageError(StorageError):
    """Storage was asked for something that only a mistake in our own code asks for."""
