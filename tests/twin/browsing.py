"""The part of a use that goes through a browser with a profile on the disk, and the erase there."""

from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import BROWSER_FLAGS
from tests.chromium import find_chromium
from tests.twin.use import Use


def browse_and_erase(use: Use, profile: Path) -> None:
    """Unlock, look, write, search, and erase by the menu; then close the browser."""
    program = find_chromium()
    assert program is not None
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=str(program), args=BROWSER_FLAGS, locale="en-GB"
        )
        page = context.new_page()
        page.goto(use.visitor.starts_again().as_uri())
        page.wait_for_url("http://*.localhost:*/", wait_until="load")
        page.locator("[name=pin]").fill(use.pin)
        page.get_by_role("button", name="Unlock").click()
        expect(page.locator("#conversations")).to_be_attached()
        # Drawn before its scripts run; whoever presses a button then presses it in vain.
        page.wait_for_function("() => customElements.get('live-updates') !== undefined")
        _writes(page, use)
        _erases(page, use)
        page.reload()
        expect(page.get_by_role("button", name="Make a new account")).to_be_visible()
        context.close()


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
    expect(page.get_by_role("button", name="Make a new account")).to_be_visible()
