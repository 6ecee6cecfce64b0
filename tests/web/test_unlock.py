"""The addresses of the lock, over real sockets and with a real vault behind them."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.cheap_app import running
from tests.virtual_clock import PATIENCE_S
from tests.web.raw_client import Answer, exchange, head
from tests.web.stack import cookie
from tests.web.test_headers import assert_secured
from webapp.app import App
from webapp.services import codes, preferences
from webapp.web.sessions import HostKind, Session

PIN = "271828"
IN_FRONT_OF_THE_LOCK = {"/", "/unlock", "/lock", "/forgot", "/door", "/launch", "/launch.js"}
NAME = "Marit of the lighthouse"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An app with an account and a PIN, open."""
    with running(tmp_path, owner=NAME) as app:
        codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
        yield app


def ask(
    app: App, session: Session, method: str, target: str, form: dict[str, str] | None = None,
    **more: str,
) -> Answer:  # fmt: skip
    host = app.sessions.hosts.name(HostKind.LABEL)
    body = urlencode(form or {}).encode() if method == "POST" else b""
    headers = {"Host": host, "Sec-Fetch-Site": "same-origin", "Cookie": cookie(session), **more}
    if method == "POST":
        headers["Content-Length"] = str(len(body))
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return exchange(app.port, head(method, target, list(headers.items())) + body)


def attempt(app: App, session: Session, kind: str, text: str, **more: str) -> Answer:
    return ask(app, session, "POST", "/unlock", {"kind": kind, kind: text}, **more)


def enter(app: App) -> Session:
    return app.sessions.begin(HostKind.LABEL)


def test_right_wrong_empty_and_endless_codes_are_answered_alike(app: App) -> None:
    tried = [
        ("pin", "111111"),
        ("pin", ""),
        ("passphrase", "x" * 65_536),
        ("hat", "?"),
        ("pin", PIN),
    ]
    answers = []
    for kind, text in tried:
        app.runtime.gate._counter.clear()  # Waiting is another test's business.
        answers.append(attempt(app, enter(app), kind, text))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    names = {tuple(name for name, _ in answer.headers if name != "date") for answer in answers}
    assert len(names) == 1
    for answer in answers:
        assert_secured(answer)


def test_every_answer_brings_a_new_cookie_and_the_old_one_is_void(app: App) -> None:
    session = enter(app)
    for text in ("111111", PIN):
        old = cookie(session)
        answer = attempt(app, session, "pin", text)

        assert answer.cookie == cookie(session) != old
        stale = ask(app, session, "GET", "/list", Cookie=old)
        assert stale.status == 401
    assert ask(app, session, "GET", "/list").status == 200


def test_every_address_of_a_locked_app_is_refused_alike(app: App) -> None:
    session = enter(app)
    attempt(app, session, "pin", PIN)
    app.runtime.lock()
    refused = set()
    for rule in app.flask.url_map.iter_rules():
        if rule.rule.startswith("/static") or rule.rule in IN_FRONT_OF_THE_LOCK:
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            session.allowance = enter(app).allowance
            answer = ask(app, session, method, path)
            refused.add((answer.status, answer.body))
            assert not answer.all("set-cookie")
            assert_secured(answer)
    assert refused == {(401, b"Please start the app again.")}


def test_the_page_of_the_lock_says_nothing_of_the_account(app: App) -> None:
    preferences.change(app.runtime.account(), "language", "de")
    preferences.change(app.runtime.account(), "theme", "light")
    session = enter(app)

    for state in ("open for somebody else", "locked"):
        if state == "locked":
            app.runtime.lock()
        page = ask(app, session, "GET", "/", **{"Accept-Language": "en-GB"}).body.decode()
        assert "lock-form" in page
        assert 'lang="en-GB"' in page
        for private in (NAME, "data-theme", "data-hue", "Entsperren", "conversations"):
            assert private not in page


def test_the_page_of_the_lock_is_the_same_whatever_code_is_set(app: App) -> None:
    session = enter(app)
    pages = []
    for kind, text in (("pin", PIN), ("passphrase", "riverstone kettle")):
        codes.set_code(app.runtime, kind=kind, text=text, repeated=text, current=PIN)
        app.runtime.lock()
        pages.append(ask(app, session, "GET", "/").body)
        app.runtime.unlock(kind, text)

    assert pages[0] == pages[1]


def test_what_became_of_a_code_is_said_once(app: App) -> None:
    session = enter(app)
    attempt(app, session, "passphrase", "something else")

    first, second = (ask(app, session, "GET", "/").body.decode() for _ in range(2))

    assert "This does not open anything." in first
    assert 'value="passphrase" autocomplete="off" checked' in first
    assert "This does not open anything." not in second
    assert 'value="pin" autocomplete="off" checked' in second


def test_after_too_many_codes_the_next_one_is_told_to_wait_and_is_not_tried(app: App) -> None:
    session = enter(app)
    for _ in range(4):
        attempt(app, session, "pin", "111111")
    attempt(app, session, "pin", PIN)

    page = ask(app, session, "GET", "/").body.decode()

    assert "too early" in page
    assert "Next try in 1 second." in page
    assert ask(app, session, "GET", "/list").status == 401


def test_a_form_without_a_script_opens_the_app(app: App) -> None:
    session = enter(app)

    answer = attempt(app, session, "pin", PIN, Origin="null")

    assert b'http-equiv="refresh"' in answer.body
    assert NAME.encode() in ask(app, session, "GET", "/").body


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_code_from_a_foreign_page_is_not_tried(app: App, foreign: dict[str, str]) -> None:
    for _ in range(5):
        answer = attempt(app, enter(app), "pin", "111111", **foreign)
        assert (answer.status, answer.all("set-cookie")) == (403, [])

    assert app.runtime.gate._counter.wait_s(at_s=app.runtime.clock.monotonic_s()) == 0
    assert app.runtime.unlock("pin", PIN).opened


def test_a_code_from_a_stranger_is_not_tried(app: App) -> None:
    host = app.sessions.hosts.name(HostKind.LABEL)
    headers = {"Host": host, "Sec-Fetch-Site": "same-origin", "Content-Length": "16"}
    request = head("POST", "/unlock", list(headers.items())) + b"kind=pin&pin=111"
    assert [exchange(app.port, request).status for _ in range(5)] == [401] * 5
    assert app.runtime.gate._counter.wait_s(at_s=app.runtime.clock.monotonic_s()) == 0


def test_the_button_locks_as_it_is_set_and_the_shortcut_deep(app: App) -> None:
    session = enter(app)
    attempt(app, session, "pin", PIN)
    assert ask(app, session, "POST", "/settings/keep_receiving", {"value": "on"}).status == 200

    assert ask(app, session, "POST", "/lock").status == 204
    assert app.runtime.state == "locked"
    assert app.runtime.code_kind() is not None  # Still in memory: a light lock.
    assert ask(app, session, "POST", "/lock", {"deep": "1"}).status == 204
    assert app.runtime.code_kind() is None


def test_without_a_code_there_is_nothing_to_lock(app: App) -> None:
    codes.remove_code(app.runtime, current=PIN)

    answer = ask(app, enter(app), "POST", "/lock")

    assert answer.status == 409
    assert b"lock_needs_code" in answer.body


def test_without_an_account_there_is_nothing_to_lock(app: App, finished: threading.Event) -> None:
    app.runtime.erase()
    assert finished.wait(PATIENCE_S)

    assert ask(app, enter(app), "POST", "/lock").status == 409


def test_who_sets_a_code_stays_and_every_other_browser_is_asked(app: App) -> None:
    codes.remove_code(app.runtime, current=PIN)
    owner, other = enter(app), enter(app)
    form = {"kind": "pin", "pin": PIN, "pin_again": PIN}

    assert ask(app, owner, "POST", "/settings/lock/code", form).status == 200

    assert ask(app, owner, "GET", "/list").status == 200
    assert ask(app, other, "GET", "/list").status == 401


def test_a_code_that_could_not_be_set_lets_nobody_in_later(app: App) -> None:
    codes.remove_code(app.runtime, current=PIN)
    clumsy = enter(app)
    form = {"kind": "pin", "pin": PIN, "pin_again": "828172"}
    assert ask(app, clumsy, "POST", "/settings/lock/code", form).status == 400

    codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)

    assert ask(app, clumsy, "GET", "/list").status == 401


def test_many_codes_at_once_are_refused_but_two(app: App) -> None:
    sessions = [enter(app) for _ in range(10)]
    with ThreadPoolExecutor(10) as many:
        found = list(many.map(lambda session: attempt(app, session, "pin", "1"), sessions))

    assert sorted({answer.status for answer in found}) == [200, 429]
    assert all(answer.all("set-cookie") for answer in found)
