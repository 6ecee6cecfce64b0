"""Erasing on the network first, as its addresses answer; and erases that no browser asked for."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cheap_app import running
from tests.virtual_clock import PATIENCE_S, LeapingClock
from tests.web.raw_client import Answer
from tests.web.test_erase import CLEARING, FIRST_PAGE, last_word, protect, tab
from tests.web.test_unlock import NAME, PIN, ask, enter
from webapp import handover
from webapp.app import App
from webapp.web.sessions import Session


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An app with an account and no code, open."""
    with running(tmp_path, clock=LeapingClock(), owner=NAME) as app:
        yield app


@pytest.fixture
def marit(app: App) -> Session:
    return enter(app)


def erase_everywhere(app: App, session: Session, *, current: str = "") -> Answer:
    form = {"word": "erase", "scope": "network", "current": current}
    return ask(app, session, "POST", "/erase", form)


def test_where_all_nodes_have_signed_it_is_erased_here_as_well(app: App, marit: Session) -> None:
    answer = erase_everywhere(app, marit)

    assert answer.status == 204
    assert answer["clear-site-data"] == CLEARING
    assert FIRST_PAGE in ask(app, marit, "GET", "/").body


def test_the_code_is_asked_for_before_the_network_is(app: App, marit: Session) -> None:
    protect(app, marit)

    assert erase_everywhere(app, marit, current="000000").status == 403
    assert app.runtime.state == "open"
    assert ask(app, marit, "POST", "/erase/anyway").status == 423

    assert erase_everywhere(app, marit, current=PIN).status == 204


def test_a_network_that_does_not_answer_is_told_and_nothing_is_erased_yet(
    app: App, marit: Session
) -> None:
    app._practice.stop()
    for path in ("/erase", "/erase/rest"):
        form = {"word": "erase", "scope": "network"}
        page = ask(app, marit, "POST", path, form).body.decode()
        assert "Not everything is deleted on the network" in page
        assert "/erase/anyway" in page
        assert app.runtime.state == "open"

    assert ask(app, marit, "POST", "/erase/anyway").status == 204
    assert FIRST_PAGE in ask(app, marit, "GET", "/").body


@pytest.mark.parametrize("path", ["/erase/rest", "/erase/anyway"])
def test_who_has_not_confirmed_it_erases_nothing(app: App, marit: Session, path: str) -> None:
    answer = ask(app, marit, "POST", path)

    assert (answer.status, b'"locked"' in answer.body) == (423, True)
    assert app.runtime.state == "open"


def test_a_lock_takes_a_confirmation_back(app: App, marit: Session) -> None:
    protect(app, marit)
    app._practice.stop()
    assert erase_everywhere(app, marit, current=PIN).status == 200
    app.runtime.lock()
    assert app.runtime.unlock("pin", PIN).opened
    marit.unlocked_in = app.runtime.generation

    assert ask(app, marit, "POST", "/erase/anyway").status == 423
    assert app.runtime.state == "open"


def test_an_erase_that_no_browser_asked_for_shows_the_first_page_to_all(
    app: App, marit: Session
) -> None:
    other = enter(app)
    with tab(app, marit) as mine, tab(app, other) as theirs:
        app.runtime.erase()

        assert [last_word(each) for each in (mine, theirs)] == ["locked", "locked"]
    for session in (marit, other):
        assert FIRST_PAGE in ask(app, session, "GET", "/").body


def test_where_no_process_can_be_replaced_the_old_one_goes_on_without_its_practice_network(
    app: App, marit: Session, finished: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "IS_POSSIBLE", False)
    echo = app._practice.settings().echo

    app.runtime.erase()

    assert finished.wait(PATIENCE_S)
    assert not app.is_to_be_replaced
    assert app._practice._network is None
    assert app._practice.settings().echo != echo
    form = {"name": "Ilse", "network": "practice"}
    assert ask(app, marit, "POST", "/accounts", form).status == 200
