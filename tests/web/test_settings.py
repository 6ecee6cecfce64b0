"""Settings: how they reach the document, and how they are changed."""

import re

import pytest
from flask.testing import FlaskClient

from webapp.app import App


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
