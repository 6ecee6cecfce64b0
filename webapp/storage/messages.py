"""Messages: a page of a conversation, and inserting without doubles.

A message is the same one if author and sent time are the same (messages.md §9); the
table refuses the second. ``sort_ms`` is where it stands in the conversation: the
sender's time, as far as that can be true.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.storage.connection import Connection, Row
from webapp.storage.conversations import MessageState, refresh_summary
from webapp.storage.database import AccountDatabase

PAGE_LIMIT = 50

# The network keeps a message for 14 days, so nothing older can be new (security.md N9).
OLDEST_NEWS_MS = 14 * 24 * 60 * 60 * 1000
# Clocks of honest senders differ by less; a message from the year 3000 must not stay on top.
CLOCK_DIFFERENCE_MS = 2 * 60 * 1000

# Where a message stands in its conversation: (sort_ms, id).
Place = tuple[int, int]
# Behind everything that SQLite can count.
LAST_PLACE: Place = (2**63 - 1, 2**63 - 1)

SELECT_MESSAGE = """
    SELECT id, conversation_id, author, outgoing, body, sent_at_ms, sort_ms, state, hash, unread
    FROM message
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is stored."""

    id: int
    conversation_id: int
    author: AccountId
    outgoing: bool
    body: str
    sent_at_ms: int
    sort_ms: int
    state: MessageState
    hash: MessageHash | None
    unread: bool = False

    @property
    def place(self) -> Place:
        return self.sort_ms, self.id


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message fetched from the network; ``outgoing`` if another device of ours sent it."""

    conversation_id: int
    author: AccountId
    outgoing: bool
    body: str
    sent_at_ms: int
    sort_ms: int
    hash: MessageHash


def sort_time_ms(sent_at_ms: int, *, first_seen_ms: int) -> int:
    """Return where a message first seen at that moment stands: the sender's time, if possible."""
    earliest = first_seen_ms - OLDEST_NEWS_MS
    latest = first_seen_ms + CLOCK_DIFFERENCE_MS
    return min(max(sent_at_ms, earliest), latest)


def page(
    database: AccountDatabase,
    conversation_id: int,
    *,
    before: Place | None = None,
    limit: int = PAGE_LIMIT,
) -> list[Message]:
    """Return the last ``limit`` messages, in reading order.

    ``before`` is the place of the first message of the page that follows.
    """
    older = " AND (sort_ms, id) < (?, ?)" if before else ""
    with database.read() as connection:
        rows = connection.execute(
            f"{SELECT_MESSAGE} WHERE conversation_id = ?{older}"
            " ORDER BY sort_ms DESC, id DESC LIMIT ?",
            (conversation_id, *(before or ()), limit),
        ).fetchall()
    return [message_of(row) for row in reversed(rows)]


def get(database: AccountDatabase, message_id: int) -> Message | None:
    """Return the message with this id, or None."""
    with database.read() as connection:
        row = connection.execute(f"{SELECT_MESSAGE} WHERE id = ?", (message_id,)).fetchone()
    return message_of(row) if row else None


def message_of(row: Row) -> Message:
    """Return the message of a row that ``SELECT_MESSAGE`` has found."""
    return Message(
        id=row[0],
        conversation_id=row[1],
        author=AccountId.from_bytes(row[2]),
        outgoing=bool(row[3]),
        body=row[4],
        sent_at_ms=row[5],
        sort_ms=row[6],
        state=row[7],
        hash=MessageHash(row[8]) if row[8] else None,
        unread=bool(row[9]),
    )


def insert_outgoing(
    database: AccountDatabase,
    conversation_id: int,
    *,
    author: AccountId,
    body: str,
    sent_at_ms: int,
    sort_ms: int,
    state: MessageState = "sending",
) -> int:
    """Store a message written here and return its id.

    ``sent_at_ms`` must be new for this account (``latest_sent_at``), else DatabaseFailed.
    """
    with database.write() as connection:
        message_id = _next_id(connection)
        connection.execute(
            "INSERT INTO message"
            " (id, conversation_id, author, outgoing, body, sent_at_ms, sort_ms, state)"
            " VALUES (?, ?, ?, 1, ?, ?, ?, ?)",
            (message_id, conversation_id, bytes(author), body, sent_at_ms, sort_ms, state),
        )
        refresh_summary(database, conversation_id)
    return message_id


def insert_received_many(
    database: AccountDatabase, messages: Sequence[ReceivedMessage]
) -> list[int | None]:
    """Store fetched messages and return their ids in order, None for those already here.

    Summaries and unread counts of the conversations are brought up to date as well.
    """
    if not messages:
        return []
    with database.write() as connection:
        first_id = _next_id(connection)
        connection.executemany(
            "INSERT INTO message (id, conversation_id, author, outgoing, body, sent_at_ms,"
            " sort_ms, state, hash, unread) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            # Only this conflict means "already here"; any other is a mistake of ours.
            " ON CONFLICT (author, sent_at_ms) DO NOTHING",
            (_row(message, first_id + at) for at, message in enumerate(messages)),
        )
        new_ids = {
            row[0]
            for row in connection.execute("SELECT id FROM message WHERE id >= ?", (first_id,))
        }
        ids = [first_id + at if first_id + at in new_ids else None for at in range(len(messages))]
        _refresh_summaries(database, messages, ids)
    return ids


def set_state(
    database: AccountDatabase,
    message_id: int,
    state: MessageState,
    *,
    message_hash: MessageHash | None = None,
) -> None:
    """Change what became of an outgoing message, and the network's name for it if known."""
    with database.write() as connection:
        row = connection.execute(
            "UPDATE message SET state = ?, hash = coalesce(?, hash) WHERE id = ?"
            " RETURNING conversation_id",
            (state, message_hash.text if message_hash else None, message_id),
        ).fetchone()
        if row:
            refresh_summary(database, row[0])


def mark_read(
    database: AccountDatabase, conversation_id: int, *, through: Place | None = None
) -> bool:
    """Take everything up to and including a place as read; return whether any of it was not.

    Without a place the whole conversation is.
    """
    with database.write() as connection:
        marked = connection.execute(
            "UPDATE message SET unread = 0"
            " WHERE conversation_id = ? AND unread = 1 AND (sort_ms, id) <= (?, ?)",
            (conversation_id, *(through or LAST_PLACE)),
        ).rowcount
        if marked:
            refresh_summary(database, conversation_id)
        return marked > 0


def mark_unread(database: AccountDatabase, conversation_id: int, *, count: int) -> bool:
    """Make the newest ``count`` received messages unread that are read; return if any was."""
    with database.write() as connection:
        marked = connection.execute(
            "UPDATE message SET unread = 1 WHERE id IN ("
            " SELECT id FROM message WHERE conversation_id = ? AND outgoing = 0 AND unread = 0"
            " ORDER BY sort_ms DESC, id DESC LIMIT ?)",
            (conversation_id, count),
        ).rowcount
        if marked:
            refresh_summary(database, conversation_id)
        return marked > 0


def delete(database: AccountDatabase, message_ids: Collection[int]) -> dict[int, list[int]]:
    """Delete messages and what the outbox holds of them; return their ids by conversation.

    Summaries and unread counts are brought up to date as well. What is gone already is no error.
    """
    wanted = json.dumps(sorted(message_ids))
    deleted: dict[int, list[int]] = {}
    with database.write() as connection:
        rows = connection.execute(
            "SELECT conversation_id, id FROM message"
            " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (wanted,),
        ).fetchall()
        for conversation_id, message_id in rows:
            deleted.setdefault(conversation_id, []).append(message_id)
        connection.execute(
            "DELETE FROM message WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        for conversation_id in deleted:
            refresh_summary(database, conversation_id)
    return deleted


def has_outgoing(database: AccountDatabase, conversation_id: int) -> bool:
    """Return whether any message of ours, from whatever device, is in this conversation."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT 1 FROM message WHERE conversation_id = ? AND outgoing = 1 LIMIT 1",
            (conversation_id,),
        ).fetchone()
    return row is not None


def latest_sent_at(database: AccountDatabase) -> int:
    """Return the newest sent time that an own message has or had, or 0.

    No two messages of an account may share a time: it is how the other side, and its
    reactions and receipts, name a message.
    """
    with database.read() as connection:
        row = connection.execute(
            "SELECT max(sent_at_ms) FROM ("
            " SELECT max(sent_at_ms) AS sent_at_ms FROM message WHERE outgoing = 1"
            " UNION ALL SELECT sent_at_ms FROM deleted_mark)"
        ).fetchone()
    return row[0] or 0 if row else 0


def _next_id(connection: Connection) -> int:
    row = connection.execute(
        "SELECT max(id) + 1 FROM"
        " (SELECT max(id) AS id FROM message UNION ALL SELECT message_id FROM deleted_mark)"
    ).fetchone()
    return int(row[0]) if row else 1


def _row(message: ReceivedMessage, message_id: int) -> tuple[object, ...]:
    return (
        message_id,
        message.conversation_id,
        bytes(message.author),
        message.outgoing,
        message.body,
        message.sent_at_ms,
        message.sort_ms,
        "sent" if message.outgoing else "received",
        message.hash.text,
        not message.outgoing,
    )


def _refresh_summaries(
    database: AccountDatabase, messages: Sequence[ReceivedMessage], ids: Sequence[int | None]
) -> None:
    new = [message for message, row_id in zip(messages, ids, strict=True) if row_id is not None]
    for conversation_id in {message.conversation_id for message in new}:
        refresh_summary(database, conversation_id)
