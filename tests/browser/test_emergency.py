"""The duress code and the panic shortcut, in the hands of a person."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.locking import PIN, Keeper
from tests.browser.test_erase import sees_the_first_page
from tests.browser.walks import WIDTHS, looks_around
from webapp.app import App
from webapp.services import preferences, reading

pytestmark = pytest.mark.browser

DURESS_PIN = "161803"
PANIC = "Control+Shift+Backspace"


@pytest.fixture
def marit(app: App, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Keeper]:
    person = Keeper(app, browser=browser, width=getattr(request, "param", WIDTHS[0]))
    person.opens_the_app()
    yield person
    person.context.close()
    assert person.complaints == []
    assert person.foreign == []


def shows_the_page(marit: Keeper) -> None:
    marit.page.get_by_label("Your PIN").fill(PIN)
    marit.page.get_by_role("button", name="Show the page").click()


def opens_emergency(marit: Keeper) -> None:
    marit.opens_settings("Emergency")
    if marit.page.get_by_label("Your PIN").is_visible():
        shows_the_page(marit)
    expect(marit.page.get_by_role("heading", name="Duress code")).to_be_visible()


def sets_up(marit: Keeper, *, cover: str = "Empty", text: str = DURESS_PIN) -> None:
    page = marit.page
    page.locator("#duress").get_by_role("button", name="Set up").click()
    page.get_by_role("radio", name=cover).check()
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_label("Duress code", exact=True).fill(text)
    page.get_by_label("Duress code once more").fill(text)
    page.get_by_role("button", name="Go on to the rehearsal").click()
    expect(page.get_by_role("heading", name="Rehearsal")).to_be_visible()


def rehearses(marit: Keeper, text: str) -> None:
    marit.page.get_by_label("Code", exact=True).fill(text)
    marit.page.get_by_role("button", name="Try this code").click()


def switches_on(marit: Keeper, *, cover: str = "Empty") -> None:
    opens_emergency(marit)
    sets_up(marit, cover=cover)
    rehearses(marit, DURESS_PIN)
    expect(marit.page.get_by_text("This is the duress code.")).to_be_visible()
    marit.page.get_by_role("button", name="Switch it on").click()
    expect(marit.page.get_by_text("The duress code is on.")).to_be_visible()


@pytest.mark.parametrize("marit", WIDTHS, indirect=True)
def test_typed_at_the_lock_it_leaves_the_first_page(marit: Keeper, app: App) -> None:
    marit.sets_a_code("pin")
    marit.goes_back_to_the_list()
    switches_on(marit)
    marit.goes_back_to_the_list()
    marit.locks()

    marit.tries("pin", DURESS_PIN)

    sees_the_first_page(marit.page)
    marit.page.reload()
    sees_the_first_page(marit.page)
    assert app.runtime.state in {"erasing", "fresh"}


@pytest.mark.parametrize("marit", WIDTHS, indirect=True)
def test_typed_at_the_lock_it_leaves_the_cover(night_desk: None, marit: Keeper, app: App) -> None:
    marit.sets_a_code("pin")
    marit.goes_back_to_the_list()
    switches_on(marit, cover="Cover: Night desk")
    marit.goes_back_to_the_list()
    marit.locks()

    marit.tries("pin", DURESS_PIN)

    marit.sees_the_app()
    assert [reading.account_record(each).name for each in app.runtime.accounts()] == ["Night desk"]
    marit.locks()
    marit.tries("pin", PIN)
    expect(marit.page.get_by_text("This does not open anything.")).to_be_visible()
    marit.tries("pin", DURESS_PIN)
    marit.sees_the_app()


def test_the_page_asks_for_the_code_and_after_a_lock_again(marit: Keeper) -> None:
    marit.sets_a_code("pin")
    marit.expects_refusals()
    marit.opens_settings("Emergency")
    page = marit.page
    expect(page.get_by_role("heading", name="Duress code")).to_have_count(0)
    page.get_by_label("Your PIN").fill("000000")
    page.get_by_role("button", name="Show the page").click()
    expect(page.get_by_text("This is not the present code.")).to_be_visible()
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Show the page").click()
    expect(page.get_by_role("heading", name="Duress code")).to_be_visible()
    marit.goes_back_to_the_list()
    marit.locks()
    marit.unlocks("pin")

    marit.opens_settings("Emergency")

    expect(page.get_by_label("Your PIN")).to_be_visible()
    expect(page.get_by_role("heading", name="Duress code")).to_have_count(0)


def test_a_code_too_near_is_refused_and_a_rehearsal_destroys_nothing(
    marit: Keeper, app: App
) -> None:
    marit.sets_a_code("pin")
    marit.expects_refusals()
    opens_emergency(marit)
    page = marit.page
    page.locator("#duress").get_by_role("button", name="Set up").click()
    page.get_by_label("Your PIN").fill(PIN)
    for label in ("Duress code", "Duress code once more"):
        page.get_by_label(label, exact=True).fill("271829")
    page.get_by_role("button", name="Go on to the rehearsal").click()
    expect(page.get_by_text("one slip would destroy everything")).to_be_visible()
    for label in ("Duress code", "Duress code once more"):
        page.get_by_label(label, exact=True).fill(DURESS_PIN)
    page.get_by_role("button", name="Go on to the rehearsal").click()

    expect(page.get_by_role("button", name="Switch it on")).to_be_disabled()
    rehearses(marit, PIN)
    expect(page.get_by_text("This is your own code.")).to_be_visible()
    rehearses(marit, "000000")
    expect(page.get_by_text("This opens nothing, and destroys nothing.")).to_be_visible()
    rehearses(marit, DURESS_PIN)
    expect(page.get_by_text("the first page would be here now")).to_be_visible()
    expect(page.get_by_role("button", name="Switch it on")).to_be_enabled()
    assert app.runtime.state == "open"
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#duress").get_by_text("Off", exact=True)).to_be_visible()


def test_two_presses_destroy_and_one_does_not(marit: Keeper, app: App) -> None:
    page = marit.page
    marit.writes_to("05" + "ab" * 32)
    page.keyboard.press(PANIC)
    page.keyboard.press(PANIC)
    expect(page.locator("#log")).to_be_visible()
    opens_emergency(marit)
    switch = page.get_by_role("switch", name="Destroy everything with two key presses")
    switch.check()
    expect(page.locator("html")).to_have_attribute("data-panic-chord", "on")
    marit.goes_back_to_the_list()
    marit.opens_conversation_with("05ab")
    with page.expect_response("**/draft"):
        page.get_by_role("textbox", name="Message").fill("in the middle of a word")
    page.keyboard.down("Control")
    page.keyboard.down("Shift")
    for _ in range(3):
        page.keyboard.down("Backspace")  # Held down, it repeats itself.
    page.keyboard.up("Backspace")
    expect(page.locator("#log")).to_be_visible()
    assert app.runtime.state == "open"

    # A slow computer may be more than a second behind the first press, which a reload forgets.
    page.reload()
    marit.sees_the_app()
    page.get_by_role("textbox", name="Message").focus()
    for _ in range(2):
        page.keyboard.press("Backspace")

    sees_the_first_page(page)
    assert app.runtime.state in {"erasing", "fresh"}


@pytest.mark.parametrize("marit", WIDTHS, indirect=True)
def test_no_page_of_emergencies_keeps_anybody_out(
    night_desk: None, marit: Keeper, app: App
) -> None:
    def pages() -> Iterator[str]:
        marit.opens_settings("Emergency")
        yield "emergency-no-code"
        marit.goes_back_to_the_list()
        marit.sets_a_code("pin")
        marit.goes_back_to_the_list()
        marit.opens_settings("Emergency")
        yield "emergency-asks"
        shows_the_page(marit)
        expect(marit.page.get_by_role("heading", name="Duress code")).to_be_visible()
        yield "emergency-off"
        marit.page.locator("#duress").get_by_role("button", name="Set up").click()
        expect(marit.page.get_by_label("Duress code", exact=True)).to_be_visible()
        yield "emergency-code"
        marit.page.get_by_role("button", name="Cancel").click()
        sets_up(marit, cover="Cover: Night desk")
        rehearses(marit, DURESS_PIN)
        expect(marit.page.get_by_text("This is the duress code.")).to_be_visible()
        yield "emergency-rehearsal"
        marit.page.get_by_role("button", name="Switch it on").click()
        expect(marit.page.get_by_text("The duress code is on.")).to_be_visible()
        yield "emergency-on"
        marit.page.get_by_role("button", name="Switch off").click()
        expect(marit.page.get_by_role("button", name="Keep it")).to_be_visible()
        yield "emergency-switch-off"

    preferences.change(app.runtime.account(), "theme", "system")
    looks_around(marit, pages())
