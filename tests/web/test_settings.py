"""Settings: how they reach the document, and how they are changed."""

import re

import pytest
from flask.testing import FlaskClient

from webapp.app import App
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import messaging, organising, reading, removing
from webapp.storage import contacts


@pytest.fixture
def client(app: App) -> FlaskClient:
    return app.flask.test_client()


@pytest.fixture
def owner(client: FlaskClient) -> FlaskClient:
    assert (
        client.post("/accounts", data={"name": "Marit", "network": "practice"}).status_code == 200
    )
    return client


def root_of(page: str) -> str:
    found = re.search(r"<html[^>]*>", page)
    assert found is not None
    return found[0]


def test_before_an_account_is_open_the_system_decides_how_the_page_looks(
    client: FlaskClient,
) -> None:
    assert "data-" not in root_of(client.get("/").text)


def test_the_document_comes_with_the_theme_of_the_account(owner: FlaskClient) -> None:
    owner.post("/settings/accent", data={"value": "blue"})
    owner.post("/settings/text_size", data={"value": "150"})

    root = root_of(owner.get("/").text)

    assert 'data-theme="dark"' in root
    assert 'data-accent="blue"' in root
    assert 'data-text-size="150"' in root


@pytest.mark.parametrize("path", ["/", "/account/words"])
def test_every_screen_of_an_open_account_carries_its_settings(
    owner: FlaskClient, path: str
) -> None:
    screen = owner.get(path, headers={"X-Safehouse": "1"}).text

    assert re.search(r'<account-preferences id="preferences"[^>]* data-theme="dark"', screen)


@pytest.mark.parametrize(("name", "value"), [("theme", "purple"), ("theme", ""), ("nothing", "on")])
def test_a_wrong_setting_is_told_and_changes_nothing(
    owner: FlaskClient, name: str, value: str
) -> None:
    before = root_of(owner.get("/").text)

    answer = owner.post(f"/settings/{name}", data={"value": value})

    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "invalid_setting"
    assert root_of(owner.get("/").text) == before


PAGES = (
    "/account",
    "/settings/lock",
    "/settings/emergency",
    "/settings/appearance",
    "/settings/chats",
    "/connection/proxy",
    "/settings/erase",
    "/help",
)


def test_the_tree_has_every_page_and_no_other(owner: FlaskClient) -> None:
    page = owner.get("/").text

    tree = re.findall(r'class="tree__item"[^>]* data-get="([^"]+)" data-page="([^"]+)"', page)

    assert tuple(path for path, _ in tree) == PAGES
    for path, name in tree:
        assert f'data-settings="{name}"' in owner.get(path).text


def test_settings_open_with_the_tree_in_a_narrow_window(owner: FlaskClient) -> None:
    assert 'data-pane="list" data-settings="account"' in owner.get("/settings").text
    assert 'data-pane="content" data-settings="account"' in owner.get("/account").text


def test_a_page_shows_what_is_set(owner: FlaskClient) -> None:
    for name, value in (("theme", "system"), ("text_size", "150"), ("enter_sends", "off")):
        assert owner.post(f"/settings/{name}", data={"value": value}).status_code == 200

    appearance = owner.get("/settings/appearance").text
    chats = owner.get("/settings/chats").text

    assert 'name="theme" value="system" checked' in appearance
    assert 'value="dark" checked' not in appearance
    assert '<option value="150" selected>' in appearance
    assert not re.search(r'id="enter_sends"[^>]* checked', chats)
    assert not re.search(r'id="spellcheck"[^>]* checked', chats)


def test_both_lines_of_a_switch_describe_it(owner: FlaskClient) -> None:
    page = owner.get("/settings/chats").text

    found = re.search(r'id="spellcheck"[^>]* aria-describedby="([^"]+)"', page)

    assert found is not None
    for line in found[1].split():
        assert f'id="{line}"' in page


def test_without_an_account_there_are_no_settings(client: FlaskClient) -> None:
    for path in ("/settings", *PAGES):
        assert client.get(path).status_code == 409


def blocked_stranger(app: App) -> tuple[AccountId, int]:
    """Return somebody who is blocked, and their conversation."""
    account = app.runtime.account()
    stranger = AccountKeys.from_seed(Seed.generate()).account_id
    conversation = messaging.start_conversation(account, stranger)
    organising.block(account, conversation)
    return stranger, conversation


def test_people_who_are_blocked_are_listed_and_can_be_unblocked(
    app: App, owner: FlaskClient
) -> None:
    assert "Nobody is blocked" in owner.get("/settings/chats").text
    stranger, conversation = blocked_stranger(app)
    assert stranger.hex in owner.get("/settings/chats").text

    answer = owner.post("/settings/chats/unblock", data={"account_id": stranger.hex})

    assert "Nobody is blocked" in answer.text
    assert not reading.conversation(app.runtime.account(), conversation).blocked


def test_somebody_whose_conversation_is_gone_can_still_be_unblocked(
    app: App, owner: FlaskClient
) -> None:
    stranger, conversation = blocked_stranger(app)
    removing.delete_contact(app.runtime.account(), conversation)
    assert stranger.hex in owner.get("/settings/chats").text

    owner.post("/settings/chats/unblock", data={"account_id": stranger.hex})

    assert reading.blocked(app.runtime.account()) == []


@pytest.mark.parametrize(
    ("account_id", "code"), [("", "account_id_length"), ("05" + "zz" * 32, "account_id_characters")]
)
def test_nobody_is_unblocked_by_what_is_no_account_id(
    app: App, owner: FlaskClient, account_id: str, code: str
) -> None:
    blocked_stranger(app)

    answer = owner.post("/settings/chats/unblock", data={"account_id": account_id})

    assert answer.get_json()["error"]["code"] == code
    assert len(reading.blocked(app.runtime.account())) == 1


def test_unblocking_a_stranger_makes_nobody_known(app: App, owner: FlaskClient) -> None:
    stranger = AccountKeys.from_seed(Seed.generate()).account_id

    owner.post("/settings/chats/unblock", data={"account_id": stranger.hex})

    assert contacts.get(app.runtime.account().database, stranger) is None
