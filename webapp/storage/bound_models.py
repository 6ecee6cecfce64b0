"""The database that models talk to: whatever this thread has open right now.

Models are classes, and so shared by all accounts and threads. A library's usual way,
one database per model, would send the query of one account into the container of
another as soon as two are open. Here the models know a single object that has no
connection of its own. ``AccountDatabase`` lends it one, to one thread, for the time
of one transaction. Without a loan a query raises; there is nothing to fall back to,
and after a lock no model leads to a database or a key.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from peewee import SqliteDatabase

from webapp.storage.connection import Connection
from webapp.storage.errors import LocalStorageError


class _Loan(threading.local):
    """The connection this thread may use, if any."""

    connection: Connection | None = None


class LentDatabase(SqliteDatabase):
    """A peewee database without a file: it runs statements on the connection lent to it."""

    def __init__(self) -> None:
        super().__init__(None, autoconnect=False)
        self._loan = _Loan()

    @contextlib.contextmanager
    def lend(self, connection: Connection) -> Iterator[None]:
        """Let the models of this thread use ``connection`` inside the block."""
        outer = self._loan.connection
        self._loan.connection = connection
        try:
            yield
        finally:
            self._loan.connection = outer

    # The library's version also logs every statement with its values.
    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run one statement on the lent connection."""
        connection = self._loan.connection
        if connection is None:
            raise LocalStorageError("a model was used outside read() and write()")
        return connection.execute(sql, params or ())


MODELS = LentDatabase()
