"""The rows of the freshness chain, and its head, in the database of an account."""

from collections.abc import Mapping

from webapp.storage.database import AccountDatabase
from webapp.vault.freshness import Head, StoredHead, Verdict, judge, link

# Services compare heads; what is in them is the vault's.
__all__ = ["Head", "Verdict"]


def load(database: AccountDatabase) -> dict[str, str]:
    """Return every guarded row."""
    with database.read() as connection:
        return dict(connection.execute("SELECT name, value FROM guarded").fetchall())


def verdict(database: AccountDatabase, sealed: Head) -> Verdict:
    """Return whether the guarded rows are those that the slot last heard of."""
    with database.read():
        return judge(sealed, _stored_head(database), load(database))


def head(database: AccountDatabase) -> Head:
    """Return what should be sealed for the rows as they are."""
    with database.read():
        return _stored_head(database).head


def replace(database: AccountDatabase, rows: Mapping[str, str], *, sealed: Head) -> Head:
    """Make ``rows`` the guarded ones, one step after ``sealed``; return what to seal now.

    Two changes after one sealing are one step: the slot has heard of neither.
    """
    new = link(sealed, rows)
    with database.write() as connection:
        connection.execute("DELETE FROM guarded")
        connection.executemany("INSERT INTO guarded (name, value) VALUES (?, ?)", rows.items())
        connection.execute(
            "UPDATE freshness SET counter = ?, previous = ?, digest = ?",
            (new.head.counter, new.previous, new.head.digest),
        )
    return new.head


def _stored_head(database: AccountDatabase) -> StoredHead:
    with database.read() as connection:
        rows = connection.execute("SELECT counter, previous, digest FROM freshness").fetchall()
    counter, previous, digest = rows[0]
    return StoredHead(Head(int(counter), bytes(digest)), bytes(previous))
