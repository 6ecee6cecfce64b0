"""The pages of several accounts, as their addresses answer, and which account a page acts in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cheap_app import running
from tests.web.raw_client import Answer
from tests.web.test_unlock import PIN, ask, attempt, enter
from webapp.app import App
from webapp.protocol.keys import Seed
from webapp.protocol.recovery import encode_recovery_password
from webapp.services import codes, messaging, pseudonyms, reading
from webapp.services.events import AccountShown, Event
from webapp.services.open_account import OpenAccount
from webapp.web.sessions import Session

OTHER_PIN = "314159"
TAB = "/tabs/6f9619ff-8b86-4011-b42d-00c04fc964ff"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An app with Marit and the night desk; Marit is shown."""
    with running(tmp_path, owner="Marit") as app:
        app.runtime.create_account("Night desk", network="practice", beside=1)
        app.runtime.show(app.runtime.accounts()[0].handle)
        yield app


@pytest.fixture
def session(app: App) -> Session:
    return enter(app)


@pytest.fixture
def marit(app: App) -> OpenAccount:
    return app.runtime.accounts()[0]


@pytest.fixture
def desk(app: App) -> OpenAccount:
    return app.runtime.accounts()[1]


def of(account: OpenAccount) -> dict[str, str]:
    """Return what a page of this account says with everything."""
    return {"X-Safehouse-Account": account.handle, "X-Safehouse": "1"}


def text(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    return answer.body.decode()


def names(app: App) -> list[str]:
    return [reading.account_record(each).name for each in app.runtime.accounts()]


def set_code(app: App, session: Session) -> None:
    codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
    attempt(app, session, "pin", PIN)


# Which account


def test_the_page_names_its_account_and_lists_all_that_are_open(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    page = text(ask(app, session, "GET", "/"))

    assert f'data-account="{marit.handle}"' in page
    shown = re.findall(r'data-post="/accounts/([^/]+)/show"( aria-current="true")?', page)
    assert shown == [(marit.handle, ' aria-current="true"'), (desk.handle, "")]


def test_another_account_is_shown_and_the_page_has_to_be_loaded_anew(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    answer = ask(app, session, "POST", f"/accounts/{desk.handle}/show", **of(marit))

    assert (answer.status, answer.body) == (205, b"")
    assert f'data-account="{desk.handle}"' in text(ask(app, session, "GET", "/"))


def test_the_next_page_begins_where_the_account_is_named_and_no_other_does(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    begins = 'id="account-button" popovertarget="accounts"'
    assert f"{begins}" in text(ask(app, session, "GET", "/"))
    ask(app, session, "POST", f"/accounts/{desk.handle}/show", **of(marit))

    pages = [text(ask(app, session, "GET", "/")) for _ in range(2)]

    assert [" autofocus" in page for page in pages] == [True, False]


def test_so_does_a_page_that_is_loaded_before_the_switch_is_answered(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    pages: list[str] = []

    def load(event: Event) -> None:
        if event == AccountShown():
            pages.append(text(ask(app, session, "GET", "/")))

    app.runtime.events.subscribe(load)
    ask(app, session, "POST", f"/accounts/{desk.handle}/show", **of(marit))

    assert [" autofocus" in page for page in pages] == [True]


def test_a_switch_that_fails_leaves_the_next_page_alone(
    app: App, session: Session, marit: OpenAccount
) -> None:
    assert ask(app, session, "POST", "/accounts/nobody/show", **of(marit)).status == 410

    assert " autofocus" not in text(ask(app, session, "GET", "/"))


def test_showing_what_is_shown_already_changes_nothing(
    app: App, session: Session, marit: OpenAccount
) -> None:
    assert ask(app, session, "POST", f"/accounts/{marit.handle}/show", **of(marit)).status == 204


def test_a_page_of_an_account_that_is_not_shown_any_more_acts_in_that_account(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    """Rows of two accounts have the same numbers: nothing may be sent from the wrong one."""
    for account in (marit, desk):
        messaging.start_conversation(account, account.account_id)
    app.runtime.show(desk.handle)

    sent = ask(app, session, "POST", "/conversations/1/messages", {"body": "mine"}, **of(marit))
    kept = ask(app, session, "POST", "/conversations/1/draft", {"body": "half"}, **of(marit))

    assert (sent.status, kept.status) == (200, 204)
    assert [each.body for each in reading.latest(marit, 1).messages] == ["mine"]
    assert reading.conversation(marit, 1).draft == "half"
    assert reading.latest(desk, 1).messages == []
    assert reading.conversation(desk, 1).draft == ""


def test_a_page_of_an_account_that_is_closed_is_told_so(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    app.runtime.erase_account(desk.handle, generation=app.runtime.generation)

    answer = ask(app, session, "GET", "/list/rows", **of(desk))

    assert answer.status == 410
    assert b"account_closed" in answer.body


def test_a_page_that_asks_for_its_screen_is_sent_away_from_another_account(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    assert ask(app, session, "GET", "/", **of(marit)).status == 200
    app.runtime.show(desk.handle)

    assert ask(app, session, "GET", "/", **of(marit)).status == 205


def test_where_a_tab_was_is_forgotten_with_the_account_it_was_in(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    ask(app, session, "POST", TAB, {"memory": "a place"}, **of(marit))
    assert ask(app, session, "GET", TAB, **of(marit)).status == 200
    app.runtime.show(desk.handle)
    assert ask(app, session, "GET", TAB, **of(desk)).status == 204

    late = ask(app, session, "POST", TAB, {"memory": "a place of before"}, **of(marit))

    assert late.status == 204
    assert ask(app, session, "GET", TAB, **of(desk)).status == 204


def test_a_setting_of_the_lock_is_one_for_all(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    ask(app, session, "POST", "/settings/idle_minutes", {"value": "30"}, **of(desk))

    assert 'data-idle-minutes="30"' in text(ask(app, session, "GET", "/"))


def test_a_setting_of_the_interface_is_that_of_one_account(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    ask(app, session, "POST", "/settings/theme", {"value": "light"}, **of(desk))

    assert 'data-theme="dark"' in text(ask(app, session, "GET", "/"))
    app.runtime.show(desk.handle)
    assert 'data-theme="light"' in text(ask(app, session, "GET", "/"))


# Who speaks


@pytest.mark.parametrize(
    ("knowing", "said"),
    [
        ([0], None),
        ([0, 1], "Night desk"),
        ([0, 1, 2], "and more of your accounts know this person too."),
    ],
)
def test_the_composer_names_who_writes_where_another_account_could(
    app: App, session: Session, marit: OpenAccount, knowing: list[int], said: str | None
) -> None:
    app.runtime.create_account("Translations", network="practice", beside=2)
    app.runtime.show(marit.handle)
    peer = messaging.parse_account_id("05" + "ab" * 32)
    for number in knowing:
        messaging.start_conversation(app.runtime.accounts()[number], peer)

    page = text(ask(app, session, "GET", "/conversations/1", **of(marit)))

    assert ("composer__as" in page) == (said is not None)
    if said:
        assert "You write as <bdi>Marit</bdi>." in page
        assert said in page


def test_notes_are_not_written_as_anybody(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    for account in (marit, desk):
        messaging.start_conversation(account, marit.account_id)

    assert "composer__as" not in text(ask(app, session, "GET", "/conversations/1", **of(marit)))


# Adding


def test_before_an_account_is_added_the_codes_to_keep_are_asked_for(
    app: App, session: Session
) -> None:
    page = text(ask(app, session, "GET", "/accounts/add"))

    assert "Safehouse cannot know whether other codes open something here." in page
    assert 'action="/accounts/keep"' in page
    assert 'name="beside" value="2"' in page


@pytest.mark.parametrize("path", ["/accounts/new", "/accounts/restore"])
def test_the_forms_for_another_account_stand_in_the_pane(
    app: App, session: Session, path: str
) -> None:
    page = text(ask(app, session, "GET", f"{path}?network=practice&beside=2"))

    assert page.lstrip().startswith('<section id="pane"')
    assert 'name="beside" value="2"' in page
    assert "/accounts/add?network=practice" in page


def test_an_account_is_made_beside_the_others(app: App, session: Session) -> None:
    form = {"name": "Ada", "network": "practice", "beside": "2"}

    assert ask(app, session, "POST", "/accounts", form).status == 205

    assert names(app) == ["Marit", "Night desk", "Ada"]
    assert "Ada" in text(ask(app, session, "GET", "/"))


def test_the_same_form_sent_twice_makes_one_account(app: App, session: Session) -> None:
    form = {"name": "Ada", "network": "practice", "beside": "2"}

    answers = [ask(app, session, "POST", "/accounts", form) for _ in range(2)]

    assert [answer.status for answer in answers] == [205, 409]
    assert names(app) == ["Marit", "Night desk", "Ada"]


def test_an_account_is_brought_back_beside_the_others(app: App, session: Session) -> None:
    words = encode_recovery_password(Seed.generate())
    form = {"words": words, "network": "practice", "beside": "2"}
    page = text(ask(app, session, "POST", "/accounts/restore/check", form))
    assert page.lstrip().startswith('<section id="pane"')

    answer = ask(app, session, "POST", "/accounts/restore", {**form, "name": "Ada"})

    assert answer.status == 205
    assert names(app) == ["Marit", "Night desk", "Ada"]


def test_words_of_an_account_that_is_open_make_no_second_one(
    app: App, session: Session, desk: OpenAccount
) -> None:
    words = encode_recovery_password(reading.account_record(desk).seed)
    form = {"words": words, "name": "x", "network": "practice", "beside": "2"}

    answer = ask(app, session, "POST", "/accounts/restore", form)

    assert (answer.status, b"account_open_already" in answer.body) == (409, True)


@pytest.mark.parametrize("beside", ["", "-1", "9", "x", "1\n", "²"])
def test_a_number_that_cannot_be_counts_as_none(app: App, session: Session, beside: str) -> None:
    form = {"name": "Ada", "network": "practice", "beside": beside}

    assert ask(app, session, "POST", "/accounts", form).status == 409
    assert names(app) == ["Marit", "Night desk"]


# Codes to keep


def test_a_code_is_kept_and_nothing_else_is_said(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    set_code(app, session)
    pseudonyms.move(
        app.runtime, desk.handle, kind="pin", text=OTHER_PIN, repeated=OTHER_PIN, current=PIN
    )
    app.runtime.lock()
    attempt(app, session, "pin", PIN)
    form = {"kept_kind": "pin", "kept_pin": OTHER_PIN}

    page = text(ask(app, session, "POST", "/accounts/keep", form))

    assert "1 code is kept until Safehouse locks." in page
    assert "Night desk" not in page
    assert OTHER_PIN not in page


def test_a_code_that_opens_nothing_is_not_kept(app: App, session: Session) -> None:
    form = {"kept_kind": "pin", "kept_pin": "000000"}

    answer = ask(app, session, "POST", "/accounts/keep", form)

    assert (answer.status, b"code_opens_nothing" in answer.body) == (403, True)


# Moving


def test_an_account_moves_behind_its_own_code(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    set_code(app, session)
    assert "Put it behind this code" in text(ask(app, session, "GET", "/account/move", **of(desk)))
    form = {"current": PIN, "kind": "pin", "pin": OTHER_PIN, "pin_again": OTHER_PIN}

    answer = ask(app, session, "POST", "/account/move", form, **of(desk))

    assert answer.status == 205
    assert names(app) == ["Marit"]
    for path in ("/", "/account", "/settings", "/settings/lock", "/accounts/add", "/help"):
        assert "Night desk" not in text(ask(app, session, "GET", path))
    app.runtime.lock()
    attempt(app, session, "pin", OTHER_PIN)
    assert names(app) == ["Night desk"]


@pytest.mark.parametrize("has_code", [False, True])
@pytest.mark.parametrize("has_others", [False, True])
def test_moving_is_offered_where_it_can_be_done(
    app: App, session: Session, marit: OpenAccount, *, has_code: bool, has_others: bool
) -> None:
    if not has_others:
        desk = app.runtime.accounts()[1]
        app.runtime.erase_account(desk.handle, generation=app.runtime.generation)
    if has_code:
        set_code(app, session)

    page = text(ask(app, session, "GET", "/account", **of(marit)))

    button = re.search(r'<button[^>]*data-get="/account/move"[^>]*>', page)
    assert button is not None
    assert (" disabled" not in button[0]) == (has_code and has_others)


def test_without_a_code_the_page_of_the_move_asks_for_none(
    app: App, session: Session, marit: OpenAccount
) -> None:
    page = text(ask(app, session, "GET", "/account/move", **of(marit)))

    assert 'action="/account/move"' not in page


def test_an_account_is_made_behind_its_own_code(
    app: App, session: Session, marit: OpenAccount
) -> None:
    set_code(app, session)
    page = text(ask(app, session, "GET", "/accounts/new?network=practice&beside=2", **of(marit)))
    assert "Keep it behind a code of its own" in page
    form = {"name": "Ada", "network": "practice", "beside": "2", "current": PIN, "kind": "pin"}

    differ = {"pin": OTHER_PIN, "pin_again": ""}
    refused = ask(app, session, "POST", "/accounts", form | differ, **of(marit))
    assert (refused.status, b"codes_differ" in refused.body) == (400, True)
    typed = {"pin": OTHER_PIN, "pin_again": OTHER_PIN}
    made = text(ask(app, session, "POST", "/accounts", form | typed, **of(marit)))

    assert "Lock Safehouse and type its code to open it." in made
    assert "Ada" not in made
    assert names(app) == ["Marit", "Night desk"]
    app.runtime.lock()
    attempt(app, session, "pin", OTHER_PIN)
    assert names(app) == ["Ada"]


def test_without_a_code_no_account_goes_apart(app: App, session: Session) -> None:
    page = text(ask(app, session, "GET", "/accounts/new?network=practice&beside=2"))
    form = {"name": "Ada", "network": "practice", "beside": "2", "kind": "pin"}
    typed = {"pin": OTHER_PIN, "pin_again": OTHER_PIN}

    refused = ask(app, session, "POST", "/accounts", form | typed)

    assert "Keep it behind a code of its own" not in page
    assert (refused.status, b"code_missing" in refused.body) == (409, True)
    assert names(app) == ["Marit", "Night desk"]


# Erasing


def test_before_an_account_is_erased_it_is_told_what_goes_and_what_stays(
    app: App, session: Session, marit: OpenAccount
) -> None:
    conversation = messaging.start_conversation(marit, marit.account_id)
    for number in range(3):
        messaging.send_text(marit, conversation, f"note {number}")

    page = text(ask(app, session, "GET", "/account/erase", **of(marit)))

    assert "1 conversation, 3 messages" in page
    assert "You have not saved its recovery words." in page
    assert "The other accounts stay as they are." in page
    assert "To confirm, type “erase”" in page


def test_an_account_is_erased_once_its_word_is_typed(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    refused = ask(app, session, "POST", "/account/erase", {"word": "yes"}, **of(desk))
    assert (refused.status, b"word_missing" in refused.body) == (400, True)
    assert names(app) == ["Marit", "Night desk"]

    done = ask(app, session, "POST", "/account/erase", {"word": " Erase "}, **of(desk))

    assert done.status == 205
    assert names(app) == ["Marit"]


def test_where_a_code_is_set_it_is_asked_for(app: App, session: Session, desk: OpenAccount) -> None:
    set_code(app, session)
    form = {"word": "erase", "current": "000000"}

    refused = ask(app, session, "POST", "/account/erase", form, **of(desk))
    assert (refused.status, b"wrong_code" in refused.body) == (403, True)

    assert ask(app, session, "POST", "/account/erase", form | {"current": PIN}, **of(desk)).status
    assert names(app) == ["Marit"]


def test_the_last_account_says_what_becomes_of_the_app(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    app.runtime.erase_account(desk.handle, generation=app.runtime.generation)

    without = text(ask(app, session, "GET", "/account/erase", **of(marit)))
    set_code(app, session)
    behind = text(ask(app, session, "GET", "/account/erase", **of(marit)))

    assert "It is the only account here" in without
    assert 'action="/accounts/keep"' not in without
    assert "It is the only account behind this code" in behind
    assert 'action="/accounts/keep"' in behind
    refused = ask(
        app, session, "POST", "/account/erase", {"word": "erase", "current": PIN}, **of(marit)
    )
    assert (refused.status, b"another_code_needed" in refused.body) == (409, True)


def test_without_any_account_the_app_is_as_on_the_first_day(
    app: App, session: Session, marit: OpenAccount, desk: OpenAccount
) -> None:
    for account in (desk, marit):
        answer = ask(app, session, "POST", "/account/erase", {"word": "erase"}, **of(account))
        assert answer.status == 205

    assert "Make a new account" in text(ask(app, session, "GET", "/"))
