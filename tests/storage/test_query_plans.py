"""What is asked for often costs the same among a million messages as among ten.

Every query of the modules below runs once on a database that tells how it would look for the
rows. A scan, a walk through a whole table or index, takes longer with every message, and so
does sorting what an index could have given in order.
"""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.storage.conftest import KEY, SALT
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.storage import (
    contacts,
    conversation_list,
    conversations,
    drafts,
    message_pages,
    messages,
    outbox,
    received,
)
from webapp.storage.connection import Connection, Cursor, Parameters, connect
from webapp.storage.conversation_list import Position
from webapp.storage.database import AccountDatabase
from webapp.storage.messages import ReceivedMessage

ALICE, ME = AccountId(b"a" * 32), AccountId(b"m" * 32)
HASH = MessageHash("h" * 43)
PLACE = (10, 1)
ROW = Position(0, 10, 1)
MODULES = (
    contacts,
    conversation_list,
    conversations,
    drafts,
    message_pages,
    messages,
    outbox,
    received,
)
# Tables with a row for each message, or nearly.
SCANS = ("SCAN message", "SCAN received")
SORTS = ("USE TEMP B-TREE FOR ORDER BY",)
EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")

Operation = Callable[[AccountDatabase], object]


class Explaining:
    """A connection that keeps, for each statement, how its rows would be found."""

    def __init__(self, inner: Connection) -> None:
        self._inner = inner
        self.plans: dict[str, list[str]] = {}

    @property
    def in_transaction(self) -> bool:
        return self._inner.in_transaction

    def execute(self, sql: str, parameters: Parameters = (), /) -> Cursor:
        if sql.lstrip().upper().startswith(EXPLAINED):
            plan = self._inner.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            self.plans[sql] = [str(row[-1]) for row in plan]
        return self._inner.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterator[Parameters], /) -> Cursor:
        listed = list(rows)
        for parameters in listed[:1]:
            self.execute(sql, parameters)
        return self._inner.executemany(sql, listed[1:])

    def close(self) -> None:
        self._inner.close()

    def set_progress_handler(self, stop: Callable[[], bool], steps: int, /) -> None:
        self._inner.set_progress_handler(stop, steps)


def _receive(database: AccountDatabase) -> object:
    return messages.insert_received_many(
        database, [ReceivedMessage(1, ALICE, False, "Hello", 10, 10, HASH)]
    )


def _enqueue(database: AccountDatabase) -> object:
    return outbox.enqueue(
        database,
        kind="message",
        conversation_id=1,
        message_id=1,
        recipient=ALICE,
        data=b"sealed",
        sent_at_ms=10,
        ttl_ms=1,
    )


OPERATIONS: dict[Callable[..., object], Operation] = {
    contacts.get: lambda database: contacts.get(database, ALICE),
    contacts.ensure: lambda database: contacts.ensure(database, ME),
    contacts.set_approved: lambda database: contacts.set_approved(database, ALICE, True),
    contacts.set_approved_me: lambda database: contacts.set_approved_me(database, ALICE, True),
    contacts.apply_profile: lambda database: contacts.apply_profile(
        database, ALICE, name="Alice", updated_s=1
    ),
    contacts.set_blocked: lambda database: contacts.set_blocked(database, ALICE, True),
    contacts.set_nickname: lambda database: contacts.set_nickname(database, ALICE, "Al"),
    contacts.blocked: contacts.blocked,
    contacts.forget: lambda database: contacts.forget(database, ALICE),
    conversation_list.first_page: conversation_list.first_page,
    conversation_list.last_page: conversation_list.last_page,
    conversation_list.page_from: lambda database: conversation_list.page_from(database, ROW),
    conversation_list.page_after: lambda database: conversation_list.page_after(database, ROW),
    conversation_list.page_before: lambda database: conversation_list.page_before(database, ROW),
    conversation_list.find: lambda database: conversation_list.find(
        database, "alice", own_name="Note to self"
    ),
    conversation_list.unread: conversation_list.unread,
    conversations.mark_unread: lambda database: conversations.mark_unread(database, 1),
    conversations.unmark: lambda database: conversations.unmark(database, 1),
    conversations.set_priority: lambda database: conversations.set_priority(database, 1, 1),
    conversations.highest_priority: conversations.highest_priority,
    conversations.message_count: lambda database: conversations.message_count(database, 1),
    conversations.unsent_count: lambda database: conversations.unsent_count(database, 1),
    conversations.clear: lambda database: conversations.clear(database, 1),
    conversations.delete: lambda database: conversations.delete(database, 1),
    conversations.get: lambda database: conversations.get(database, 1),
    conversations.by_account: lambda database: conversations.by_account(database, ALICE),
    conversations.ensure_private: lambda database: conversations.ensure_private(database, ALICE),
    conversations.ensure_note_to_self: lambda database: conversations.ensure_note_to_self(
        database, ME
    ),
    conversations.refresh_summary: lambda database: conversations.refresh_summary(database, 1),
    drafts.get: lambda database: drafts.get(database, 1),
    drafts.store: lambda database: drafts.store(database, 1, "Half a"),
    drafts.clear: lambda database: drafts.clear(database, 1),
    message_pages.latest: lambda database: message_pages.latest(database, 1),
    message_pages.older: lambda database: message_pages.older(database, 1, before=PLACE),
    message_pages.newer: lambda database: message_pages.newer(database, 1, after=PLACE),
    message_pages.around: lambda database: message_pages.around(database, 1, PLACE),
    message_pages.between: lambda database: message_pages.between(
        database, 1, first=PLACE, last=PLACE
    ),
    message_pages.first_unread: lambda database: message_pages.first_unread(database, 1),
    messages.page: lambda database: messages.page(database, 1, before=PLACE),
    messages.get: lambda database: messages.get(database, 1),
    messages.insert_outgoing: lambda database: messages.insert_outgoing(
        database, 1, author=ME, body="Hello", sent_at_ms=20, sort_ms=20
    ),
    messages.insert_received_many: _receive,
    messages.set_state: lambda database: messages.set_state(database, 1, "sent"),
    messages.mark_read: lambda database: messages.mark_read(database, 1, through=PLACE),
    messages.mark_unread: lambda database: messages.mark_unread(database, 1, count=1),
    messages.delete: lambda database: messages.delete(database, [1]),
    messages.has_outgoing: lambda database: messages.has_outgoing(database, 1),
    messages.latest_sent_at: messages.latest_sent_at,
    outbox.enqueue: _enqueue,
    outbox.get: lambda database: outbox.get(database, 1),
    outbox.of_messages: lambda database: outbox.of_messages(database, [1]),
    outbox.next_due: lambda database: outbox.next_due(database, 1),
    outbox.next_wake_ms: outbox.next_wake_ms,
    outbox.mark_sending: lambda database: outbox.mark_sending(database, 9),
    outbox.mark_waiting: lambda database: outbox.mark_waiting(
        database, 9, attempts=1, next_attempt_ms=1
    ),
    outbox.mark_stranded: lambda database: outbox.mark_stranded(database, 9),
    outbox.reconnect: outbox.reconnect,
    outbox.mark_failed: lambda database: outbox.mark_failed(database, 9),
    outbox.finish: lambda database: outbox.finish(database, 9),
    outbox.retry: lambda database: outbox.retry(database, 1),
    outbox.recover: outbox.recover,
    received.known_hashes: lambda database: received.known_hashes(database, [HASH]),
    received.remember: lambda database: received.remember(database, [(HASH, 1)]),
    received.load_cursors: received.load_cursors,
    received.save_cursors: lambda database: received.save_cursors(database, {(bytes(32), 0): HASH}),
    received.count_rejected: lambda database: received.count_rejected(database, "Reason"),
    received.rejected_counts: received.rejected_counts,
}
# Once at a start, over what came in two weeks.
MAY_SCAN = {received.forget_expired}
# What the outbox holds of a few chosen messages.
MAY_SORT = {outbox.of_messages}


@pytest.fixture
def explaining(database: AccountDatabase, database_path: Path) -> Iterator[Explaining]:
    conversations.ensure_private(database, ALICE)
    _receive(database)
    database.close()
    connection = connect(database_path, key=KEY, salt=SALT, vfs=None)
    yield Explaining(connection)
    connection.close()


def steps(explaining: Explaining, costly: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the costly steps of what was executed, by statement."""
    found = {
        sql: [step for step in plan if step.startswith(costly)]
        for sql, plan in explaining.plans.items()
    }
    return {sql: costly_steps for sql, costly_steps in found.items() if costly_steps}


@pytest.mark.parametrize(
    "query", OPERATIONS, ids=lambda query: f"{query.__module__}.{query.__name__}"
)
def test_no_query_walks_through_all_messages(
    query: Callable[..., object], explaining: Explaining
) -> None:
    OPERATIONS[query](AccountDatabase(explaining, []))
    assert explaining.plans
    assert steps(explaining, SCANS if query in MAY_SORT else SCANS + SORTS) == {}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM message WHERE state = 'failed'",
        "SELECT * FROM message ORDER BY sort_ms DESC LIMIT 50",
        "UPDATE message SET unread = 0",
        "DELETE FROM received WHERE expires_ms < 0",
        "SELECT * FROM conversation ORDER BY unread",
    ],
)
def test_a_planted_scan_is_seen(sql: str, explaining: Explaining) -> None:
    explaining.execute(sql)
    assert list(steps(explaining, SCANS + SORTS)) == [sql]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_query_is_looked_at(module: ModuleType) -> None:
    queries = {
        function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(function).parameters), "") == "database"
    }
    assert queries - OPERATIONS.keys() - MAY_SCAN == set()
