"""People at their own computers: one app process and one browser each, spoken of in their verbs."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
)

from webapp.app import App

PROJECT = Path(__file__).parents[2]
# Longest wait for something a person would see; generous because two cores carry two apps,
# a network and a browser at once.
PATIENCE_MS = 30_000
BAD_REQUEST = 400
MISDIRECTED = 421
FORBIDDEN = 403
NOT_FOUND = 404
CONFLICT = 409
UNAVAILABLE = 503
REFUSALS = (BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNAVAILABLE)
# How browsers report what found nobody, or somebody else.
LOST = re.compile(
    r"ERR_(CONNECTION_\w+|CONTENT_LENGTH_MISMATCH|INTERNET_DISCONNECTED|EMPTY_RESPONSE|FAILED)|\b421\b"
    r"|WebSocket is closed before the connection"
)
SERIOUS = {"serious", "critical"}
# The one of its rules that a colour can break.
CONTRAST = "color-contrast"
# The checker would fetch the style sheets once more, in a way that the page forbids.
EXAMINATION = {"preload": False, "resultTypes": ["violations"]}
# Colours that are still on their way to others have a contrast of their own. What turns as long as
# somebody waits never ends.
ALL_FADED = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const fading = document.getAnimations()
    .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime));
  await Promise.allSettled(fading.map((each) => each.finished));
}"""
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(done))"
# The environment variable that names a folder for pictures of all pages.
PICTURES = "SAFEHOUSE_PICTURES"


def announced(process: "subprocess.Popen[str]") -> dict[str, object]:
    """Return the line of JSON that a process prints when it is ready."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the process ended before it was ready"
    return dict(json.loads(line))


def unmeasured() -> dict[str, str]:
    """Return our environment without coverage, which doubles the time of a start.

    What the stories run of the program is measured by the tests of its parts.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


@dataclass
class AppProcess:
    """One running app with its own home and data directory."""

    home: Path
    network: str
    process: "subprocess.Popen[str] | None" = None
    announcement: dict[str, object] = field(default_factory=dict)

    def start(self, *options: str) -> Self:
        self.home.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(PROJECT / "run.py"),
                "--no-browser",
                "--announce",
                "--data-dir",
                str(self.home / "data"),
                "--network",
                self.network,
                *options,
            ],
            cwd=PROJECT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.announcement = announced(self.process)
        return self

    def environment(self) -> dict[str, str]:
        return {**unmeasured(), "HOME": str(self.home)}

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=20)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


class RunningApp(AppProcess):
    """An app that runs in the process of the test and ends with it."""

    def __init__(self, app: App) -> None:
        super().__init__(Path(), network="")
        self.announcement = {"launch": str(app.launcher.create())}


class Person:
    """Somebody in front of a browser."""

    def __init__(
        self,
        name: str,
        *,
        browser: Browser,
        app: AppProcess,
        width: int = 1280,
        language: str = "en-GB",
    ) -> None:
        self.name = name
        self.app = app
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 940}, locale=language
        )
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self._may_be_refused = False
        self._may_lose_the_program = False
        self._is_examined = False
        self.page: Page = self.new_tab()

    def expects_refusals(self) -> None:
        """This person will make mistakes, so being told so is no complaint."""
        self._may_be_refused = True

    def expects_the_program_to_end(self) -> None:
        """The browser reports each request that finds nobody."""
        self._may_lose_the_program = True

    def finds_obstacles(self, rule: str | None = None) -> list[str]:
        """Return what axe finds on the screen that would keep somebody out, by one rule or all."""
        self._is_examined = True
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        self.page.evaluate(ALL_FADED)
        options = {**EXAMINATION, "runOnly": [rule]} if rule else EXAMINATION
        found = self.page.evaluate("async options => (await axe.run(options)).violations", options)
        return [
            f"{finding['id']}: {node['html']}"
            for finding in found
            if finding["impact"] in SERIOUS
            for node in finding["nodes"]
        ]

    def keeps_a_picture(self, name: str) -> None:
        """Save what is on the screen, if pictures were asked for."""
        folder = os.environ.get(PICTURES)
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def leaves(self) -> None:
        self.context.close()
        if self.app.process is not None and self.app.process.poll() is None:
            assert self.app.stop() == 0

    def comes_back(self) -> Self:
        """Start the app again after a crash, in a fresh tab: the old one has lost its program."""
        self.page.close()
        self.complaints.clear()
        self.app.start()
        self.page = self.new_tab()
        return self.opens_the_app()

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._check)
        page.on("request", lambda request: self._watch(request.url))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # Browsers report every refusal as an error of their own.
        refused = self._may_be_refused and "Failed to load resource" in message.text
        # The accessibility checker tries to style the page that it looks at.
        ended = self._may_lose_the_program and LOST.search(message.text)
        examined = self._is_examined and "Applying inline style" in message.text
        if message.type in {"error", "warning"} and not (refused or ended or examined):
            self.complaints.append(f"{message.text} {message.location['url']}")

    def _check(self, response: Response) -> None:
        expected = self._may_be_refused and response.status in REFUSALS
        expected |= self._may_lose_the_program and response.status == MISDIRECTED
        if response.status >= BAD_REQUEST and not expected:
            self.complaints.append(f"{response.status} {response.url}")

    def _watch(self, url: str) -> None:
        host = url.split("/")[2].rsplit(":", 1)[0] if "//" in url else ""
        local = url.startswith(("file:", "blob:", "data:"))
        if not local and not (host.endswith(".localhost") or host == "127.0.0.1"):
            self.foreign.append(url)

    def opens_the_app(self) -> Self:
        self.page.goto(Path(str(self.app.announcement["launch"])).as_uri())
        self.page.wait_for_url("http://*.localhost:*/", wait_until="load")
        return self

    def makes_an_account(self, network: str | None = None) -> Self:
        if network:
            self.page.get_by_label(network).check()
        self.page.get_by_role("button", name="Make a new account").click()
        self.page.get_by_label("Display name").fill(self.name)
        self.page.get_by_role("button", name="Make the account").click()
        expect(self.page.locator("#conversations")).to_be_attached()
        return self

    def opens_settings(self, page: str) -> Self:
        """Open one page of settings; the tree of them may be open already."""
        tree = self.page.get_by_role("navigation", name="Settings pages")
        up = self.page.get_by_role("button", name="All settings")
        if up.is_visible():
            up.click()
        elif not tree.is_visible():
            self.page.get_by_role("button", name="Settings", exact=True).click()
        tree.get_by_role("button", name=page).click()
        expect(self.page.get_by_role("heading", name=page, level=1)).to_be_visible()
        return self

    def goes_back_to_the_list(self) -> Self:
        """Leave the settings, or on a narrow screen whatever fills it."""
        tree = self.page.get_by_role("navigation", name="Settings pages")
        up = self.page.get_by_role("button", name="All settings")
        if up.is_visible():
            up.click()
            expect(tree).to_be_visible()
        back = self.page.get_by_role("button", name="Back to conversations")
        if back.is_visible():
            back.click()
            expect(tree).to_be_hidden()
            expect(back).to_be_hidden()
        return self

    def opens_the_route(self) -> Locator:
        """Open the route view by keyboard, as it can be; return it."""
        self.goes_back_to_the_list()
        button = self.page.locator(".connection")
        button.focus()
        button.press("Enter")
        route = self.page.get_by_role("group", name="Connection")
        expect(route).to_be_visible()
        return route

    def own_id(self) -> str:
        """Read the Account ID where a person would look for it."""
        self.page.get_by_role("button", name="Account:").click()
        self.page.get_by_role("button", name="Show my Account ID").click()
        shown = self.page.locator(".account-id").inner_text()
        self.goes_back_to_the_list()
        return "".join(shown.split())

    def writes_to(self, account_id: str) -> Self:
        self.page.get_by_role("button", name="New conversation").first.click()
        self.page.get_by_role("textbox", name="Account ID").fill(account_id)
        self.page.get_by_role("button", name="Start writing").click()
        expect(self.page.locator("#log")).to_be_attached()
        return self

    def opens_conversation_with(self, name: str) -> Self:
        self.page.locator("#conversations").get_by_text(name).first.click()
        # The log of the conversation before is there until the answer comes.
        expect(self.page.locator("#pane .peer__name")).to_contain_text(name)
        expect(self.page.locator("#log")).to_be_attached()
        return self

    def sends(self, text: str) -> Self:
        field_ = self.page.get_by_role("textbox", name="Message")
        field_.fill(text)
        field_.press("Enter")
        expect(field_).to_have_value("")
        # The field is free at once, the message is there when its answer has been used.
        expect(self.page.locator(".composer")).not_to_have_attribute("aria-busy", "true")
        return self

    def sees(self, text: str) -> Self:
        expect(self.page.locator("#log").get_by_text(text, exact=True)).to_have_count(1)
        return self

    def sees_all_sent(self) -> Self:
        expect(self.page.locator("#log [data-state=sending]")).to_have_count(0)
        return self

    def sees_only(self, *texts: str) -> Self:
        """See these in the open conversation, top to bottom, and nothing else."""
        expect(self.page.locator("#log .bubble__text")).to_have_text(list(texts))
        return self

    def waits_until(self, is_so: Callable[[], object]) -> Self:
        """Wait, a frame of the page at a time, for what the program shows to no page."""
        deadline_s = time.monotonic() + PATIENCE_MS / 1000
        while not is_so():
            assert time.monotonic() < deadline_s, "it never came"
            self.page.evaluate(NEXT_FRAME)
        return self

    def reads(self) -> list[str]:
        """Return the texts of the open conversation, top to bottom."""
        return self.page.locator("#log .bubble__text").all_inner_texts()
