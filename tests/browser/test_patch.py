"""The patch protocol as a page carries it out: what goes away, and where the focus goes then."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Arrive

pytestmark = pytest.mark.browser

# A list of three buttons, and what a patch tells of itself.
PREPARE = """() => {
    const list = document.createElement("ul");
    list.id = "list";
    list.tabIndex = 0;
    for (const name of ["one", "two", "three"]) {
        const row = document.createElement("li");
        row.id = name;
        row.dataset.sort = "1";
        const button = document.createElement("button");
        button.id = `button-${name}`;
        row.append(button);
        list.append(row);
    }
    document.body.append(list);
    window.told = [];
    document.addEventListener("patch:after", ({ detail }) =>
        window.told.push([detail.placed.map((element) => element.id), detail.removed]));
}"""
APPLY = """async (html) => {
    const { applyPatch } = await import("/static/js/lib/patch.js");
    applyPatch(html);
}"""
ROWS = "() => [...document.querySelectorAll('#list > li')].map((row) => row.id)"
FOCUS = "() => document.activeElement.id"
NEW_ROW = '<li id="four" data-into="list" data-sort="2"></li>'

# Two messages of one millisecond: as words, "…17" stands before "…9".
SAME_MOMENT = """() => {
    const log = document.createElement("div");
    for (const number of [9, 17]) {
        const row = document.createElement("article");
        row.className = "message";
        row.dataset.sort = `1763712000000.${number}`;
        row.dataset.unread = "";
        log.append(row);
    }
    return log;
}"""
TRANSCRIPT = """async () => {
    const { transcript } = await import("/static/js/lib/messages.js");
    const dateTime = "2026-01-05T10:00:00Z";
    const records = [17, 9].map((number) =>
        ({ sort: `1763712000000.${number}`, name: "Ilse", dateTime, text: String(number) }));
    return transcript(records).split("\\n").map((line) => line.split(": ").at(-1));
}"""
READ = f"""async () => {{
    const {{ ReadingMark }} = await import("/static/js/models/reading-mark.js");
    const log = ({SAME_MOMENT})();
    const mark = new ReadingMark(log, "/conversations/1");
    mark.see(log.firstChild);
    return [...log.children].map((row) => "unread" in row.dataset);
}}"""


def gone(name: str) -> str:
    return f'<div id="{name}" data-removed></div>'


@pytest.fixture
def page(arrive: Arrive) -> Page:
    page = arrive("Marit").opens_the_app().page
    page.evaluate(PREPARE)
    return page


def test_what_is_removed_leaves_the_page_and_is_told(page: Page) -> None:
    page.evaluate(APPLY, gone("two") + gone("never there"))

    assert page.evaluate(ROWS) == ["one", "three"]
    assert page.evaluate("window.told") == [[[], ["two", "never there"]]]


def test_a_patch_is_carried_out_in_its_order(page: Page) -> None:
    page.evaluate(APPLY, NEW_ROW + gone("four") + gone("one"))
    assert page.evaluate(ROWS) == ["two", "three"]

    page.evaluate(APPLY, gone("four") + NEW_ROW)
    assert page.evaluate(ROWS) == ["two", "three", "four"]


def test_the_focus_of_what_goes_away_moves_to_what_stands_beside_it(page: Page) -> None:
    page.locator("#button-two").focus()

    page.evaluate(APPLY, gone("two"))
    assert page.evaluate(FOCUS) == "button-three"
    page.evaluate(APPLY, gone("three"))
    assert page.evaluate(FOCUS) == "button-one"
    page.evaluate(APPLY, gone("one"))
    assert page.evaluate(FOCUS) == "list"


def test_the_focus_elsewhere_stays_when_something_goes_away(page: Page) -> None:
    page.locator("#button-one").focus()

    page.evaluate(APPLY, gone("two"))

    assert page.evaluate(FOCUS) == "button-one"


def test_messages_of_one_millisecond_are_copied_in_their_order(page: Page) -> None:
    assert page.evaluate(TRANSCRIPT) == ["9", "17"]


def test_of_two_messages_of_one_millisecond_only_the_one_in_view_is_read(page: Page) -> None:
    page.route("**/conversations/1/read", lambda route: route.fulfill(status=204))

    assert page.evaluate(READ) == [False, True]
