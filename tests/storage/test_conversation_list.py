"""Pages of the list: joined they are the whole list, in order, whatever its order is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.conftest import KEY, SALT
from webapp.protocol.identifiers import AccountId
from webapp.storage import contacts, conversation_list, conversations
from webapp.storage.conversation_list import Page, Position
from webapp.storage.conversations import Conversation
from webapp.storage.database import AccountDatabase

OWN_NAME = "Note to self"
# Few values, so that many conversations share one and the next number has to decide.
PLACES = st.lists(st.tuples(st.integers(-1, 2), st.integers(0, 3)), max_size=14)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("list") / "container"
    opened = AccountDatabase.create(path, key=KEY, salt=SALT)
    yield opened
    opened.close()


def person(number: int) -> AccountId:
    return AccountId(number.to_bytes(32, "big"))


def fill(database: AccountDatabase, places: list[tuple[int, int]]) -> list[Position]:
    """Make a list of conversations at these places; return those that are seen, in order."""
    made = []
    with database.write() as connection:
        connection.execute("DELETE FROM conversation")
        for number, (priority, active_at_ms) in enumerate(places):
            new = conversations.ensure_private(database, person(number), active_at_ms=active_at_ms)
            conversations.set_priority(database, new.id, priority)
            made.append(Position(priority, active_at_ms, new.id))
    return sorted((place for place in made if place.priority >= 0), reverse=True)


def positions(page: Page) -> list[Position]:
    return [conversation_list.position(row) for row in page.rows]


@given(PLACES, st.integers(1, 5))
def test_pages_from_the_top_joined_are_the_whole_list(
    shared: AccountDatabase, places: list[tuple[int, int]], limit: int
) -> None:
    expected = fill(shared, places)

    page = conversation_list.first_page(shared, limit=limit)
    joined = positions(page)
    while page.more:
        page = conversation_list.page_after(shared, joined[-1], limit=limit)
        joined += positions(page)

    assert joined == expected


@given(PLACES, st.integers(1, 5))
def test_pages_from_the_end_joined_are_the_whole_list(
    shared: AccountDatabase, places: list[tuple[int, int]], limit: int
) -> None:
    expected = fill(shared, places)

    page = conversation_list.last_page(shared, limit=limit)
    joined = positions(page)
    while page.more:
        page = conversation_list.page_before(shared, joined[0], limit=limit)
        joined = positions(page) + joined

    assert joined == expected


@given(PLACES, st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 20)))
def test_a_place_need_not_be_taken_to_go_on_from_it(
    shared: AccountDatabase, places: list[tuple[int, int]], somewhere: tuple[int, int, int]
) -> None:
    expected = fill(shared, places)
    place = Position(*somewhere)

    above = conversation_list.page_before(shared, place)
    below = conversation_list.page_after(shared, place)
    onward = conversation_list.page_from(shared, place)

    assert positions(above) == [each for each in expected if each > place]
    assert positions(below) == [each for each in expected if each < place]
    assert positions(onward) == [each for each in expected if each <= place]


def test_a_page_is_read_from_the_index_without_sorting(database: AccountDatabase) -> None:
    plans = []
    for order in (conversation_list._FORWARD, conversation_list._BACKWARD):
        with database.read() as connection:
            plans += connection.execute(
                f"EXPLAIN QUERY PLAN {conversations.SELECT} WHERE priority >= 0"
                f" AND {conversation_list._PLACE} < (?, ?, ?) {order} LIMIT 51",
                (1, 2, 3),
            ).fetchall()

    told = " ".join(row[3] for row in plans)
    assert told.count("USING INDEX conversation_list") == 2
    assert "B-TREE" not in told


def meet(
    database: AccountDatabase, number: int, name: str | None, nickname: str | None = None
) -> Conversation:
    account_id = person(number)
    contacts.apply_profile(database, account_id, name=name, updated_s=1)
    contacts.set_nickname(database, account_id, nickname)
    return conversations.ensure_private(database, account_id, active_at_ms=number % 1000)


def found(database: AccountDatabase, text: str, **limits: int) -> list[str | None]:
    page = conversation_list.find(database, text, own_name=OWN_NAME, **limits)
    return [row.nickname or row.name for row in page.rows]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ilse", "ilse"),
        ("Ilse de Wit", "  DE   wit "),
        ("José", "jose"),
        ("Jose", "JOSÉ"),
        ("Straße", "STRASSE"),
        ("ЁЛКА", "елка"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("İpek", "ipek"),
        ("ليلى", "ليل"),
        ("田中さん", "田中"),
        ("Ｗｉｄｅ", "wide"),
        ("100 % yes_no", "% yes_"),
    ],
)
def test_a_name_is_found_in_any_script_whatever_the_case(
    database: AccountDatabase, name: str, text: str
) -> None:
    meet(database, 1, name)
    meet(database, 2, "Somebody")

    assert found(database, text) == [name]


def test_nickname_and_name_are_both_found(database: AccountDatabase) -> None:
    meet(database, 1, "Ilse", "Upstairs")

    assert found(database, "ilse") == found(database, "upst") == ["Upstairs"]


def test_the_beginning_of_an_account_id_is_found(database: AccountDatabase) -> None:
    ilse = meet(database, 0xAB << 200, "Ilse")
    meet(database, 1, "Tomek")
    digits = ilse.account_id.hex

    assert found(database, digits[:16].upper()) == ["Ilse"]
    assert found(database, f" {digits[:8]} {digits[8:16]} ") == ["Ilse"]
    assert found(database, digits[12:16]) == []


def test_note_to_self_is_found_by_what_it_is_called(
    database: AccountDatabase, me: AccountId
) -> None:
    conversations.ensure_note_to_self(database, me)

    assert len(found(database, "note")) == 1
    assert found(database, "self-portrait") == []


def test_what_is_found_stands_in_the_order_of_the_list_and_is_limited(
    database: AccountDatabase,
) -> None:
    made = [meet(database, number, f"Ilse {number}") for number in range(1, 6)]
    conversations.set_priority(database, made[1].id, 1)
    conversations.set_priority(database, made[4].id, -1)

    page = conversation_list.find(database, "ilse", own_name=OWN_NAME, limit=3)

    assert [row.name for row in page.rows] == ["Ilse 2", "Ilse 4", "Ilse 3"]
    assert page.more
    assert not conversation_list.find(database, "ilse", own_name=OWN_NAME, limit=4).more


def test_unread_is_counted_over_the_whole_list_and_a_mark_counts_as_one(
    shared: AccountDatabase,
) -> None:
    places = fill(shared, [(0, 1), (0, 2), (1, 3), (-1, 4)])
    assert conversation_list.unread(shared) == 0

    with shared.write() as connection:
        for place, unread in zip(places, (3, 4, 0), strict=True):
            connection.execute(
                "UPDATE conversation SET unread = ? WHERE id = ?", (unread, place.id)
            )
        connection.execute("UPDATE conversation SET unread = 50 WHERE priority < 0")
    assert conversation_list.unread(shared) == 7

    conversations.mark_unread(shared, places[2].id)
    conversations.mark_unread(shared, places[0].id)
    assert conversation_list.unread(shared) == 8
