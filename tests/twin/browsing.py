"""Uses that end in a browser with a profile on the disk, and the erase there."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import BROWSER_FLAGS
from tests.chromium import find_chromium
from tests.twin.twins import Way
from tests.twin.use import Use, profile_of

# A derivation and its answer, on a computer that does other things as well.
PATIENCE_MS = 30_000


def by_menu(use: Use) -> None:
    """Unlock, look, write, search, and erase by the menu; then close the browser."""
    with _browser(use) as page:
        _erases(page, use)
        _sees_what_is_left(page, use)


def by_duress(use: Use) -> None:
    """Do the same, but lock and type the duress code there."""
    with _browser(use) as page:
        page.get_by_role("button", name="Lock now").locator("visible=true").first.click()
        _types(page, use.duress_pin)
        _sees_what_is_left(page, use)


IN_A_BROWSER = {
    "menu, in a browser": Way(by_menu),
    "duress code, empty, in a browser": Way(by_duress),
    "duress code, cover, in a browser": Way(by_duress, has_cover=True),
}


@contextmanager
def _browser(use: Use) -> Iterator[Page]:
    """Give the page of somebody who has unlocked and written something."""
    program = find_chromium()
    assert program is not None
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile_of(use.visitor.home)),
            executable_path=str(program),
            args=BROWSER_FLAGS,
            locale="en-GB",
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = context.new_page()
        page.goto(use.visitor.starts_again().as_uri())
        page.wait_for_url("http://*.localhost:*/", wait_until="load")
        _types(page, use.pin)
        expect(page.locator("#conversations")).to_be_attached()
        # Drawn before its scripts run; whoever presses a button then presses it in vain.
        expect(page.locator("live-updates:defined")).to_be_attached()
        _writes(page, use)
        yield page
        context.close()


def _types(page: Page, pin: str) -> None:
    # The same: a form without its script is sent by the browser, and refused.
    expect(page.locator("lock-form:defined")).to_be_visible()
    page.locator("[name=pin]").fill(pin)
    page.get_by_role("button", name="Unlock").click()


def _sees_what_is_left(page: Page, use: Use) -> None:
    _sees_it_once(page, use)
    page.reload()
    _sees_it_once(page, use)


def _sees_it_once(page: Page, use: Use) -> None:
    if use.has_cover:
        expect(page.locator("#conversations")).to_be_attached()
        expect(page.locator("#conversations .row")).to_have_count(0)
    else:
        expect(page.get_by_role("button", name="Make a new account")).to_be_visible()


def _writes(page: Page, use: Use) -> None:
    page.locator("#conversations .row").first.click()
    field = page.get_by_role("textbox", name="Message")
    for number in range(8):
        field.fill(use.canaries.text(f"message in the browser {number}"))
        field.press("Enter")
        expect(field).to_have_value("")
    field.fill(use.canaries.text("draft in the browser"))
    search = page.get_by_role("searchbox").first
    search.fill(use.canaries.text("search in the browser"))
    expect(page.locator("#conversations .row")).to_have_count(0)
    search.fill("")


def _erases(page: Page, use: Use) -> None:
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_role("navigation", name="Settings pages").get_by_role(
        "button", name="Erase"
    ).click()
    page.locator("[name=current]").fill(use.pin)
    page.get_by_label("Type the word").fill("erase")
    page.get_by_role("button", name="Erase everything").click()
