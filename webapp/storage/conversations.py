"""Conversations, with what the list shows of each kept on its own row.

The summary (snippet, time, state, unread) follows from the messages. Whoever changes
a message calls ``refresh_summary`` in the same transaction, as ``messages`` does.
"""

from operator import attrgetter
from typing import Literal, NamedTuple

from webapp.protocol.identifiers import AccountId
from webapp.storage.connection import Row
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError

Kind = Literal["private", "note_to_self"]
MessageState = Literal["sending", "sent", "failed", "received"]

# More than one line of the list ever shows.
SNIPPET_CHARACTERS = 200

_SELECT = """
    SELECT conversation.id, kind, conversation.account_id, name, snippet, last_activity_ms,
           last_state, last_outgoing, unread, approved, approved_me
    FROM conversation
    LEFT JOIN contact ON contact.account_id = conversation.account_id
"""


class Conversation(NamedTuple):
    """One row of the list. ``name`` is None for a person who never sent one.

    A tuple, because the list makes a thousand of them at once.
    """

    id: int
    kind: Kind
    account_id: AccountId
    name: str | None
    snippet: str
    last_activity_ms: int
    last_state: MessageState | None
    last_outgoing: bool
    unread: int
    approved: bool
    approved_me: bool


def list_all(database: AccountDatabase) -> list[Conversation]:
    """Return every conversation, the most recently active first."""
    with database.read() as connection:
        rows = connection.execute(_SELECT).fetchall()
    # Sorted here: to sort, the database would copy every row once more.
    newest_first = attrgetter("last_activity_ms", "id")
    return sorted((_conversation(row) for row in rows), key=newest_first, reverse=True)


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


def _one(database: AccountDatabase, where: str, value: object) -> Conversation | None:
    with database.read() as connection:
        row = connection.execute(_SELECT + where, (value,)).fetchone()
    return _conversation(row) if row else None


def _ensure(
    database: AccountDatabase, account_id: AccountId, *, kind: Kind, active_at_ms: int
) -> Conversation:
    known = by_account(database, account_id)
    if known is None:
        with database.write() as connection:
            connection.execute(
                "INSERT INTO conversation (kind, account_id, last_activity_ms)"
                " VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (kind, bytes(account_id), active_at_ms),
            )
            known = by_account(database, account_id)
    if known is None or known.kind != kind:
        raise LocalStorageError("a conversation of another kind has this id")
    return known


def _conversation(row: Row) -> Conversation:
    (
        conversation_id,
        kind,
        account_id,
        name,
        snippet,
        last_activity_ms,
        last_state,
        last_outgoing,
        unread,
        approved,
        approved_me,
    ) = row
    return Conversation(
        conversation_id,
        kind,
        AccountId.from_bytes(account_id),
        name,
        snippet,
        last_activity_ms,
        last_state,
        last_outgoing == 1,
        unread,
        approved == 1,
        approved_me == 1,
    )
