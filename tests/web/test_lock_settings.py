"""The pages of the lock in the settings, as their addresses answer."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cheap_app import running
from tests.virtual_clock import LeapingClock
from tests.web.raw_client import Answer
from tests.web.test_unlock import PIN, ask, attempt, enter
from webapp.app import App
from webapp.services import codes, lock_settings
from webapp.storage.data_directory import Taken
from webapp.storage.files import RealFiles
from webapp.web.sessions import Session


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An app with an account and no code."""
    with running(tmp_path, owner="Marit") as app:
        yield app


@pytest.fixture
def marit(app: App) -> Session:
    return enter(app)


def text(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return answer.body.decode()


def is_shown(page: str, identifier: str) -> bool:
    found = re.search(rf'<div id="{identifier}"[^>]*>', page)
    assert found is not None
    return not found[0].endswith(" hidden>")


def test_a_code_is_offered_until_later_is_said_or_one_is_set(app: App, marit: Session) -> None:
    assert is_shown(text(ask(app, marit, "GET", "/")), "code-offer")
    assert not is_shown(text(ask(app, marit, "POST", "/settings/lock/later")), "code-offer")
    assert not is_shown(text(ask(app, marit, "GET", "/")), "code-offer")


def test_with_a_code_no_page_says_that_there_is_none(app: App, marit: Session) -> None:
    pages = ("/", "/account", "/settings/lock", "/list")
    said = "Safehouse opens without a code"
    assert all(said in text(ask(app, marit, "GET", page)) for page in pages)
    form = {"kind": "pin", "pin": PIN, "pin_again": PIN}
    assert "The code is set." in text(ask(app, marit, "POST", "/settings/lock/code", form))

    assert not any(said in text(ask(app, marit, "GET", page)) for page in pages)
    assert not is_shown(text(ask(app, marit, "GET", "/")), "code-offer")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"kind": "pin", "pin": "12345", "pin_again": "12345"}, 400, "pin_too_short"),
        ({"kind": "pin", "pin": PIN, "pin_again": "828172"}, 400, "codes_differ"),
        ({"kind": "pattern", "pattern": "14789", "pattern_again": ""}, 400, "pattern_too_short"),
        ({"kind": "passphrase", "passphrase": "short"}, 400, "passphrase_too_short"),
        ({"kind": "hat"}, 400, "unknown_code_kind"),
        ({}, 400, "unknown_code_kind"),
    ],
)
def test_a_code_that_cannot_be_set_is_told_and_none_is_set(
    app: App, marit: Session, form: dict[str, str], status: int, code: str
) -> None:
    answer = ask(app, marit, "POST", "/settings/lock/code", form)

    assert answer.status == status
    assert f'"code": "{code}"'.encode() in answer.body
    assert not app.runtime.code_is_set


def test_a_code_is_changed_and_removed_only_with_the_one_until_now(
    app: App, marit: Session
) -> None:
    codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
    attempt(app, marit, "pin", PIN)
    other = {"kind": "pattern", "pattern": "1478965", "pattern_again": "1478965"}

    for form in (other, {**other, "current": "111111"}):
        answer = ask(app, marit, "POST", "/settings/lock/code", form)
        assert (answer.status, b"wrong_code" in answer.body) == (403, True)
    page = text(ask(app, marit, "POST", "/settings/lock/code", {**other, "current": PIN}))
    assert "The code is changed." in page
    assert "The pattern until now" in text(ask(app, marit, "GET", "/settings/lock/remove"))
    assert ask(app, marit, "POST", "/settings/lock/remove", {"current": PIN}).status == 403
    removed = ask(app, marit, "POST", "/settings/lock/remove", {"current": "1478965"})

    assert "The code is removed." in text(removed)
    assert not app.runtime.code_is_set


def test_without_a_code_there_is_nothing_to_remove(app: App, marit: Session) -> None:
    page = text(ask(app, marit, "GET", "/settings/lock/remove"))

    assert "Set a code" in page
    assert "Remove the code" not in page


def test_the_strength_of_what_is_typed_is_told_as_soon_as_it_could_be_a_code(
    app: App, marit: Session
) -> None:
    def told(kind: str, typed: str) -> str:
        form = {"kind": kind, "text": typed}
        return text(ask(app, marit, "POST", "/settings/lock/strength", form))

    assert "data-level" not in told("pin", "12345")
    assert 'data-level="1"' in told("pin", "123456")
    assert "data-level" not in told("hat", "123456")


def test_six_other_words_are_suggested_each_time(app: App, marit: Session) -> None:
    found = [
        re.search(r'data-words="([a-z ]+)"', text(ask(app, marit, "POST", "/settings/lock/words")))
        for _ in range(2)
    ]

    one, other = (match[1] for match in found if match)
    assert len(one.split()) == len(other.split()) == 6
    assert one != other


@pytest.mark.parametrize(
    ("name", "value"),
    [("idle_minutes", "15"), ("last_tab", "off"), ("sleep", "off"), ("keep_receiving", "on")],
)
def test_a_setting_of_the_lock_is_changed_like_any_other(
    app: App, marit: Session, name: str, value: str
) -> None:
    attribute = f'data-{name.replace("_", "-")}="{value}"'
    assert attribute not in text(ask(app, marit, "GET", "/"))

    assert attribute in text(ask(app, marit, "POST", f"/settings/{name}", {"value": value}))

    assert lock_settings.as_texts(lock_settings.load(app.runtime.account()))[name] == value


@pytest.mark.parametrize(("name", "value"), [("idle_minutes", "0"), ("sleep", "never")])
def test_never_is_not_offered(app: App, marit: Session, name: str, value: str) -> None:
    answer = ask(app, marit, "POST", f"/settings/{name}", {"value": value})

    assert (answer.status, b"invalid_setting" in answer.body) == (400, True)


def test_only_a_person_keeps_the_app_open(app: App, marit: Session) -> None:
    assert ask(app, marit, "POST", "/activity").status == 204
    assert ask(app, marit, "GET", "/activity").status == 405


def test_a_code_that_is_set_after_a_long_while_does_not_lock_at_once(tmp_path: Path) -> None:
    clock = LeapingClock()
    with running(tmp_path, clock=clock, owner="Marit") as app:
        clock.leap(3600)
        codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)

        app.runtime.tick()

        assert app.runtime.state == "open"


def test_older_files_are_told_until_somebody_has_seen_it(tmp_path: Path) -> None:
    with running(tmp_path, owner="Marit") as app:
        lock_settings.change(app.runtime.accounts(), "idle_minutes", "60")
    containers = sorted((tmp_path / "data/containers").iterdir())
    older = {path: path.read_bytes() for path in containers}
    with running(tmp_path) as app:
        lock_settings.change(app.runtime.accounts(), "idle_minutes", "5")
    for path, content in older.items():
        path.write_bytes(content)
    with running(tmp_path) as app:
        marit = enter(app)
        page = text(ask(app, marit, "GET", "/"))
        assert is_shown(page, "rolled-back")
        assert 'data-idle-minutes="1"' in page
        refused = ask(app, marit, "POST", "/settings/idle_minutes", {"value": "60"})
        assert (refused.status, b"rolled_back" in refused.body) == (409, True)

        answer = text(ask(app, marit, "POST", "/settings/lock/acknowledge"))

        assert not is_shown(answer, "rolled-back")
        assert not is_shown(text(ask(app, marit, "GET", "/")), "rolled-back")


def test_files_of_one_size_are_wanted_behind_a_lock_and_offered_once(
    app: App, marit: Session
) -> None:
    offer = "Files show how many accounts there are"
    codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
    attempt(app, marit, "pin", PIN)
    assert offer not in text(ask(app, marit, "GET", "/"))
    app.runtime._held.keep(Taken(frozenset({app.runtime._held.space.index ^ 1})))  # type: ignore[union-attr]
    assert offer in text(ask(app, marit, "GET", "/"))
    assert offer not in text(ask(app, marit, "POST", "/settings/lock/equal-size/later"))

    page = text(ask(app, marit, "GET", "/settings/lock/equal-size"))
    assert "It takes 5 MB of the disk now" in page
    answer = ask(app, marit, "POST", "/equal-size")

    assert answer.status == 204
    assert app.runtime.state == "locked"
    attempt(app, marit, "pin", PIN)
    page = text(ask(app, marit, "GET", "/settings/lock"))
    assert re.search(r'one size <span class="tag tag--on">', page)
    assert "/settings/lock/equal-size" not in page


class SmallDisk(RealFiles):
    def free_bytes(self, path: Path) -> int:
        return 1_999_999


def test_a_disk_without_room_is_told_before_anybody_asks(app: App, marit: Session) -> None:
    codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
    attempt(app, marit, "pin", PIN)
    app.runtime._directory._files = SmallDisk()

    page = text(ask(app, marit, "GET", "/settings/lock/equal-size"))
    answer = ask(app, marit, "POST", "/equal-size")

    assert "1 MB are free" in page
    assert "too little room" in page
    assert "Lock and make them equal" not in page
    assert (answer.status, b"not_enough_room" in answer.body) == (409, True)
    assert app.runtime.state == "open"
