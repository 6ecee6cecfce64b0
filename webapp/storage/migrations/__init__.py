"""The schema, as numbered steps that only go forward.

The number of the last step taken is PRAGMA user_version, and changes in the same
transaction as the tables: a crash leaves the old schema with the old number, or the
new one with the new. A database with a higher number than this program knows is
refused before anything in it changes.
"""

from collections.abc import Sequence

from webapp.storage.connection import Connection, opening_errors
from webapp.storage.errors import DatabaseTooNew
from webapp.storage.migrations.v0001_messages import STATEMENTS as V0001
from webapp.storage.migrations.v0002_known_nodes import STATEMENTS as V0002
from webapp.storage.migrations.v0003_interface import STATEMENTS as V0003
from webapp.storage.migrations.v0004_guarded import STATEMENTS as V0004

# Step n is at index n - 1.
STEPS: tuple[tuple[str, ...], ...] = (V0001, V0002, V0003, V0004)


def migrate(connection: Connection, steps: Sequence[Sequence[str]] = STEPS) -> None:
    """Take every step that the database has not taken yet.

    Raises DatabaseTooNew, with the database untouched, and DatabaseFailed, with the
    step undone.
    """
    version = schema_version(connection)
    if version > len(steps):
        raise DatabaseTooNew("the schema is of a newer version")
    for number, statements in enumerate(steps[version:], start=version + 1):
        with opening_errors():
            _take_step(connection, number, statements)


def schema_version(connection: Connection) -> int:
    """Return the number of the last step this database has taken."""
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0]) if row else 0


def _take_step(connection: Connection, number: int, statements: Sequence[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
