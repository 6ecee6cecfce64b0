"""An account in use, state by state: nothing serious for axe, nothing wider than the window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.lived_in import move_in
from tests.browser.people import Person
from tests.browser.walks import WIDTHS, looks_around

pytestmark = pytest.mark.browser


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def choose(page: Page, name: str) -> None:
    page.get_by_role("menuitem", name=name).click()


def asks(page: Page) -> None:
    expect(page.get_by_role("dialog")).to_be_visible()


def closes(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open], [popover]:popover-open")).to_have_count(0)


def list_states(person: Person) -> Iterator[str]:
    page = person.page
    rows = page.locator("#conversations .row")
    expect(rows).to_have_count(9)
    yield "list"
    rows.nth(2).click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    yield "list-menu"
    for entry, name in (
        ("Nickname", "nickname"),
        ("Block", "block"),
        ("Clear messages", "clear"),
        ("Delete conversation", "delete-conversation"),
        ("Delete contact", "delete-contact"),
    ):
        if not page.get_by_role("menu").is_visible():
            rows.nth(2).click(button="right")
        choose(page, entry)
        asks(page)
        yield name
        closes(page)
    page.get_by_role("searchbox").fill("nobody at all")
    expect(rows).to_have_count(0)
    yield "search-empty"
    page.get_by_role("searchbox").fill("il")
    expect(rows).not_to_have_count(0)
    yield "search"
    page.get_by_role("searchbox").fill("")
    expect(rows).to_have_count(9)
    page.keyboard.press("Tab")


def conversation_states(person: Person) -> Iterator[str]:
    page = person.page
    person.opens_conversation_with("Noor")
    expect(page.get_by_role("separator", name="New messages")).to_be_visible()
    yield "conversation-unread"
    person.goes_back_to_the_list().opens_conversation_with("Tomek")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    yield "conversation-failed"
    person.goes_back_to_the_list().opens_conversation_with("A. Visser")
    expect(page.get_by_role("button", name="Unblock")).to_be_visible()
    yield "conversation-blocked"
    person.goes_back_to_the_list().opens_conversation_with("Ilse")
    yield "conversation-long"
    message = page.locator("#log .message").last
    message.click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    yield "message-menu"
    choose(page, "Details")
    asks(page)
    yield "message-details"
    closes(page)
    message.click(button="right")
    choose(page, "Delete here")
    asks(page)
    yield "message-delete"
    closes(page)
    page.locator("#log .link").first.click()
    asks(page)
    yield "link"
    closes(page)
    message.click(button="right")
    choose(page, "Select several")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    yield "selection"
    page.keyboard.press("Escape")
    press(page, "Emoji")
    expect(page.get_by_placeholder("Search emoji")).to_be_visible()
    yield "emoji"
    page.keyboard.press("Escape")
    field = page.get_by_role("textbox", name="Message")
    field.fill("Bring the :key")
    expect(page.get_by_role("listbox")).to_be_visible()
    yield "emoji-names"
    field.fill("A long sentence with nothing in it. " * 56)
    yield "composer-over"
    field.fill("")


def settings_states(person: Person) -> Iterator[str]:
    page = person.page
    person.goes_back_to_the_list()
    for name in ("Account", "Appearance", "Chats", "Network", "Help"):
        person.opens_settings(name)
        yield f"settings-{name.lower()}"
    page.locator(".panel").get_by_role("button", name="Show").click()
    asks(page)
    yield "shortcuts"
    closes(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_state_keeps_anybody_out(
    arrive: Arrive, tmp_path: Path, network_file: str, width: int
) -> None:
    (tmp_path / "Marit").mkdir(mode=0o700)
    move_in(tmp_path / "Marit" / "data", network_file=network_file)
    person = arrive("Marit", width=width)
    person.expects_refusals()
    person.opens_the_app()

    for walk in (list_states(person), conversation_states(person), settings_states(person)):
        looks_around(person, walk)
