"""The outbox: every state against every event, and nothing lost or doubled whatever happens."""

import contextlib
import itertools
import tempfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.storage.conftest import KEY, SALT
from webapp.protocol.identifiers import AccountId
from webapp.storage import conversations, messages, outbox
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError
from webapp.storage.outbox import TRANSITIONS, Event, Kind, OutboxItem, State

ME, ALICE, BOB = (AccountId(letter * 32) for letter in (b"m", b"a", b"b"))
LATER_MS = 5_000


@pytest.fixture
def conversation_id(database: AccountDatabase) -> int:
    return conversations.ensure_private(database, ALICE).id


def enqueue(
    database: AccountDatabase,
    conversation_id: int,
    kind: Kind = "message",
    *,
    message_id: int | None = None,
) -> int:
    return outbox.enqueue(
        database,
        kind=kind,
        conversation_id=conversation_id,
        recipient=ME if kind == "sync" else ALICE,
        data=b"sealed bytes",
        sent_at_ms=1,
        ttl_ms=2,
        message_id=message_id,
    )


def write(database: AccountDatabase, conversation_id: int, sent_at_ms: int) -> int:
    return messages.insert_outgoing(
        database,
        conversation_id,
        author=ME,
        body="hello",
        sent_at_ms=sent_at_ms,
        sort_ms=sent_at_ms,
    )


def due(database: AccountDatabase, now_ms: int = 0) -> int | None:
    item = outbox.next_due(database, now_ms)
    return item.id if item else None


def fail(database: AccountDatabase, item_id: int) -> None:
    outbox.mark_sending(database, item_id)
    outbox.mark_failed(database, item_id)


def send(database: AccountDatabase, item_id: int) -> None:
    outbox.mark_sending(database, item_id)
    outbox.finish(database, item_id)


def test_an_item_is_due_at_once_and_whole(database: AccountDatabase, conversation_id: int) -> None:
    message_id = write(database, conversation_id, 1)
    item_id = enqueue(database, conversation_id, message_id=message_id)
    expected = OutboxItem(
        item_id, message_id, "message", conversation_id, ALICE, b"sealed bytes", 1, 2,
        "waiting", 0, 0,
    )  # fmt: skip
    assert outbox.next_due(database, 0) == expected
    assert outbox.get(database, item_id) == expected


@pytest.mark.parametrize(("state", "event"), [*itertools.product(get_args(State), get_args(Event))])
def test_every_state_takes_exactly_the_events_of_the_table(
    database: AccountDatabase, conversation_id: int, state: State, event: Event
) -> None:
    item_id = enqueue(database, conversation_id)
    if state != "waiting":
        outbox.mark_sending(database, item_id)
    if state == "failed":
        outbox.mark_failed(database, item_id)
    if state == "stranded":
        outbox.mark_stranded(database, item_id)
    allowed = (state, event) in TRANSITIONS
    with contextlib.nullcontext() if allowed else pytest.raises(LocalStorageError):
        outbox._move(database, item_id, event)
    item = outbox.get(database, item_id)
    assert (item.state if item else None) == (TRANSITIONS[state, event] if allowed else state)


@pytest.mark.parametrize("event", get_args(Event))
def test_an_item_deleted_with_its_message_takes_no_event(
    database: AccountDatabase, event: Event
) -> None:
    outbox._move(database, 99, event)
    assert outbox.get(database, 99) is None


def test_the_return_of_the_network_makes_due_what_was_stranded_and_nothing_else(
    database: AccountDatabase, conversation_id: int
) -> None:
    failed, stranded, later = (enqueue(database, conversation_id) for _ in range(3))
    fail(database, failed)
    outbox.mark_sending(database, stranded)
    outbox.mark_waiting(database, stranded, attempts=3, next_attempt_ms=LATER_MS)
    outbox.mark_sending(database, stranded)
    outbox.mark_stranded(database, stranded)
    assert due(database) == later, "a stranded item holds nobody up"

    taken_up = outbox.reconnect(database)

    assert [item.id for item in taken_up] == [stranded]
    item = outbox.next_due(database, 0)
    assert item is not None
    assert (item.id, item.attempts) == (stranded, 0)
    assert outbox.reconnect(database) == []


def test_the_user_may_try_a_stranded_message_again_before_that(
    database: AccountDatabase, conversation_id: int
) -> None:
    message_id = write(database, conversation_id, 1)
    item_id = enqueue(database, conversation_id, message_id=message_id)
    outbox.mark_sending(database, item_id)
    outbox.mark_stranded(database, item_id)

    assert outbox.retry(database, message_id)

    assert due(database) == item_id


def test_a_postponed_item_waits_for_its_time(
    database: AccountDatabase, conversation_id: int
) -> None:
    item_id = enqueue(database, conversation_id)
    outbox.mark_sending(database, item_id)
    assert due(database) is None
    outbox.mark_waiting(database, item_id, attempts=1, next_attempt_ms=LATER_MS)
    assert due(database, LATER_MS - 1) is None
    assert outbox.next_wake_ms(database) == LATER_MS
    item = outbox.next_due(database, LATER_MS)
    assert item is not None
    assert (item.id, item.attempts) == (item_id, 1)


def test_within_a_conversation_the_earlier_goes_first(
    database: AccountDatabase, conversation_id: int
) -> None:
    first = enqueue(database, conversation_id, "approval")
    second = enqueue(database, conversation_id)
    outbox.mark_sending(database, first)
    assert due(database) is None
    outbox.mark_waiting(database, first, attempts=1, next_attempt_ms=LATER_MS)
    assert due(database) is None
    assert outbox.next_wake_ms(database) == LATER_MS
    outbox.mark_sending(database, first)
    outbox.finish(database, first)
    assert due(database) == second


def test_another_conversation_does_not_wait(
    database: AccountDatabase, conversation_id: int
) -> None:
    outbox.mark_sending(database, enqueue(database, conversation_id))
    other = enqueue(database, conversations.ensure_private(database, BOB).id)
    assert due(database) == other


def test_of_two_conversations_the_one_that_waits_longer_goes_first(
    database: AccountDatabase, conversation_id: int
) -> None:
    other = conversations.ensure_private(database, BOB).id
    first = enqueue(database, other)
    enqueue(database, conversation_id)
    assert due(database) == first


def test_a_failed_item_holds_nobody_up(database: AccountDatabase, conversation_id: int) -> None:
    fail(database, enqueue(database, conversation_id))
    second = enqueue(database, conversation_id)
    assert due(database) == second


def test_a_sync_copy_waits_for_its_message_even_a_failed_one(
    database: AccountDatabase, conversation_id: int
) -> None:
    message_id = write(database, conversation_id, 1)
    message = enqueue(database, conversation_id, message_id=message_id)
    copy = enqueue(database, conversation_id, "sync", message_id=message_id)
    assert due(database) == message
    fail(database, message)
    assert due(database) is None
    assert outbox.next_wake_ms(database) is None
    assert outbox.retry(database, message_id)
    send(database, message)
    assert due(database) == copy


def test_a_sync_copy_holds_nobody_up(database: AccountDatabase, conversation_id: int) -> None:
    message_id = write(database, conversation_id, 1)
    message = enqueue(database, conversation_id, message_id=message_id)
    enqueue(database, conversation_id, "sync", message_id=message_id)
    fail(database, message)
    second_id = write(database, conversation_id, 2)
    second = enqueue(database, conversation_id, message_id=second_id)
    second_copy = enqueue(database, conversation_id, "sync", message_id=second_id)
    assert due(database) == second
    send(database, second)
    assert due(database) == second_copy


def test_a_note_to_self_is_a_copy_without_message_to_wait_for(
    database: AccountDatabase,
) -> None:
    notes = conversations.ensure_note_to_self(database, ME).id
    copy = enqueue(database, notes, "sync", message_id=write(database, notes, 1))
    assert due(database) == copy


def test_a_retry_sends_the_same_bytes_before_later_messages(
    database: AccountDatabase, conversation_id: int
) -> None:
    message_id = write(database, conversation_id, 1)
    first = enqueue(database, conversation_id, message_id=message_id)
    outbox.mark_sending(database, first)
    outbox.mark_waiting(database, first, attempts=4, next_attempt_ms=LATER_MS)
    fail(database, first)
    enqueue(database, conversation_id)
    assert outbox.retry(database, message_id)
    item = outbox.next_due(database, 0)
    assert item is not None
    assert (item.id, item.data, item.attempts) == (first, b"sealed bytes", 0)


def test_nothing_failed_is_nothing_to_retry(
    database: AccountDatabase, conversation_id: int
) -> None:
    message_id = write(database, conversation_id, 1)
    enqueue(database, conversation_id, message_id=message_id)
    assert not outbox.retry(database, message_id)


def test_a_start_takes_up_what_was_under_way(
    database: AccountDatabase, conversation_id: int
) -> None:
    first = enqueue(database, conversation_id)
    outbox.mark_sending(database, first)
    assert outbox.recover(database) == 1
    assert due(database) == first
    assert outbox.recover(database) == 0


def test_deleting_a_message_takes_it_out_of_the_outbox(
    database: AccountDatabase, conversation_id: int
) -> None:
    message_id = write(database, conversation_id, 1)
    item_id = enqueue(database, conversation_id, message_id=message_id)
    with database.write() as connection:
        connection.execute("DELETE FROM message WHERE id = ?", (message_id,))
    assert outbox.get(database, item_id) is None


class OutboxMachine(RuleBasedStateMachine):
    """Any run of sends, failures, retries and restarts, against a list in memory.

    ``network`` is what a swarm would hold: bytes that are stored twice are there once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "container"
        self.database = AccountDatabase.create(self._path, key=KEY, salt=SALT)
        self.conversations = [
            conversations.ensure_private(self.database, person).id for person in (ALICE, BOB)
        ]
        self.written: list[tuple[int, bytes]] = []
        self.network: list[bytes] = []
        self.under_way: OutboxItem | None = None
        self.now_ms = 0

    @rule(which=st.integers(0, 1))
    def write_a_message(self, which: int) -> None:
        conversation_id = self.conversations[which]
        number = len(self.written) + 1
        data = f"message {number}".encode()
        with self.database.write():
            message_id = write(self.database, conversation_id, number)
            for kind, bytes_ in (("message", data), ("sync", b"copy of " + data)):
                outbox.enqueue(
                    self.database,
                    kind=kind,
                    conversation_id=conversation_id,
                    recipient=ALICE,
                    data=bytes_,
                    sent_at_ms=number,
                    ttl_ms=1,
                    message_id=message_id,
                )
        self.written.append((conversation_id, data))

    @precondition(lambda self: self.under_way is None)
    @rule()
    def begin_the_next(self) -> None:
        self.under_way = outbox.next_due(self.database, self.now_ms)
        if self.under_way:
            outbox.mark_sending(self.database, self.under_way.id)

    @precondition(lambda self: self.under_way is not None)
    @rule(answer=st.sampled_from(["answered", "unanswered", "lost"]))
    def end_it(self, answer: str) -> None:
        item = self.under_way
        assert item is not None
        if answer != "lost" and item.data not in self.network:
            self.network.append(item.data)
        if answer == "answered":
            outbox.finish(self.database, item.id)
        else:
            self.now_ms += 1
            outbox.mark_waiting(self.database, item.id, attempts=1, next_attempt_ms=self.now_ms + 1)
        self.under_way = None

    @precondition(lambda self: self.under_way is not None)
    @rule()
    def give_it_up(self) -> None:
        assert self.under_way is not None
        outbox.mark_failed(self.database, self.under_way.id)
        self.under_way = None

    @rule(which=st.integers(1, 20))
    def ask_for_another_try(self, which: int) -> None:
        outbox.retry(self.database, which)

    @rule(stored=st.booleans())
    def crash_and_start_again(self, stored: bool) -> None:
        if stored and self.under_way and self.under_way.data not in self.network:
            self.network.append(self.under_way.data)
        self.under_way = None
        self.database.close()
        self.database = AccountDatabase.open(self._path, key=KEY, salt=SALT)
        outbox.recover(self.database)

    @rule()
    def let_time_pass(self) -> None:
        self.now_ms += 10

    @invariant()
    def everything_written_is_in_the_outbox_or_on_the_network(self) -> None:
        with self.database.read() as connection:
            waiting = {row[0] for row in connection.execute("SELECT data FROM outbox")}
        for _, data in self.written:
            assert data in waiting or data in self.network
            assert b"copy of " + data in waiting or b"copy of " + data in self.network

    @invariant()
    def no_copy_is_ahead_of_its_message(self) -> None:
        for data in self.network:
            original = data.removeprefix(b"copy of ")
            if original != data:
                assert self.network.index(original) < self.network.index(data)

    @invariant()
    def at_most_one_item_is_under_way(self) -> None:
        with self.database.read() as connection:
            row = connection.execute(
                "SELECT count(*) FROM outbox WHERE state = 'sending'"
            ).fetchone()
        assert row == (1 if self.under_way else 0,)

    def teardown(self) -> None:
        """Without further failures everything arrives, each once."""
        outbox.recover(self.database)
        for message_id in range(1, len(self.written) + 1):
            outbox.retry(self.database, message_id)
        while item := outbox.next_due(self.database, self.now_ms + 1000):
            send(self.database, item.id)
            if item.data not in self.network:
                self.network.append(item.data)
        sent = [data for _, data in self.written]
        assert sorted(self.network) == sorted(sent + [b"copy of " + data for data in sent])
        self.database.close()
        self._folder.cleanup()


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
