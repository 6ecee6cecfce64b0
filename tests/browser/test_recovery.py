"""Whatever goes away for a while, the page comes back by itself, and nothing typed is lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Arrive
from tests.browser.people import AppProcess, Person

pytestmark = pytest.mark.browser

STRANGER = "05" + "cd" * 32
NOTICE = "Safehouse is not running. Start it again"
# The next message arrives, but what the program says to it does not.
LOSE_ONE_ANSWER = """() => {
  const ask = window.fetch;
  window.fetch = async (path, options) => {
    const answer = await ask(path, options);
    if (!path.endsWith("/messages")) return answer;
    window.fetch = ask;
    window.lost = await answer.text();
    throw new TypeError("The connection broke.");
  };
}"""
LIST = "**/list/rows**"
THREE_DAYS_MS = 3 * 24 * 60 * 60 * 1000


def opens_a_note(person: Person) -> Person:
    person.opens_the_app().makes_an_account()
    return person.writes_to(person.own_id())


@contextmanager
def standing_still(app: AppProcess) -> Iterator[None]:
    """While this lasts the program neither answers nor ends."""
    assert app.process is not None
    os.kill(app.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(app.process.pid, signal.SIGCONT)


@contextmanager
def cut_off(person: Person) -> Iterator[None]:
    person.expects_the_program_to_end()
    person.context.set_offline(True)
    yield
    person.context.set_offline(False)


def writes(page: Page, text: str) -> None:
    """Type ``text`` and press Enter, without waiting for what becomes of it."""
    field = page.get_by_role("textbox", name="Message")
    field.fill(text)
    field.press("Enter")


def test_what_is_sent_while_the_page_is_cut_off_goes_out_once(arrive: Arrive) -> None:
    marit = opens_a_note(arrive("Marit"))
    notice = marit.page.get_by_text(NOTICE)

    with cut_off(marit):
        writes(marit.page, "during the cut")
        expect(notice).to_be_visible()
        marit.page.get_by_role("textbox", name="Message").type("the next one")

    expect(notice).to_be_hidden()
    marit.sees("during the cut").sees_all_sent()
    expect(marit.page.get_by_role("textbox", name="Message")).to_have_value("the next one")
    expect(marit.page.locator("[aria-busy=true]")).to_have_count(0)
    assert marit.reads() == ["during the cut"]


def test_an_answer_that_was_lost_does_not_make_a_second_message(arrive: Arrive) -> None:
    marit = opens_a_note(arrive("Marit"))
    marit.expects_the_program_to_end()
    marit.page.evaluate(LOSE_ONE_ANSWER)

    marit.sends("only once").sees("only once").sees_all_sent()

    assert "only once" in marit.page.evaluate("lost"), "the first order was carried out"
    marit.page.reload()
    marit.sees("only once")
    assert marit.reads() == ["only once"]


def test_a_program_that_stands_still_for_a_moment_is_waited_for(arrive: Arrive) -> None:
    marit = opens_a_note(arrive("Marit"))
    button = marit.page.get_by_role("button", name="Send")

    with standing_still(marit.app):
        writes(marit.page, "patience")
        expect(marit.page.locator(".composer[aria-busy=true]")).to_be_visible()

    marit.sees("patience").sees_all_sent()
    expect(button).to_be_enabled()
    assert marit.reads() == ["patience"]


def test_both_tabs_follow_each_other_after_a_cut(arrive: Arrive) -> None:
    marit = opens_a_note(arrive("Marit"))
    second = marit.new_tab()
    second.goto(marit.page.url)
    second.locator("#conversations").get_by_text("Note to self").click()
    expect(second.locator("#log")).to_be_attached()

    with cut_off(marit):
        writes(marit.page, "from the first")
        writes(second, "from the second")
        expect(second.get_by_text(NOTICE)).to_be_visible()

    for page in (marit.page, second):
        for text in ("from the first", "from the second"):
            expect(page.locator("#log").get_by_text(text, exact=True)).to_have_count(1)


def test_a_crash_leaves_what_was_not_saved_to_be_copied(arrive: Arrive) -> None:
    marit = arrive("Marit")
    marit.page.clock.install()
    opens_a_note(marit).sends("a private line").sees_all_sent()
    marit.expects_the_program_to_end()

    marit.app.kill()
    marit.page.get_by_role("textbox", name="Message").fill("nobody has this yet")
    expect(marit.page.get_by_text(NOTICE)).to_be_visible()
    marit.page.clock.run_for(60_000)

    expect(marit.page.get_by_role("heading", name="Safehouse is not running")).to_be_visible()
    expect(marit.page.get_by_label("Neither sent nor saved")).to_have_value("nobody has this yet")
    expect(marit.page.get_by_text("a private line")).to_have_count(0)
    assert "Marit" not in marit.page.content()


def test_a_draft_outlives_the_crash_of_the_program(arrive: Arrive) -> None:
    marit = opens_a_note(arrive("Marit"))
    marit.expects_the_program_to_end()
    with marit.page.expect_response("**/draft"):
        marit.page.get_by_role("textbox", name="Message").fill("half a thought")

    marit.app.kill()
    marit.comes_back().opens_conversation_with("Note to self")

    expect(marit.page.get_by_role("textbox", name="Message")).to_have_value("half a thought")


def test_a_new_start_on_the_same_port_is_not_mistaken_for_the_old_one(
    arrive: Arrive, tmp_path: Path
) -> None:
    marit = opens_a_note(arrive("Marit"))
    marit.expects_the_program_to_end()
    port = marit.page.url.split(":")[2].rstrip("/")

    marit.app.kill()
    marit.app.start("--port", port)

    expect(marit.page.get_by_role("heading", name="Safehouse is not running")).to_be_visible()
    expect(marit.page.locator("#log")).to_have_count(0)


def test_a_tab_that_has_slept_asks_before_it_shows_anything(arrive: Arrive) -> None:
    marit = arrive("Marit")
    marit.page.clock.install()
    opens_a_note(marit).sends("a private line").sees_all_sent()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    marit.page.route(LIST, hold)

    with marit.page.expect_request(LIST):
        marit.page.clock.fast_forward(THREE_DAYS_MS)
    expect(marit.page.locator("#screen")).to_have_css("opacity", "0")
    for route in held:
        route.continue_()
    marit.page.unroute(LIST)

    expect(marit.page.locator("#screen")).to_have_css("opacity", "1")
    marit.sees("a private line")
