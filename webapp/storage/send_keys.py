"""Which order to send has been carried out: an order whose answer was lost is given once more.

The page chooses a random key for each message it sends. Keys last as long as the program runs:
no page outlives that.
"""

from webapp.storage.database import AccountDatabase


def is_carried_out(database: AccountDatabase, key: str) -> bool:
    """Return whether a message was made for this key, even if it has been deleted since."""
    with database.read() as connection:
        row = connection.execute("SELECT 1 FROM send_key WHERE key = ?", (key,)).fetchone()
    return row is not None


def message_of(database: AccountDatabase, key: str) -> int | None:
    """Return the message that was made for this key; None if there is none, or not any more."""
    with database.read() as connection:
        row = connection.execute("SELECT message_id FROM send_key WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def remember(database: AccountDatabase, key: str, message_id: int) -> None:
    """Note that this message was made for this key; in the transaction that makes it."""
    with database.write() as connection:
        connection.execute(
            "INSERT INTO send_key (key, message_id) VALUES (?, ?)", (key, message_id)
        )


def forget_all(database: AccountDatabase) -> None:
    """At start: no page is left that could ask again."""
    with database.write() as connection:
        connection.execute("DELETE FROM send_key")
