"""How much there is of everything, and nothing of what it is."""

from webapp.storage.database import AccountDatabase

_COUNTED = {
    "conversations": "SELECT count(*) FROM conversation",
    "messages": "SELECT count(*) FROM message",
    "waiting to be sent": "SELECT count(*) FROM outbox WHERE state <> 'failed'",
    "not sent": "SELECT count(*) FROM outbox WHERE state = 'failed'",
    "blocked": "SELECT count(*) FROM contact WHERE blocked = 1",
    "nodes kept": "SELECT count(*) FROM node",
}


def count(database: AccountDatabase) -> dict[str, int]:
    """Return the number of rows of each kind."""
    with database.read() as connection:
        return {name: connection.execute(sql).fetchall()[0][0] for name, sql in _COUNTED.items()}
