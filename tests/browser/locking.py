"""Somebody who locks and unlocks, at an app of this process whose clock can be moved on."""

import re

from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from tests.browser.people import Person, RunningApp
from webapp.app import App

PIN = "271828"
PATTERN = "1478965"
PASSPHRASE = "riverstone kettle nineteen"
LABELS = {"pin": "PIN", "pattern": "Pattern", "passphrase": "Passphrase"}
# What is asked for when the live connection stands has been answered.
CAUGHT_UP = """() => performance.getEntriesByType("resource")
  .some(({ name }) => name.includes("/list/rows"))"""
CODES = {"pin": PIN, "pattern": PATTERN, "passphrase": PASSPHRASE}


class Keeper(Person):
    """Somebody with secrets."""

    def __init__(
        self, app: App, *, browser: Browser, width: int = 1280, language: str = "en-GB"
    ) -> None:
        super().__init__(
            "Marit", browser=browser, app=RunningApp(app), width=width, language=language
        )
        self.here = app

    def chooses(self, kind: str) -> None:
        self.page.get_by_role("radio", name=LABELS[kind]).check()
        if kind == "pattern":
            # Until the script is there it is a field for the numbers of the points.
            expect(self.page.locator(".pattern").first).to_be_visible()

    def draws(self, pattern: Locator, points: str) -> None:
        """Draw with the mouse, from point to point."""
        pattern.scroll_into_view_if_needed()
        for index, point in enumerate(points):
            box = pattern.locator(f"[data-point='{point}']").bounding_box()
            assert box is not None
            x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            self.page.mouse.move(x, y, steps=4)
            if index == 0:
                self.page.mouse.down()
        self.page.mouse.up()

    def sets_a_code(self, kind: str, *, current: str | None = None) -> None:
        """Go to the page of the lock, and set or change the code there."""
        self.opens_settings("Lock")
        name = "Change" if current else "Set a code"
        self.page.locator("#lock-code").get_by_role("button", name=name, exact=True).click()
        if current:
            self.types_current(current)
        self.chooses(kind)
        for field in (kind, f"{kind}_again"):
            self.fills(field, kind)
        button = "Change the code" if current else "Set the code"
        self.page.get_by_role("button", name=button).click()
        # What was said of an earlier one may still be on the screen.
        expect(self.page.get_by_role("heading", name="Lock", exact=True, level=1)).to_be_visible()
        done = "The code is changed." if current else "The code is set."
        expect(self.page.get_by_text(done)).to_be_visible()
        # The answer says so, a push tells the scripts.
        expect(self.page.locator("html")).to_have_attribute("data-code", kind)

    def types_current(self, code: str) -> None:
        field = self.page.locator("[name=current]")
        expect(field).to_be_attached()
        if field.is_visible():
            field.fill(code)
        else:
            self.draws(self.page.locator("code-pattern:has([name=current]) .pattern"), code)

    def fills(self, field: str, kind: str) -> None:
        if kind == "pattern":
            self.draws(self.page.locator(f"code-pattern:has([name={field}]) .pattern"), PATTERN)
        else:
            self.page.locator(f"[name={field}]").fill(CODES[kind])

    def locks(self) -> None:
        # What the page is still catching up with when it locks would be refused.
        self.page.wait_for_function(CAUGHT_UP)
        self.page.get_by_role("button", name="Lock now").locator("visible=true").first.click()
        self.sees_the_lock()

    def sees_the_lock(self, page: Page | None = None) -> None:
        expect((page or self.page).locator("lock-form:defined")).to_be_visible()

    def types(self, kind: str, code: str) -> None:
        """Type a code into the lock, as its kind is typed; without sending it."""
        self.chooses(kind)
        if kind == "pin":
            for digit in code:
                self.page.get_by_role("button", name=digit, exact=True).click()
        elif kind == "pattern":
            self.draws(self.page.locator("lock-form .pattern"), code)
        else:
            self.page.get_by_label("Passphrase", exact=True).last.fill(code)

    def tries(self, kind: str, code: str) -> None:
        self.types(kind, code)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Unlock").click()

    def unlocks(self, kind: str) -> None:
        self.tries(kind, CODES[kind])
        self.sees_the_app()

    def opens_a_second_tab(self) -> Page:
        """Open the app in another tab as well, and wait until that one hears of changes."""
        tab = self.new_tab()
        heard: list[WebSocket] = []

        def listen(live: WebSocket) -> None:
            live.on("framereceived", lambda _frame: heard.append(live))

        tab.on("websocket", listen)
        with tab.expect_websocket() as live:
            tab.goto(self.page.url)
        self.sees_the_app(tab)
        # The first one greets, the second one says that the server knows of this tab.
        while len(heard) < 2:
            live.value.wait_for_event("framereceived")
        return tab

    def sees_the_app(self, page: Page | None = None) -> None:
        page = page or self.page
        expect(page.locator("#conversations")).to_be_attached()
        # Drawn before its scripts run; whoever presses a button then presses it in vain.
        expect(page.locator("live-updates:defined")).to_be_attached()


def waits(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"Wait \d+ second"))
