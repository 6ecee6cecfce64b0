"""From the command to the first page, and what a running app costs while nothing happens."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.practice import practice_network
from benchmarks.result import Result
from tests.browser.conftest import BROWSER_FLAGS
from tests.browser.people import PROJECT
from tests.chromium import find_chromium

STARTS = 5
TABS = 3
IDLE_S = 20.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def measure() -> Iterator[Result]:
    """Yield the time to the first page, then processor and memory with three open tabs."""
    with (
        practice_network() as network_file,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_FLAGS)
        times = [_start(Path(folder) / str(n), network_file, chromium)[2] for n in range(STARTS)]
        yield Result("start to first page, median", sorted(times)[STARTS // 2], "s", budget=1)
        yield from _idle(Path(folder) / "idle", network_file, chromium)
        chromium.close()


def _start(
    home: Path, network_file: Path, chromium: Browser, *, stay: bool = False
) -> tuple["subprocess.Popen[str]", Page, float]:
    home.mkdir()
    page = chromium.new_context().new_page()
    began = time.perf_counter()
    process = subprocess.Popen(
        [
            *(sys.executable, str(PROJECT / "run.py"), "--no-browser", "--announce"),
            *("--data-dir", str(home / "data"), "--network", str(network_file)),
        ],
        env=_environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )
    page.goto(Path(_announced(process)["launch"]).as_uri())
    page.get_by_role("button", name="Make a new account").wait_for()
    took = time.perf_counter() - began
    if not stay:
        page.context.close()
        _end(process)
    return process, page, took


def _environment(home: Path) -> dict[str, str]:
    """Return ours with another home, and with Python's compiled files, as any user has them."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "HOME": str(home)}


def _idle(home: Path, network_file: Path, chromium: Browser) -> Iterator[Result]:
    process, page, _ = _start(home, network_file, chromium, stay=True)
    page.wait_for_url("http://*.localhost:*/", wait_until="load")
    page.get_by_role("button", name="Make a new account").click()
    page.get_by_label("Display name").fill("Ada")
    page.get_by_role("button", name="Make the account").click()
    page.locator("#connection[data-state=connected]").wait_for()
    for _ in range(TABS - 1):
        page.context.new_page().goto(page.url)
    page.wait_for_timeout(2_000)
    before = _processor_s(process.pid)
    page.wait_for_timeout(IDLE_S * 1000)
    used = (_processor_s(process.pid) - before) / IDLE_S
    yield Result(f"idle processor, open, {TABS} tabs", used * 100, "%", budget=1)
    yield Result("memory, open, small account", _memory_mb(process.pid), "MB", budget=150)
    page.context.close()
    _end(process)


def _announced(process: "subprocess.Popen[str]") -> dict[str, str]:
    if process.stdout is None:
        raise RuntimeError("the app has no output")
    return dict(json.loads(process.stdout.readline()))


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _memory_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1e6
