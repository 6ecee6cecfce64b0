"""Messages: pages in order, no doubles, and times that cannot be true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.storage import conversation_list, conversations, messages
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DatabaseFailed
from webapp.storage.messages import (
    CLOCK_DIFFERENCE_MS,
    OLDEST_NEWS_MS,
    Message,
    ReceivedMessage,
    sort_time_ms,
)

HASH = MessageHash("h" * 43)


@pytest.fixture
def conversation_id(database: AccountDatabase, alice: AccountId) -> int:
    return conversations.ensure_private(database, alice).id


def incoming(
    conversation_id: int, author: AccountId, sent_at_ms: int, *, outgoing: bool = False
) -> ReceivedMessage:
    return ReceivedMessage(
        conversation_id, author, outgoing, f"at {sent_at_ms}", sent_at_ms, sent_at_ms, HASH
    )


def bodies(page: list[Message]) -> list[str]:
    return [message.body for message in page]


def test_a_received_message_is_stored_whole(
    database: AccountDatabase, conversation_id: int, alice: AccountId
) -> None:
    [message_id] = messages.insert_received_many(database, [incoming(conversation_id, alice, 7)])
    assert message_id is not None
    assert messages.get(database, message_id) == Message(
        message_id, conversation_id, alice, False, "at 7", 7, 7, "received", HASH, unread=True
    )


def test_a_message_from_another_device_of_ours_is_outgoing_and_sent(
    database: AccountDatabase, conversation_id: int, me: AccountId
) -> None:
    messages.insert_received_many(database, [incoming(conversation_id, me, 7, outgoing=True)])
    [message] = messages.page(database, conversation_id)
    assert (message.outgoing, message.state) == (True, "sent")
    [row] = conversation_list.first_page(database).rows
    assert row.unread == 0


def test_doubles_are_ignored_and_said_so(
    database: AccountDatabase, conversation_id: int, alice: AccountId, bob: AccountId
) -> None:
    messages.insert_received_many(database, [incoming(conversation_id, alice, 1)])
    ids = messages.insert_received_many(
        database,
        [
            incoming(conversation_id, alice, 1),
            incoming(conversation_id, alice, 2),
            incoming(conversation_id, alice, 2),
            incoming(conversation_id, bob, 1),
        ],
    )
    assert [message_id is None for message_id in ids] == [True, False, True, False]
    assert bodies(messages.page(database, conversation_id)) == ["at 1", "at 1", "at 2"]
    [row] = conversation_list.first_page(database).rows
    assert row.unread == 3


def test_the_copy_of_an_own_message_is_a_double(
    database: AccountDatabase, conversation_id: int, me: AccountId
) -> None:
    messages.insert_outgoing(
        database, conversation_id, author=me, body="hello", sent_at_ms=5, sort_ms=5
    )
    assert messages.insert_received_many(
        database, [incoming(conversation_id, me, 5, outgoing=True)]
    ) == [None]


def test_a_message_of_no_conversation_is_a_mistake_not_a_double(
    database: AccountDatabase, alice: AccountId
) -> None:
    with pytest.raises(DatabaseFailed):
        messages.insert_received_many(database, [incoming(99, alice, 1)])


def test_nothing_received_is_nothing(database: AccountDatabase) -> None:
    assert messages.insert_received_many(database, []) == []


def test_pages_cover_the_conversation_once_and_in_order(
    database: AccountDatabase, conversation_id: int, alice: AccountId, bob: AccountId
) -> None:
    other = conversations.ensure_private(database, bob).id
    rows = [incoming(conversation_id, alice, time_ms) for time_ms in range(120)]
    rows += [
        ReceivedMessage(conversation_id, bob, False, f"at {n}", n, 60, HASH) for n in range(20)
    ]
    messages.insert_received_many(database, [*reversed(rows), incoming(other, bob, 500)])
    pages = [messages.page(database, conversation_id)]
    while len(pages[0]) == messages.PAGE_LIMIT:
        first = pages[0][0]
        pages.insert(0, messages.page(database, conversation_id, before=(first.sort_ms, first.id)))
    found = [(message.sort_ms, message.id) for page in pages for message in page]
    assert len(found) == len(rows)
    assert found == sorted(set(found))


def test_a_page_has_at_most_the_asked_number(
    database: AccountDatabase, conversation_id: int, alice: AccountId
) -> None:
    messages.insert_received_many(
        database, [incoming(conversation_id, alice, time_ms) for time_ms in range(5)]
    )
    assert bodies(messages.page(database, conversation_id, limit=2)) == ["at 3", "at 4"]


def test_an_own_message_begins_as_sending_and_gets_its_hash(
    database: AccountDatabase, conversation_id: int, me: AccountId
) -> None:
    message_id = messages.insert_outgoing(
        database, conversation_id, author=me, body="hello", sent_at_ms=5, sort_ms=6
    )
    expected = Message(message_id, conversation_id, me, True, "hello", 5, 6, "sending", None)
    assert messages.get(database, message_id) == expected
    messages.set_state(database, message_id, "sent", message_hash=HASH)
    messages.set_state(database, message_id, "failed")
    changed = messages.get(database, message_id)
    assert changed is not None
    assert (changed.state, changed.hash) == ("failed", HASH)


def test_the_state_of_a_deleted_message_changes_nothing(database: AccountDatabase) -> None:
    messages.set_state(database, 99, "sent")
    assert messages.get(database, 99) is None


def test_two_own_messages_never_share_a_time(
    database: AccountDatabase, conversation_id: int, me: AccountId
) -> None:
    def send() -> None:
        messages.insert_outgoing(
            database, conversation_id, author=me, body="x", sent_at_ms=5, sort_ms=5
        )

    send()
    with pytest.raises(DatabaseFailed):
        send()


def test_the_latest_sent_time_is_of_own_messages_only(
    database: AccountDatabase, conversation_id: int, alice: AccountId, me: AccountId
) -> None:
    assert messages.latest_sent_at(database) == 0
    messages.insert_received_many(database, [incoming(conversation_id, alice, 900)])
    for sent_at_ms in (30, 20):
        messages.insert_outgoing(
            database, conversation_id, author=me, body="x", sent_at_ms=sent_at_ms, sort_ms=1
        )
    assert messages.latest_sent_at(database) == 30


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_a_message_stands_where_its_sender_says_as_far_as_possible(
    sent_at_ms: int, first_seen_ms: int
) -> None:
    stands = sort_time_ms(sent_at_ms, first_seen_ms=first_seen_ms)
    assert first_seen_ms - OLDEST_NEWS_MS <= stands <= first_seen_ms + CLOCK_DIFFERENCE_MS
    if first_seen_ms - OLDEST_NEWS_MS <= sent_at_ms <= first_seen_ms + CLOCK_DIFFERENCE_MS:
        assert stands == sent_at_ms
