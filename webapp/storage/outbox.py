"""What is still to be stored on the network, in a state that survives any crash.

A row is written in the transaction that stores the message, before the first network
call, and holds the very bytes to send. Sending them twice therefore is no harm: nodes
file the same bytes under the same hash, and receivers drop a repeated sent time.

    state     event      →  state      when
    waiting   begin         sending    the outbox thread is about to call the network
    sending   finish        (gone)     a node has given a hash
    sending   postpone      waiting    a failure that may pass; with the next time to try
    sending   give_up       failed     a failure that will not; the user is told
    sending   strand        stranded   no way into the network; the user is told
    failed    retry         waiting    the user asks for it: same bytes, attempts from zero
    stranded  retry         waiting    the same
    stranded  reconnect     waiting    the network is back: the same without being asked
    sending   recover       waiting    the program starts: what was under way is unknown

Order: within one conversation an item waits for the earlier ones, so an approval
arrives before the answer it belongs to. A failed or stranded item holds nobody up. A sync copy
waits for its own message instead, and nothing waits for it: it goes to our own swarm.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from webapp.protocol.identifiers import AccountId
from webapp.storage.connection import Connection, Row
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError

Kind = Literal["message", "approval", "sync"]
State = Literal["waiting", "sending", "failed", "stranded"]
Event = Literal["begin", "finish", "postpone", "give_up", "strand", "retry", "reconnect", "recover"]

# None: the row goes. What is not listed cannot happen and is refused.
TRANSITIONS: dict[tuple[State, Event], State | None] = {
    ("waiting", "begin"): "sending",
    ("sending", "finish"): None,
    ("sending", "postpone"): "waiting",
    ("sending", "give_up"): "failed",
    ("sending", "strand"): "stranded",
    ("failed", "retry"): "waiting",
    ("stranded", "retry"): "waiting",
    ("stranded", "reconnect"): "waiting",
    ("sending", "recover"): "waiting",
}

_SELECT = """
    SELECT id, message_id, kind, conversation_id, recipient, data, sent_at_ms, ttl_ms, state,
           attempts, next_attempt_ms
    FROM outbox AS item
"""
_OF_MESSAGES = " WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY id"
_SELECT_NEXT_TIME = "SELECT min(next_attempt_ms) FROM outbox AS item"
_NOT_HELD_UP = """
    WHERE item.state = 'waiting' AND CASE item.kind
        WHEN 'sync' THEN NOT EXISTS (
            SELECT 1 FROM outbox AS own
            WHERE own.message_id = item.message_id AND own.kind = 'message')
        ELSE NOT EXISTS (
            SELECT 1 FROM outbox AS earlier
            WHERE earlier.conversation_id = item.conversation_id AND earlier.id < item.id
                AND earlier.state NOT IN ('failed', 'stranded') AND earlier.kind <> 'sync')
    END
"""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One store request: to whom, which bytes, and how far it got."""

    id: int
    message_id: int | None
    kind: Kind
    conversation_id: int
    recipient: AccountId
    data: bytes
    sent_at_ms: int
    ttl_ms: int
    state: State
    attempts: int
    next_attempt_ms: int


def enqueue(
    database: AccountDatabase,
    *,
    kind: Kind,
    conversation_id: int,
    recipient: AccountId,
    data: bytes,
    sent_at_ms: int,
    ttl_ms: int,
    message_id: int | None = None,
) -> int:
    """Add an item that is due at once and return its id."""
    with database.write() as connection:
        return connection.execute(
            "INSERT INTO outbox (message_id, kind, conversation_id, recipient, data,"
            " sent_at_ms, ttl_ms, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')",
            (
                message_id,
                kind,
                conversation_id,
                bytes(recipient),
                data,
                sent_at_ms,
                ttl_ms,
            ),
        ).lastrowid


def get(database: AccountDatabase, item_id: int) -> OutboxItem | None:
    """Return the item with this id, or None if it is finished."""
    with database.read() as connection:
        row = connection.execute(_SELECT + " WHERE id = ?", (item_id,)).fetchone()
    return _item(row) if row else None


def of_messages(database: AccountDatabase, message_ids: Collection[int]) -> list[OutboxItem]:
    """Return what is still to be sent of these messages, in its order."""
    with database.read() as connection:
        rows = connection.execute(
            _SELECT + _OF_MESSAGES,
            (json.dumps(list(message_ids)),),
        ).fetchall()
    return [_item(row) for row in rows]


def next_due(database: AccountDatabase, now_ms: int) -> OutboxItem | None:
    """Return the oldest item that may be sent now, or None."""
    with database.read() as connection:
        row = connection.execute(
            _SELECT + _NOT_HELD_UP + " AND next_attempt_ms <= ? ORDER BY id LIMIT 1", (now_ms,)
        ).fetchone()
    return _item(row) if row else None


def next_wake_ms(database: AccountDatabase) -> int | None:
    """Return when the next item becomes due, or None if none waits for its time."""
    with database.read() as connection:
        row = connection.execute(_SELECT_NEXT_TIME + _NOT_HELD_UP).fetchone()
    return row[0] if row else None


def mark_sending(database: AccountDatabase, item_id: int) -> None:
    """Note that the network is about to be called with this item."""
    _move(database, item_id, "begin")


def mark_waiting(
    database: AccountDatabase, item_id: int, *, attempts: int, next_attempt_ms: int
) -> None:
    """Put the item back after a failure that may pass."""
    with database.write() as connection:
        _move(database, item_id, "postpone")
        connection.execute(
            "UPDATE outbox SET attempts = ?, next_attempt_ms = ? WHERE id = ?",
            (attempts, next_attempt_ms, item_id),
        )


def mark_failed(database: AccountDatabase, item_id: int) -> None:
    """Give the item up until the user asks for another try."""
    _move(database, item_id, "give_up")


def mark_stranded(database: AccountDatabase, item_id: int) -> None:
    """Give the item up until the network is back, or the user asks for another try."""
    _move(database, item_id, "strand")


def finish(database: AccountDatabase, item_id: int) -> None:
    """Remove an item that is stored on the network."""
    _move(database, item_id, "finish")


def retry(database: AccountDatabase, message_id: int) -> bool:
    """Make the items of a message that were given up due again; return whether there were any."""
    with database.write() as connection:
        given_up = connection.execute(
            "SELECT id FROM outbox WHERE message_id = ? AND state IN ('failed', 'stranded')",
            (message_id,),
        ).fetchall()
        for (item_id,) in given_up:
            _move(database, item_id, "retry")
            _make_due(connection, item_id)
    return bool(given_up)


def reconnect(database: AccountDatabase) -> list[OutboxItem]:
    """Make all stranded items due again; return them."""
    with database.write() as connection:
        rows = connection.execute(_SELECT + " WHERE state = 'stranded' ORDER BY id").fetchall()
        stranded = [_item(row) for row in rows]
        for item in stranded:
            _move(database, item.id, "reconnect")
            _make_due(connection, item.id)
    return stranded


def recover(database: AccountDatabase) -> int:
    """At start: make due what was under way when the program ended; return how many."""
    with database.write() as connection:
        under_way = connection.execute("SELECT id FROM outbox WHERE state = 'sending'").fetchall()
        for (item_id,) in under_way:
            _move(database, item_id, "recover")
    return len(under_way)


def _make_due(connection: Connection, item_id: int) -> None:
    connection.execute(
        "UPDATE outbox SET attempts = 0, next_attempt_ms = 0 WHERE id = ?", (item_id,)
    )


def _move(database: AccountDatabase, item_id: int, event: Event) -> None:
    """Take one step of the table. An item deleted meanwhile, with its message, is no error."""
    with database.write() as connection:
        row = connection.execute("SELECT state FROM outbox WHERE id = ?", (item_id,)).fetchone()
        if row is None:
            return
        if (row[0], event) not in TRANSITIONS:
            raise LocalStorageError("this step is not in the table of the outbox")
        _enter(connection, item_id, TRANSITIONS[row[0], event])


def _enter(connection: Connection, item_id: int, state: State | None) -> None:
    if state is None:
        connection.execute("DELETE FROM outbox WHERE id = ?", (item_id,))
    else:
        connection.execute("UPDATE outbox SET state = ? WHERE id = ?", (state, item_id))


def _item(row: Row) -> OutboxItem:
    return OutboxItem(
        id=row[0],
        message_id=row[1],
        kind=row[2],
        conversation_id=row[3],
        recipient=AccountId.from_bytes(row[4]),
        data=row[5],
        sent_at_ms=row[6],
        ttl_ms=row[7],
        state=row[8],
        attempts=row[9],
        next_attempt_ms=row[10],
    )
