"""The lock in the hands of a person: codes of every kind, and what is seen while it is closed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Arrive
from tests.browser.locking import (
    CODES,
    PASSPHRASE,
    PATTERN,
    PIN,
    Keeper,
    waits,
)
from tests.browser.walks import WIDTHS
from tests.virtual_clock import LeapingClock
from webapp.app import App

pytestmark = pytest.mark.browser

KINDS = ("pin", "pattern", "passphrase")


# Setting, typing, changing and removing codes is done in both widths, the rest in one.
in_both_widths = pytest.mark.parametrize("marit", WIDTHS, indirect=True)


@pytest.fixture
def marit(app: App, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Keeper]:
    person = Keeper(app, browser=browser, width=getattr(request, "param", WIDTHS[0]))
    person.opens_the_app()
    yield person
    person.context.close()
    assert person.complaints == []
    assert person.foreign == []


@in_both_widths
@pytest.mark.parametrize("kind", KINDS)
def test_a_first_code_is_set_and_asked_for(marit: Keeper, kind: str) -> None:
    marit.sets_a_code(kind)
    marit.locks()
    expect(marit.page.get_by_role("radio", name="PIN")).to_be_checked()

    marit.unlocks(kind)


@in_both_widths
def test_wrong_codes_say_one_thing_and_make_one_wait_longer_and_longer(
    marit: Keeper, clock: LeapingClock
) -> None:
    marit.sets_a_code("pin")
    marit.locks()
    said = []
    for kind, code in (("pin", "111111"), ("passphrase", "not this one"), ("pattern", "123654")):
        marit.tries(kind, code)
        said.append(marit.page.locator("#code-error").inner_text())
        expect(marit.page.get_by_role("radio", name=kind)).to_be_checked()
        expect(marit.page.locator("[data-code]").first).to_have_value("")

    expect(waits(marit.page)).to_be_visible()
    assert {sentence.split(".")[0] for sentence in said} == {"This does not open anything"}
    clock.leap(1)
    marit.page.reload()
    expect(marit.page.get_by_role("radio", name="PIN")).to_be_checked()
    marit.tries("pin", "222222")
    expect(marit.page.get_by_role("button", name="Wait 5 seconds")).to_be_visible()

    # Long enough that a slow computer is too early as well.
    clock.leap(5)
    marit.page.reload()
    marit.tries("pin", "333333")
    told = re.compile(r"Wait (30|2\d) seconds")
    expect(marit.page.get_by_role("button", name=told)).to_be_visible()
    marit.page.reload()
    marit.tries("pin", PIN)
    expect(marit.page.get_by_text("too early")).to_be_visible()
    clock.leap(30)
    marit.page.reload()
    marit.unlocks("pin")


@in_both_widths
def test_a_code_is_changed_and_removed_by_the_one_there_is(marit: Keeper) -> None:
    marit.sets_a_code("pin")
    marit.sets_a_code("pattern", current=PIN)
    marit.sets_a_code("passphrase", current=PATTERN)
    marit.locks()
    marit.unlocks("passphrase")

    marit.expects_refusals()
    marit.opens_settings("Lock")
    marit.page.get_by_role("button", name="Remove").click()
    field = marit.page.get_by_label("The passphrase until now")
    field.fill("something else")
    marit.page.get_by_role("button", name="Remove the code").click()
    expect(marit.page.get_by_text("This is not the present code.")).to_be_visible()
    field.fill(PASSPHRASE)
    marit.page.get_by_role("button", name="Remove the code").click()

    expect(marit.page.get_by_text("The code is removed.")).to_be_visible()
    marit.page.get_by_role("button", name="Lock now").locator("visible=true").first.click()
    expect(marit.page.get_by_text("Without a code there is nothing")).to_be_visible()


def test_a_reload_and_a_second_tab_do_not_ask_again(marit: Keeper) -> None:
    marit.sets_a_code("pin")
    marit.locks()
    marit.unlocks("pin")
    marit.page.reload()
    marit.sees_the_app()

    marit.opens_a_second_tab()


def test_locking_empties_every_tab_within_a_second_and_unlocking_opens_them(
    marit: Keeper,
) -> None:
    marit.sets_a_code("pin")
    second = marit.opens_a_second_tab()

    marit.locks()
    expect(second.locator("lock-form")).to_be_visible(timeout=1000)
    marit.unlocks("pin")

    marit.sees_the_app(second)


def test_what_was_being_typed_is_saved_before_it_is_locked(marit: Keeper) -> None:
    marit.sets_a_code("pin")
    marit.goes_back_to_the_list()
    marit.page.get_by_role("button", name="New conversation").first.click()
    marit.page.get_by_role("button", name="Note to self").click()
    marit.page.get_by_role("textbox", name="Message").fill("half a thou")

    marit.page.keyboard.press("Alt+Shift+L")

    marit.sees_the_lock()
    marit.unlocks("pin")
    marit.opens_conversation_with("Note to self")
    expect(marit.page.get_by_role("textbox", name="Message")).to_have_value("half a thou")


def test_nothing_private_is_left_behind_the_lock(marit: Keeper, app: App) -> None:
    marit.sets_a_code("pin")
    marit.goes_back_to_the_list()
    marit.writes_to("05" + "ab" * 32)
    marit.page.get_by_role("textbox", name="Message").fill("a secret")

    marit.locks()

    html = marit.page.content()
    for private in ("a secret", "Marit", "05ab", "data-theme", "data-hue"):
        assert private not in html, private
    assert marit.page.title() == "Safehouse"
    marit.page.go_back()
    expect(marit.page.locator("#conversations")).to_have_count(0)


def test_the_pattern_is_pressed_together_by_numbers_or_by_arrows(marit: Keeper) -> None:
    marit.sets_a_code("pattern")
    marit.locks()
    marit.chooses("pattern")
    for point in PATTERN:
        marit.page.keyboard.press(point)
    with marit.page.expect_navigation():
        marit.page.keyboard.press("Enter")
    marit.sees_the_app()

    marit.locks()
    marit.chooses("pattern")
    marit.page.get_by_role("button", name="Point 1").focus()
    steps = "Space Down Space Down Space Right Space Right Space Up Space Left Space"
    for step in steps.split():
        marit.page.keyboard.press(step if step == "Space" else f"Arrow{step}")
    expect(marit.page.locator("[name=pattern]")).to_have_value("1478965")
    with marit.page.expect_navigation():
        marit.page.get_by_role("button", name="Unlock").click()
    marit.sees_the_app()


def test_it_locks_when_nobody_does_anything(marit: Keeper, app: App, clock: LeapingClock) -> None:
    marit.sets_a_code("pin")
    with marit.page.expect_response("**/activity"):
        marit.page.mouse.move(5, 5)
    clock.leap(4 * 60)
    app.runtime.tick()
    assert app.runtime.state == "open"
    clock.leap(61)
    app.runtime.tick()

    marit.sees_the_lock()
    marit.unlocks("pin")


def test_it_locks_a_minute_after_the_last_tab_has_gone(
    marit: Keeper, app: App, clock: LeapingClock
) -> None:
    marit.sets_a_code("pin")
    address = marit.page.url
    marit.waits_until(app._live.has_listeners)
    left = marit.page
    marit.page = marit.new_tab()
    marit.page.goto("about:blank")
    left.close()
    marit.waits_until(lambda: not app._live.has_listeners())
    clock.leap(59)
    app.runtime.tick()
    assert app.runtime.state == "open"
    clock.leap(2)
    app.runtime.tick()
    assert app.runtime.state == "locked"

    marit.page.goto(address)
    marit.sees_the_lock()


def test_a_computer_that_wakes_up_shows_the_lock(
    marit: Keeper, app: App, clock: LeapingClock
) -> None:
    marit.sets_a_code("pin")
    app.runtime.tick()

    clock.sleep_through(3600)

    marit.page.reload()
    marit.sees_the_lock()
    assert app.runtime.state == "locked"


def test_a_person_without_a_script_opens_it_by_pin_and_passphrase(
    app: App, browser: Browser
) -> None:
    marit = Keeper(app, browser=browser)
    marit.opens_the_app()
    marit.sets_a_code("passphrase")
    marit.locks()
    address, state = marit.page.url, marit.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(address)
    page.locator("label:has([value=passphrase])").click()
    page.get_by_label("Passphrase", exact=True).last.fill("wrong wrong")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_text("This does not open anything.")).to_be_visible()
    assert page.url == address

    page.locator("label:has([value=passphrase])").click()
    page.get_by_label("Passphrase", exact=True).last.fill(PASSPHRASE)
    page.get_by_role("button", name="Unlock").click()

    expect(page.locator("#conversations")).to_be_attached()
    plain.close()
    marit.context.close()


def test_at_the_loopback_address_the_lock_asks_each_tab(app: App, browser: Browser) -> None:
    marit = Keeper(app, browser=browser)
    # The one before led nowhere, so this one has a button.
    marit.page.goto(app.launcher.create().as_uri())
    marit.page.get_by_role("button", name="Open at 127.0.0.1").click()
    marit.sees_the_app()
    marit.sets_a_code("pin")
    marit.locks()
    assert "127.0.0.1" in marit.page.url

    marit.unlocks("pin")
    marit.page.reload()

    marit.sees_the_app()
    second = marit.context.new_page()
    second.goto(marit.page.url)
    expect(second.get_by_text("This tab may not continue")).to_be_visible()
    marit.context.close()


def test_six_words_are_suggested_and_their_strength_is_told(marit: Keeper) -> None:
    marit.opens_settings("Lock")
    marit.page.get_by_role("button", name="Set a code").locator("visible=true").first.click()
    marit.page.locator("[name=pin]").fill("271828")
    expect(marit.page.locator("#strength")).to_contain_text("Stops people near you. With a copy")
    marit.chooses("passphrase")
    marit.page.get_by_role("button", name="Suggest six words").click()
    expect(marit.page.locator("#strength")).to_contain_text("Also protects a copied disk.")
    words = marit.page.locator("[name=passphrase]").input_value()
    assert len(words.split()) == 6
    assert words == marit.page.locator("#suggested p").first.inner_text()

    marit.page.locator("[name=passphrase_again]").fill(words)
    marit.page.get_by_role("button", name="Set the code").click()

    expect(marit.page.get_by_text("The code is set.")).to_be_visible()


@in_both_widths
def test_a_code_is_offered_until_somebody_says_later(marit: Keeper) -> None:
    if marit.page.viewport_size == {"width": 1280, "height": 940}:
        expect(marit.page.get_by_text("Save your recovery words")).to_be_hidden()
    expect(marit.page.get_by_text("Close it with a code")).to_be_visible()
    marit.page.get_by_role("button", name="Later").click()
    expect(marit.page.get_by_text("Close it with a code")).to_be_hidden()
    expect(marit.page.get_by_text("Save your recovery words")).to_be_visible()

    marit.page.reload()

    marit.sees_the_app()
    expect(marit.page.get_by_text("Close it with a code")).to_be_hidden()


def test_every_code_is_sent_and_answered_in_the_same_way(marit: Keeper) -> None:
    marit.sets_a_code("pin")
    marit.locks()
    ways = []
    for code in ("111111", PIN):
        marit.types("pin", code)
        asked: list[str] = []
        marit.page.on("request", lambda request, asked=asked: asked.append(request.url))
        with marit.page.expect_response("**/unlock") as answer, marit.page.expect_navigation():
            marit.page.get_by_role("button", name="Unlock").click()
        headers = {name for name in answer.value.headers if name != "date"}
        ways.append(
            (answer.value.status, headers, [url for url in asked if "static" not in url][:2])
        )
    assert ways[0] == ways[1]
    assert CODES["pin"] == PIN


def test_the_program_itself_asks_for_the_code_after_it_was_killed(arrive: Arrive) -> None:
    marit = arrive("Marit").opens_the_app().makes_an_account().opens_settings("Lock")
    page = marit.page
    page.locator("#lock-code").get_by_role("button", name="Set a code").click()
    for field in ("pin", "pin_again"):
        page.locator(f"[name={field}]").fill(PIN)
    page.get_by_role("button", name="Set the code").click()
    expect(page.get_by_text("The code is set.")).to_be_visible()
    marit.expects_the_program_to_end()
    marit.app.kill()

    marit.comes_back()

    expect(marit.page.locator("lock-form")).to_be_visible()
    marit.page.get_by_label("PIN", exact=True).last.fill(PIN)
    marit.page.keyboard.press("Enter")
    expect(marit.page.locator("#conversations")).to_be_attached()
