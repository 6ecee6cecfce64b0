"""The pages of the lock: nothing serious for axe, in both widths and colours, and in German."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.locking import CODES, PATTERN, Keeper, waits
from tests.browser.walks import WIDTHS, looks_around
from tests.virtual_clock import LeapingClock
from webapp.app import App
from webapp.services import preferences

pytestmark = pytest.mark.browser


def lock_pages(marit: Keeper, clock: LeapingClock) -> Iterator[str]:
    """Walk through every page of the lock; yield the name of each."""
    page = marit.page
    yield "main-code-offer"
    marit.opens_settings("Lock")
    yield "settings-lock-none"
    page.locator("#lock-code").get_by_role("button").first.click()
    page.locator("[name=pin]").fill("27182818")
    expect(page.locator("#strength")).to_contain_text("8")
    yield "settings-lock-set-pin"
    marit.chooses("pattern")
    marit.fills("pattern", "pattern")
    yield "settings-lock-set-pattern"
    marit.chooses("passphrase")
    page.get_by_role("button", name="Suggest six words").click()
    expect(page.locator("#suggested p").first).to_be_visible()
    expect(page.locator("#strength")).to_have_attribute("data-level", "4")
    yield "settings-lock-set-passphrase"
    marit.sets_a_code("pattern")
    yield "settings-lock"
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Keep the code")).to_be_visible()
    yield "settings-lock-remove"
    marit.locks()
    page.locator("[name=pin]").fill("27182")
    yield "lock-pin"
    marit.types("pattern", PATTERN)
    yield "lock-pattern"
    for _ in range(4):
        marit.tries("passphrase", "riverstone kettle")
        clock.leap(1.1)
    expect(waits(page)).to_be_visible()
    page.locator("[name=passphrase]").fill(CODES["passphrase"])
    yield "lock-passphrase"


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_of_the_lock_keeps_anybody_out(
    app: App, browser: Browser, clock: LeapingClock, width: int
) -> None:
    marit = Keeper(app, browser=browser, width=width)
    preferences.change(app.runtime.account(), "theme", "system")
    marit.opens_the_app()
    looks_around(marit, lock_pages(marit, clock))
    assert marit.complaints == []
    marit.context.close()
