"""Conversations, with what the list shows of each kept on its own row.

The summary (snippet, time, state, unread) follows from the messages. Whoever changes
a message calls ``refresh_summary`` in the same transaction, as ``messages`` does.
"""

from typing import Literal, NamedTuple

from webapp.protocol.identifiers import AccountId
from webapp.storage.connection import Connection, Row
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError

Kind = Literal["private", "note_to_self"]
MessageState = Literal["sending", "sent", "failed", "received"]

# More than one line of the list ever shows.
SNIPPET_CHARACTERS = 200

# Of a draft as much as of a message: 200 is SNIPPET_CHARACTERS.
SELECT = """
    SELECT conversation.id, kind, conversation.account_id, name, nickname, snippet,
           substr(draft, 1, 200), last_activity_ms, last_state, last_outgoing,
           unread, marked_unread, priority, approved, approved_me, blocked
    FROM conversation
    LEFT JOIN contact ON contact.account_id = conversation.account_id
"""


class Conversation(NamedTuple):
    """One row of the list. ``name`` is None for a person who never sent one.

    ``priority`` above 0 is a pin, below 0 the conversation is hidden. Of a ``draft`` it
    has the beginning. The order of the fields is that of ``SELECT``.
    """

    id: int
    kind: Kind
    account_id: AccountId
    name: str | None
    nickname: str | None
    snippet: str
    draft: str
    last_activity_ms: int
    last_state: MessageState | None
    last_outgoing: bool
    unread: int
    marked_unread: bool
    priority: int
    approved: bool
    approved_me: bool
    blocked: bool


def get(database: AccountDatabase, conversation_id: int) -> Conversation | None:
    """Return the conversation with this id, or None."""
    return _one(database, "WHERE conversation.id = ?", conversation_id)


def by_account(database: AccountDatabase, account_id: AccountId) -> Conversation | None:
    """Return the conversation with this person (or with oneself), or None."""
    return _one(database, "WHERE conversation.account_id = ?", bytes(account_id))


def ensure_private(
    database: AccountDatabase, account_id: AccountId, *, active_at_ms: int = 0
) -> Conversation:
    """Return the conversation with this person, made now if there was none.

    ``active_at_ms`` is where a new one sorts until it has a message.
    """
    return _ensure(database, account_id, kind="private", active_at_ms=active_at_ms)


def ensure_note_to_self(
    database: AccountDatabase, account_id: AccountId, *, active_at_ms: int = 0
) -> Conversation:
    """Return the conversation with oneself, made now if there was none."""
    return _ensure(database, account_id, kind="note_to_self", active_at_ms=active_at_ms)


def mark_unread(database: AccountDatabase, conversation_id: int) -> bool:
    """Set the mark of a conversation to come back to; return whether it is new.

    What holds unread messages needs none.
    """
    return _update(
        database,
        "SET marked_unread = 1 WHERE id = ? AND unread = 0 AND marked_unread = 0",
        conversation_id,
    )


def unmark(database: AccountDatabase, conversation_id: int) -> bool:
    """Take the mark away; return whether there was one."""
    return _update(
        database, "SET marked_unread = 0 WHERE id = ? AND marked_unread <> 0", conversation_id
    )


def set_priority(database: AccountDatabase, conversation_id: int, priority: int) -> bool:
    """Give the conversation its place above or below the ordinary; return whether it is new."""
    return _update(
        database,
        "SET priority = ? WHERE id = ? AND priority <> ?",
        priority,
        conversation_id,
        priority,
    )


def highest_priority(database: AccountDatabase) -> int:
    """Return the priority of the first conversation of the list; 0 if nothing is pinned."""
    with database.read() as connection:
        row = connection.execute("SELECT max(priority) FROM conversation").fetchone()
    return max(row[0] or 0, 0) if row else 0


def message_count(database: AccountDatabase, conversation_id: int) -> int:
    """Return how many messages the conversation holds."""
    return _count(
        database, "SELECT count(*) FROM message WHERE conversation_id = ?", conversation_id
    )


def unsent_count(database: AccountDatabase, conversation_id: int) -> int:
    """Return how many of its messages are still to be sent, failed ones included."""
    return _count(
        database,
        "SELECT count(*) FROM outbox WHERE conversation_id = ? AND kind = 'message'",
        conversation_id,
    )


def clear(database: AccountDatabase, conversation_id: int) -> None:
    """Delete the messages of a conversation, those still to be sent and its draft included.

    The row stays where it is. What was received stays known (``received``), so the network
    does not bring it back. Call ``checkpoint`` afterwards, or the log still has it all.
    """
    with database.write() as connection:
        connection.execute("DELETE FROM message WHERE conversation_id = ?", (conversation_id,))
        connection.execute("DELETE FROM outbox WHERE conversation_id = ?", (conversation_id,))
        connection.execute(
            "UPDATE conversation SET draft = '', marked_unread = 0 WHERE id = ?",
            (conversation_id,),
        )
        refresh_summary(database, conversation_id)


def delete(database: AccountDatabase, conversation_id: int) -> None:
    """Delete a conversation with everything in it; the contact stays. Then ``checkpoint``."""
    with database.write() as connection:
        connection.execute("DELETE FROM conversation WHERE id = ?", (conversation_id,))


def refresh_summary(database: AccountDatabase, conversation_id: int) -> None:
    """Make the summary say what the messages say: the newest of them, and how many are unread.

    Without any message the time stays, so that an emptied conversation keeps its place.
    """
    with database.write() as connection:
        last = connection.execute(
            "SELECT substr(body, 1, ?), sort_ms, state, outgoing FROM message"
            " WHERE conversation_id = ? ORDER BY sort_ms DESC, id DESC LIMIT 1",
            (SNIPPET_CHARACTERS, conversation_id),
        ).fetchone() or ("", None, None, 0)
        connection.execute(
            "UPDATE conversation SET snippet = ?, last_state = ?, last_outgoing = ?,"
            " last_activity_ms = coalesce(?, last_activity_ms), unread ="
            " (SELECT count(*) FROM message WHERE conversation_id = conversation.id AND unread = 1)"
            " WHERE id = ?",
            (last[0], last[2], last[3], last[1], conversation_id),
        )


def from_row(row: Row) -> Conversation:
    """Return the conversation in a row of ``SELECT``."""
    found = Conversation(*row)
    return found._replace(
        account_id=AccountId.from_bytes(row[2]),
        last_outgoing=bool(found.last_outgoing),
        marked_unread=bool(found.marked_unread),
        approved=bool(found.approved),
        approved_me=bool(found.approved_me),
        blocked=bool(found.blocked),
    )


def _update(database: AccountDatabase, change: str, *values: object) -> bool:
    with database.write() as connection:
        return connection.execute(f"UPDATE conversation {change}", values).rowcount > 0


def _count(database: AccountDatabase, query: str, conversation_id: int) -> int:
    with database.read() as connection:
        row = connection.execute(query, (conversation_id,)).fetchone()
    return row[0] if row else 0


def _one(database: AccountDatabase, where: str, value: object) -> Conversation | None:
    with database.read() as connection:
        row = connection.execute(SELECT + where, (value,)).fetchone()
    return from_row(row) if row else None


def _ensure(
    database: AccountDatabase, account_id: AccountId, *, kind: Kind, active_at_ms: int
) -> Conversation:
    known = by_account(database, account_id)
    if known is None:
        with database.write() as connection:
            connection.execute(
                "INSERT INTO conversation (id, kind, account_id, last_activity_ms)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (account_id) DO NOTHING",
                (_next_id(connection), kind, bytes(account_id), active_at_ms),
            )
            known = by_account(database, account_id)
    if known is None or known.kind != kind:
        raise LocalStorageError("a conversation of another kind has this id")
    return known


def _next_id(connection: Connection) -> int:
    """Return a number that no conversation has had, not even one that was deleted.

    A page that has not heard of the deletion would show, and write to, somebody else.
    """
    row = connection.execute(
        "UPDATE conversation_number SET last ="
        " max(last, (SELECT coalesce(max(id), 0) FROM conversation)) + 1 RETURNING last"
    ).fetchone()
    if row is None:
        raise LocalStorageError("the number of the last conversation is missing")
    return int(row[0])
