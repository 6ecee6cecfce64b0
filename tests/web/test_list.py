"""The addresses of the list: its pages, its search, and what is done with one conversation."""

import re

import pytest
from flask.testing import FlaskClient

from webapp.app import App
from webapp.protocol.identifiers import AccountId
from webapp.services import messaging, reading
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, conversations

COUNT = 120


def person(number: int) -> AccountId:
    return AccountId(number.to_bytes(32, "big"))


@pytest.fixture
def account(app: App) -> OpenAccount:
    app.runtime.create_account("Marit", network="practice")
    return app.runtime.account()


@pytest.fixture
def client(app: App, account: OpenAccount) -> FlaskClient:
    return app.flask.test_client()


@pytest.fixture
def ilse(account: OpenAccount) -> int:
    """The number of the conversation with Ilse."""
    contacts.apply_profile(account.database, person(1), name="Ilse", updated_s=1)
    return messaging.start_conversation(account, person(1))


@pytest.fixture
def many(account: OpenAccount) -> list[int]:
    """The numbers of a long list, in its order; every tenth is pinned."""
    with account.database.write():
        made = [
            conversations.ensure_private(
                account.database, person(number), active_at_ms=1000 + number % 7
            ).id
            for number in range(COUNT)
        ]
        for number in made[::10]:
            conversations.set_priority(account.database, number, 1)
    return [row.id for row in reading.first_conversations(account, limit=COUNT).rows]


def rows(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="conversation-(\d+)"', html)]


def edge(html: str, side: str) -> str:
    found = re.search(rf'id="list-{side}"[^>]* data-position="([^"]*)"', html)
    assert found is not None
    return found.group(1)


def test_pages_downwards_join_to_the_whole_list(client: FlaskClient, many: list[int]) -> None:
    html = client.get("/", headers={"X-Safehouse": "1"}).text
    seen = rows(html)
    assert len(seen) == reading.PAGE_LIMIT
    while position := edge(html, "after"):
        html = client.get(f"/list/after?position={position}").text
        seen += rows(html)

    assert seen == many


def test_pages_upwards_join_to_the_whole_list(client: FlaskClient, many: list[int]) -> None:
    html = client.get("/list/before?position=0.0.0").text
    seen = rows(html)
    while position := edge(html, "before"):
        html = client.get(f"/list/before?position={position}").text
        seen = rows(html) + seen

    assert seen == many


def test_a_page_that_was_away_gets_the_part_that_it_shows(
    client: FlaskClient, many: list[int]
) -> None:
    first = client.get("/list/rows").text
    start = edge(first, "after")

    html = client.get(f"/list/rows?from={start}&rows=60").text

    assert rows(html) == many[49:109]
    assert edge(html, "before") == start
    assert edge(html, "after") != ""
    assert 'id="connection"' in html
    assert 'id="pane"' not in html


def test_the_end_of_the_list_joins_what_stands_above_it(
    client: FlaskClient, many: list[int]
) -> None:
    html = client.get("/list/rows?end").text
    assert rows(html) == many[-reading.PAGE_LIMIT :]
    assert edge(html, "after") == ""

    above = client.get(f"/list/before?position={edge(html, 'before')}").text

    assert rows(above) == many[COUNT - 2 * reading.PAGE_LIMIT : -reading.PAGE_LIMIT]


def test_a_short_list_ends_where_it_begins(client: FlaskClient, ilse: int) -> None:
    html = client.get("/list/rows?end").text

    assert rows(html) == [ilse]
    assert (edge(html, "before"), edge(html, "after")) == ("", "")


def test_a_part_that_is_gone_gives_way_to_the_top(client: FlaskClient, ilse: int) -> None:
    html = client.get("/list/rows?from=0.0.0").text

    assert rows(html) == [ilse]
    assert (edge(html, "before"), edge(html, "after")) == ("", "")


def test_a_page_has_a_sensible_length(client: FlaskClient, many: list[int]) -> None:
    lengths = {
        asked: len(rows(client.get(f"/list/rows?rows={asked}").text))
        for asked in ("", "x", "-1", "1", "60", "200", "99999")
    }

    assert lengths == {"": 50, "x": 50, "-1": 50, "1": 50, "60": 60, "200": COUNT, "99999": 50}


def test_a_place_that_is_none_is_refused(client: FlaskClient, account: OpenAccount) -> None:
    places = ["", "x", "1.2", "1.2.3.4", f"1.{10**20}.1", "-1.1.1", "٣.1.1"]
    for address in ("after?position", "before?position", "rows?from"):
        for place in places:
            answer = client.get(f"/list/{address}={place}")
            assert answer.status_code == 404, (address, place)


def test_the_list_in_front_closes_the_pane_and_leaves_the_rows_alone(
    client: FlaskClient, ilse: int
) -> None:
    html = client.get("/list").text

    assert 'data-pane="list"' in html
    assert 'id="conversations"' not in html


def test_people_are_found_by_name(client: FlaskClient, ilse: int, many: list[int]) -> None:
    html = client.get("/list/rows?name=ILS").text

    assert rows(html) == [ilse]
    assert 'data-query="ILS"' in html
    assert "1 conversation found." in html


def test_note_to_self_is_found_by_its_name(client: FlaskClient, account: OpenAccount) -> None:
    notes = messaging.start_conversation(account, account.account_id)

    assert rows(client.get("/list/rows?name=note").text) == [notes]


def test_a_search_with_many_hits_says_that_there_are_more(
    client: FlaskClient, many: list[int]
) -> None:
    html = client.get("/list/rows?name=05").text

    assert rows(html) == many[: reading.PAGE_LIMIT]
    assert "There are more." in html
    assert edge(html, "after") == ""


def test_a_search_for_an_account_id_offers_to_write_to_it(client: FlaskClient, ilse: int) -> None:
    stranger = person(77).hex

    html = client.get(f"/list/rows?name={stranger.upper()}").text

    assert rows(html) == []
    assert f'name="account_id" value="{stranger}"' in html
    assert rows(client.get(f"/list/rows?name={person(1).hex}").text) == [ilse]


def test_a_search_without_a_hit_says_so(client: FlaskClient, ilse: int) -> None:
    assert "No conversation with “&lt;b&gt;”." in client.get("/list/rows?name=<b>").text


def undo(html: str) -> str:
    found = re.search(r'id="toast".*?data-post="([^"]+)"', html, re.DOTALL)
    assert found is not None
    return found.group(1).replace("&amp;", "&")


@pytest.mark.parametrize(
    ("action", "said", "undone"),
    [
        ("pin", "Ilse is pinned above the others.", "Ilse is no longer pinned."),
        ("mark-unread", "Ilse is marked as unread.", "Ilse is marked as read."),
        ("block", "Ilse is blocked.", "Ilse is no longer blocked."),
    ],
)
def test_what_is_done_is_told_and_undone(
    client: FlaskClient, account: OpenAccount, *, ilse: int, action: str, said: str, undone: str
) -> None:
    before = reading.conversation(account, ilse)

    done = client.post(f"/conversations/{ilse}/{action}").text
    assert said in done
    assert rows(done) == [ilse]
    assert reading.conversation(account, ilse) != before

    assert undone in client.post(undo(done)).text
    assert reading.conversation(account, ilse) == before


def test_a_pin_goes_back_to_its_place(client: FlaskClient, many: list[int]) -> None:
    done = client.post(f"/conversations/{many[3]}/unpin").text
    assert rows(client.get("/list/rows").text)[3] != many[3]

    client.post(undo(done))

    assert rows(client.get("/list/rows").text) == many[: reading.PAGE_LIMIT]


def test_a_number_that_is_none_counts_as_none(client: FlaskClient, ilse: int) -> None:
    for number in ("x", "-1", "1e3", str(10**30), ""):
        for action in (f"pin?priority={number}", f"mark-unread?count={number}"):
            assert client.post(f"/conversations/{ilse}/{action}").status_code == 200


def test_a_nickname_stands_in_the_row_and_in_the_bar(client: FlaskClient, ilse: int) -> None:
    html = client.post(f"/conversations/{ilse}/nickname", data={"nickname": "Up<b>stairs"}).text

    assert html.count("Up&lt;b&gt;stairs</bdi>") == 2
    assert ">Ilse</bdi>" in html
    assert 'value="Up&lt;b&gt;stairs"' in client.get(f"/conversations/{ilse}/nickname").text


def test_opening_takes_the_mark_away(client: FlaskClient, ilse: int) -> None:
    assert "data-marked" in client.post(f"/conversations/{ilse}/mark-unread").text

    client.get(f"/conversations/{ilse}")

    assert "data-marked" not in client.get("/list/rows").text


def test_writing_to_somebody_blocked_is_refused(client: FlaskClient, ilse: int) -> None:
    client.post(f"/conversations/{ilse}/block")

    answer = client.post(f"/conversations/{ilse}/messages", data={"body": "hello"})

    assert answer.status_code == 409
    assert answer.get_json()["error"]["code"] == "contact_blocked"
    assert "You blocked Ilse" in client.get(f"/conversations/{ilse}").text


@pytest.mark.parametrize(
    ("action", "question"),
    [
        ("clear", "Delete all messages with Ilse?"),
        ("delete", "Delete the conversation with Ilse?"),
        ("contact/delete", "Delete the contact Ilse?"),
    ],
)
def test_a_loss_is_announced_with_its_size_and_then_happens(
    client: FlaskClient, ilse: int, action: str, question: str
) -> None:
    client.post(f"/conversations/{ilse}/messages", data={"body": "a secret"})

    asked = client.get(f"/conversations/{ilse}/{action}").text
    assert question in asked
    assert "1 message is deleted on this computer." in asked

    done = client.post(f"/conversations/{ilse}/{action}").text
    assert "a secret" not in done
    assert 'data-over="' in done
    assert "a secret" not in client.get("/list/rows").text


def test_notes_are_not_treated_as_a_person(client: FlaskClient, account: OpenAccount) -> None:
    notes = messaging.start_conversation(account, account.account_id)

    for action in ("nickname", "block", "unblock", "contact/delete"):
        answer = client.post(f"/conversations/{notes}/{action}", data={"nickname": "Me"})
        assert answer.status_code == 400
        assert answer.get_json()["error"]["code"] == "note_to_self"


ACTIONS = (
    "menu", "pin", "unpin", "mark-read", "mark-unread", "nickname", "block", "unblock", "clear",
    "delete", "contact/delete",
)  # fmt: skip


def test_what_is_gone_is_told_in_one_shape(client: FlaskClient, account: OpenAccount) -> None:
    for action in ACTIONS:
        answers = [
            client.open(f"/conversations/4711/{action}", method=method)
            for method in ("GET", "POST")
        ]
        assert {answer.status_code for answer in answers} <= {404, 405}
        assert [answer.get_json()["ok"] for answer in answers] == [False, False]
