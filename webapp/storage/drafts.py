"""What was written in a conversation and not sent yet.

A draft is content like a message: whoever clears a conversation clears it too.
"""

from webapp.storage.database import AccountDatabase


def get(database: AccountDatabase, conversation_id: int) -> str | None:
    """Return the draft of a conversation, empty if there is none; None without a conversation."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT draft FROM conversation WHERE id = ?", (conversation_id,)
        ).fetchone()
    return str(row[0]) if row else None


def store(database: AccountDatabase, conversation_id: int, text: str) -> None:
    """Keep ``text`` as the draft of a conversation; unchanged, nothing is written."""
    with database.write() as connection:
        connection.execute(
            "UPDATE conversation SET draft = ? WHERE id = ? AND draft <> ?",
            (text, conversation_id, text),
        )


def clear(database: AccountDatabase, conversation_id: int) -> None:
    """Forget the draft of a conversation."""
    store(database, conversation_id, "")
