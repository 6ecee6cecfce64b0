"""The form of whoever has forgotten the code: over real sockets, without a script."""

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cheap_app import running
from tests.virtual_clock import PATIENCE_S, LeapingClock
from tests.web.raw_client import Answer
from tests.web.test_unlock import PIN, ask, attempt, enter
from webapp.app import App
from webapp.services import codes
from webapp.services.forgotten import WAIT_S
from webapp.storage.files import File, RealFiles
from webapp.web.sessions import HostKind, Session

ERASE = "Erase everything"


@pytest.fixture
def clock() -> LeapingClock:
    return LeapingClock()


@pytest.fixture
def app(tmp_path: Path, clock: LeapingClock) -> Iterator[App]:
    """An app with an account and a PIN, open."""
    with running(tmp_path, clock=clock, owner="Marit") as app:
        codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
        yield app


@pytest.fixture
def stranger(app: App) -> Session:
    return enter(app)


def send(app: App, session: Session, step: str, word: str = "") -> Answer:
    """Send the form as a browser without scripts does: its Origin is null."""
    return ask(app, session, "POST", "/forgot", {"step": step, "word": word}, Origin="null")


class Refusing(RealFiles):
    def open(self, path: Path) -> File:
        raise OSError(errno.EIO, "broken")


def page(app: App, session: Session) -> str:
    return ask(app, session, "GET", "/", **{"Accept-Language": "en-GB"}).body.decode()


def test_a_word_and_five_minutes_later_everything_is_gone(
    app: App, stranger: Session, clock: LeapingClock, finished: threading.Event
) -> None:
    app.runtime.lock()
    assert "Begin to wait" in page(app, stranger)

    answer = send(app, stranger, "ask", " Erase ")
    assert answer.status == 200
    assert b'url=/"' in answer.body
    assert f'data-wait-s="{WAIT_S}">5:00<' in page(app, stranger)
    send(app, stranger, "erase")
    assert app.runtime.state == "locked"
    clock.leap(WAIT_S)
    assert ERASE in page(app, stranger)
    answer = send(app, stranger, "erase")

    assert finished.wait(PATIENCE_S)
    assert answer.all("clear-site-data")
    assert app.runtime.state == "fresh"


@pytest.mark.parametrize("word", ["", "eras", "löschen"])
def test_without_the_word_nothing_begins(app: App, stranger: Session, word: str) -> None:
    app.runtime.lock()

    send(app, stranger, "ask", word)

    shown = page(app, stranger)
    assert 'id="word-error" role="alert">' in shown
    assert "Begin to wait" in shown
    # Said once.
    assert 'id="word-error" role="alert" hidden>' in page(app, stranger)


def test_a_disk_that_refuses_is_told_and_keeps_everything(
    app: App, stranger: Session, clock: LeapingClock
) -> None:
    app.runtime.lock()
    send(app, stranger, "ask", "erase")
    clock.leap(WAIT_S)
    app.runtime._directory._files = Refusing()
    assert send(app, stranger, "erase").status == 200
    app.runtime._directory._files = RealFiles()

    shown = page(app, stranger)
    assert "The disk did not let it be erased." in shown
    assert ERASE in shown
    assert app.runtime.state == "locked"
    assert "The disk did not" not in page(app, stranger)
    app.runtime.forgotten.cancel()
    attempt(app, stranger, "pin", PIN)
    assert app.runtime.state == "open"


def test_it_can_be_called_off(app: App, stranger: Session, clock: LeapingClock) -> None:
    app.runtime.lock()
    send(app, stranger, "ask", "erase")

    send(app, stranger, "cancel")
    clock.leap(WAIT_S)
    send(app, stranger, "erase")

    assert "Begin to wait" in page(app, stranger)
    assert app.runtime.state == "locked"


def test_asking_again_does_not_begin_anew(app: App, stranger: Session, clock: LeapingClock) -> None:
    app.runtime.lock()
    send(app, stranger, "ask", "erase")
    generation = app.runtime.generation
    clock.leap(100)

    send(app, enter(app), "ask", "erase")

    assert app.runtime.generation == generation
    assert "3:20" in page(app, stranger) or "3:19" in page(app, stranger)


def test_whoever_has_it_open_elsewhere_is_locked_out_and_notices(
    app: App, stranger: Session
) -> None:
    send(app, stranger, "ask", "erase")

    assert app.runtime.state == "locked"
    assert "5:00" in page(app, stranger)
    owner = enter(app)
    attempt(app, owner, "pin", PIN)
    assert "Begin to wait" in page(app, stranger)


def test_without_a_code_there_is_nothing_to_forget(
    app: App, stranger: Session, clock: LeapingClock
) -> None:
    codes.remove_code(app.runtime, current=PIN)

    send(app, stranger, "ask", "erase")
    clock.leap(WAIT_S)
    send(app, stranger, "erase")

    assert app.runtime.state == "open"


@pytest.mark.parametrize("step", ["", "ask", "erase", "cancel", "\0" * 200])
def test_other_sites_and_strangers_are_refused(app: App, stranger: Session, step: str) -> None:
    host = app.sessions.hosts.name(HostKind.LABEL)
    app.runtime.lock()
    form = {"step": step, "word": "erase"}

    for more in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        assert ask(app, stranger, "POST", "/forgot", form, **more).status == 403
    assert ask(app, stranger, "POST", "/forgot", form, Cookie="safehouse=x").status == 401
    assert ask(app, stranger, "POST", "/forgot", form, Host=host + "0").status == 421
    assert ask(app, stranger, "GET", "/forgot").status == 405
    assert app.runtime.forgotten.stage == "idle"
