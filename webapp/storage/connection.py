"""One connection to a container: keyed, hardened, and checked before it is used.

A setting that does not exist, or that this build ignores, is accepted by SQLite
without a word. So each one is read back, and a connection that is not exactly as
the table below says is never handed out.
"""

import contextlib
import sys
from binascii import hexlify
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from sqlcipher3 import dbapi2 as sqlcipher

from webapp.storage.errors import DatabaseFailed, DatabaseUnreadable, DatabaseUnsafe
from webapp.vault.containers import PAGE_BYTES

Row = tuple[Any, ...]
Parameters = Sequence[object]


class Cursor(Protocol):
    """The rows of one statement."""

    rowcount: int
    lastrowid: int

    def fetchone(self) -> Row | None: ...
    def fetchall(self) -> list[Row]: ...
    def __iter__(self) -> Iterator[Row]: ...


class Connection(Protocol):
    """What query modules may do with a connection."""

    in_transaction: bool

    def execute(self, sql: str, parameters: Parameters = (), /) -> Cursor: ...
    def executemany(self, sql: str, rows: Iterable[Parameters], /) -> Cursor: ...
    def set_progress_handler(self, stop: Callable[[], bool], steps: int, /) -> None: ...
    def close(self) -> None: ...


# All connections of one process see true snapshots of each other and keep the index of
# the log in memory, other processes are locked out. Elsewhere one connection must do.
SHARED_VFS: Final[str | None] = "unix-excl" if sys.platform in ("linux", "darwin") else None

# Of each page SQLCipher keeps a nonce (16) and an HMAC-SHA512 (64).
USABLE_PAGE_BYTES = PAGE_BYTES - 80

# How long SQLite waits for another process to give a lock back before it gives up.
_LOCK_WAIT_S = 5
# Every prepared statement holds some of the small memory blocks that a connection has in
# reserve. Once they are used up, each row costs several allocations, and with
# cipher_memory_security two system calls for each: three times the price of inserting.
_CACHED_STATEMENTS = 8


@dataclass(frozen=True, slots=True)
class _Setting:
    """A PRAGMA, what to set, and what must be read back (None: only read)."""

    name: str
    value: str | None
    reads: str


_BEFORE_KEY = (
    # First of all: SQLCipher writes its log to stderr, with paths in it.
    _Setting("cipher_log_level", "NONE", "NONE"),
    # Memory of the library is locked and overwritten when freed. Off by default.
    _Setting("cipher_memory_security", "ON", "1"),
)
_AFTER_KEY = (
    _Setting("cipher_page_size", None, str(PAGE_BYTES)),
    _Setting("cipher_use_hmac", None, "1"),
    _Setting("cipher_plaintext_header_size", None, "0"),
    # A sort that spills must not write plaintext into the system's temp directory.
    _Setting("temp_store", "MEMORY", "2"),
    _Setting("secure_delete", "ON", "1"),
    _Setting("foreign_keys", "ON", "1"),
    # A schema planted in the file must not run functions with side effects.
    _Setting("trusted_schema", "OFF", "0"),
    _Setting("cell_size_check", "ON", "1"),
    _Setting("mmap_size", "0", "0"),
    # "Sent" and "received" are promises; a power cut must not take them back.
    _Setting("synchronous", "FULL", "2"),
)
_ALONE = _Setting("locking_mode", "EXCLUSIVE", "exclusive")
_WAL = _Setting("journal_mode", "WAL", "wal")
_READ_ONLY = _Setting("query_only", "ON", "1")


def connect(
    path: Path,
    *,
    key: bytes,
    salt: bytes,
    vfs: str | None = SHARED_VFS,
    mode: Literal["rw", "rwc"] = "rw",
) -> Connection:
    """Return a writing connection to the database at ``path``; ``rwc`` may create it.

    Raises DatabaseUnreadable if the file is missing, damaged or of another key,
    DatabaseFailed if the disk refused, DatabaseUnsafe if a setting did not take effect.
    """
    if mode == "rw" and _is_empty(path):
        # For SQLite, which would make it one, that is a database without tables.
        raise DatabaseUnreadable("the database is empty")
    uri = f"{path.absolute().as_uri()}?mode={mode}" + (f"&vfs={vfs}" if vfs else "")
    with opening_errors():
        connection: Any = sqlcipher.connect(
            uri,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=_LOCK_WAIT_S,
            cached_statements=_CACHED_STATEMENTS,
        )
        try:
            _harden(connection, key=key, salt=salt, alone=vfs is None)
        except BaseException:
            connection.close()
            raise
        checked: Connection = connection
        return checked


def connect_reader(path: Path, *, key: bytes, salt: bytes, vfs: str) -> Connection:
    """Return a connection that can only read, beside the writing one of this process."""
    connection = connect(path, key=key, salt=salt, vfs=vfs)
    _apply(connection, (_READ_ONLY,))
    return connection


@contextlib.contextmanager
def opening_errors() -> Iterator[None]:
    """Tell a disk that refuses from a file that cannot be read."""
    try:
        yield
    except sqlcipher.OperationalError as error:
        raise DatabaseFailed("the database refused") from error
    except sqlcipher.Error as error:
        raise DatabaseUnreadable("the database does not open") from error


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError as error:
        raise DatabaseUnreadable("the database is missing") from error


def _harden(connection: Any, *, key: bytes, salt: bytes, alone: bool) -> None:
    _apply(connection, _BEFORE_KEY)
    _set_key(connection, key=key, salt=salt)
    # Before anything is read: the index of the log would become a file.
    _apply(connection, (_ALONE,) if alone else ())
    _apply(connection, _AFTER_KEY)
    _forbid_extensions(connection)
    _apply(connection, (_WAL,))


def _apply(connection: Connection, settings: Iterable[_Setting]) -> None:
    for setting in settings:
        if setting.value is not None:
            connection.execute(f"PRAGMA {setting.name} = {setting.value}").fetchall()
        row = connection.execute(f"PRAGMA {setting.name}").fetchone()
        if row is None or str(row[0]) != setting.reads:
            raise DatabaseUnsafe(f"{setting.name} did not take effect")


def _set_key(connection: Any, *, key: bytes, salt: bytes) -> None:
    """Hand over the raw key and the salt of the file, without deriving anything.

    The hexadecimal form is what the library wants. It is kept out of ``str``, which
    cannot be overwritten, and the copy made here is overwritten at once.
    """
    literal = bytearray(b"x'" + hexlify(key + salt) + b"'")
    try:
        connection.set_key(literal)
    finally:
        literal[:] = bytes(len(literal))


def _forbid_extensions(connection: Any) -> None:
    connection.enable_load_extension(False)
    try:
        connection.execute("SELECT load_extension('')").fetchall()
    except sqlcipher.OperationalError as error:
        if "not authorized" in str(error):
            return
    raise DatabaseUnsafe("extensions could be loaded")
