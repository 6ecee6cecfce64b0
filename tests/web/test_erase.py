"""Erasing, as browsers see it: the page, the answer, what follows, and the other tabs."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cheap_app import running
from tests.storage.test_crashes import check_shape
from tests.virtual_clock import PATIENCE_S, LeapingClock
from tests.web.raw_client import Answer, Tab, handshake_headers
from tests.web.stack import cookie
from tests.web.test_headers import assert_secured
from tests.web.test_unlock import NAME, PIN, ask, attempt, enter
from webapp.app import App
from webapp.services import codes, messaging, wrong_codes
from webapp.vault.throttle import DELAYS_S
from webapp.web.sessions import GRACE_S, HostKind, Session

CLEARING = '"cache", "storage"'
FIRST_PAGE = b"/accounts/new"


@pytest.fixture
def clock() -> LeapingClock:
    return LeapingClock()


@pytest.fixture
def app(tmp_path: Path, clock: LeapingClock) -> Iterator[App]:
    """An app with an account and no code, open."""
    with running(tmp_path, clock=clock, owner=NAME) as app:
        yield app


@pytest.fixture
def marit(app: App) -> Session:
    return enter(app)


def protect(app: App, session: Session) -> None:
    codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
    session.unlocked_in = app.runtime.generation


def erase(app: App, session: Session, *, word: str = "erase", current: str = "") -> Answer:
    return ask(app, session, "POST", "/erase", {"word": word, "current": current})


def tab(app: App, session: Session) -> Tab:
    host = app.sessions.hosts.name(HostKind.LABEL)
    return Tab(app.port, handshake_headers(host, Cookie=cookie(session)))


def last_word(tab: Tab) -> str:
    """Return what a tab is told besides patches."""
    while True:
        name, *_ = tab.next_event()
        if name not in {"patch", "refresh"}:
            return str(name)


def page_of(app: App, session: Session) -> str:
    return ask(app, session, "GET", "/settings/erase").body.decode()


def test_the_page_says_how_much_will_be_gone_and_asks_for_the_code_if_one_is_set(
    app: App, marit: Session
) -> None:
    account = app.runtime.account()
    messaging.send_text(account, messaging.start_conversation(account, account.account_id), "a")

    page = page_of(app, marit)
    assert "1 conversation" in page
    assert "1 message" in page
    assert 'name="current"' not in page
    protect(app, marit)
    assert 'name="current"' in page_of(app, marit)


def test_an_erase_answers_with_nothing_and_what_follows_is_the_first_page(
    app: App, marit: Session, tmp_path: Path, finished: threading.Event
) -> None:
    answer = erase(app, marit)

    assert (answer.status, answer.body) == (204, b"")
    assert answer["clear-site-data"] == CLEARING
    assert_secured(answer)
    page = ask(app, marit, "GET", "/")
    assert FIRST_PAGE in page.body
    assert NAME.encode() not in page.body
    assert page["clear-site-data"] == CLEARING
    assert finished.wait(PATIENCE_S)
    check_shape(tmp_path / "data")


def test_the_page_that_follows_brings_a_new_cookie_once(app: App, marit: Session) -> None:
    old = cookie(marit)
    erase(app, marit)

    page = ask(app, marit, "GET", "/", Cookie=old)
    again = ask(app, marit, "GET", "/")

    assert page.cookie == cookie(marit) != old
    assert not again.all("set-cookie")
    assert not again.all("clear-site-data")


def test_other_tabs_of_the_browser_may_load_the_page_with_the_old_cookie_for_a_moment(
    app: App, marit: Session, clock: LeapingClock
) -> None:
    old = cookie(marit)
    erase(app, marit)

    pages = [ask(app, marit, "GET", "/", Cookie=old).status for _ in range(3)]

    assert pages == [200, 200, 200]
    clock.leap(GRACE_S)
    assert ask(app, marit, "GET", "/", Cookie=old).status == 401
    assert ask(app, marit, "GET", "/").status == 200


def test_all_tabs_are_told_at_once_and_other_browsers_are_not_let_in(
    app: App, marit: Session
) -> None:
    other = enter(app)
    with tab(app, marit) as mine, tab(app, marit) as second, tab(app, other) as theirs:
        erase(app, marit)

        told = [last_word(each) for each in (mine, second, theirs)]
    assert told == ["locked", "locked", "gone"]
    assert ask(app, other, "GET", "/").status == 401
    assert ask(app, marit, "GET", "/").status == 200


@pytest.mark.parametrize("word", ["", "erased", "löschen", "no"])
def test_without_the_word_nothing_is_erased(app: App, marit: Session, word: str) -> None:
    answer = erase(app, marit, word=word)

    assert answer.status == 400
    assert b"erasing_word_missing" in answer.body
    assert app.runtime.state == "open"


@pytest.mark.parametrize("word", ["Erase", "  ERASE "])
def test_the_word_may_be_written_in_any_case(app: App, marit: Session, word: str) -> None:
    assert erase(app, marit, word=word).status == 204


def test_a_wrong_code_erases_nothing(app: App, marit: Session) -> None:
    protect(app, marit)

    for wrong in ("", "000000"):
        assert erase(app, marit, current=wrong).status == 403
    assert app.runtime.state == "open"
    assert erase(app, marit, current=PIN).status == 204
    assert not app.runtime.code_is_set


def test_behind_the_lock_it_is_refused_like_everything(app: App, marit: Session) -> None:
    protect(app, marit)
    app.runtime.lock()

    answer = erase(app, marit, current=PIN)

    assert (answer.status, answer.body) == (401, b"Please start the app again.")


def test_a_double_submit_is_one_erase(app: App, marit: Session, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as many:
        answers = list(many.map(lambda _: erase(app, marit).status, range(4)))

    assert 204 in answers
    assert set(answers) <= {204, 409}
    assert app.runtime.state in {"erasing", "fresh"}


def test_a_new_account_can_be_made_at_once(app: App, marit: Session) -> None:
    erase(app, marit)

    answer = ask(app, marit, "POST", "/accounts", {"name": "Ilse", "network": "practice"})

    assert answer.status == 200
    assert b"Ilse" in answer.body


def test_what_tabs_have_left_behind_is_forgotten(app: App, marit: Session) -> None:
    path = "/tabs/3f0c7f9e-8a3c-4f5b-9d38-0a4f0a2f1d11"
    ask(app, marit, "POST", path, {"memory": "secret place"})
    erase(app, marit)

    assert ask(app, marit, "GET", path).status == 204


def names(answer: Answer) -> list[str]:
    return [name for name, _ in answer.headers if name != "date"]


def guess_until_the_last(app: App, session: Session, clock: LeapingClock) -> None:
    for number in range(7):
        clock.leap(DELAYS_S[-1])
        attempt(app, session, "pin", f"{number:06}")
    clock.leap(DELAYS_S[-1])


def test_the_last_wrong_code_is_answered_like_a_right_one_and_so_is_what_follows(
    app: App, marit: Session, clock: LeapingClock
) -> None:
    protect(app, marit)
    wrong_codes.change(app.runtime, "8")
    app.runtime.lock()
    answers, pages = [], []
    for text in ("000000", "", PIN):
        clock.leap(DELAYS_S[-1])
        answers.append(attempt(app, marit, "pin", text))
        pages.append(ask(app, marit, "GET", "/"))
    app.runtime.lock()
    guess_until_the_last(app, marit, clock)
    answers.append(attempt(app, marit, "pin", "777777"))
    pages.append(ask(app, marit, "GET", "/"))

    assert FIRST_PAGE in pages[-1].body
    assert len({answer.body for answer in answers}) == 1
    assert {answer.status for answer in answers + pages} == {200}
    assert len({tuple(names(answer)) for answer in answers}) == 1
    assert len({tuple(names(page)) for page in pages}) == 1
    assert {answer["clear-site-data"] for answer in answers + pages} == {CLEARING}


def test_after_the_last_wrong_code_nothing_is_said_of_it_later(
    app: App, marit: Session, clock: LeapingClock
) -> None:
    protect(app, marit)
    wrong_codes.change(app.runtime, "8")
    app.runtime.lock()
    guess_until_the_last(app, marit, clock)
    attempt(app, marit, "pin", "777777")
    ask(app, marit, "POST", "/accounts", {"name": "Ilse", "network": "practice"})
    protect(app, marit)
    app.runtime.lock()

    page = ask(app, marit, "GET", "/").body.decode()

    assert "lock-form" in page
    assert "This does not open anything." not in page


def test_the_page_of_the_lock_is_the_same_with_and_without_the_limit(
    app: App, marit: Session
) -> None:
    pages = []
    protect(app, marit)
    for value in ("off", "10"):
        wrong_codes.change(app.runtime, value)
        app.runtime.lock()
        pages.append(ask(app, marit, "GET", "/").body)
        assert app.runtime.unlock("pin", PIN).opened
    assert pages[0] == pages[1]


def test_the_setting_is_shown_and_changed_on_the_page_of_the_lock(app: App, marit: Session) -> None:
    page = ask(app, marit, "GET", "/settings/lock").body.decode()
    assert re.search(r'<select[^>]* id="erase_after"[^>]* disabled', page)
    refused = ask(app, marit, "POST", "/settings/erase_after", {"value": "10"})
    assert refused.status == 409

    protect(app, marit)
    answer = ask(app, marit, "POST", "/settings/erase_after", {"value": "15"})

    assert 'data-erase-after="15"' in answer.body.decode()
    page = ask(app, marit, "GET", "/settings/lock").body.decode()
    assert '<option value="15" selected>' in page
    assert ask(app, marit, "POST", "/settings/erase_after", {"value": "7"}).status == 400
