"""Writing: the field that grows and counts, and what is written and not sent yet."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Arrive
from tests.browser.people import Person
from webapp.protocol.content import BODY_LIMIT
from webapp.services.drafts import DRAFT_LIMIT

pytestmark = pytest.mark.browser

# ui/README.md: the field grows to 12 rem.
TALLEST_PX = 12 * 16
SAVED = "document.querySelector('message-composer [data-follow]')?.textContent"

# What is typed here is saved as well, so what comes from another tab may stand for a moment only.
NOTICE_THEIRS = f"""() => new MutationObserver(() => {{
  window.hasHeard ||= {SAVED} === "theirs";
}}).observe(document.body, {{ subtree: true, childList: true, characterData: true }})"""


@pytest.fixture
def marit(arrive: Arrive) -> Person:
    """Somebody with a note to self open."""
    marit = arrive("Marit").opens_the_app().makes_an_account()
    return marit.writes_to(marit.own_id())


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def height(page: Page) -> float:
    box = field(page).bounding_box()
    assert box is not None
    return box["height"]


def is_saved(page: Page, text: str) -> None:
    """Wait until the program has the draft, as the page knows it."""
    page.wait_for_function(f"text => {SAVED} === text", arg=text)


def set_preference(page: Page, name: str, value: str) -> None:
    page.evaluate(
        """async ([name, value]) => {
             const { requestHtml } = await import("/static/js/lib/request.js");
             const { applyPatch } = await import("/static/js/lib/patch.js");
             const fields = new URLSearchParams({ value });
             applyPatch(await requestHtml(`/settings/${name}`, { method: "POST", fields }));
           }""",
        [name, value],
    )


def test_the_field_grows_with_the_text_and_then_scrolls(writer: Person) -> None:
    page = writer.page
    one_line = height(page)

    field(page).fill("one\ntwo\nthree")
    three_lines = height(page)
    field(page).fill("\n".join(map(str, range(60))))

    assert one_line < three_lines < TALLEST_PX
    assert height(page) == pytest.approx(TALLEST_PX, abs=1)
    assert field(page).evaluate("it => it.scrollHeight > it.clientHeight")
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport()


def test_the_counter_appears_in_time_and_says_what_is_too_much(writer: Person) -> None:
    page = writer.page
    counter = page.locator(".composer__count")
    field(page).fill("x" * (BODY_LIMIT - 201))
    expect(counter).to_be_hidden()

    # One character of two units and four bytes counts as the network counts it.
    field(page).fill("x" * (BODY_LIMIT - 201) + "𝔘 ")
    expect(counter).to_have_text("200 left")
    expect(page.get_by_role("status").filter(has_text="200 left")).to_be_attached()

    field(page).fill("y" * (BODY_LIMIT + 12))
    expect(counter).to_have_text("12 too many")
    expect(page.get_by_role("status").filter(has_text="12 too many")).to_be_attached()
    field(page).press("Enter")
    expect(page.get_by_role("alert").filter(has_text="too long for one message")).to_be_visible()
    expect(field(page)).to_have_value("y" * (BODY_LIMIT + 12))
    assert writer.reads() == []
    assert writer.finds_obstacles() == []

    field(page).fill("z" * BODY_LIMIT)
    field(page).press("Enter")
    expect(field(page)).to_have_value("")
    writer.sees("z" * BODY_LIMIT)


def test_a_character_counts_as_the_server_counts_it(writer: Person) -> None:
    texts = ["\u3000a\u2028", "\x1c\x85b", "\ufeffc\ufeff", "\r\n d", "𝔘\t", "👩‍👩‍👧‍👦", " \n"]

    counted = writer.page.evaluate(
        """async texts => {
             const { bodyLength } = await import("/static/js/lib/counting.js");
             return texts.map(bodyLength);
           }""",
        texts,
    )

    assert counted == [len(text.strip()) for text in texts]


def test_enter_sends_and_shift_enter_begins_a_line(writer: Person) -> None:
    page = writer.page
    field(page).press_sequentially("one")
    field(page).press("Shift+Enter")
    field(page).press_sequentially("two")
    expect(field(page)).to_have_value("one\ntwo")

    field(page).press("Enter")

    writer.sees("one\ntwo")
    expect(field(page)).to_be_focused()


def test_enter_belongs_to_the_input_method_while_it_composes(writer: Person) -> None:
    field(writer.page).fill("にほん")

    for how in ("isComposing: true", "keyCode: 229"):
        field(writer.page).evaluate(
            f"it => it.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', {how} }}))"
        )
    field(writer.page).press("a")

    expect(field(writer.page)).to_have_value("にほんa")
    assert writer.reads() == []


def test_enter_can_be_set_to_begin_a_line(marit: Person) -> None:
    page = marit.page
    set_preference(page, "enter_sends", "off")

    field(page).press_sequentially("one")
    field(page).press("Enter")
    field(page).press_sequentially("two")
    expect(field(page)).to_have_value("one\ntwo")
    field(page).press("Control+Enter")

    marit.sees("one\ntwo")


def test_spelling_is_checked_only_where_it_was_asked_for(marit: Person) -> None:
    expect(field(marit.page)).to_have_js_property("spellcheck", False)

    set_preference(marit.page, "spellcheck", "on")

    expect(field(marit.page)).to_have_js_property("spellcheck", True)


def test_the_button_sends_and_the_field_keeps_the_focus(writer: Person) -> None:
    field(writer.page).fill("by mouse")

    writer.page.get_by_role("button", name="Send").click()

    writer.sees("by mouse")
    expect(field(writer.page)).to_be_focused()


def test_what_is_typed_beside_the_field_goes_into_it(writer: Person) -> None:
    page = writer.page
    page.get_by_role("region", name="Messages").focus()

    page.keyboard.type("hello? ")

    expect(field(page)).to_have_value("hello? ")
    expect(field(page)).to_be_focused()


def test_a_text_dropped_beside_the_field_goes_into_it_and_a_file_nowhere(writer: Person) -> None:
    page = writer.page
    drop = """files => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/plain", "dropped");
      if (files) dataTransfer.items.add(new File(["x"], "x.txt"));
      const how = { dataTransfer, bubbles: true, cancelable: true };
      return [".pane__scroll", "#composer-text"].map(
        (place) => !document.querySelector(place).dispatchEvent(new DragEvent("drop", how)));
    }"""

    assert page.evaluate(drop, True) == [True, True]
    expect(field(page)).to_have_value("")
    assert page.evaluate(drop, False) == [True, False]
    expect(field(page)).to_have_value("dropped")


def test_what_is_typed_while_a_message_is_on_its_way_is_kept(writer: Person) -> None:
    page = writer.page
    let_go: list[Callable[[], None]] = []
    page.route("**/messages", lambda route: let_go.append(route.continue_))
    field(page).fill("first")
    with page.expect_request("**/messages"):
        field(page).press("Enter")
    expect(field(page)).to_have_value("")

    field(page).press_sequentially("second")
    field(page).press("Enter")
    let_go.pop(0)()
    page.unroute("**/messages")

    writer.sees("first").sees("second")
    expect(field(page)).to_have_value("")


def test_what_could_not_be_sent_comes_back_in_front_of_what_was_typed_since(
    marit: Person,
) -> None:
    page = marit.page
    marit.expects_refusals()
    let_go: list[Callable[[], None]] = []
    refusal = {"ok": False, "error": {"code": "storage", "message": "Full.", "hint": ""}}
    page.route(
        "**/messages",
        lambda route: let_go.append(lambda: route.fulfill(status=503, json=refusal)),
    )
    field(page).fill("first")
    with page.expect_request("**/messages"):
        field(page).press("Enter")
    expect(field(page)).to_have_value("")
    field(page).press_sequentially("second")

    let_go.pop()()

    expect(page.get_by_role("alert").filter(has_text="Full.")).to_be_visible()
    expect(field(page)).to_have_value("first\nsecond")
    is_saved(page, "first\nsecond")


def test_a_draft_survives_reload_and_another_conversation(marit: Person) -> None:
    page = marit.page
    field(page).press_sequentially("Dear")
    is_saved(page, "Dear")
    page.reload()
    expect(field(page)).to_have_value("Dear")

    field(page).press_sequentially(" diary,\n\n".replace("\n", ""))
    marit.writes_to("05" + "a" * 64)
    expect(field(page)).to_have_value("")
    field(page).press_sequentially("Dear Ann")
    marit.opens_conversation_with("Note to self")

    expect(field(page)).to_have_value("Dear diary,")


def test_a_draft_is_saved_while_somebody_types_without_a_pause(writer: Person) -> None:
    page = writer.page
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if "draft" in request.url else 0)

    began = time.monotonic()
    field(page).press_sequentially("x" * 60, delay=50)
    took_s = time.monotonic() - began

    # Three seconds of typing, or more: each second once, and not with every letter.
    assert 1 <= len(posted) <= int(took_s) + 2


def test_what_is_too_long_to_be_kept_is_told_and_stays_in_the_field(marit: Person) -> None:
    marit.expects_refusals()
    field(marit.page).fill("x" * (DRAFT_LIMIT + 7))

    told = marit.page.get_by_role("alert").filter(has_text="7 characters too long to be kept")
    expect(told).to_be_visible()
    expect(field(marit.page)).to_have_value("x" * (DRAFT_LIMIT + 7))

    field(marit.page).fill("x" * DRAFT_LIMIT)
    is_saved(marit.page, "x" * DRAFT_LIMIT)
    expect(told).to_be_hidden()


def test_a_draft_survives_the_end_of_the_program_by_force(marit: Person) -> None:
    field(marit.page).press_sequentially("half a thou")
    is_saved(marit.page, "half a thou")
    marit.expects_the_program_to_end()

    marit.app.kill()
    marit.comes_back().opens_conversation_with("Note to self")

    expect(field(marit.page)).to_have_value("half a thou")


def test_what_is_typed_while_the_program_does_not_answer_is_saved_when_it_does(
    marit: Person,
) -> None:
    page = marit.page
    marit.expects_the_program_to_end()
    page.route("**/draft", lambda route: route.abort("connectionrefused"))
    field(page).press_sequentially("into the dark")
    expect(page.get_by_text("Safehouse is not running.")).to_be_visible()

    page.unroute("**/draft")
    page.get_by_role("button", name="Try again").click()

    is_saved(page, "into the dark")


def test_another_tab_has_the_draft_and_follows_it_until_it_is_sent(marit: Person) -> None:
    page = marit.page
    field(page).press_sequentially("one")
    is_saved(page, "one")
    other = marit.new_tab()
    other.goto(page.url)
    other.locator("#conversations").get_by_text("Note to self").click()
    expect(field(other)).to_have_value("one")

    field(page).press_sequentially(" and two")
    field(page).blur()
    expect(field(other)).to_have_value("one and two")
    field(page).press("Enter")

    expect(field(other)).to_have_value("")


def test_a_tab_in_use_is_not_overwritten_by_another(marit: Person) -> None:
    page = marit.page
    other = marit.new_tab()
    other.goto(page.url)
    other.locator("#conversations").get_by_text("Note to self").click()
    expect(field(other)).to_be_visible()
    page.evaluate(NOTICE_THEIRS)
    field(page).press_sequentially("mine")

    other.evaluate(
        """async () => {
             const { request } = await import("/static/js/lib/request.js");
             const path = document.querySelector("form.composer").getAttribute("action");
             const fields = new URLSearchParams({ body: "theirs", show: "1" });
             await request(path.replace("messages", "draft"), { method: "POST", fields });
           }"""
    )
    page.wait_for_function("() => window.hasHeard")

    expect(field(page)).to_have_value("mine")
