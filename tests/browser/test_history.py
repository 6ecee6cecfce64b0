"""Back, Forward and Reload inside the app, with one address for everything."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person

pytestmark = pytest.mark.browser


NARROW = 390
STRANGER = "05" + "ab" * 32
STRANGER_NAME = "05ab…abab"
HISTORY = "JSON.stringify({ state: history.state, url: location.href, title: document.title })"


def opens_two_conversations(person: Person) -> Person:
    """Open the note to self, then a stranger; the stranger stays open."""
    person.opens_the_app().makes_an_account()
    own_id = person.own_id()
    goes_to_the_list(person.page)
    person.writes_to(own_id).sends("a note").sees_all_sent()
    goes_to_the_list(person.page)
    return person.writes_to(STRANGER)


def goes_to_the_list(page: Page) -> None:
    """Press the way back that only a narrow screen has; a wide one shows the list anyway."""
    back = page.get_by_role("button", name="Back to conversations")
    if back.is_visible():
        back.click()
        sees_the_list(page)


def sees_conversation_with(page: Page, name: str) -> None:
    expect(page.locator("#pane .peer__name")).to_have_text(name)


def sees_the_list(page: Page) -> None:
    expect(page.locator("#pane[data-pane=list]")).to_be_attached()


def test_back_and_forward_go_through_what_was_opened(arrive: Arrive) -> None:
    page = opens_two_conversations(arrive("Marit")).page

    page.go_back()
    sees_conversation_with(page, "Note to self")
    page.go_back()
    sees_the_list(page)
    page.go_forward()
    page.go_forward()
    sees_conversation_with(page, STRANGER_NAME)


def test_on_a_narrow_screen_back_leads_to_the_list_and_from_there_out(arrive: Arrive) -> None:
    person = arrive("Marit", width=NARROW)
    opens_two_conversations(person)
    page = person.page
    page.get_by_role("button", name="Back to conversations").click()
    sees_the_list(page)
    person.opens_conversation_with("Note to self")

    page.go_back()
    sees_the_list(page)
    page.go_back()

    expect(page.locator("#screen")).to_have_count(0)


def test_back_closes_a_dialog_and_stays(arrive: Arrive) -> None:
    page = opens_two_conversations(arrive("Marit")).page
    page.get_by_role("button", name="Account:").click()
    expect(page.locator("#accounts")).to_be_visible()

    page.go_back()
    expect(page.locator("#accounts")).to_be_hidden()
    expect(page.locator("#log")).to_be_visible()
    # Whoever stays is taken forward again, which takes a moment.
    page.wait_for_function("() => history.state.at === 2")
    page.go_back()

    sees_conversation_with(page, "Note to self")


def test_nothing_that_was_opened_can_be_read_in_the_history_of_the_browser(
    arrive: Arrive,
) -> None:
    page = opens_two_conversations(arrive("Marit")).page

    found = json.loads(page.evaluate(HISTORY))

    assert found["url"].endswith("/")
    assert found["url"].count("/") == 3
    assert found["title"] == "Safehouse"
    assert sorted(found["state"]) == ["at", "tab"]
    assert len(found["state"]["tab"]) == 36
    assert found["state"]["at"] == 2


def test_a_reload_comes_back_to_what_was_open_and_so_does_back(arrive: Arrive) -> None:
    page = opens_two_conversations(arrive("Marit")).page

    page.reload()
    sees_conversation_with(page, STRANGER_NAME)
    page.go_back()

    sees_conversation_with(page, "Note to self")


def test_reload_and_back_return_to_where_somebody_was_reading(arrive: Arrive) -> None:
    person = opens_two_conversations(arrive("Marit"))
    page = person.page
    page.set_viewport_size({"width": 1280, "height": 400})
    for number in range(20):
        person.sends(f"line {number}")
    person.sees_all_sent()
    line, last = (page.locator("#log").get_by_text(f"line {n}", exact=True) for n in (9, 19))
    line.evaluate("(line) => line.scrollIntoView()")
    expect(page.locator("#jump")).to_be_visible()

    page.reload()
    expect(line).to_be_in_viewport()
    expect(last).not_to_be_in_viewport()
    # Not the one before: that would be going back already.
    person.writes_to("05" + "cd" * 32)
    sees_conversation_with(page, "05cd…cdcd")
    page.go_back()

    expect(line).to_be_in_viewport()
    expect(last).not_to_be_in_viewport()


def test_a_reload_keeps_what_was_typed(arrive: Arrive) -> None:
    person = arrive("Marit").opens_the_app().makes_an_account()
    page = person.page
    page.get_by_role("button", name="New conversation").first.click()
    page.get_by_role("textbox", name="Account ID").fill("05abc")

    page.reload()

    expect(page.get_by_role("textbox", name="Account ID")).to_have_value("05abc")


def test_a_second_tab_begins_with_the_list(arrive: Arrive) -> None:
    person = opens_two_conversations(arrive("Marit"))

    second = person.new_tab()
    second.goto(person.page.url)

    sees_the_list(second)
    sees_conversation_with(person.page, STRANGER_NAME)


def test_the_first_pages_are_left_behind_with_the_first_account(arrive: Arrive) -> None:
    page = arrive("Marit").opens_the_app().page
    page.get_by_role("button", name="Make a new account").click()
    expect(page.get_by_label("Display name")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Private messages")).to_be_visible()
    page.go_forward()
    page.get_by_label("Display name").fill("Marit")
    page.get_by_role("button", name="Make the account").click()
    expect(page.locator("#conversations")).to_be_attached()

    page.go_forward()

    sees_the_list(page)
    expect(page.get_by_label("Display name")).to_have_count(0)


def test_back_from_the_recovery_words_returns_to_the_conversation(arrive: Arrive) -> None:
    page = opens_two_conversations(arrive("Marit")).page
    page.get_by_role("button", name="Account:").click()
    page.get_by_role("button", name="Recovery words").click()
    expect(page.get_by_role("button", name="Hold to show")).to_be_visible()

    page.go_back()

    expect(page.locator("#log")).to_be_visible()
    expect(page.get_by_role("button", name="Hold to show")).to_have_count(0)
