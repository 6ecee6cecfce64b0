"""Emoji: by name while writing, and from the picker."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person

pytestmark = pytest.mark.browser

NARROWEST_PX = 360


@pytest.fixture
def marit(arrive: Arrive) -> Person:
    """Somebody with a note to self open."""
    marit = arrive("Marit").opens_the_app().makes_an_account()
    return marit.writes_to(marit.own_id())


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def offered(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Emoji with this name").get_by_role("option")


def picker(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Emoji")


def open_picker(page: Page) -> Locator:
    page.get_by_role("button", name="Emoji", exact=True).click()
    expect(picker(page).get_by_role("button", name="grinning face", exact=True)).to_be_visible()
    return picker(page)


def evaluated(page: Page, call: str, *values: object) -> object:
    """Return what a function of lib/emoji.js returns."""
    return page.evaluate(
        f"async values => (await import('/static/js/lib/emoji.js')).{call}(...values)", list(values)
    )


def test_a_name_is_completed_by_keyboard_alone(writer: Person) -> None:
    page = writer.page
    field(page).press_sequentially("Well done :thumbsu")
    expect(offered(page).first).to_have_text("👍thumbs up")
    expect(field(page)).to_have_attribute("aria-activedescendant", "emoji-name-0")
    assert writer.finds_obstacles() == []

    field(page).press("Enter")
    expect(field(page)).to_have_value("Well done 👍")
    expect(offered(page)).to_have_count(0)
    field(page).press("Enter")

    writer.sees("Well done 👍")


def test_the_arrows_go_through_the_offer_and_tab_chooses(writer: Person) -> None:
    page = writer.page
    field(page).press_sequentially(":heart")
    expect(offered(page).nth(7)).to_be_visible()
    second = offered(page).nth(1).locator("[data-emoji]").text_content() or ""

    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        field(page).press(key)
    expect(offered(page).nth(1)).to_have_attribute("aria-selected", "true")
    field(page).press("Tab")

    expect(field(page)).to_have_value(second)
    expect(field(page)).to_be_focused()


def test_a_click_on_an_offer_chooses_it(writer: Person) -> None:
    page = writer.page
    field(page).press_sequentially("a :dog")

    offered(page).filter(has_text="dog face").click()

    expect(field(page)).to_have_value("a 🐶")
    expect(field(page)).to_be_focused()


def test_escape_leaves_what_was_typed_and_enter_sends_it(writer: Person) -> None:
    page = writer.page
    field(page).press_sequentially("see :dog")
    expect(offered(page).first).to_be_visible()

    field(page).press("Escape")
    field(page).press_sequentially("s")
    expect(offered(page)).to_have_count(0)
    field(page).press("Enter")

    writer.sees("see :dogs")


def test_a_name_between_two_colons_becomes_its_emoji(writer: Person) -> None:
    field(writer.page).press_sequentially(":tada: at 10:30, :nothing_like_that:")

    expect(field(writer.page)).to_have_value("🎉 at 10:30, :nothing_like_that:")


def test_whoever_types_on_before_the_names_are_there_gets_the_emoji_all_the_same(
    marit: Person,
) -> None:
    page = marit.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/emoji/emoji.json", hold)
    with page.expect_request("**/emoji/emoji.json"):
        field(page).press_sequentially("so :tada: and on")
    expect(field(page)).to_have_value("so :tada: and on")

    for route in held:
        route.continue_()
    expect(field(page)).to_have_value("so 🎉 and on")
    field(page).press_sequentially("!")

    expect(field(page)).to_have_value("so 🎉 and on!")


def test_undo_brings_back_what_was_typed(writer: Person) -> None:
    field(writer.page).press_sequentially(":tada:")
    expect(field(writer.page)).to_have_value("🎉")

    field(writer.page).press("Control+z")

    expect(field(writer.page)).to_have_value(":tada:")


def test_ordinary_writing_asks_for_nothing(writer: Person) -> None:
    names = {
        text: evaluated(writer.page, "askedName", text)
        for text in (
            "", ":", ":)", ":-D", ":D", ":3", "10:30", "10:ab", "http://ab", "a:smile", "::smile",
            ":smile more", "😀:smile", ": smile",
        )
    }  # fmt: skip

    # Only a dash and a letter might be a name such as -1, and no emoji is called so.
    assert {text for text, found in names.items() if found} == {":-D", "😀:smile"}
    assert evaluated(writer.page, "askedName", "so (:ähm") == {"start": 4, "name": "ähm"}


def test_emoji_are_found_in_the_language_of_the_page_and_in_english(writer: Person) -> None:
    first = {
        "thumbs up": "👍",
        "+1": "👍",
        "DAUMEN": "👍",
        "fussball": "⚽",
        "fußball": "⚽",
        "madchen": "👧",
        "red heart": "❤️",
        "heart_eyes": "😍",
    }

    found = writer.page.evaluate(
        """async queries => {
             const { lang } = document.documentElement;
             document.documentElement.lang = "de";
             const { loadEmoji } = await import("/static/js/models/emoji.js");
             const { search } = await import("/static/js/lib/emoji.js");
             const all = await loadEmoji();
             document.documentElement.lang = lang;
             const best = (query) => [query, search(all, query)[0].emoji];
             return Object.fromEntries(queries.map(best));
           }""",
        list(first),
    )

    assert found == first


def test_a_tone_takes_the_place_it_has_in_unicode(writer: Person) -> None:
    toned = {
        emoji: evaluated(writer.page, "inTone", emoji, 3) for emoji in ("👍", "☝️", "🤷‍♀️", "🕵️‍♂️")
    }

    assert toned == {"👍": "👍🏽", "☝️": "☝🏽", "🤷‍♀️": "🤷🏽‍♀️", "🕵️‍♂️": "🕵🏽‍♂️"}


def test_the_picker_writes_where_the_cursor_is(writer: Person) -> None:
    page = writer.page
    field(page).fill("ab")
    field(page).press("ArrowLeft")

    open_picker(page).get_by_role("button", name="face with tears of joy", exact=True).click()

    expect(picker(page)).to_be_hidden()
    expect(field(page)).to_have_value("a😂b")
    expect(field(page)).to_be_focused()


def test_the_picker_is_used_by_keyboard_alone(marit: Person) -> None:
    page = marit.page
    page.get_by_role("button", name="Emoji", exact=True).focus()
    page.keyboard.press("Enter")
    search = picker(page).get_by_role("textbox", name="Search emoji")
    expect(search).to_be_focused()
    expect(picker(page).get_by_role("button", name="grinning face", exact=True)).to_be_visible()

    page.keyboard.press("ArrowDown")
    expect(picker(page).get_by_role("button", name="grinning face", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    expect(field(page)).to_have_value("😃")
    page.keyboard.type("rocket")
    expect(search).to_have_value("rocket")
    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("😃🚀")
    expect(field(page)).to_be_focused()
    expect(picker(page)).to_be_hidden()


def test_a_search_without_a_result_says_so(writer: Person) -> None:
    shown = open_picker(writer.page)
    shown.get_by_role("textbox", name="Search emoji").fill("zzzz")

    expect(shown.get_by_role("status")).to_have_text("No emoji has this name.")

    assert writer.finds_obstacles() == []


def test_a_group_is_a_click_away(writer: Person) -> None:
    shown = open_picker(writer.page)

    shown.get_by_role("button", name="Flags", exact=True).click()

    expect(shown.get_by_role("button", name="chequered flag")).to_be_in_viewport()
    expect(shown.get_by_role("button", name="Flags", exact=True)).to_have_attribute(
        "aria-current", "true"
    )


def test_escape_closes_the_picker_and_goes_back_to_the_field(writer: Person) -> None:
    open_picker(writer.page)

    writer.page.keyboard.press("Escape")

    expect(picker(writer.page)).to_be_hidden()
    expect(field(writer.page)).to_be_focused()


def test_what_was_used_last_and_the_tone_are_remembered(marit: Person) -> None:
    page = marit.page
    shown = open_picker(page)
    with page.expect_response("**/settings/emoji_tone"):
        shown.get_by_role("combobox", name="Tone of skin").select_option(label="✋🏽 medium")
    hand = shown.get_by_role("button", name="waving hand", exact=True)
    expect(hand).to_have_text("👋🏽")
    with page.expect_response("**/emoji/recent"):
        hand.click()
    expect(field(page)).to_have_value("👋🏽")

    page.reload()
    # The pane comes back by itself, and what was typed in it.
    expect(field(page)).to_have_value("👋🏽")
    used = open_picker(page).get_by_role("region", name="Used last")

    expect(used.get_by_role("button")).to_have_text(["👋🏽"])
    expect(picker(page).get_by_role("button", name="raised hand", exact=True)).to_have_text("✋🏽")


def test_the_picker_fits_the_narrowest_window(arrive: Arrive) -> None:
    marit = arrive("Marit", width=NARROWEST_PX).opens_the_app().makes_an_account()
    marit.writes_to("05" + "a" * 64)
    # What a keyboard on the screen leaves of it.
    marit.page.set_viewport_size({"width": NARROWEST_PX, "height": 400})

    box = open_picker(marit.page).bounding_box()

    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROWEST_PX
    assert box["y"] >= 0
    expect(field(marit.page)).to_be_in_viewport(ratio=1)


def test_nothing_is_fetched_before_somebody_asks_for_an_emoji(marit: Person) -> None:
    page = marit.page
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[1]))

    marit.sends("plain words: nothing more")
    assert not [name for name in fetched if name.endswith(".json")]
    open_picker(page)

    assert {name for name in fetched if name.endswith(".json")} == {"emoji.json", "en.json"}
