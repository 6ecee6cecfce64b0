"""What the page of help says of the program, and what it must not say of anybody."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from webapp.app import App
from webapp.services import messaging
from webapp.version import VERSION
from webapp.web.credits import CREDITS

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LICENCES = {credit.name.lower(): credit.licence for credit in CREDITS}


@pytest.fixture
def owner(app: App) -> FlaskClient:
    app.runtime.create_account("Marit Oosterbaan", network="practice")
    return app.flask.test_client()


def packages() -> set[str]:
    """Return the packages that the program needs, one name for both builds of a database."""
    names = {re.split(r"[><=; ]", needed)[0].lower() for needed in PROJECT["dependencies"]}
    return {name.removesuffix("-binary") for name in names}


def test_the_version_is_that_of_the_project() -> None:
    assert PROJECT["version"] == VERSION


def test_every_package_and_every_vendored_script_is_named() -> None:
    assert packages() <= LICENCES.keys()
    assert any("socket.io" in name for name in LICENCES)


@pytest.mark.parametrize("name", sorted(packages() - {"sqlcipher3"}))
def test_a_licence_is_the_one_that_the_package_states(name: str) -> None:
    stated = importlib.metadata.metadata(name).get("License-Expression")

    assert stated in (None, LICENCES[name])


def test_the_report_has_version_and_counters(app: App, owner: FlaskClient) -> None:
    account = app.runtime.account()
    note = messaging.start_conversation(account, account.account_id)
    messaging.send_text(account, note, "the key is under the stone")

    page = owner.get("/help").text

    assert f"Safehouse: {VERSION}" in page
    assert "conversations: 1" in page
    assert "messages: 1" in page


def test_the_report_names_nobody_and_nothing(app: App, owner: FlaskClient) -> None:
    account = app.runtime.account()
    note = messaging.start_conversation(account, account.account_id)
    messaging.send_text(account, note, "the key is under the stone")

    report = re.search(r"<pre[^>]*>(.*?)</pre>", owner.get("/help").text, re.DOTALL)

    assert report is not None
    told = report[1]
    for secret in ("Marit", "stone", account.account_id.hex, account.account_id.hex[:8]):
        assert secret not in told
    assert not re.search(r"[0-9a-f]{12}|\d{1,3}(\.\d{1,3}){3}|\d{2}:\d{2}|/", told)
