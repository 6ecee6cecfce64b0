"""Settings in the hands of a person: what they change, where, for how long, and by which hand."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.conftest import Arrive
from tests.browser.people import CONTRAST, Person
from tests.browser.walks import scrolls_sideways

pytestmark = pytest.mark.browser

PAGES = ("Account", "Lock", "Emergency", "Appearance", "Chats", "Network", "Erase", "Help")
DARK, LIGHT = "rgb(21, 25, 23)", "rgb(252, 253, 252)"
BLACK, WHITE = "rgb(0, 0, 0)", "rgb(255, 255, 255)"


def second_tab(person: Person) -> Page:
    tab = person.new_tab()
    tab.goto(person.page.url)
    expect(tab.locator("#conversations")).to_be_attached()
    return tab


def saved(person: Person, setting: str) -> Locator:
    return person.page.locator(f"[data-name={setting}]").get_by_role("status")


def chooses(person: Person, label: str) -> None:
    person.page.get_by_role("radio", name=label).check()


def opens_note_to_self(person: Person) -> None:
    person.page.get_by_role("button", name="New conversation").first.click()
    person.page.get_by_role("button", name="Note to self").click()
    expect(person.page.locator("#log")).to_be_attached()


def has_background(page: Page, colour: str) -> None:
    expect(page.locator("html")).to_have_css("background-color", colour)


def text_size(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).fontSize"))


def walk_through_settings(person: Person) -> Iterator[str]:
    for page in PAGES:
        person.opens_settings(page)
        yield page.lower()


def test_the_first_pages_follow_the_system_and_an_account_its_theme(arrive: Arrive) -> None:
    marit = arrive("Marit")
    marit.page.emulate_media(color_scheme="light")
    marit.opens_the_app()
    has_background(marit.page, LIGHT)

    marit.makes_an_account()

    has_background(marit.page, DARK)
    marit.page.reload()
    expect(marit.page.locator("#conversations")).to_be_attached()
    has_background(marit.page, DARK)


def test_a_theme_is_seen_at_once_in_every_tab_and_after_a_restart(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Appearance")
    other = second_tab(marit)

    chooses(marit, "Strong")
    expect(saved(marit, "family")).to_have_text("Saved")
    chooses(marit, "Violet")
    expect(saved(marit, "accent")).to_have_text("Saved")
    for tab in (marit.page, other):
        expect(tab.locator("html[data-family=ink][data-accent=violet]")).to_be_attached()
        has_background(tab, BLACK)
    chooses(marit, "Light")
    expect(other.locator("html[data-theme=light]")).to_be_attached()
    has_background(other, WHITE)
    other.close()
    assert marit.app.stop() == 0
    marit.expects_the_program_to_end()
    marit.comes_back()

    has_background(marit.page, WHITE)
    marit.opens_settings("Appearance")
    expect(marit.page.get_by_label("Violet")).to_be_checked()


def test_a_theme_may_follow_the_system(arrive: Arrive) -> None:
    marit = arrive("Marit")
    marit.page.emulate_media(color_scheme="light")
    marit.opens_the_app().makes_an_account().opens_settings("Appearance")

    chooses(marit, "Like the computer")

    expect(saved(marit, "theme")).to_have_text("Saved")
    has_background(marit.page, LIGHT)
    marit.page.emulate_media(color_scheme="dark")
    has_background(marit.page, DARK)


def test_an_open_page_of_settings_follows_another_tab(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Appearance")
    other = second_tab(marit)
    other.get_by_role("button", name="Settings", exact=True).click()
    other.get_by_role("button", name="Appearance").click()

    chooses(marit, "Pink")
    marit.page.get_by_role("button", name="Larger").click()

    expect(other.get_by_label("Pink")).to_be_checked()
    expect(other.get_by_label("Text size")).to_have_value("110")


def test_text_grows_step_by_step_with_the_focus_staying_where_it_is(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Appearance")
    larger = marit.page.get_by_role("button", name="Larger")
    larger.focus()

    for size in ("17.6px", "20px", "24px"):
        larger.press("Enter")
        expect(marit.page.locator("html")).to_have_css("font-size", size)
        expect(larger).to_be_focused()
    marit.page.get_by_label("Text size").select_option("50")

    expect(marit.page.locator("html")).to_have_css("font-size", "8px")
    marit.page.get_by_role("button", name="Smaller").click()
    assert text_size(marit.page) == "8px"


def test_what_cannot_be_saved_is_told_and_shown_as_it_was(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Appearance")
    marit.expects_refusals()
    sizes = marit.page.get_by_label("Text size")
    sizes.evaluate("(list) => (list.querySelector('[value=\"110\"]').value = '111')")

    sizes.select_option("111")

    expect(marit.page.get_by_role("alert").filter(has_text="no such setting")).to_be_visible()
    expect(sizes).to_have_value("100")
    assert text_size(marit.page) == "16px"


def test_the_last_of_many_quick_choices_stays(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Appearance")

    choices = ["light", "dark", "light", "system", "light"]
    answered: list[Request] = []

    def is_the_last(request: Request) -> bool:
        if "/settings/theme" in request.url:
            answered.append(request)
        return len(answered) == len(choices)

    # At once: between two of them a push may come that tells of the first.
    with marit.page.expect_request_finished(is_the_last):
        marit.page.locator("[data-name=theme]").evaluate(
            """(setting, values) => {
                 for (const value of values) setting.querySelector(`[value=${value}]`).click();
               }""",
            choices,
        )

    expect(saved(marit, "theme")).to_have_text("Saved")
    expect(marit.page.get_by_label("Light", exact=True)).to_be_checked()
    expect(marit.page.locator("html")).to_have_attribute("data-theme", "light")
    marit.page.reload()
    expect(marit.page.locator("html")).to_have_attribute("data-theme", "light")


def test_another_language_is_spoken_in_every_tab_at_the_same_place(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Appearance")
    other = second_tab(marit)

    marit.page.get_by_label("Language").select_option("Deutsch")

    expect(marit.page.get_by_role("heading", name="Aussehen")).to_be_visible()
    expect(marit.page.get_by_label("Sprache")).to_have_value("de")
    expect(other.get_by_role("button", name="Einstellungen", exact=True)).to_be_visible()
    for tab in (marit.page, other):
        expect(tab.locator("html")).to_have_attribute("lang", "de")
    assert marit.finds_obstacles() == []


def test_enter_begins_a_new_line_when_it_does_not_send(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    opens_note_to_self(marit)
    other = second_tab(marit)
    other.get_by_text("Note to self").first.click()

    marit.opens_settings("Chats").page.get_by_role("switch", name="Enter sends").press("Space")

    expect(saved(marit, "enter_sends")).to_have_text("Saved")
    expect(other.locator("html")).to_have_attribute("data-enter-sends", "off")
    field = other.get_by_role("textbox", name="Message")
    field.fill("one")
    field.press("Enter")
    field.press_sequentially("two")
    expect(field).to_have_value("one\ntwo")
    field.press("Control+Enter")
    expect(other.locator("#log .bubble__text")).to_have_text("one\ntwo")


def test_the_browser_checks_the_spelling_only_if_it_was_asked_to(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    opens_note_to_self(marit)
    field = marit.page.get_by_role("textbox", name="Message")
    expect(field).to_have_js_property("spellcheck", False)

    marit.opens_settings("Chats")
    expect(
        marit.page.get_by_text("Some browsers send what you type to their maker")
    ).to_be_visible()
    marit.page.get_by_role("switch", name="Spell check").check()
    expect(saved(marit, "spellcheck")).to_have_text("Saved")
    marit.goes_back_to_the_list()

    expect(field).to_have_js_property("spellcheck", True)


def test_the_way_back_leads_to_the_conversation_that_was_open(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    opens_note_to_self(marit)
    field = marit.page.get_by_role("textbox", name="Message")
    field.fill("half a sentence")

    for page in PAGES:
        marit.opens_settings(page)
    marit.goes_back_to_the_list()

    expect(marit.page.get_by_role("heading", name="Note to self")).to_be_visible()
    expect(field).to_have_value("half a sentence")
    expect(field).to_be_focused()


def test_another_name_stands_everywhere_in_every_tab(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Account")
    other = second_tab(marit)

    field = marit.page.get_by_label("Display name")
    field.fill("Night desk")
    field.press("Enter")

    expect(marit.page.get_by_text("Name changed.")).to_be_visible()
    expect(marit.page.get_by_text("Settings of Night desk")).to_be_visible()
    expect(marit.page.locator("#account-summary")).to_contain_text("Night desk")
    expect(other.get_by_role("button", name="Account: Night desk")).to_be_visible()


def test_settings_need_no_mouse(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    page = marit.page
    page.get_by_role("button", name="Settings", exact=True).focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Account", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Lock", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Emergency")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Appearance")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Appearance")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Dark", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.get_by_label("Light", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("data-family", "ink")
    page.keyboard.press("Escape")

    expect(page.get_by_role("heading", name="No conversation open")).to_be_focused()


def test_the_sheet_opens_outside_of_fields_and_gives_the_focus_back(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    page = marit.page
    opens_note_to_self(marit)
    field = page.get_by_role("textbox", name="Message")
    field.press("?")
    expect(field).to_have_value("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    settings = page.get_by_role("button", name="Settings", exact=True)
    settings.focus()

    page.keyboard.press("?")

    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Ctrl")
    assert marit.finds_obstacles() == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(settings).to_be_focused()


def test_shortcuts_work_in_a_field_but_not_while_an_input_method_composes(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account()
    opens_note_to_self(marit)
    page = marit.page
    page.evaluate(
        """() => { window.heard = [];
        for (const name of ["search", "previous", "next", "pinned"])
          document.addEventListener(`shortcut:${name}`, (event) =>
            heard.push(name + (event.detail?.number ?? ""))); }"""
    )
    field = page.get_by_role("textbox", name="Message")
    press = """(field, init) => field.dispatchEvent(new KeyboardEvent("keydown",
        { bubbles: true, cancelable: true, ...init }))"""

    field.evaluate(press, {"key": "k", "ctrlKey": True, "isComposing": True})
    field.evaluate(press, {"key": "k", "ctrlKey": True, "altKey": True})
    field.evaluate(press, {"key": "k"})
    for keys in ("Alt+ArrowUp", "Alt+ArrowDown", "Alt+3", "Control+k", "Control+f"):
        field.press(keys)

    assert page.evaluate("heard") == ["previous", "next", "pinned3", "search", "search"]


def test_the_tree_comes_first_in_a_narrow_window(arrive: Arrive) -> None:
    marit = arrive("Marit", width=390).opens_the_app().makes_an_account()
    page = marit.page
    tree = page.get_by_role("navigation", name="Settings pages")

    page.get_by_role("button", name="Settings", exact=True).click()
    expect(tree).to_be_visible()
    expect(page.get_by_role("heading", name="Account")).to_be_hidden()
    tree.get_by_role("button", name="Chats").press("Enter")
    expect(page.get_by_role("heading", name="Chats")).to_be_focused()
    expect(tree).to_be_hidden()
    page.keyboard.press("Escape")
    expect(tree.get_by_role("button", name="Chats")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Settings", exact=True)).to_be_focused()


def test_nothing_is_too_wide_at_twice_the_text_size(arrive: Arrive) -> None:
    marit = arrive("Marit", width=360).opens_the_app().makes_an_account()
    opens_note_to_self(marit)
    marit.sends("A longer note, to see where the lines break.").sees_all_sent()
    marit.goes_back_to_the_list()
    marit.opens_settings("Appearance").page.get_by_label("Text size").select_option("200")
    expect(marit.page.locator("html")).to_have_css("font-size", "32px")

    for name in walk_through_settings(marit):
        assert not scrolls_sideways(marit.page), name
        marit.keeps_a_picture(f"settings-{name}-200-360")
    marit.goes_back_to_the_list()
    assert not scrolls_sideways(marit.page), "list"
    marit.opens_conversation_with("Note to self")
    assert not scrolls_sideways(marit.page), "conversation"
    marit.keeps_a_picture("conversation-200-360")


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_settings_keeps_anybody_out_in_any_theme(arrive: Arrive, width: int) -> None:
    marit = arrive("Marit", width=width).opens_the_app().makes_an_account()

    families = (("Soft", "stone"), ("Strong", "ink"))
    rule = None  # All of them once, then what colours can spoil.
    for theme, (label, family) in product(("Dark", "Light"), families):
        marit.opens_settings("Appearance")
        chooses(marit, label)
        marit.page.get_by_label(theme, exact=True).check()
        chosen = f"html[data-theme={theme.lower()}][data-family={family}]"
        expect(marit.page.locator(chosen)).to_be_attached()
        for name in walk_through_settings(marit):
            assert marit.finds_obstacles(rule) == [], (name, theme, family)
            assert not scrolls_sideways(marit.page), name
            marit.keeps_a_picture(f"settings-{name}-{family}-{theme.lower()}-{width}")
        rule = CONTRAST
