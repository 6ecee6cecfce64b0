"""Deleting messages, in any order: what the list says stays true, and nothing is used twice."""

from functools import partial

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.storage import conversations, messages, outbox, received
from webapp.storage.database import AccountDatabase
from webapp.storage.messages import ReceivedMessage

ME = AccountId(b"m" * 32)
HASH = MessageHash("h" * 43)
PEERS = [AccountId(b"a" * 32), AccountId(b"b" * 32)]


def write(database: AccountDatabase, conversation_id: int, body: str, *, sent_at_ms: int) -> int:
    return messages.insert_outgoing(
        database, conversation_id, author=ME, body=body, sent_at_ms=sent_at_ms, sort_ms=sent_at_ms
    )


def receive(database: AccountDatabase, conversation_id: int, *sent_at_ms: int) -> list[int | None]:
    return messages.insert_received_many(
        database,
        [
            ReceivedMessage(conversation_id, PEERS[0], False, f"at {time}", time, time, HASH)
            for time in sent_at_ms
        ],
    )


@pytest.fixture
def conversation_id(database: AccountDatabase) -> int:
    return conversations.ensure_private(database, PEERS[0]).id


def row(database: AccountDatabase, conversation_id: int) -> conversations.Conversation:
    found = conversations.get(database, conversation_id)
    assert found is not None
    return found


def test_the_summary_says_what_is_left(database: AccountDatabase, conversation_id: int) -> None:
    first = write(database, conversation_id, "first", sent_at_ms=10)
    second = write(database, conversation_id, "second", sent_at_ms=20)

    assert messages.delete(database, [second]) == {conversation_id: [second]}

    assert row(database, conversation_id).snippet == "first"
    assert row(database, conversation_id).last_activity_ms == 10
    messages.delete(database, [first])
    assert row(database, conversation_id).snippet == ""
    assert row(database, conversation_id).last_state is None
    assert row(database, conversation_id).last_activity_ms == 10, "it keeps its place"


def test_only_unread_messages_count_down(database: AccountDatabase, conversation_id: int) -> None:
    read, *unread = receive(database, conversation_id, 1, 2, 3, 4)
    assert row(database, conversation_id).unread == 4
    messages.mark_read(database, conversation_id)
    [new, newer] = receive(database, conversation_id, 5, 6)

    messages.delete(database, [number for number in (read, unread[0], new) if number])

    assert row(database, conversation_id).unread == 1
    messages.delete(database, [number for number in (newer, *unread) if number])
    assert row(database, conversation_id).unread == 0


def test_what_the_outbox_holds_of_a_message_goes_with_it(
    database: AccountDatabase, conversation_id: int
) -> None:
    kept, gone = (write(database, conversation_id, "x", sent_at_ms=time) for time in (10, 20))
    items = [
        outbox.enqueue(
            database,
            kind="message",
            conversation_id=conversation_id,
            recipient=PEERS[0],
            data=b"sealed",
            sent_at_ms=1,
            ttl_ms=1,
            message_id=message_id,
        )
        for message_id in (kept, gone)
    ]

    messages.delete(database, [gone])

    assert outbox.get(database, items[0]) is not None
    assert outbox.get(database, items[1]) is None


def test_what_is_gone_already_is_no_error(database: AccountDatabase, conversation_id: int) -> None:
    number = write(database, conversation_id, "once", sent_at_ms=10)
    messages.delete(database, [number])

    assert messages.delete(database, [number, 4711]) == {}


def test_deleting_a_conversation_gives_no_number_and_no_time_back(
    database: AccountDatabase, conversation_id: int
) -> None:
    number = write(database, conversation_id, "x", sent_at_ms=10)
    with database.write() as connection:
        connection.execute("DELETE FROM conversation WHERE id = ?", (conversation_id,))

    other = conversations.ensure_private(database, PEERS[1]).id

    assert messages.latest_sent_at(database) == 10
    assert write(database, other, "y", sent_at_ms=11) > number


def test_a_deleted_message_stays_known_to_the_receiver(
    database: AccountDatabase, conversation_id: int
) -> None:
    received.remember(database, [(HASH, 100)])
    [number] = receive(database, conversation_id, 1)
    assert number is not None

    messages.delete(database, [number])

    assert received.known_hashes(database, [HASH]) == {HASH}


class Deleting(RuleBasedStateMachine):
    """Writing, receiving, reading and deleting in two conversations, beside a simple model."""

    stored: Bundle[int] = Bundle("stored")

    def __init__(self, database: AccountDatabase) -> None:
        super().__init__()
        self.database = database
        self.conversations = [conversations.ensure_private(self.database, who).id for who in PEERS]
        # By id: (conversation, body, outgoing, unread).
        self.model: dict[int, tuple[int, str, bool, bool]] = {}
        self.used: set[int] = set()
        self.time = 0

    def teardown(self) -> None:
        with self.database.write() as connection:
            connection.execute("DELETE FROM conversation")

    @rule(target=stored, at=st.integers(0, 1))
    def write(self, at: int) -> int:
        self.time = max(self.time, messages.latest_sent_at(self.database)) + 1
        number = write(self.database, self.conversations[at], f"{self.time}", sent_at_ms=self.time)
        return self._remember(number, at, outgoing=True)

    @rule(target=stored, at=st.integers(0, 1), count=st.integers(1, 3))
    def receive(self, at: int, count: int) -> object:
        batch = []
        for _ in range(count):
            self.time += 1
            batch.append(
                ReceivedMessage(
                    self.conversations[at], PEERS[at], False, f"{self.time}", self.time,
                    self.time, HASH,
                )
            )  # fmt: skip
        numbers = messages.insert_received_many(self.database, batch)
        found = [
            self._remember(number, at, outgoing=False, body=message.body)
            for number, message in zip(numbers, batch, strict=True)
            if number is not None
        ]
        return multiple(*found)

    @rule(at=st.integers(0, 1))
    def read(self, at: int) -> None:
        messages.mark_read(self.database, self.conversations[at])
        self.model = {
            number: (where, body, outgoing, unread and where != at)
            for number, (where, body, outgoing, unread) in self.model.items()
        }

    @rule(numbers=st.lists(stored, max_size=5))
    def delete(self, numbers: list[int]) -> None:
        before = messages.latest_sent_at(self.database)
        deleted = messages.delete(self.database, numbers)
        told = {number for ids in deleted.values() for number in ids}
        assert told == set(numbers) & self.model.keys()
        for number in told:
            del self.model[number]
        assert messages.latest_sent_at(self.database) == before

    @invariant()
    def the_list_says_what_is_there(self) -> None:
        for at, conversation_id in enumerate(self.conversations):
            here = {number: one for number, one in self.model.items() if one[0] == at}
            summary = row(self.database, conversation_id)
            newest = max(here.values(), key=lambda one: int(one[1]), default=None)
            assert summary.snippet == (newest[1] if newest else "")
            assert summary.unread == sum(unread for *_, unread in here.values())
            page = messages.page(self.database, conversation_id, limit=1_000)
            assert {message.id for message in page} == here.keys()

    def _remember(self, number: int, at: int, *, outgoing: bool, body: str = "") -> int:
        assert number not in self.used, "a number is never given twice"
        self.used.add(number)
        self.model[number] = (at, body or f"{self.time}", outgoing, not outgoing)
        return number


def test_every_mix_of_writing_receiving_reading_and_deleting(database: AccountDatabase) -> None:
    run_state_machine_as_test(partial(Deleting, database))
