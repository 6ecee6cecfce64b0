"""What can be asked about messages: menu, details, where links lead, deleting."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.app import App
from webapp.services import messaging, reading
from webapp.services.open_account import OpenAccount

TEXT = "see https://example.org/a and https://пример.org, <b>please</b>"


@pytest.fixture
def client(app: App) -> FlaskClient:
    app.runtime.create_account("Marit", network="practice")
    return app.flask.test_client()


@pytest.fixture
def account(app: App, client: FlaskClient) -> OpenAccount:
    return app.runtime.account()


@pytest.fixture
def notes(account: OpenAccount) -> int:
    return messaging.start_conversation(account, account.account_id)


@pytest.fixture
def message(account: OpenAccount, notes: int) -> int:
    return messaging.send_text(account, notes, TEXT)


def error_of(answer: TestResponse) -> str:
    return str(answer.get_json()["error"]["code"])


def test_the_menu_offers_what_can_be_done_and_nothing_else(
    client: FlaskClient, message: int
) -> None:
    menu = client.get(f"/messages/{message}/menu").text

    assert re.findall(r"</svg>([^<]+)</button>", menu) == [
        "Copy text", "Details", "Select several", "Delete here"
    ]  # fmt: skip


def test_the_menu_of_a_failed_message_offers_another_try(
    client: FlaskClient, account: OpenAccount, message: int
) -> None:
    with account.database.write() as connection:
        connection.execute("UPDATE message SET state = 'failed' WHERE id = ?", (message,))

    menu = client.get(f"/messages/{message}/menu").text

    assert f'data-post="/messages/{message}/retry"' in menu


def test_the_details_say_what_is_known(client: FlaskClient, message: int) -> None:
    details = client.get(f"/messages/{message}/details").text

    assert "You" in details
    assert f"{len(TEXT)} characters" in details
    assert re.search(r"<time datetime=\"[^\"]+\">\w+", details)


def test_the_text_of_a_message_is_escaped_and_its_addresses_can_be_pressed(
    client: FlaskClient, notes: int, message: int
) -> None:
    page = client.get(f"/conversations/{notes}").text

    assert "&lt;b&gt;please" in page
    assert f'data-get="/messages/{message}/links/1">https://пример.org</span>,' in page
    assert "href" not in page.split('class="bubble__text"')[1].split("</article>")[0].replace(
        'use href="/static', ""
    )


def test_a_link_is_shown_in_ascii_before_it_is_opened(client: FlaskClient, message: int) -> None:
    plain = client.get(f"/messages/{message}/links/0").text
    encoded = client.get(f"/messages/{message}/links/1").text

    assert "https://<strong>example.org</strong>/a" in plain
    assert 'href="https://example.org/a" target="_blank" rel="noreferrer noopener"' in plain
    assert "so it is shown encoded" not in plain
    assert "https://<strong>xn--e1afmkfd.org</strong>" in encoded
    assert "so it is shown encoded" in encoded


@pytest.mark.parametrize(
    "path",
    ["/messages/4711/menu", "/messages/4711/details", "/messages/4711/links/0",
     "/messages/1/links/2", "/messages/delete?ids=4711", "/messages/delete",
     "/messages/delete?ids=1;2", "/messages/delete?ids=99999999999999999999"],
)  # fmt: skip
def test_what_does_not_exist_is_told(client: FlaskClient, message: int, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert error_of(answer) == "unknown_message"


def test_before_deleting_it_is_said_what_follows(client: FlaskClient, message: int) -> None:
    question = client.get(f"/messages/delete?ids={message},4711").text

    assert "Delete this message here?" in question
    assert "Your other devices keep theirs." in question
    assert f'name="ids" value="{message}"' in question


def test_deleting_several_asks_for_their_number(
    client: FlaskClient, account: OpenAccount, notes: int, message: int
) -> None:
    other = messaging.send_text(account, notes, "another")

    assert "Delete 2 messages here?" in client.get(f"/messages/delete?ids={message},{other}").text


def test_deleting_takes_messages_out_of_the_page_and_brings_the_row(
    client: FlaskClient, account: OpenAccount, notes: int, message: int
) -> None:
    kept = messaging.send_text(account, notes, "kept")

    answer = client.post("/messages/delete", data={"ids": f"{message},4711"})

    assert f'<div id="message-{message}" data-removed></div>' in answer.text
    assert '<div id="message-4711" data-removed></div>' in answer.text
    assert f'id="conversation-{notes}"' in answer.text
    assert reading.message(account, message) is None
    assert reading.message(account, kept) is not None


def test_an_order_that_makes_no_sense_deletes_nothing(
    client: FlaskClient, account: OpenAccount, message: int
) -> None:
    answer = client.post("/messages/delete", data={"ids": f"{message},all"})

    assert error_of(answer) == "unknown_message"
    assert reading.message(account, message) is not None
