"""Stories of people with several accounts: switching, who speaks, other codes, erasing one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.locking import PIN, Keeper
from tests.browser.people import Person
from webapp.app import App

pytestmark = pytest.mark.browser

OTHER_PIN = "314159"
WIDTHS = (1280, 390)


# What looks different on a phone is done in both widths, the rest in one.
in_both_widths = pytest.mark.parametrize("marit", WIDTHS, indirect=True)


@pytest.fixture
def marit(
    night_desk: None, app: App, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Keeper]:
    person = Keeper(app, browser=browser, width=getattr(request, "param", WIDTHS[0]))
    person.opens_the_app()
    sees_account(person, "Marit")
    yield person
    person.context.close()
    assert person.complaints == []
    assert person.foreign == []


def menu_of(person: Person) -> Locator:
    person.goes_back_to_the_list()
    person.page.get_by_role("button", name="Account:").click()
    menu = person.page.get_by_role("group", name="Accounts")
    expect(menu).to_be_visible()
    return menu


def switches_to(person: Person, name: str) -> None:
    menu_of(person).get_by_role("button", name=name).click()
    sees_account(person, name)


def sees_account(person: Person, name: str) -> None:
    button = person.page.get_by_role("button", name=f"Account: {name}", exact=True)
    expect(button).to_be_visible()
    # Drawn before its scripts run; whoever presses a button then presses it in vain.
    expect(person.page.locator("live-updates:defined")).to_be_attached()


def adds_an_account(person: Person, name: str) -> None:
    page = person.page
    menu_of(person).get_by_role("button", name="Add an account").click()
    expect(page.get_by_text("Safehouse cannot know whether other codes")).to_be_visible()
    page.get_by_role("button", name="Make a new account").click()
    page.get_by_label("Display name").fill(name)
    page.get_by_role("button", name="Make the account").click()
    sees_account(person, name)


def makes_the_files_equal(marit: Keeper) -> None:
    """Take what is offered, which locks."""
    page = marit.page
    offer = page.get_by_text("Files show how many accounts there are")
    expect(offer).to_be_visible()
    marit.keeps_a_picture("equal-size-offer")
    page.get_by_role("button", name="Make them equal").click()
    expect(page.get_by_role("heading", name="Keep all files at one size?")).to_be_visible()
    assert marit.finds_obstacles() == []
    marit.keeps_a_picture(f"equal-size-{page.viewport_size['width']}")  # type: ignore[index]
    page.get_by_role("button", name="Lock and make them equal").click()
    marit.sees_the_lock()


def test_a_second_account_writes_and_is_written_to_in_its_own_name(arrive: Arrive) -> None:
    owner, friend = arrive("Marit"), arrive("Ilse")
    for person in (owner, friend):
        person.opens_the_app().makes_an_account()
    friends_id = friend.own_id()
    owner.writes_to(friends_id).sends("This is Marit").sees_all_sent()
    adds_an_account(owner, "Night desk")
    owner.writes_to(friends_id)
    expect(owner.page.get_by_text("You write as Night desk.")).to_be_visible()
    expect(owner.page.get_by_text("Marit knows this person too.")).to_be_visible()
    owner.sends("This is the night desk").sees_all_sent()
    owner.keeps_a_picture("accounts-composer")

    friend.opens_conversation_with("Marit").sees("This is Marit")
    friend.sends("Hello Marit").sees_all_sent()
    expect(friend.page.locator("#conversations").get_by_text("Night desk").first).to_be_visible()

    badge = owner.page.locator("#elsewhere .badge")
    expect(badge).to_have_text("1 unread in other accounts")
    expect(menu_of(owner).get_by_role("button", name="Marit")).to_contain_text("1 unread")
    owner.keeps_a_picture("accounts-menu")
    assert owner.finds_obstacles() == []
    owner.page.keyboard.press("Escape")
    switches_to(owner, "Marit")
    owner.opens_conversation_with("Ilse").sees("Hello Marit").sends("Yes, it is me")
    owner.sees_all_sent()
    assert "This is the night desk" not in owner.reads()
    expect(badge).to_have_count(0)
    friend.sees("Yes, it is me")


def test_every_tab_follows_and_what_was_being_written_is_kept(marit: Keeper) -> None:
    here = marit.page
    marit.writes_to(marit.own_id())
    here.get_by_role("textbox", name="Message").fill("half a note")
    other = marit.new_tab()
    other.goto(here.url)
    expect(other.locator("live-updates:defined")).to_be_attached()

    marit.page = other
    switches_to(marit, "Night desk")

    marit.page = here
    sees_account(marit, "Night desk")
    expect(here.locator("#conversations > li")).to_have_count(0)
    switches_to(marit, "Marit")
    expect(here.locator("#conversations")).to_contain_text("half a note")
    marit.page = other
    sees_account(marit, "Marit")


def test_the_switcher_is_used_by_keyboard_and_the_focus_stays_with_the_account(
    marit: Keeper,
) -> None:
    page = marit.page
    page.get_by_role("button", name="Account:").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Accounts")).to_be_visible()
    current = page.locator("#account-list [aria-current=true]")
    expect(current).to_contain_text("Marit")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    sees_account(marit, "Night desk")
    expect(page.get_by_role("button", name="Account: Night desk")).to_be_focused()
    assert marit.finds_obstacles() == []


@in_both_widths
def test_the_bar_has_another_colour_in_each_account(marit: Keeper) -> None:
    colour = "getComputedStyle(document.querySelector('.app'), '::before').backgroundColor"
    before = marit.page.evaluate(colour)
    switches_to(marit, "Night desk")

    marit.page.wait_for_function(f"before => {colour} !== before", arg=before)


@in_both_widths
@pytest.mark.parametrize("path", ["/accounts/add", "/account/erase", "/account/move"])
def test_the_pages_of_accounts_keep_nobody_out(app: App, marit: Keeper, path: str) -> None:
    page = marit.page
    marit.sets_a_code("pin")
    marit.goes_back_to_the_list()
    if path == "/accounts/add":
        menu_of(marit).get_by_role("button", name="Add an account").click()
        page.get_by_text("Type a code to keep").click()
    else:
        marit.opens_settings("Account")
        page.locator(f"[data-get='{path}']").click()
    expect(page.locator("#pane form").last).to_be_visible()

    assert marit.finds_obstacles() == []
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)
    marit.keeps_a_picture(f"accounts{path.replace('/', '-')}-{page.viewport_size['width']}")  # type: ignore[index]


@in_both_widths
def test_an_account_behind_a_second_code_opens_with_that_one_alone(marit: Keeper) -> None:
    page = marit.page
    marit.sets_a_code("pin")
    switches_to(marit, "Night desk")
    marit.opens_settings("Account")
    page.get_by_role("button", name="Choose the code").click()
    marit.types_current(PIN)
    for name in ("pin", "pin_again"):
        page.locator(f"[name={name}]").fill(OTHER_PIN)
    page.get_by_role("button", name="Put it behind this code").click()
    sees_account(marit, "Marit")
    expect(menu_of(marit)).not_to_contain_text("Night desk")
    page.keyboard.press("Escape")

    makes_the_files_equal(marit)
    marit.tries("pin", OTHER_PIN)
    sees_account(marit, "Night desk")
    expect(menu_of(marit)).not_to_contain_text("Marit")
    page.keyboard.press("Escape")

    marit.locks()
    marit.tries("pin", PIN)
    sees_account(marit, "Marit")
    expect(page.get_by_text("Files show how many accounts there are")).to_be_hidden()
    marit.opens_settings("Lock")
    row = page.locator(".panel__row").filter(has_text="Keep all files at one size")
    expect(row).to_contain_text("On")
    marit.keeps_a_picture(f"equal-size-on-{page.viewport_size['width']}")  # type: ignore[index]


def test_an_account_is_made_behind_a_code_of_its_own(marit: Keeper) -> None:
    page = marit.page
    marit.sets_a_code("pin")
    menu_of(marit).get_by_role("button", name="Add an account").click()
    page.get_by_role("button", name="Make a new account").click()
    page.get_by_label("Display name").fill("Ada")
    page.get_by_text("Keep it behind a code of its own").click()
    marit.types_current(PIN)
    page.locator("[name=pin]").fill(OTHER_PIN)
    marit.expects_refusals()
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_text("The two codes are not the same.")).to_be_visible()
    assert marit.finds_obstacles() == []
    page.locator("[name=pin_again]").fill(OTHER_PIN)
    page.get_by_role("button", name="Make the account").click()

    expect(page.get_by_text("It is there. Lock Safehouse and type its code")).to_be_visible()
    expect(menu_of(marit)).not_to_contain_text("Ada")
    page.keyboard.press("Escape")
    marit.locks()
    marit.tries("pin", OTHER_PIN)
    sees_account(marit, "Ada")


def test_a_code_is_kept_before_an_account_is_added(marit: Keeper) -> None:
    page = marit.page
    marit.sets_a_code("pin")
    marit.expects_refusals()
    menu_of(marit).get_by_role("button", name="Add an account").click()
    page.get_by_text("Type a code to keep").click()
    field = page.get_by_label("PIN to keep")
    field.fill("000000")
    page.get_by_role("button", name="Keep what it opens").click()
    expect(page.get_by_text("This code does not open anything.")).to_be_visible()
    field.fill(PIN)
    page.get_by_role("button", name="Keep what it opens").click()
    # It is the code that opened all this, so there is nothing more to keep.
    expect(page.get_by_text("This code does not open anything.")).to_be_hidden()


@in_both_widths
def test_one_account_is_erased_and_the_other_stays(marit: Keeper) -> None:
    page = marit.page
    switches_to(marit, "Night desk")
    marit.opens_settings("Account")
    page.get_by_role("button", name="Erase …").click()
    expect(page.get_by_role("button", name="Keep the account")).to_be_focused()
    marit.expects_refusals()
    page.get_by_label("To confirm").fill("yes")
    page.get_by_role("button", name="Erase the account").click()
    expect(page.get_by_text('Type the word "erase" to confirm.')).to_be_visible()
    page.get_by_label("To confirm").fill("erase")
    page.get_by_role("button", name="Erase the account").click()

    sees_account(marit, "Marit")
    expect(menu_of(marit)).not_to_contain_text("Night desk")
    page.keyboard.press("Escape")
    marit.opens_settings("Account")
    page.get_by_role("button", name="Erase …").click()
    page.get_by_label("To confirm").fill("erase")
    page.get_by_role("button", name="Erase the account").click()
    expect(page.get_by_role("button", name="Make a new account")).to_be_visible()
