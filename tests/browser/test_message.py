"""What somebody does with messages: by mouse, by keyboard, in two tabs, and without a network."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person
from webapp.localnet.network import PracticeNetwork

pytestmark = pytest.mark.browser

LINE = "Her office is https://forms.example/a?ref=1 on the second floor."
FOCUSED = "document.activeElement.closest('.message')?.querySelector('.bubble__text').textContent"

Writes = Callable[..., Person]


@pytest.fixture
def writes(arrive: Arrive) -> Writes:
    """Let Marit write these notes to herself."""

    def writes_(*texts: str) -> Person:
        marit = arrive("Marit").opens_the_app().makes_an_account()
        marit.writes_to(marit.own_id())
        for text in texts:
            marit.sends(text)
        return marit.sees_all_sent()

    return writes_


def bubble(page: Page, text: str) -> Locator:
    return page.locator("#log .message").filter(has_text=text)


def opens_menu_of(page: Page, text: str) -> Locator:
    """Open the menu of a message by its visible button."""
    bubble(page, text).locator(".bubble").hover()
    bubble(page, text).get_by_role("button", name="More").click()
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    return menu


def chooses(page: Page, name: str) -> None:
    page.get_by_role("menuitem", name=name).click()


def selects_several(page: Page, text: str) -> None:
    opens_menu_of(page, text)
    chooses(page, "Select several")


def pastes(page: Page) -> str:
    """Paste where one can write; return what appears."""
    field = page.get_by_role("textbox", name="Message")
    field.focus()
    page.keyboard.press("Control+v")
    expect(field).not_to_have_value("")
    return field.input_value()


def selected(page: Page) -> Locator:
    return page.locator("#log .message:has(.message__check:checked) .bubble__text")


def is_at(page: Page, text: str) -> None:
    """Wait until the focus is at a message."""
    page.wait_for_function(f"text => {FOCUSED} === text", arg=text)


def test_the_tools_beside_a_message_copy_its_text(writes: Writes) -> None:
    page = writes("first", LINE).page

    bubble(page, LINE).locator(".bubble").hover()
    bubble(page, LINE).get_by_role("button", name="Copy text").click()

    expect(page.get_by_text("The text is copied.")).to_be_visible()
    assert pastes(page) == LINE
    bubble(page, "first").locator(".bubble").hover()
    expect(bubble(page, "first").get_by_role("button", name="Copy text")).to_be_visible()


def test_a_browser_that_does_not_allow_copying_is_told_of(writes: Writes) -> None:
    page = writes("first").page
    refuse = "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException()); }"
    page.evaluate(refuse)

    opens_menu_of(page, "first")
    chooses(page, "Copy text")

    expect(page.get_by_text("The browser did not allow it.")).to_be_visible()


def test_the_menu_opens_under_the_pointer_and_shows_the_details(writes: Writes) -> None:
    marit = writes("first", "second")
    page = marit.page

    bubble(page, "second").locator(".bubble").click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture("message-menu")
    chooses(page, "Details")

    details = page.get_by_role("dialog")
    expect(details).to_contain_text("6 characters")
    expect(details).to_contain_text("Your own swarm has stored it")
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture("message-details")


def test_everything_goes_by_keyboard_alone(writes: Writes) -> None:
    page = writes("first", LINE, "third").page
    keys = page.keyboard
    page.get_by_role("textbox", name="Message").focus()

    keys.press("Shift+Tab")
    # The last message is the one stop before the field.
    is_at(page, "third")
    keys.press("ArrowUp")
    is_at(page, LINE)
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_text("The text is copied.")).to_be_visible()
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    # It stays at the first one.
    is_at(page, "first")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    keys.press("d")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("About this message")
    keys.press("Escape")
    is_at(page, "third")
    keys.press("Escape")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()


@pytest.mark.parametrize("key", ["ContextMenu", "Shift+F10"])
def test_the_menu_key_opens_the_menu_of_the_message_in_focus(writes: Writes, key: str) -> None:
    page = writes("first").page
    page.get_by_role("textbox", name="Message").focus()

    page.keyboard.press("Shift+Tab")
    page.keyboard.press(key)

    expect(page.get_by_role("menuitem", name="Delete here")).to_be_visible()


def test_deleting_by_keyboard_goes_on_at_the_next_message(writes: Writes) -> None:
    page = writes("first", "second", "third").page
    keys = page.keyboard
    page.get_by_role("textbox", name="Message").focus()
    keys.press("Shift+Tab")
    keys.press("ArrowUp")

    keys.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    keys.press("End")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")

    expect(bubble(page, "second")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    is_at(page, "third")


def test_what_is_deleted_disappears_in_every_tab(writes: Writes) -> None:
    marit = writes("first", "second", "third")
    other = marit.new_tab()
    other.goto(marit.page.url)
    other.locator("#conversations").get_by_text("Note to self").click()
    selects_several(other, "second")
    bubble(other, "third").locator(".bubble").click()
    expect(other.get_by_text("2 selected")).to_be_visible()

    opens_menu_of(marit.page, "third")
    chooses(marit.page, "Delete here")
    marit.page.get_by_role("button", name="Delete here").click()

    expect(bubble(other, "third")).to_have_count(0)
    expect(other.get_by_text("1 selected")).to_be_visible()
    expect(other.locator("#conversations .row__snippet")).to_have_text("second")
    marit.sees_only("first", "second")


def test_several_are_selected_by_mouse_and_copied_with_name_and_time(writes: Writes) -> None:
    marit = writes("one", "two", "three", "four", "five")
    page = marit.page

    selects_several(page, "two")
    bubble(page, "four").locator(".bubble").click(modifiers=["Shift"])
    bubble(page, "three").locator(".message__check").click()
    expect(selected(page)).to_have_text(["two", "four"])
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture("message-selection")
    page.get_by_role("button", name="Copy", exact=True).click()

    expect(page.get_by_text("2 messages are copied.")).to_be_visible()
    copied = pastes(page).split("\n")
    assert [re.sub(r"^\[[^\]]+\] ", "", line) for line in copied] == ["You: two", "You: four"]
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".message__check")).to_have_count(0)


def test_several_are_selected_by_keyboard_and_deleted(writes: Writes) -> None:
    page = writes("one", "two", "three", "four").page
    keys = page.keyboard
    selects_several(page, "four")

    keys.press("Shift+ArrowUp")
    expect(selected(page)).to_have_text(["three", "four"])
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    keys.press("Space")
    expect(selected(page)).to_have_text(["one", "three", "four"])
    keys.press("Control+a")
    expect(page.get_by_text("4 selected")).to_be_visible()
    keys.press("Space")
    expect(selected(page)).to_have_text(["two", "three", "four"])
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Delete 3 messages here?")).to_be_visible()
    keys.press("Tab")
    keys.press("Enter")

    expect(page.locator("#log .message")).to_have_count(1)
    expect(page.get_by_text("selected")).to_be_hidden()


def test_escape_leaves_the_selection_where_it_was(writes: Writes) -> None:
    page = writes("one", "two").page
    selects_several(page, "one")

    page.keyboard.press("Escape")

    expect(page.get_by_text("1 selected")).to_be_hidden()
    is_at(page, "one")


def test_a_message_that_arrives_leaves_the_selection_alone(writes: Writes) -> None:
    marit = writes("one", "two")
    selects_several(marit.page, "one")

    marit.sends("three").sees("three")

    expect(selected(marit.page)).to_have_text(["one"])
    expect(bubble(marit.page, "three").locator(".message__check")).to_be_visible()


def test_a_link_asks_before_it_opens_and_tells_nobody_where_it_was_found(writes: Writes) -> None:
    marit = writes(LINE)
    page = marit.page
    asked: list[Request] = []

    def answer(route: Route) -> None:
        asked.append(route.request)
        route.fulfill(body="there", content_type="text/plain")

    marit.context.route("https://forms.example/**", answer)
    page.get_by_role("button", name="https://forms.example/a?ref=1", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("strong")).to_have_text("forms.example")
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture("message-link")
    dialog.get_by_role("button", name="Cancel").click()
    assert asked == []

    page.get_by_role("button", name="https://forms.example/a?ref=1", exact=True).click()
    with marit.context.expect_page() as opened:
        dialog.get_by_role("link", name="Open").click()
    opened.value.wait_for_url("https://forms.example/a?ref=1")

    assert opened.value.evaluate("[document.referrer, window.opener]") == ["", None]
    assert [request.headers.get("referer") for request in asked if "/a" in request.url] == [None]
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_failed_message_is_tried_again_from_its_menu_or_deleted_and_never_sent(
    arrive: Arrive, own_network: PracticeNetwork, own_network_file: str
) -> None:
    marit = arrive("Marit", network=own_network_file).opens_the_app().makes_an_account()
    bob = arrive("Bob", network=own_network_file).opens_the_app().makes_an_account()
    marit.writes_to(bob.own_id()).sends("before").sees_all_sent()
    nodes = range(len(own_network.nodes))
    for number in nodes:
        own_network.stop_node(number)
    marit.sends("regretted").sends("meant")
    expect(marit.page.get_by_text("Not sent. It is kept here")).to_have_count(2)

    opens_menu_of(marit.page, "regretted")
    chooses(marit.page, "Delete here")
    expect(marit.page.get_by_role("dialog")).to_contain_text("is never sent")
    marit.page.get_by_role("dialog").get_by_role("button", name="Delete here").click()
    expect(bubble(marit.page, "regretted")).to_have_count(0)
    for number in nodes:
        own_network.start_node(number)
    opens_menu_of(marit.page, "meant")
    chooses(marit.page, "Try again")

    marit.sees_all_sent()
    bob.opens_conversation_with("Marit").sees_only("before", "meant")


def test_on_a_narrow_screen_a_tap_shows_the_button_of_the_menu(writes: Writes) -> None:
    marit = writes("first", LINE)
    page = marit.page
    page.set_viewport_size({"width": 390, "height": 844})

    bubble(page, "first").locator(".bubble").click()
    bubble(page, "first").get_by_role("button", name="More").click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert marit.finds_obstacles() == []
    chooses(page, "Select several")
    assert marit.finds_obstacles() == []

    marit.keeps_a_picture("message-selection-narrow")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide)
