"""Everything that can be done is done here by keyboard alone: no story in this file has a mouse."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.lived_in import move_in
from tests.browser.people import Person
from webapp.protocol.keys import Seed
from webapp.protocol.recovery import encode_recovery_password

pytestmark = pytest.mark.browser

# More stops than any page has: who has not arrived by then never will.
MOST_STOPS = 80
STRANGER = "05" + "ef" * 32


@dataclass(frozen=True)
class Typist:
    """Somebody who has a keyboard and nothing else."""

    page: Page

    def presses(self, *keys: str) -> "Typist":
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def types(self, text: str) -> "Typist":
        self.page.keyboard.insert_text(text)
        return self

    def goes_to(self, target: Locator, *, key: str = "Tab") -> "Typist":
        """Press Tab until ``target`` has the focus."""
        expect(target).to_be_visible()
        for _ in range(MOST_STOPS):
            if target.evaluate("it => it === document.activeElement"):
                return self
            self.presses(key)
        raise AssertionError(f"the keyboard does not get to {target}")

    def button(self, name: str, *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact).locator("visible=true").first

    def pushes(self, name: str, *, exact: bool = True) -> "Typist":
        """Go to a button and press it."""
        return self.goes_to(self.button(name, exact=exact)).presses("Enter")

    def fills(self, label: str, text: str) -> "Typist":
        self.goes_to(self.page.get_by_label(label, exact=True))
        return self.presses("Control+a").types(text)

    def chooses(self, entry: str) -> "Typist":
        """Go down an open menu to an entry and choose it."""
        item = self.page.get_by_role("menuitem", name=entry)
        return self.goes_to(item, key="ArrowDown").presses("Enter")

    def sees(self, text: str) -> "Typist":
        expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible()
        return self

    def is_at(self, target: Locator) -> "Typist":
        expect(target).to_be_focused()
        return self

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)


def row_of(page: Page, name: str) -> Locator:
    return page.locator("#conversations .row").filter(has_text=name)


@pytest.fixture
def resident(arrive: Arrive, tmp_path: Path, network_file: str) -> Person:
    """Somebody whose account has been lived in for some weeks."""
    (tmp_path / "Marit").mkdir(mode=0o700)
    move_in(tmp_path / "Marit" / "data", network_file=network_file)
    return arrive("Marit").opens_the_app()


@pytest.fixture
def typist(resident: Person) -> Typist:
    return Typist(resident.page)


def test_an_account_is_made_its_words_saved_and_a_first_message_sent(arrive: Arrive) -> None:
    page = arrive("Marit").opens_the_app().page
    typist = Typist(page)
    typist.pushes("Make a new account", exact=False).is_at(page.get_by_label("Display name"))
    typist.types("Marit").presses("Enter").sees("Close it with a code")
    typist.pushes("Later").sees("Save your recovery words")

    typist.pushes("Save them now").goes_to(page.locator("[data-hold]")).presses("Enter")
    expect(page.locator(".words").get_by_text("hidden")).to_have_count(0)
    typist.presses("Enter").pushes("I wrote them down")
    expect(page.get_by_text("Save your recovery words")).to_have_count(0)

    typist.pushes("New conversation").is_at(page.get_by_role("textbox", name="Account ID"))
    typist.types(STRANGER).presses("Enter").is_at(typist.field)
    typist.types("one").presses("Shift+Enter").types("two :thumbsu")
    expect(page.get_by_role("option").first).to_be_visible()
    typist.presses("Enter", "Enter")
    expect(page.locator("#log .bubble__text")).to_have_text("one\ntwo 👍")


def test_an_account_is_brought_back(arrive: Arrive) -> None:
    page = arrive("Marit").opens_the_app().page
    typist = Typist(page)

    typist.pushes("Bring back an account", exact=False).fills(
        "Recovery words", encode_recovery_password(Seed.generate())
    )
    typist.pushes("Continue").sees("Is this your account?")
    typist.fills("Display name", "Marit").presses("Enter")

    expect(page.locator("#conversations")).to_be_attached()


def test_the_list_is_walked_through_and_searched(typist: Typist) -> None:
    page = typist.page
    rows = page.locator("#conversations .row")
    typist.goes_to(rows.first).presses("ArrowDown").is_at(rows.nth(1))
    typist.presses("End").is_at(rows.last).presses("Home").is_at(rows.first)
    typist.presses("Enter").is_at(typist.field)
    typist.presses("Alt+ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")

    typist.presses("Control+k").is_at(page.get_by_role("searchbox")).types("tomek")
    expect(rows).to_have_count(1)
    typist.presses("ArrowDown").is_at(rows.first).presses("Enter")
    expect(page.locator("#pane .peer__name")).to_have_text("Tomek")
    typist.presses("Control+k", "Escape")
    expect(rows).to_have_count(9)


def test_all_is_done_with_a_conversation_and_undone(typist: Typist) -> None:
    page = typist.page
    row = row_of(page, "Tomek")

    def opens_menu() -> Typist:
        typist.goes_to(page.locator("#conversations .row[tabindex='0']"))
        typist.presses("Home").goes_to(row_of(page, "Tomek"), key="ArrowDown")
        typist.presses("Shift+F10")
        expect(page.get_by_role("menu")).to_be_visible()
        return typist

    opens_menu().chooses("Pin").sees("Tomek is pinned above the others.")
    typist.pushes("Undo").sees("Tomek is no longer pinned.")
    opens_menu().chooses("Mark as unread").sees("Tomek is marked as unread.")
    opens_menu().chooses("Mark as read").sees("Tomek is marked as read.")
    opens_menu().chooses("Copy Account ID").sees("Account ID copied.")
    opens_menu().chooses("Nickname").is_at(page.get_by_label("Nickname"))
    typist.presses("Control+a").types("Tomek downstairs").presses("Enter")
    expect(row).to_contain_text("Tomek downstairs")
    opens_menu().chooses("Block").pushes("Block")
    expect(row).to_contain_text("Blocked")
    opens_menu().chooses("Unblock")
    expect(row).not_to_contain_text("Blocked")
    opens_menu().chooses("Clear messages").pushes("Delete the messages")
    expect(row).to_contain_text("No messages yet")
    opens_menu().chooses("Delete conversation").pushes("Delete the conversation")
    expect(row).to_have_count(0)
    expect(page.locator("#conversations .row:focus")).to_have_count(1)


def test_all_is_done_with_messages(typist: Typist) -> None:
    page = typist.page
    typist.goes_to(page.locator("#conversations .row").first).presses("Enter").is_at(typist.field)
    last = page.locator("#log .message").last
    typist.presses("Shift+Tab").is_at(last)

    typist.presses("Enter").chooses("Copy text").sees("The text is copied.")
    typist.presses("Enter").chooses("Details").sees("About this message")
    typist.presses("Escape").is_at(last)
    typist.presses("Enter").chooses("Select several").sees("1 selected")
    typist.presses("Shift+ArrowUp").sees("2 selected").presses("Escape").is_at(last)
    link = page.locator("#log .message").filter(has=page.locator(".link"))
    typist.goes_to(link, key="ArrowUp").goes_to(link.locator(".link")).presses("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("kaart.example")
    typist.presses("Escape").is_at(link.locator(".link"))
    typist.presses("Escape").is_at(typist.field)
    typist.presses("Shift+Tab").goes_to(last, key="ArrowDown").presses("Enter")
    typist.chooses("Delete here").pushes("Delete here")
    expect(page.get_by_text("start without me")).to_have_count(0)


def test_an_emoji_is_picked_and_a_draft_left_and_found_again(typist: Typist) -> None:
    page = typist.page
    typist.goes_to(page.locator("#conversations .row").first).presses("Enter").is_at(typist.field)

    typist.types("See you ").pushes("Emoji")
    typist.is_at(page.get_by_placeholder("Search emoji")).types("key")
    first = page.get_by_role("dialog", name="Emoji").get_by_role("button", name="key").first
    typist.goes_to(first).presses("Enter")
    expect(typist.field).to_have_value("See you 🔑")
    rows = page.locator("#conversations .row")
    typist.presses("Alt+ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    typist.presses("Alt+ArrowUp").is_at(typist.field)
    expect(typist.field).to_have_value("See you 🔑")
    typist.goes_to(page.get_by_role("button", name="Send", exact=True)).presses("Enter")
    expect(page.get_by_text("See you 🔑").last).to_be_visible()


def test_every_setting_is_reached_and_changed(typist: Typist) -> None:
    page = typist.page
    html = page.locator("html")
    typist.pushes("Settings").pushes("Appearance").is_at(
        page.get_by_role("heading", name="Appearance")
    )
    typist.goes_to(page.get_by_role("radio", name="Like the computer")).presses("ArrowRight")
    expect(html).to_have_attribute("data-theme", "dark")
    typist.presses("Tab", "ArrowDown")
    expect(html).to_have_attribute("data-family", "ink")
    typist.presses("Tab", "ArrowRight")
    expect(html).to_have_attribute("data-accent", "teal")
    typist.pushes("Larger")
    expect(html).to_have_css("font-size", "17.6px")
    typist.goes_to(page.get_by_label("Language")).presses("d")
    expect(html).to_have_attribute("lang", "de")
    typist.goes_to(page.get_by_label("Sprache")).presses("e")
    expect(html).to_have_attribute("lang", re.compile("^en"))

    typist.goes_to(typist.button("Chats"), key="Shift+Tab").presses("Enter")
    typist.goes_to(page.get_by_role("switch", name="Enter sends")).presses("Space")
    expect(page.get_by_role("switch", name="Enter sends")).not_to_be_checked()
    typist.goes_to(page.get_by_role("switch", name="Spell check")).presses("Space")
    expect(page.get_by_role("switch", name="Spell check")).to_be_checked()
    typist.pushes("Unblock").sees("Nobody is blocked")

    typist.goes_to(typist.button("Account"), key="Shift+Tab").presses("Enter")
    typist.fills("Display name", "Night desk").presses("Enter").sees("Name changed.")
    typist.goes_to(typist.button("Help"), key="Shift+Tab").presses("Enter")
    typist.goes_to(typist.button("Show")).presses("Enter").sees("Keyboard shortcuts")
    typist.presses("Escape").presses("Escape")
    expect(page.get_by_role("heading", name="No conversation open")).to_be_focused()


def test_the_route_and_the_proxy_are_reached_and_changed(resident: Person, typist: Typist) -> None:
    resident.expects_refusals()
    page = typist.page
    typist.goes_to(page.locator(".connection")).presses("Enter")
    expect(page.get_by_role("group", name="Connection")).to_be_visible()

    typist.pushes("Proxy settings").fills("Address of the proxy", "127.0.0.1:9")
    typist.pushes("Use this proxy").sees("Everything goes through")
    typist.pushes("Remove proxy").is_at(typist.button("Keep the proxy"))
    typist.pushes("Remove proxy").sees("No proxy is set")
