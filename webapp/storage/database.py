"""The database of one account: one writer, a few readers, all gone at ``close``.

Every read sees one consistent state, every write is one transaction, and both may be
nested: a query inside ``with database.write()`` belongs to that transaction, so a
service can put received messages and the cursor behind them into one.

Threads of the web server, the poller and the outbox use one object. The writing
connection is handed from thread to thread under a lock; reading ones are borrowed
from a small pool. They are opened together, and then the key is forgotten.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlcipher3 import dbapi2 as sqlcipher

from webapp.storage.bound_models import MODELS
from webapp.storage.connection import (
    SHARED_VFS,
    USABLE_PAGE_BYTES,
    Connection,
    connect,
    connect_reader,
    opening_errors,
)
from webapp.storage.errors import (
    DatabaseClosed,
    DatabaseFailed,
    DatabaseUnsafe,
    LocalStorageError,
)
from webapp.storage.migrations import migrate
from webapp.vault.containers import CONTAINER_BYTES, PAGE_BYTES

# Pages, list and search of a few tabs at once; more would only wait for the processor.
READER_COUNT = 3
# A reader that ran a large search must not keep all of it: memory counts for four.
_READER_CACHE_KIB = 2048
# Instructions of SQLite's machine, well under a millisecond of work.
_STEPS_BETWEEN_LOOKS = 10_000
_CONTAINER_PAGES = CONTAINER_BYTES // PAGE_BYTES
# An overflow page of SQLite begins with the number of the next one.
_OVERFLOW_BYTES = USABLE_PAGE_BYTES - 4


@dataclass(slots=True)
class _Transaction:
    """What one thread has open. ``failed``: an inner write did, so the whole must go."""

    connection: Connection
    writing: bool
    failed: bool = False


class _ThreadState(threading.local):
    transaction: _Transaction | None = None


class AccountDatabase:
    """An open account. Every method may be called from every thread."""

    def __init__(self, writer: Connection, readers: list[Connection]) -> None:
        self._writer = writer
        self._writer_free = threading.Lock()
        self._readers = _ReaderPool(readers)
        self._thread = _ThreadState()
        self._closed = False

    @classmethod
    def create(cls, path: Path, *, key: bytes, salt: bytes, vfs: str | None = SHARED_VFS) -> Self:
        """Return a new database at ``path``, with all tables and the size of a container.

        Raises DatabaseFailed, DatabaseUnsafe.
        """
        new = connect(path, key=key, salt=salt, vfs=vfs, mode="rwc")
        with contextlib.closing(new), opening_errors():
            migrate(new)
            _fill_container(new)
        return cls.open(path, key=key, salt=salt, vfs=vfs)

    @classmethod
    def open(cls, path: Path, *, key: bytes, salt: bytes, vfs: str | None = SHARED_VFS) -> Self:
        """Return the database at ``path``, migrated to the present schema.

        With ``vfs`` None, which is for systems that have nothing like it, one
        connection reads and writes.
        Raises DatabaseUnreadable, DatabaseTooNew, DatabaseUnsafe, DatabaseFailed.
        """
        opened = [connect(path, key=key, salt=salt, vfs=vfs)]
        try:
            migrate(opened[0])
            for _ in range(READER_COUNT if vfs else 0):
                opened.append(connect_reader(path, key=key, salt=salt, vfs=vfs or ""))
                opened[-1].execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
        except BaseException:
            for connection in reversed(opened):
                connection.close()
            raise
        return cls(opened[0], opened[1:])

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the block as one transaction: all of it is on the disk afterwards, or none.

        Inside another ``write`` of this thread it becomes part of that one. If it fails
        there, the outer one cannot be completed either, even if the error is caught.
        (Savepoints would allow that, but copy every page they touch.)
        Raises DatabaseFailed, DatabaseClosed.
        """
        outer = self._thread.transaction
        with _database_errors(self):
            if outer is None:
                with self._writer_free:
                    self._require_open()
                    with self._transaction(_Transaction(self._writer, writing=True)):
                        yield self._writer
            elif outer.writing:
                with _part_of(outer):
                    yield outer.connection
            else:
                # The writes would not be visible to the reads around them.
                raise LocalStorageError("write() inside read()")

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Let the block see one state of the database, whatever is written meanwhile.

        Inside ``write`` that is the state with the changes so far.
        Raises DatabaseFailed, DatabaseClosed.
        """
        outer = self._thread.transaction
        with _database_errors(self):
            if outer is not None:
                yield outer.connection
            elif self._readers.exist:
                with (
                    self._readers.borrowed() as reader,
                    self._transaction(_Transaction(reader, writing=False)),
                ):
                    yield reader
            else:
                with self._writer_free:
                    self._require_open()
                    with self._transaction(_Transaction(self._writer, writing=False)):
                        yield self._writer

    def checkpoint(self) -> None:
        """Move the log into the database and empty it, so that deleted rows are gone."""
        with _database_errors(self), self._writer_free:
            self._require_open()
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Stop all reads, wait for the write under way, and drop every connection.

        Nothing stays beside the container. Closing twice is allowed.
        """
        if self._thread.transaction is not None:
            raise LocalStorageError("close() inside a transaction")
        self._readers.close()
        with self._writer_free:
            if self._closed:
                return
            self._closed = True
            # The last connection to go moves the log into the database and removes it. If
            # the disk is too full for that, the log stays and keeps what was written.
            self._writer.close()

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called, perhaps by another thread."""
        return self._closed or self._readers.closed

    def _require_open(self) -> None:
        if self.closed:
            raise DatabaseClosed("the database is closed")

    @contextlib.contextmanager
    def _transaction(self, transaction: _Transaction) -> Iterator[None]:
        connection = transaction.connection
        connection.execute("BEGIN IMMEDIATE" if transaction.writing else "BEGIN")
        self._thread.transaction = transaction
        try:
            with MODELS.lend(connection):
                yield
            if transaction.failed:
                raise LocalStorageError("a failed write inside this one was passed over")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            self._thread.transaction = None


class _ReaderPool:
    """The reading connections, each lent to one thread at a time."""

    def __init__(self, connections: list[Connection]) -> None:
        self.exist = bool(connections)
        self._free = connections
        self._lent: set[Connection] = set()
        self._changed = threading.Condition()
        self.closed = False
        for connection in connections:
            # A long search must not hold up a lock: it fails where it is. Asking SQLite to
            # interrupt would do nothing to a statement that starts a moment later.
            connection.set_progress_handler(lambda: self.closed, _STEPS_BETWEEN_LOOKS)

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[Connection]:
        with self._changed:
            self._changed.wait_for(lambda: self._free or self.closed)
            if self.closed:
                raise DatabaseClosed("the database is closed")
            connection = self._free.pop()
            self._lent.add(connection)
        try:
            yield connection
        finally:
            with self._changed:
                self._lent.remove(connection)
                self._free.append(connection)
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self.closed = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._lent)
            while self._free:
                self._free.pop().close()


@contextlib.contextmanager
def _part_of(transaction: _Transaction) -> Iterator[None]:
    try:
        yield
    except BaseException:
        transaction.failed = True
        raise


@contextlib.contextmanager
def _database_errors(database: AccountDatabase) -> Iterator[None]:
    try:
        yield
    except sqlcipher.Error as error:
        if database.closed:
            raise DatabaseClosed("the database was closed") from error
        raise DatabaseFailed("the database refused") from error


def _fill_container(connection: Connection) -> None:
    """Grow a new database to exactly the size of an unused container.

    One row is made so long that its overflow pages are what is missing, and dropped
    again: SQLite keeps free pages, zeroed by secure_delete and encrypted like all.
    """
    connection.execute("CREATE TABLE filling (content BLOB)")
    missing = _CONTAINER_PAGES - _page_count(connection)
    # The head of the row, a few bytes, goes into the page of the table itself.
    connection.execute("INSERT INTO filling VALUES (zeroblob(?))", (missing * _OVERFLOW_BYTES,))
    connection.execute("DROP TABLE filling")
    if _page_count(connection) != _CONTAINER_PAGES:
        raise DatabaseUnsafe("a new database has another size than an unused container")


def _page_count(connection: Connection) -> int:
    row = connection.execute("PRAGMA page_count").fetchone()
    return int(row[0]) if row else 0
