"""Reading in a long conversation: nothing is missing, nothing comes twice, the text stays put."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import Person, RunningApp
from tests.browser.readers import (
    MANY,
    MOST_ROWS,
    STILL_PX,
    WATCH,
    WHEEL_PX,
    Held,
    Reader,
    fill,
    message_text,
    middle_message,
    top_of,
)
from webapp.app import App
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import messaging
from webapp.services.events import MessageChanged
from webapp.storage import contacts, messages

pytestmark = pytest.mark.browser

Converse = Callable[..., Reader]


@pytest.fixture
def converse(app: App, browser: Browser) -> Iterator[Converse]:
    """Let somebody have a conversation of so many messages, the last of them unread."""
    here: list[Person] = []

    def converse_(count: int, *, unread: int = 0, width: int = 1280) -> Reader:
        account = app.runtime.account()
        ilse = AccountKeys.from_seed(Seed.generate()).account_id
        number = messaging.start_conversation(account, ilse)
        contacts.apply_profile(account.database, ilse, name="Ilse", updated_s=1)
        fill(account, number, ilse, count=count, unread=unread)
        person = Person("Marit", browser=browser, app=RunningApp(app), width=width)
        here.append(person)
        return Reader(person, account, ilse, number)

    yield converse_
    for person in here:
        person.context.close()
    for person in here:
        assert person.complaints == []
        assert person.foreign == []


def test_five_thousand_messages_are_all_there_both_ways(converse: Converse) -> None:
    reader = converse(MANY).opens_it()
    reader.page.evaluate(WATCH)

    reader.scrolls_until(message_text(0), step=-WHEEL_PX)
    seen_up = reader.page.evaluate("watched.seen.size")
    reader.page.evaluate("watched.begin()")
    reader.scrolls_until(message_text(MANY - 1), step=WHEEL_PX)

    watched = reader.page.evaluate("({ ...watched, seen: watched.seen.size })")
    assert seen_up == MANY
    assert watched["seen"] == MANY
    assert watched["faults"] == []
    assert watched["most"] <= MOST_ROWS


@pytest.mark.parametrize(("side", "step"), [("older", -WHEEL_PX), ("newer", WHEEL_PX)])
def test_nothing_moves_when_messages_come_and_go_around_what_is_read(
    converse: Converse, side: str, step: int
) -> None:
    reader = converse(600).opens_it()
    if side == "newer":
        reader.page.keyboard.press("Tab")
        reader.log.press("Home")
        reader.sees(message_text(0))

    with Held(reader.page, f"**/{side}?*") as held:
        for _ in range(5):
            while not held.waiting:
                reader.scrolls(step)
            before = reader.rows()
            message = middle_message(reader)
            top = top_of(message)

            held.lets_one_through()

            expect(reader.bubbles).not_to_have_text(before)
            assert abs(top_of(message) - top) <= STILL_PX
            assert len(held.waiting) <= 1, "never two requests at once"
            for route in held.waiting[1:]:
                route.abort()
    assert len(reader.rows()) == MOST_ROWS


def test_a_conversation_opens_at_the_first_unread_message(converse: Converse) -> None:
    reader = converse(400, unread=300).opens_it()

    reader.sees(message_text(99))
    reader.sees(message_text(100))
    log = reader.log.bounding_box()
    assert log is not None
    place = (top_of(reader.line) - log["y"]) / log["height"]
    assert 0.15 < place < 0.45
    expect(reader.badge).to_have_text(re.compile(r"^2[89]\d unread$"))
    reader.person.keeps_a_picture("log-unread")


def test_what_is_seen_is_read_and_the_line_stays_where_it_was(converse: Converse) -> None:
    reader = converse(100, unread=40).opens_it()

    reader.scrolls_until(message_text(99), step=400)
    while reader.jump.is_visible():
        reader.scrolls(400)

    expect(reader.badge).to_have_count(0)
    expect(reader.line).to_have_count(1)
    after = reader.line.evaluate("(line) => line.nextElementSibling.innerText")
    assert message_text(60) in after


def test_the_unread_line_is_gone_when_one_comes_back(converse: Converse) -> None:
    reader = converse(60, unread=3).opens_it()
    expect(reader.line).to_have_count(1)
    expect(reader.badge).to_have_count(0)

    reader.page.locator(f"#open-{reader.number}").click()

    expect(reader.line).to_have_count(0)


def test_the_way_to_the_newest_message_is_one_press(converse: Converse) -> None:
    reader = converse(900, unread=700).opens_it()
    expect(reader.jump).to_contain_text(re.compile(r"6\d\d"))

    reader.jump.focus()
    reader.page.keyboard.press("Enter")

    reader.sees(message_text(899))
    expect(reader.jump).to_be_hidden()
    expect(reader.badge).to_have_count(0)
    expect(reader.log).to_be_focused()


def test_home_and_end_lead_to_the_ends_of_the_conversation(converse: Converse) -> None:
    reader = converse(900).opens_it()
    reader.log.focus()

    reader.page.keyboard.press("Home")
    reader.sees(message_text(0))
    assert reader.log.evaluate("(log) => log.scrollTop") == 0
    reader.page.keyboard.press("End")

    reader.sees(message_text(899))
    assert len(reader.rows()) <= MOST_ROWS


def test_a_page_up_in_the_field_turns_the_page_of_the_log(converse: Converse) -> None:
    reader = converse(100).opens_it()
    message = middle_message(reader)
    top = top_of(message)

    reader.page.get_by_role("textbox", name="Message").press("PageUp")

    reader.rests()
    assert top_of(message) > top + 300


def test_a_message_that_arrives_while_one_reads_above_moves_nothing(converse: Converse) -> None:
    reader = converse(120).opens_it()
    reader.scrolls(-700)
    message = middle_message(reader)
    top = top_of(message)

    reader.receives("I am early")

    expect(reader.jump).to_contain_text("1")
    assert abs(top_of(message) - top) <= STILL_PX
    reader.jump.click()
    reader.sees("I am early")
    expect(reader.line).to_have_count(1)


def test_a_message_that_arrives_at_the_end_is_seen_and_read(converse: Converse) -> None:
    reader = converse(120).opens_it()

    reader.receives("I am early")

    reader.sees("I am early")
    expect(reader.badge).to_have_count(0)
    expect(reader.line).to_have_count(0)
    expect(reader.jump).to_be_hidden()


def test_many_that_arrive_at_once_never_push_the_first_of_them_out_of_view(
    converse: Converse,
) -> None:
    reader = converse(120).opens_it()

    reader.receives(*(f"news {at}" for at in range(45)))

    reader.sees("news 0")
    expect(reader.jump).to_be_visible()
    expect(reader.badge).not_to_have_count(0)


def test_after_a_flood_one_goes_on_where_it_began(converse: Converse) -> None:
    reader = converse(120).opens_it()

    reader.receives(*(f"news {at}" for at in range(130)))

    expect(reader.line).to_be_in_viewport()
    reader.sees(message_text(119))
    reader.sees("news 0")
    reader.scrolls_until("news 129", step=WHEEL_PX)
    assert len(reader.rows()) <= MOST_ROWS


def test_what_is_beyond_the_window_is_not_put_into_it(converse: Converse) -> None:
    reader = converse(900).opens_it()
    reader.log.focus()
    reader.page.keyboard.press("Home")
    reader.sees(message_text(0))
    message = middle_message(reader)
    top = top_of(message)

    reader.receives("I am early")

    expect(reader.jump).to_contain_text("1")
    assert "I am early" not in reader.rows()
    assert abs(top_of(message) - top) <= STILL_PX
    reader.jump.click()
    reader.sees("I am early")


def test_an_own_message_leads_to_the_end(converse: Converse) -> None:
    reader = converse(900).opens_it()
    reader.log.focus()
    reader.page.keyboard.press("Home")
    reader.sees(message_text(0))

    reader.person.sends("on my way")

    reader.sees("on my way")
    expect(reader.jump).to_be_hidden()


def test_a_state_that_changes_above_moves_nothing(converse: Converse) -> None:
    reader = converse(120).opens_it()
    reader.person.sends("the first").sees_all_sent()
    [own] = messages.page(reader.account.database, reader.number, limit=1)
    for start in (0, 12):
        # A window is higher than twelve of them; what has changed must be above it.
        reader.receives(*(f"news {at}" for at in range(start, start + 12)))
        reader.sees(f"news {start + 11}")
    expect(reader.page.locator(f"#message-{own.id}")).not_to_be_in_viewport()
    reader.scrolls(-60)
    message = reader.sees("news 21")
    top = top_of(message)

    messages.set_state(reader.account.database, own.id, "failed")
    reader.account.events.publish(MessageChanged(reader.number, own.id))

    expect(reader.log.get_by_role("button", name="Try again")).not_to_have_count(0)
    assert abs(top_of(message) - top) <= STILL_PX


@pytest.mark.parametrize("change", ["narrower", "larger text"])
def test_what_is_read_stays_in_view_when_the_page_changes_its_shape(
    converse: Converse, change: str
) -> None:
    reader = converse(300).opens_it()
    reader.scrolls(-900)
    first = reader.log.evaluate(
        """(log) => {
          const edge = log.getBoundingClientRect().top;
          const rows = [...log.querySelectorAll(".message")];
          return rows.find((row) => row.getBoundingClientRect().top >= edge).id;
        }"""
    )
    message = reader.page.locator(f"#{first}")
    top = top_of(message)

    if change == "narrower":
        reader.page.set_viewport_size({"width": 800, "height": 700})
    else:
        reader.page.evaluate("document.documentElement.style.fontSize = '150%'")
    reader.rests()

    assert abs(top_of(message) - top) <= STILL_PX


def test_messages_that_do_not_load_can_be_asked_for_again(converse: Converse) -> None:
    reader = converse(300)
    reader.person.expects_refusals()
    reader.opens_it()
    reader.page.route("**/older?*", lambda route: route.fulfill(status=503, body=""))

    reader.scrolls_until(message_text(250), step=-WHEEL_PX)
    expect(reader.log.get_by_text("These messages did not load.")).to_be_visible()
    reader.person.keeps_a_picture("log-not-loaded")
    reader.page.unroute("**/older?*")
    reader.log.get_by_role("button", name="Try again").click()

    expect(reader.log.get_by_text(message_text(240), exact=True)).to_have_count(1)
    expect(reader.log.get_by_text("These messages did not load.")).to_be_hidden()


def test_a_wait_for_messages_is_shown(converse: Converse) -> None:
    reader = converse(300).opens_it()

    with Held(reader.page, "**/older?*") as held:
        while not held.waiting:
            reader.scrolls(-WHEEL_PX)
        for _ in range(4):
            reader.scrolls(-WHEEL_PX)
        expect(reader.log.get_by_text("Loading messages").first).to_be_visible()
        held.lets_one_through()
    expect(reader.log.get_by_text("Loading messages").first).to_be_hidden()


def test_only_what_is_new_is_announced(converse: Converse) -> None:
    reader = converse(300).opens_it()
    loaded = reader.log.locator(".message[aria-live=off]")
    reader.scrolls_until(message_text(220), step=-WHEEL_PX)
    expect(loaded).not_to_have_count(0)
    reader.jump.click()

    [number] = reader.receives("I am early")
    reader.sees("I am early")

    expect(reader.page.locator("#log")).to_have_attribute("aria-live", "polite")
    assert reader.page.locator(f"#message-{number}").get_attribute("aria-live") is None
    reader.account.events.publish(MessageChanged(reader.number, number))
    expect(reader.page.locator(f"#message-{number}")).to_have_attribute("aria-live", "off")


def test_while_nobody_looks_nothing_is_read(converse: Converse) -> None:
    reader = converse(120).opens_it()
    set_hidden(reader.page, "true")

    reader.receives("I am early")
    reader.receives("and alone")

    expect(reader.badge).to_have_text("2 unread")
    expect(reader.line).to_be_in_viewport()
    set_hidden(reader.page, "false")
    expect(reader.badge).to_have_count(0)
    reader.sees("and alone")


def set_hidden(page: Page, hidden: str) -> None:
    """No browser without a window hides its pages, so the page is told that it is."""
    page.evaluate(
        f"""() => {{
          Object.defineProperty(document, "hidden", {{ value: {hidden}, configurable: true }});
          document.dispatchEvent(new Event("visibilitychange"));
        }}"""
    )


def test_a_day_is_named_once_and_above_its_messages(converse: Converse) -> None:
    reader = converse(MANY).opens_it()

    days = reader.log.locator(".log__day").all_inner_texts()
    reader.scrolls_until(message_text(MANY - 3_000), step=-WHEEL_PX)

    assert days[-1] in ("Today", "Yesterday")
    shown = reader.log.locator(".log__day").all_inner_texts()
    assert len(shown) == len(set(shown))
    wrong = reader.log.evaluate(
        """(log) => [...log.querySelectorAll(".log__day")].filter((day) => {
          const below = day.nextElementSibling;
          return !below.matches(".message") || below.dataset.day !== day.dataset.separator;
        }).length"""
    )
    assert wrong == 0


def test_coming_back_leads_to_where_one_was_reading(converse: Converse) -> None:
    reader = converse(900).opens_it()
    reader.scrolls_until(message_text(700), step=-WHEEL_PX)
    place = reader.log.evaluate("(log) => log.place")
    first = reader.log.locator(f"[data-sort='{place}'] .bubble__text").inner_text()

    reader.page.evaluate(
        """(path) => {
          const button = Object.assign(document.createElement("button"), { id: "back" });
          button.dataset.get = path;
          document.body.append(button);
          button.click();
          button.remove();
        }""",
        f"/conversations/{reader.number}?around={place}",
    )

    expect(reader.log).to_have_attribute("data-opened-at", place)
    reader.sees(first)
    assert abs(top_of(reader.sees(first)) - top_of(reader.log)) < 60


def test_an_empty_conversation_says_what_becomes_of_the_first_message(converse: Converse) -> None:
    reader = converse(0).opens_it()

    expect(reader.log.get_by_text("Nothing here yet.")).to_be_visible()
    assert reader.person.finds_obstacles() == []
    reader.person.sends("hello")
    reader.sees("hello")
    expect(reader.log.get_by_text("Nothing here yet.")).to_be_hidden()
