"""Pages of a conversation: whichever way one reads, nothing is missing and nothing comes twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.storage import conversations, message_pages, messages
from webapp.storage.database import AccountDatabase
from webapp.storage.message_pages import WINDOW_LIMIT, MessagePage
from webapp.storage.messages import PAGE_LIMIT, Place, ReceivedMessage

HASH = MessageHash("h" * 43)
# Few times for many messages, so that many share one and only their number tells them apart.
TIMES = st.lists(st.integers(1, 40), min_size=1, max_size=3 * PAGE_LIMIT)
on_one_database = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def fill(database: AccountDatabase, author: AccountId, times: list[int]) -> int:
    """Return a conversation whose messages stand at these times; another one lies beside it."""
    with database.write() as connection:
        connection.execute("DELETE FROM message")
    number = conversations.ensure_private(database, author).id
    other = AccountId(b"o" * 32)
    beside = conversations.ensure_private(database, other).id
    rows = [
        ReceivedMessage(number, author, False, "a text", sent_at_ms, sort_ms, HASH)
        for sent_at_ms, sort_ms in enumerate(times)
    ]
    rows += [
        ReceivedMessage(beside, other, False, "not ours", sort_ms, sort_ms, HASH)
        for sort_ms in range(1, 41)
    ]
    messages.insert_received_many(database, rows)
    return number


def places(page: MessagePage) -> list[Place]:
    return [message.place for message in page.messages]


def whole(database: AccountDatabase, number: int) -> list[Place]:
    return [message.place for message in messages.page(database, number, limit=1000)]


def read_up(database: AccountDatabase, number: int, page: MessagePage) -> list[Place]:
    """Return everything that stands above a page, fetched page by page."""
    found: list[Place] = []
    while page.has_older:
        page = message_pages.older(database, number, before=page.messages[0].place)
        found = places(page) + found
    return found


def read_down(database: AccountDatabase, number: int, page: MessagePage) -> list[Place]:
    found: list[Place] = []
    while page.has_newer:
        page = message_pages.newer(database, number, after=page.messages[-1].place)
        found += places(page)
    return found


@on_one_database
@given(times=TIMES)
def test_from_the_end_up_is_the_whole_conversation(
    database: AccountDatabase, alice: AccountId, times: list[int]
) -> None:
    number = fill(database, alice, times)

    end = message_pages.latest(database, number)

    assert not end.has_newer
    assert read_up(database, number, end) + places(end) == whole(database, number)


@on_one_database
@given(times=TIMES, place=st.tuples(st.integers(0, 41), st.integers(0, 200)))
def test_around_any_place_and_on_both_ways_is_the_whole_conversation(
    database: AccountDatabase, alice: AccountId, times: list[int], place: Place
) -> None:
    number = fill(database, alice, times)

    middle = message_pages.around(database, number, place)

    above = read_up(database, number, middle) if middle.messages else []
    below = read_down(database, number, middle) if middle.messages else []
    assert above + places(middle) + below == whole(database, number)


@on_one_database
@given(times=TIMES, data=st.data())
def test_what_is_newer_than_an_older_page_is_where_one_came_from(
    database: AccountDatabase, alice: AccountId, times: list[int], data: st.DataObject
) -> None:
    number = fill(database, alice, times)
    everything = whole(database, number)
    start = data.draw(st.integers(0, len(everything) - 1))

    above = message_pages.older(database, number, before=everything[start])

    if above.messages:
        back = message_pages.newer(database, number, after=above.messages[-1].place)
        assert places(back) == everything[start : start + PAGE_LIMIT]
    assert above.has_older == (start > PAGE_LIMIT)


@on_one_database
@given(times=TIMES, data=st.data())
def test_between_two_messages_is_what_stands_there(
    database: AccountDatabase, alice: AccountId, times: list[int], data: st.DataObject
) -> None:
    number = fill(database, alice, times)
    everything = whole(database, number)
    first, last = sorted(
        data.draw(st.tuples(*[st.integers(0, len(everything) - 1)] * 2), label="ends")
    )

    page = message_pages.between(database, number, first=everything[first], last=everything[last])

    assert places(page) == everything[first : last + 1][:WINDOW_LIMIT]
    assert page.has_older == (first > 0)
    assert page.has_newer == (last < len(everything) - 1)


def test_no_more_than_a_window_is_between_two_places(
    database: AccountDatabase, alice: AccountId
) -> None:
    number = fill(database, alice, list(range(1, WINDOW_LIMIT + 20)))

    page = message_pages.between(database, number, first=(0, 0), last=(10**9, 0))

    assert len(page.messages) == WINDOW_LIMIT
    assert page.has_newer


@pytest.mark.parametrize("side", ["older", "newer"])
def test_beyond_the_ends_there_is_nothing(
    database: AccountDatabase, alice: AccountId, side: str
) -> None:
    number = fill(database, alice, [5, 6])

    beyond = (
        message_pages.older(database, number, before=(0, 0))
        if side == "older"
        else message_pages.newer(database, number, after=(10**9, 0))
    )

    assert beyond.messages == []
    assert not (beyond.has_older if side == "older" else beyond.has_newer)


def test_an_empty_conversation_is_one_empty_page(
    database: AccountDatabase, alice: AccountId
) -> None:
    number = conversations.ensure_private(database, alice).id

    assert message_pages.latest(database, number) == MessagePage([], False, False)
    assert message_pages.first_unread(database, number) is None


@on_one_database
@given(times=TIMES, data=st.data())
def test_reading_up_to_a_message_leaves_the_later_ones_unread(
    database: AccountDatabase, alice: AccountId, times: list[int], data: st.DataObject
) -> None:
    number = fill(database, alice, times)
    everything = whole(database, number)
    seen = data.draw(st.integers(0, len(everything) - 1))

    assert messages.mark_read(database, number, through=everything[seen])

    left = everything[seen + 1 :]
    conversation = conversations.get(database, number)
    assert conversation is not None
    assert conversation.unread == len(left)
    assert message_pages.first_unread(database, number) == (left[0] if left else None)
    assert not messages.mark_read(database, number, through=everything[seen])


def test_what_arrives_late_is_unread_wherever_it_stands(
    database: AccountDatabase, alice: AccountId
) -> None:
    number = fill(database, alice, [10, 20, 30])
    messages.mark_read(database, number)

    late = ReceivedMessage(number, alice, False, "late", 99, 15, HASH)
    [row] = messages.insert_received_many(database, [late])

    assert message_pages.first_unread(database, number) == (15, row)


def test_own_messages_are_never_unread(
    database: AccountDatabase, alice: AccountId, me: AccountId
) -> None:
    number = conversations.ensure_private(database, alice).id
    copy = ReceivedMessage(number, me, True, "from another device", 1, 1, HASH)
    messages.insert_received_many(database, [copy])
    messages.insert_outgoing(database, number, author=me, body="x", sent_at_ms=2, sort_ms=2)

    assert message_pages.first_unread(database, number) is None


def test_a_deleted_message_is_not_counted_any_more(
    database: AccountDatabase, alice: AccountId
) -> None:
    number = fill(database, alice, [10, 20])
    with database.write() as connection:
        connection.execute(
            "DELETE FROM message WHERE sort_ms = 10 AND conversation_id = ?", (number,)
        )
        conversations.refresh_summary(database, number)

    conversation = conversations.get(database, number)
    assert conversation is not None
    assert conversation.unread == 1
