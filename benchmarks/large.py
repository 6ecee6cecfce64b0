"""An account with a million messages: what the server needs, and what the browser shows of it."""

import gc
import io
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from benchmarks import scrolling
from benchmarks.generate import MESSAGES, generate
from benchmarks.large_account import PlannedConversation
from benchmarks.practice import practice_network
from benchmarks.result import Result, percentile
from benchmarks.running import running_app
from benchmarks.starting import idle_processor, start_to_page
from tests.browser.conftest import BROWSER_FLAGS
from tests.chromium import find_chromium
from webapp.app import App, create_app
from webapp.clock import SystemClock
from webapp.config import Config
from webapp.network.settings import load_network_file
from webapp.storage.messages import PAGE_LIMIT

STARTS = 5
# How many different conversations are looked at: enough for pages that are not in memory yet.
LOOKS = 200
ROW = "#conversations .row"
RAW_PAGE = """
    SELECT id, conversation_id, author, outgoing, body, sent_at_ms, sort_ms, state, hash
    FROM message WHERE conversation_id = ? ORDER BY sort_ms DESC, id DESC LIMIT ?
"""


def measure() -> Iterator[Result]:
    """Yield what a million messages cost: server time, start, memory, frames."""
    with (
        practice_network() as network_file,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        home = Path(folder)
        start = time.perf_counter()
        planned = generate(
            home / "data",
            now_ms=SystemClock().now_ms(),
            network={"kind": "file", "settings": load_network_file(network_file).to_json()},
        )
        yield Result(f"generate {MESSAGES:,} messages", time.perf_counter() - start, "s")
        yield from _server(home, network_file, planned)
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_FLAGS)
        yield from _process(home, network_file, chromium, planned)
        chromium.close()


def _server(home: Path, network_file: Path, planned: list[PlannedConversation]) -> Iterator[Result]:
    """Yield the time from a request to its answer, without the sockets in between."""
    config = Config(
        data_dir=home / "data",
        launch_dir=home / "launch",
        network="file",
        network_file=network_file,
    )
    times = []
    for _ in range(STARTS):
        app = create_app(config)
        start = time.perf_counter()
        app.start()
        times.append((time.perf_counter() - start) * 1e3)
        app.stop()
    yield Result("open the account and the doors, median", statistics.median(times), "ms", 100)
    app = create_app(config)
    app.start()
    gc.freeze()  # as the app does once it has started
    try:
        yield from _pages(app, planned, Random(1))
    finally:
        app.stop()


def _pages(app: App, planned: list[PlannedConversation], rng: Random) -> Iterator[Result]:
    chosen = [each.number for each in rng.choices(planned, k=LOOKS)]
    unread = [each.number for each in planned if each.unread]
    # Templates are read when they are first used.
    for path in ("/list/rows", f"/conversations/{chosen[0]}"):
        _ask(app, path)
    raw = _milliseconds(lambda number: _read_raw(app, number), chosen)
    opened, opening = _asked(app, [f"/conversations/{number}" for number in chosen])
    logs = list(zip(chosen, map(_first_sort, opened), strict=True))
    names = [each.name for each in planned if each.name][:LOOKS]
    asked = {
        "first page of the list": ["/list/rows"] * LOOKS,
        "next page of the list": [f"/list/after?position={place}" for place in _places(app)],
        "open at the first unread": [f"/conversations/{number}" for number in unread],
        "older page": [f"/conversations/{number}/older?before={sort}" for number, sort in logs],
        "newer page": [f"/conversations/{number}/newer?after={sort}" for number, sort in logs],
        "page around": [f"/conversations/{number}/around?place={sort}" for number, sort in logs],
    }
    yield from _percentiles("open a conversation", opening, budget=10)
    for what, paths in asked.items():
        yield from _percentiles(what, _asked(app, paths)[1], budget=10)
    found = _asked(app, [f"/list/rows?name={quote(name)}" for name in names])
    yield from _percentiles("find by name", found[1], budget=50)
    ratio = statistics.median(opening) / statistics.median(raw)
    yield Result("open, against reading its rows alone, p50", ratio, "×")


def _first_sort(html: str) -> str:
    """Return the place of the first message of an opened conversation."""
    found = re.search(r'<article id="message-[^>]* data-sort="([^"]+)"', html)
    if found is None:
        raise RuntimeError("a conversation was opened without messages")
    return found[1]


def _places(app: App) -> list[str]:
    """Return where all the pages of the list begin but the first one."""
    places = []
    html = _ask(app, "/list/rows")
    while found := re.search(r'data-side="after" data-position="([^"]+)"', html):
        places.append(found[1])
        html = _ask(app, f"/list/after?position={found[1]}")
    return places


def _asked(app: App, paths: list[str]) -> tuple[list[str], list[float]]:
    """Return the answers and how long each took."""
    answers: list[str] = []
    return answers, _milliseconds(lambda path: answers.append(_ask(app, path)), paths)


def _percentiles(what: str, times: list[float], *, budget: float) -> Iterator[Result]:
    yield Result(f"{what}, server time, p50", statistics.median(times), "ms")
    yield Result(f"{what}, server time, p95", percentile(times, 95), "ms", budget)


def _milliseconds(work: Callable[[Any], object], arguments: Iterable[object]) -> list[float]:
    times = []
    for argument in arguments:
        start = time.perf_counter()
        work(argument)
        times.append((time.perf_counter() - start) * 1e3)
    return times


def _ask(app: App, target: str) -> str:
    path, _, query = target.partition("?")
    status: list[str] = []

    def start_response(line: str, *_more: object) -> Callable[[bytes], object]:
        status.append(line)
        return bytes.__len__  # An older way to answer, that nobody uses.

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    answer = app.flask.wsgi_app(environ, start_response)
    html = b"".join(answer).decode()
    if not status[0].startswith("200"):
        raise RuntimeError(f"{path} was answered with {status[0]}")
    return html


def _read_raw(app: App, number: int) -> None:
    with app.runtime.account().database.read() as connection:
        connection.execute(RAW_PAGE, (number, PAGE_LIMIT)).fetchall()


def _process(
    home: Path, network_file: Path, chromium: Browser, planned: list[PlannedConversation]
) -> Iterator[Result]:
    times = [start_to_page(home, network_file, chromium, seen=ROW) for _ in range(STARTS)]
    yield Result("start to first page, median", statistics.median(times), "s", budget=1)
    with running_app(home, network_file) as app, chromium.new_context() as context:
        page = context.new_page()
        page.goto(app.launch)
        page.wait_for_url("http://*.localhost:*/", wait_until="load")
        page.locator("#connection[data-state=connected]").wait_for()
        yield from scrolling.measure(page, planned)
        # After all of it, and so with everything in the caches that will ever be there.
        yield Result("memory, open", app.memory_mb(), "MB", budget=150)
        yield idle_processor(app, context)
