"""The pages of emergencies, and how the lock answers a duress code."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cheap_app import running
from tests.web.raw_client import Answer
from tests.web.test_unlock import PIN, ask, attempt, enter
from webapp.app import App
from webapp.services import codes, emergency, reading
from webapp.web.sessions import Session

DURESS_PIN = "161803"
PROOF = b'action="/settings/emergency"'


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An app with two accounts behind a PIN, open."""
    with running(tmp_path) as app:
        for beside, name in enumerate(("Marit", "Night desk")):
            app.runtime.create_account(name, network="practice", beside=beside)
        codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
        yield app


@pytest.fixture
def marit(app: App) -> Session:
    session = enter(app)
    attempt(app, session, "pin", PIN)
    return session


def proves(app: App, session: Session) -> Answer:
    return ask(app, session, "POST", "/settings/emergency", {"current": PIN})


def begins(app: App, session: Session, *, text: str = DURESS_PIN, cover: str = "") -> Answer:
    form = {"cover": cover, "current": PIN, "duress": text, "duress_again": text}
    return ask(app, session, "POST", "/settings/emergency/code", form)


def arms(app: App, *, cover: str | None = None) -> None:
    handle = next(
        (each.handle for each in app.runtime.accounts() if name_of(each) == cover), None
    )  # fmt: skip
    rehearsal = emergency.begin(
        app.runtime, text=DURESS_PIN, repeated=DURESS_PIN, current=PIN, cover=handle
    )
    emergency.rehearse(app.runtime, rehearsal, DURESS_PIN)
    emergency.switch_on(app.runtime, rehearsal)


def name_of(account: object) -> str:
    return reading.account_record(account).name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/settings/emergency"),
        ("GET", "/settings/emergency/code"),
        ("POST", "/settings/emergency/code"),
        ("POST", "/settings/emergency/rehearsal"),
        ("POST", "/settings/emergency/on"),
        ("GET", "/settings/emergency/off"),
        ("POST", "/settings/emergency/off"),
        ("POST", "/settings/panic_chord"),
    ],
)
def test_every_address_asks_for_the_code_first(
    app: App, marit: Session, method: str, path: str
) -> None:
    arms(app)

    answer = ask(app, marit, method, path, {"value": "on", "current": "", "duress": DURESS_PIN})

    assert PROOF in answer.body
    assert b"Off" not in answer.body
    assert not app.runtime.prepared()[0].panic_chord
    assert emergency.prepared(app.runtime).leaves == "empty"


def test_the_code_shows_the_page_to_this_browser_until_the_next_lock(
    app: App, marit: Session
) -> None:
    other = enter(app)
    attempt(app, other, "pin", PIN)
    assert proves(app, marit).status == 200

    assert b'id="duress"' in ask(app, marit, "GET", "/settings/emergency").body
    assert PROOF in ask(app, other, "GET", "/settings/emergency").body
    app.runtime.lock()
    attempt(app, marit, "pin", PIN)
    assert PROOF in ask(app, marit, "GET", "/settings/emergency").body


def test_a_wrong_code_shows_nothing(app: App, marit: Session) -> None:
    answer = ask(app, marit, "POST", "/settings/emergency", {"current": "000000"})

    assert answer.status == 403
    assert b"wrong_code" in answer.body
    assert PROOF in ask(app, marit, "GET", "/settings/emergency").body


def test_from_the_form_over_the_rehearsal_to_on_and_off(app: App, marit: Session) -> None:
    proves(app, marit)
    handle = app.runtime.accounts()[1].handle
    assert b"Rehearsal" in begins(app, marit, cover=handle).body
    early = ask(app, marit, "POST", "/settings/emergency/on")
    assert (early.status, b"duress_not_rehearsed" in early.body) == (409, True)
    said = ask(app, marit, "POST", "/settings/emergency/rehearsal", {"rehearsed": DURESS_PIN})
    assert b"Night desk" in said.body

    on = ask(app, marit, "POST", "/settings/emergency/on")

    assert b"The duress code is on." in on.body
    assert b"Night desk" in on.body
    assert emergency.prepared(app.runtime).leaves == "cover"
    assert ask(app, marit, "POST", "/settings/emergency/on").status == 409
    assert b"Keep it" in ask(app, marit, "GET", "/settings/emergency/off").body
    off = ask(app, marit, "POST", "/settings/emergency/off", {"current": PIN})
    assert b"The duress code is off." in off.body
    assert emergency.prepared(app.runtime).leaves is None


def test_without_a_rehearsal_nothing_is_tried_or_switched_on(app: App, marit: Session) -> None:
    proves(app, marit)
    for path in ("rehearsal", "on"):
        answer = ask(app, marit, "POST", f"/settings/emergency/{path}", {"rehearsed": PIN})
        assert answer.status == 409


def test_a_lock_takes_a_rehearsal_out_of_memory(app: App, marit: Session) -> None:
    proves(app, marit)
    begins(app, marit)
    assert marit.rehearsal is not None

    app.runtime.lock()

    assert marit.rehearsal is None


def test_the_shortcut_is_switched_and_every_page_knows(app: App, marit: Session) -> None:
    proves(app, marit)
    assert ask(app, marit, "POST", "/settings/panic_chord", {"value": "maybe"}).status == 400
    assert b'data-panic-chord="off"' in ask(app, marit, "GET", "/").body

    answer = ask(app, marit, "POST", "/settings/panic_chord", {"value": "on"})

    assert b'data-panic-chord="on"' in answer.body
    assert b'data-panic-chord="on"' in ask(app, marit, "GET", "/").body


def test_panic_is_refused_while_it_is_off_and_answers_with_nothing_when_it_is_on(
    app: App, marit: Session
) -> None:
    refused = ask(app, marit, "POST", "/panic")
    assert (refused.status, b"panic_is_off" in refused.body) == (409, True)
    emergency.set_panic_chord(app.runtime, is_on=True)

    done = ask(app, marit, "POST", "/panic")

    assert (done.status, done.body) == (204, b"")
    assert b"/accounts/new" in ask(app, marit, "GET", "/").body


@pytest.mark.parametrize("cover", [None, "Night desk"])
def test_a_duress_code_is_answered_like_any_other_and_so_is_what_follows(
    app: App, marit: Session, cover: str | None
) -> None:
    arms(app, cover=cover)
    answers, pages = [], []
    for text in ("111111", "", PIN, DURESS_PIN):
        if app.runtime.state == "open":
            app.runtime.lock()
        app.runtime.gate._counter.clear()
        answers.append(attempt(app, marit, "pin", text))
        pages.append(ask(app, marit, "GET", "/"))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert len({names_of(answer) for answer in answers}) == 1
    assert {page.status for page in pages} == {200}
    shown = b"Night desk" if cover else b"/accounts/new"
    assert shown in pages[-1].body
    assert len({names_of(page) for page in pages}) == 1


def names_of(answer: Answer) -> frozenset[str]:
    return frozenset(name for name, _ in answer.headers if name != "date")
