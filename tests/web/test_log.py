"""The log of a conversation: where it opens, its pages, and what of it has been read."""

import re
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from webapp.app import App
from webapp.protocol.identifiers import MessageHash
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import messaging
from webapp.storage.messages import ReceivedMessage, insert_received_many
from webapp.web.views import screens

HASH = MessageHash("h" * 43)


@dataclass
class LongConversation:
    """120 messages with somebody else, the first 100 of them read."""

    client: FlaskClient
    path: str
    places: list[str]

    def seen(self, path: str) -> list[int]:
        """Return the numbers of the messages behind an address below the conversation's."""
        return [int(n) for n in re.findall(r"message (\d+)<", self.asks(path))]

    def asks(self, path: str) -> str:
        answer = self.client.get(f"{self.path}{path}")
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def long(app: App) -> LongConversation:
    app.runtime.create_account("Marit", network="practice")
    account = app.runtime.account()
    peer = AccountKeys.from_seed(Seed.generate()).account_id
    number = messaging.start_conversation(account, peer)
    now_ms = account.network.now_ms() - 120
    rows = [
        ReceivedMessage(number, peer, False, f"message {n}", now_ms + n, now_ms + n, HASH)
        for n in range(120)
    ]
    ids = insert_received_many(account.database, rows)
    places = [f"{row.sort_ms}.{found}" for row, found in zip(rows, ids, strict=True)]
    messaging.mark_read(account, number, through=screens.position(places[99]))
    return LongConversation(app.flask.test_client(), f"/conversations/{number}", places)


def test_a_conversation_opens_at_its_first_unread_message(long: LongConversation) -> None:
    pane = long.asks("")

    assert long.seen("") == list(range(75, 120))
    assert re.search(r'data-unread-from="0*' + re.escape(long.places[100].split(".")[0]), pane)
    assert pane.count(" data-unread>") == 20


def test_a_conversation_that_has_been_read_opens_at_its_end(long: LongConversation) -> None:
    long.client.post(f"{long.path}/read", data={"through": long.places[-1]})

    assert long.seen("") == list(range(70, 120))
    assert 'data-unread-from=""' in long.asks("")


def test_a_conversation_opens_where_one_was_reading(long: LongConversation) -> None:
    assert long.seen(f"?around={long.places[40]}") == list(range(15, 65))


def test_looking_at_a_conversation_does_not_read_what_is_not_seen(
    long: LongConversation,
) -> None:
    long.asks("")

    assert '<span class="badge">20<' in long.client.get("/list/rows").text


def test_what_has_been_seen_is_read_and_what_follows_is_not(long: LongConversation) -> None:
    answer = long.client.post(f"{long.path}/read", data={"through": long.places[109]})

    assert answer.status_code == 204
    assert '<span class="badge">10<' in long.client.get("/list/rows").text


def test_the_pages_of_a_conversation_continue_each_other(long: LongConversation) -> None:
    end = long.seen("/latest")
    above = long.seen(f"/older?before={long.places[70]}")
    below = long.seen(f"/newer?after={long.places[19]}")

    assert end == list(range(70, 120))
    assert above == below == list(range(20, 70))
    assert long.seen("/around?place=0.0") == list(range(25))
    assert long.seen(f"/between?first={long.places[5]}&last={long.places[9]}") == [5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("path", "lacks"),
    [("/latest", "older"), ("/around?place=0.0", "newer"), ("/older?before=0.0", "newer")],
)
def test_a_page_says_where_the_conversation_goes_on(
    long: LongConversation, path: str, lacks: str
) -> None:
    assert f'data-lacks="{lacks}"' in long.asks(path)


@pytest.mark.parametrize(
    "path",
    ["older?before=", "newer?after=", "around?place=", "between?last=1.1&first="],
)
@pytest.mark.parametrize("place", ["", "x", "1", "1.2.3", "9.x", f"1.{10**20}", "-1.1"])
def test_a_place_that_is_none_is_refused(long: LongConversation, path: str, place: str) -> None:
    answer = long.client.get(f"{long.path}/{path}{place}")

    assert answer.status_code == 404


def test_reading_up_to_nowhere_reads_nothing(long: LongConversation) -> None:
    answer = long.client.post(f"{long.path}/read", data={"through": "the end"})

    assert answer.status_code == 404
    assert '<span class="badge">20<' in long.client.get("/list/rows").text
