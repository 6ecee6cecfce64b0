"""What each address answers, with a real account behind it and without a browser."""

import re
import socket
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.app import App, create_app
from webapp.config import Config
from webapp.protocol.keys import AccountKeys, Seed

WORDS = "amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed"


@pytest.fixture
def client(app: App) -> FlaskClient:
    return app.flask.test_client()


@pytest.fixture
def owner(app: App, client: FlaskClient) -> FlaskClient:
    """A client whose account exists."""
    answer = client.post("/accounts", data={"name": "Marit", "network": "practice"})
    assert answer.status_code == 200
    return client


def stranger() -> str:
    return AccountKeys.from_seed(Seed.generate()).account_id.hex


def error_of(answer: TestResponse) -> str:
    body = answer.get_json()
    assert body["ok"] is False
    assert body["error"]["message"]
    return str(body["error"]["code"])


def start_conversation(client: FlaskClient) -> str:
    answer = client.post("/conversations", data={"account_id": stranger()})
    found = re.search(r'data-for="(\d+)"', answer.text)
    assert found is not None
    return found.group(1)


def test_a_fresh_app_shows_the_welcome_page_with_the_chosen_network(client: FlaskClient) -> None:
    page = client.get("/").text

    assert "<title>Safehouse</title>" in page
    assert "Make a new account" in page
    assert re.search(r'value="practice" checked', page)


@pytest.mark.parametrize("path", ["/welcome?network=session", "/accounts/new", "/accounts/restore"])
def test_the_first_pages_open(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert 'id="screen"' in answer.text


@pytest.mark.parametrize("path", ["/welcome", "/accounts/new", "/accounts/restore"])
def test_with_an_account_the_first_pages_are_the_app(owner: FlaskClient, path: str) -> None:
    answer = owner.get(path)

    assert answer.status_code == 200
    assert 'id="conversations"' in answer.text


def test_scripts_get_the_screen_without_the_document(client: FlaskClient) -> None:
    answer = client.get("/", headers={"X-Safehouse": "1"})

    assert "<html" not in answer.text
    assert 'id="screen"' in answer.text


@pytest.mark.parametrize(
    "path", ["/list", "/account", "/account/qr.svg", "/account/words", "/conversations/new",
             "/conversations/1", "/connection", "/connection/proxy", "/connection/proxy/remove"]
)  # fmt: skip
def test_without_an_account_there_is_nothing_to_see(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 409
    assert error_of(answer) == "no_account"


@pytest.mark.parametrize(("name", "code"), [("", "name_missing"), ("x" * 101, "name_too_long")])
def test_a_wrong_name_is_told(client: FlaskClient, name: str, code: str) -> None:
    answer = client.post("/accounts", data={"name": name, "network": "practice"})

    assert answer.status_code == 400
    assert error_of(answer) == code


def test_words_are_checked_before_anything_is_made(client: FlaskClient) -> None:
    answer = client.post("/accounts/restore/check", data={"words": WORDS})

    assert "05ca" in answer.text
    assert client.get("/list").status_code == 409


def test_an_unknown_word_is_named_with_its_position_and_the_nearest(client: FlaskClient) -> None:
    wrong = WORDS.replace("tiger", "tigre").replace("lamb", "lmab")
    answer = client.post("/accounts/restore/check", data={"words": wrong})

    assert error_of(answer) == "unknown_word"
    assert 'Word 7, "lmab"' in answer.get_json()["error"]["message"]


def test_words_bring_an_account_back(client: FlaskClient) -> None:
    answer = client.post(
        "/accounts/restore", data={"words": WORDS, "name": "Marit", "network": "practice"}
    )

    assert 'id="conversations"' in answer.text
    assert "05ca" in client.get("/account").text


def test_the_recovery_words_come_only_when_asked_for(owner: FlaskClient) -> None:
    page = owner.get("/account/words").text
    words = re.findall(r"<span>(\w+)</span>", owner.post("/account/words/show").text)

    assert len(words) == 13
    # Addresses and attributes have words of the list as well, "emergency" among them.
    assert not any(f">{word}<" in page for word in words)


def test_the_reminder_goes_once_the_words_are_saved(owner: FlaskClient) -> None:
    assert 'id="reminder"' in owner.get("/").text

    owner.post("/account/words/saved")

    assert 'id="reminder"' not in owner.get("/").text


def test_a_new_name_stands_in_the_account_menu(owner: FlaskClient) -> None:
    answer = owner.post("/account/name", data={"name": "Night desk"})

    assert 'aria-label="Account: Night desk"' in answer.text


def test_the_own_id_comes_as_a_picture_without_style_or_script(owner: FlaskClient) -> None:
    answer = owner.get("/account/qr.svg")

    assert answer.content_type == "image/svg+xml"
    assert answer.data.startswith(b"<?xml")
    assert not re.search(rb"style=|<script|class=", answer.data)


@pytest.mark.parametrize(
    ("account_id", "code"),
    [
        ("05" + "a" * 62, "account_id_length"),
        ("05" + "z" * 64, "account_id_characters"),
        ("03" + "a" * 64, "account_id_prefix"),
    ],
)
def test_a_wrong_account_id_is_told(owner: FlaskClient, account_id: str, code: str) -> None:
    answer = owner.post("/conversations", data={"account_id": account_id})

    assert answer.status_code == 400
    assert error_of(answer) == code


def test_an_account_id_may_come_in_groups_and_capitals(owner: FlaskClient) -> None:
    text = stranger().upper()
    grouped = " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    answer = owner.post("/conversations", data={"account_id": f"\n{grouped} "})

    assert answer.status_code == 200
    assert 'id="log"' in answer.text


def test_what_is_drawn_later_speaks_as_the_last_page_did(app: App, client: FlaskClient) -> None:
    client.get("/", headers={"Accept-Language": "de-CH, en;q=0.5"})
    client.get("/welcome", headers={"Accept-Language": "en-US"})

    assert '<html lang="de-CH"' in app.launcher.create().read_text(encoding="utf-8")


def test_ones_own_id_opens_note_to_self(app: App, owner: FlaskClient) -> None:
    own = app.runtime.account().account_id.hex

    answer = owner.post("/conversations", data={"account_id": own})

    assert "Only you can read this" in answer.text


def test_a_sent_message_comes_back_as_a_bubble_and_a_row(owner: FlaskClient) -> None:
    number = start_conversation(owner)

    answer = owner.post(f"/conversations/{number}/messages", data={"body": "<b>hello</b> "})

    assert answer.status_code == 200
    assert f'id="conversation-{number}"' in answer.text
    assert '<span class="bubble__text">&lt;b&gt;hello&lt;/b&gt;</span>' in answer.text


@pytest.mark.parametrize(
    ("body", "code"), [("  ", "empty_message"), ("x" * 2001, "message_too_long")]
)
def test_a_message_that_cannot_be_sent_is_told(owner: FlaskClient, body: str, code: str) -> None:
    number = start_conversation(owner)

    answer = owner.post(f"/conversations/{number}/messages", data={"body": body})

    assert answer.status_code == 400
    assert error_of(answer) == code


def test_a_draft_comes_back_with_its_conversation_and_goes_with_the_message(
    owner: FlaskClient,
) -> None:
    number = start_conversation(owner)

    answer = owner.post(f"/conversations/{number}/draft", data={"body": "\n Dear <b>"})

    assert answer.status_code == 204
    kept = f'<p id="draft-{number}" data-follow hidden>\n Dear &lt;b&gt;</p>'
    assert kept in owner.get(f"/conversations/{number}").text
    sent = owner.post(f"/conversations/{number}/messages", data={"body": "Dear friend"})
    assert f'<p id="draft-{number}" data-follow hidden></p>' in sent.text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "draft_missing"),
        ({"text": "x"}, "draft_missing"),
        ({"body": "x" * 20_001}, "draft_too_long"),
    ],
)
def test_a_draft_that_cannot_be_kept_is_told_and_changes_nothing(
    owner: FlaskClient, fields: dict[str, str], code: str
) -> None:
    number = start_conversation(owner)
    owner.post(f"/conversations/{number}/draft", data={"body": "kept"})

    answer = owner.post(f"/conversations/{number}/draft", data=fields)

    assert answer.status_code == 400
    assert error_of(answer) == code
    assert ">kept</p>" in owner.get(f"/conversations/{number}").text


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"body=%FF%ZZ%00", b"{}", b"&&==;"])
def test_bytes_that_are_no_form_keep_or_tell_but_never_break(
    owner: FlaskClient, body: bytes
) -> None:
    number = start_conversation(owner)

    answer = owner.post(
        f"/conversations/{number}/draft",
        data=body,
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code in (204, 400)
    assert owner.get(f"/conversations/{number}").status_code == 200


def test_an_emoji_that_was_used_is_offered_again(owner: FlaskClient) -> None:
    number = start_conversation(owner)

    answer = owner.post("/emoji/recent", data={"emoji": "👍🏽"})

    assert '<p id="recent-emoji" hidden>👍🏽</p>' in answer.text
    assert '<p id="recent-emoji" hidden>👍🏽</p>' in owner.get(f"/conversations/{number}").text
    assert error_of(owner.post("/emoji/recent", data={"emoji": "a b"})) == "not_an_emoji"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/conversations/4711"),
        ("GET", "/conversations/4711/older?before=1.1"),
        ("GET", "/conversations/4711/newer?after=1.1"),
        ("GET", "/conversations/4711/around?place=1.1"),
        ("GET", "/conversations/4711/between?first=1.1&last=2.2"),
        ("GET", "/conversations/4711/latest"),
        ("POST", "/conversations/4711/messages"),
        ("POST", "/conversations/4711/draft"),
        ("POST", "/conversations/4711/read"),
        ("POST", "/messages/4711/retry"),
        ("GET", "/nothing"),
        ("GET", "/conversations/99999999999999999999"),
    ],
)
def test_what_does_not_exist_is_told_in_one_shape(
    owner: FlaskClient, method: str, path: str
) -> None:
    answer = owner.open(
        path, method=method, data={"body": "hello", "through": "1.1"} if method == "POST" else None
    )

    assert answer.status_code == 404
    error_of(answer)


def test_the_connection_is_told_with_its_route(owner: FlaskClient) -> None:
    answer = owner.get("/connection")

    assert 'id="connection"' in answer.text
    assert 'id="route-body"' in answer.text


def test_without_a_proxy_the_page_says_so_and_asks_for_one(owner: FlaskClient) -> None:
    page = owner.get("/connection/proxy").text

    assert "No proxy is set" in page
    assert "Remove proxy" not in page
    assert "No proxy is set" in owner.get("/connection/proxy/remove").text


def test_a_proxy_is_set_shown_without_its_password_and_removed(owner: FlaskClient) -> None:
    fields = {"proxy": "LOCALHOST:9050", "proxy_username": "marit", "proxy_secret": "tramline"}

    page = owner.post("/connection/proxy", data=fields).text

    assert "Everything goes through <bdi>localhost:9050</bdi>" in page
    assert 'value="marit"' in page
    assert "tramline" not in page
    assert "localhost:9050" in owner.get("/connection").text
    assert "goes without <bdi>localhost:9050</bdi>" in owner.get("/connection/proxy/remove").text
    assert "No proxy is set" in owner.post("/connection/proxy/remove").text
    assert "localhost:9050" not in owner.get("/connection").text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"proxy": "127.0.0.1"},
        {"proxy": "127.0.0.1:99999"},
        {"proxy": "https://127.0.0.1:9050"},
    ],
)
def test_what_cannot_be_a_proxy_is_told_and_changes_nothing(
    owner: FlaskClient, fields: dict[str, str]
) -> None:
    answer = owner.post("/connection/proxy", data=fields)

    assert answer.status_code == 400
    assert error_of(answer) == "invalid_proxy"
    assert "No proxy is set" in owner.get("/connection/proxy").text


@pytest.mark.parametrize(
    "login",
    [
        {"proxy_username": "marit"},
        {"proxy_secret": "tramline"},
        {"proxy_username": "m" * 256, "proxy_secret": "tramline"},
    ],
)
def test_what_cannot_be_a_login_is_told_apart_from_the_address(
    owner: FlaskClient, login: dict[str, str]
) -> None:
    answer = owner.post("/connection/proxy", data={"proxy": "127.0.0.1:9050", **login})

    assert error_of(answer) == "invalid_proxy_login"


@pytest.mark.parametrize("path", ["/accounts", "/accounts/restore"])
def test_an_account_is_not_made_around_its_proxy(app: App, client: FlaskClient, path: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fields = {"name": "Marit", "words": WORDS, "network": "practice"}

    wrong = client.post(path, data={**fields, "proxy": "nowhere"})
    dead = client.post(path, data={**fields, "proxy": f"127.0.0.1:{port}"})

    assert error_of(wrong) == "invalid_proxy"
    assert error_of(dead) == "proxy_unusable"
    assert app.runtime.state == "fresh"


def test_a_proxy_is_offered_before_the_first_connection_that_leaves_the_computer(
    client: FlaskClient,
) -> None:
    assert "Use a proxy" in client.get("/accounts/new?network=session").text
    assert "Use a proxy" not in client.get("/accounts/new?network=practice").text


def test_a_new_route_is_shown_at_once(owner: FlaskClient) -> None:
    answer = owner.post("/connection/route")

    assert answer.status_code == 200
    assert 'id="route-body"' in answer.text


def test_echo_is_offered_on_the_practice_network(owner: FlaskClient) -> None:
    assert "Echo" in owner.get("/conversations/new").text


def test_echo_is_the_same_contact_after_a_restart(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path / "data", launch_dir=tmp_path / "launch", network="local")
    seen = []
    for _ in range(2):
        app = create_app(config)
        app.start()
        if app.runtime.state == "fresh":
            app.runtime.create_account("Marit", network="practice")
        seen.append(app.runtime.account().network.settings.echo)
        app.stop()

    assert seen[0] is not None
    assert seen[0] == seen[1]


@pytest.mark.parametrize("path", ["/", "/account"])
def test_an_account_without_a_code_says_so(owner: FlaskClient, path: str) -> None:
    assert "Safehouse opens without a code." in owner.get(path).text
