"""From the command to the first page, and what a running app costs while nothing happens."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.practice import practice_network
from benchmarks.result import Result
from benchmarks.running import RunningApp, running_app
from tests.browser.conftest import BROWSER_FLAGS
from tests.chromium import find_chromium

STARTS = 5
TABS = 3
IDLE_S = 20.0
FIRST_START = "button:has-text('Make a new account')"


def measure() -> Iterator[Result]:
    """Yield the time to the first page, then processor and memory with three open tabs."""
    with (
        practice_network() as network_file,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_FLAGS)
        homes = [Path(folder) / str(n) for n in range(STARTS)]
        took = statistics.median(
            start_to_page(home, network_file, chromium, seen=FIRST_START) for home in homes
        )
        yield Result("start to first page, median", took, "s", budget=1)
        yield from _idle(Path(folder) / "idle", network_file, chromium)
        chromium.close()


def start_to_page(home: Path, network_file: Path, chromium: Browser, *, seen: str) -> float:
    """Return the seconds from the command until the page shows what ``seen`` selects."""
    with chromium.new_context() as context:
        page = context.new_page()
        began = time.perf_counter()
        with running_app(home, network_file) as app:
            page.goto(app.launch)
            page.locator(seen).first.wait_for()
            return time.perf_counter() - began


def idle_processor(app: RunningApp, context: BrowserContext) -> Result:
    """Return what the app uses while the page of ``context``, in three tabs, shows it."""
    [page] = context.pages
    for _ in range(TABS - 1):
        context.new_page().goto(page.url)
    page.wait_for_timeout(2_000)
    before = app.processor_s()
    page.wait_for_timeout(IDLE_S * 1000)
    used = (app.processor_s() - before) / IDLE_S
    return Result(f"idle processor, open, {TABS} tabs", used * 100, "%", budget=1)


def _idle(home: Path, network_file: Path, chromium: Browser) -> Iterator[Result]:
    with running_app(home, network_file) as app, chromium.new_context() as context:
        page = context.new_page()
        page.goto(app.launch)
        page.wait_for_url("http://*.localhost:*/", wait_until="load")
        page.get_by_role("button", name="Make a new account").click()
        page.get_by_label("Display name").fill("Ada")
        page.get_by_role("button", name="Make the account").click()
        page.locator("#connection[data-state=connected]").wait_for()
        yield idle_processor(app, context)
        yield Result("memory, open, small account", app.memory_mb(), "MB", budget=150)
