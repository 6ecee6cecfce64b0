"""The list of conversations in a browser: long, in order, and still where one reads in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.people import Person, RunningApp
from tests.browser.readers import AT_REST, HASH, MOST_ROWS, STILL_PX, top_of
from webapp.app import App
from webapp.protocol.identifiers import AccountId
from webapp.services import messaging, removing
from webapp.services.events import MessagesAdded
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, conversations, messages
from webapp.storage.messages import ReceivedMessage

pytestmark = pytest.mark.browser

COUNT = 450
WHEEL_PX = 2_000
MOST_TURNS = 200


def person(number: int) -> AccountId:
    return AccountId(number.to_bytes(32, "big"))


@dataclass
class Lister:
    """Somebody in front of a list of many conversations; ``numbers`` is its order."""

    person: Person
    account: OpenAccount
    numbers: list[int]

    @property
    def page(self) -> Page:
        return self.person.page

    @property
    def rows(self) -> Locator:
        return self.page.locator("#conversations .entry")

    def row(self, number: int) -> Locator:
        return self.page.locator(f"#conversation-{number}")

    def shown(self) -> list[int]:
        ids = self.rows.evaluate_all("(rows) => rows.map((row) => row.id)")
        return [int(each.rpartition("-")[2]) for each in ids]

    def scrolls_to(self, number: int, *, step: int) -> None:
        self.page.locator("conversation-list").hover()
        for _ in range(MOST_TURNS):
            if self.row(number).count():
                self.row(number).scroll_into_view_if_needed()
                return
            self.page.mouse.wheel(0, step)
            self.page.evaluate(AT_REST)
            assert self.rows.count() <= MOST_ROWS
        raise AssertionError(f"conversation {number} never came")

    def receives(self, number: int, text: str) -> None:
        """Let a message of this person arrive, as the receiver stores it and tells of it."""
        now_ms = self.account.network.now_ms()
        author = conversations.get(self.account.database, number)
        assert author is not None
        row = ReceivedMessage(number, author.account_id, False, text, now_ms, now_ms, HASH)
        stored = messages.insert_received_many(self.account.database, [row])
        assert stored[0] is not None
        self.account.events.publish(MessagesAdded(number, (stored[0],)))

    def opens_menu_of(self, number: int) -> None:
        self.row(number).click(button="right")
        expect(self.page.get_by_role("menu")).to_be_visible()

    def chooses(self, name: str) -> None:
        self.page.get_by_role("menuitem", name=name).click()


@pytest.fixture
def lister(app: App, browser: Browser) -> Iterator[Lister]:
    account = app.runtime.account()
    numbers = []
    with account.database.write():
        for number in range(COUNT):
            contacts.apply_profile(
                account.database, person(number), name=f"Person {number}", updated_s=1
            )
            made = conversations.ensure_private(
                account.database, person(number), active_at_ms=1_000_000 - number
            )
            numbers.append(made.id)
    marit = Person("Marit", browser=browser, app=RunningApp(app))
    # What the page catches up with may exchange the row that is to be clicked.
    with marit.page.expect_request_finished(lambda request: "/list/rows" in request.url):
        marit.opens_the_app()
    marit.page.evaluate(AT_REST)
    yield Lister(marit, account, numbers)
    marit.context.close()
    assert marit.complaints == []
    assert marit.foreign == []


def test_a_long_list_is_scrolled_to_its_end_and_back(lister: Lister) -> None:
    lister.scrolls_to(lister.numbers[-1], step=WHEEL_PX)
    shown = lister.shown()
    assert shown == lister.numbers[-len(shown) :]

    lister.scrolls_to(lister.numbers[0], step=-WHEEL_PX)
    shown = lister.shown()
    assert shown == lister.numbers[: len(shown)]


def test_end_and_home_lead_to_the_ends_of_the_whole_list(lister: Lister) -> None:
    lister.row(lister.numbers[0]).locator(".row").focus()

    lister.page.keyboard.press("End")
    expect(lister.row(lister.numbers[-1]).locator(".row")).to_be_focused()
    expect(lister.row(lister.numbers[-1])).to_be_in_viewport()
    lister.page.keyboard.press("Home")

    expect(lister.row(lister.numbers[0]).locator(".row")).to_be_focused()
    expect(lister.row(lister.numbers[0])).to_be_in_viewport()


def test_a_message_moves_its_conversation_up_and_nothing_under_the_eyes(lister: Lister) -> None:
    lister.scrolls_to(lister.numbers[120], step=WHEEL_PX)
    read = lister.row(lister.numbers[118])
    top = top_of(read)

    lister.receives(lister.numbers[300], "from far below")
    lister.receives(lister.numbers[119], "from nearby")

    expect(lister.row(lister.numbers[119])).not_to_be_in_viewport()
    assert abs(top_of(read) - top) <= STILL_PX
    lister.scrolls_to(lister.numbers[0], step=-WHEEL_PX)
    expect(lister.rows.nth(1)).to_contain_text("from far below")
    expect(lister.rows.nth(0)).to_contain_text("from nearby")


def test_a_pin_is_set_by_mouse_and_taken_back_in_every_tab(lister: Lister) -> None:
    other = lister.person.new_tab()
    with other.expect_websocket():
        other.goto(lister.page.url)
    pinned = lister.numbers[7]

    lister.opens_menu_of(pinned)
    lister.chooses("Pin")
    expect(lister.page.get_by_text("Person 7 is pinned above the others.")).to_be_visible()
    expect(lister.rows.first).to_have_id(f"conversation-{pinned}")
    expect(other.locator("#conversations .entry").first).to_have_id(f"conversation-{pinned}")
    lister.page.get_by_role("button", name="Undo").click()

    expect(lister.rows.nth(7)).to_have_id(f"conversation-{pinned}")
    expect(other.locator("#conversations .entry").nth(7)).to_have_id(f"conversation-{pinned}")


def test_names_are_found_and_the_list_comes_back_as_it_was(lister: Lister) -> None:
    search = lister.page.get_by_role("searchbox")
    search.fill("person 44")
    expect(lister.rows).to_have_count(11)
    search.fill("nobody at all")
    expect(lister.page.get_by_text("No conversation with “nobody at all”.")).to_be_visible()
    assert lister.person.finds_obstacles() == []

    search.press("Escape")

    expect(lister.rows).to_have_count(50)
    assert lister.shown() == lister.numbers[:50]


def test_a_conversation_that_is_deleted_leaves_every_tab(lister: Lister) -> None:
    gone = lister.numbers[3]
    other = lister.person.new_tab()
    with other.expect_websocket():
        other.goto(lister.page.url)
    other.locator(f"#open-{gone}").click()
    expect(other.locator("#log")).to_be_attached()

    lister.opens_menu_of(gone)
    lister.chooses("Delete conversation")
    expect(lister.page.get_by_role("button", name="Cancel")).to_be_focused()
    lister.page.get_by_role("button", name="Delete the conversation").click()

    expect(lister.row(gone)).to_have_count(0)
    expect(other.locator(f"#conversation-{gone}")).to_have_count(0)
    expect(other.get_by_role("heading", name="No conversation open")).to_be_visible()


def test_what_is_deleted_while_the_page_is_cut_off_is_closed_afterwards(lister: Lister) -> None:
    gone = messaging.start_conversation(lister.account, person(3))
    lister.person.expects_the_program_to_end()
    lister.person.expects_refusals()
    lister.page.locator(f"#open-{gone}").click()
    expect(lister.page.locator("#log")).to_be_attached()

    lister.person.context.set_offline(True)
    lister.page.get_by_role("textbox", name="Message").fill("into the gap")
    expect(lister.page.get_by_text("Safehouse is not running.")).to_be_visible()
    removing.delete_conversation(lister.account, gone)
    lister.person.context.set_offline(False)

    expect(lister.page.get_by_role("heading", name="No conversation open")).to_be_visible()
    expect(lister.row(gone)).to_have_count(0)
