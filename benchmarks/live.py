"""What a person waits for: their own bubble, the tick, and a message that has arrived."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.practice import practice_network
from benchmarks.result import Result, percentile
from tests.browser.conftest import BROWSER_FLAGS
from tests.chromium import find_chromium
from webapp.app import App, create_app
from webapp.config import Config
from webapp.protocol import envelope
from webapp.protocol.content import Content, VisibleMessage, encode_content
from webapp.protocol.identifiers import PUBLIC_INBOX_MAX_TTL_MS, MessageHash
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.replies import StoredItem
from webapp.services import messaging
from webapp.services.open_account import OpenAccount
from webapp.services.receiving import store_items

MESSAGES = 60
BACKLOG = 5_000

# Asks for the list as a page does, paced below the limit of a session, and tells how long it took.
ASK = """
async () => {
  await new Promise((done) => setTimeout(done, 60));
  const start = performance.now();
  await (await fetch("/list", { headers: { "X-Safehouse": "1" } })).text();
  return performance.now() - start;
}
"""

# Notes when a bubble with a text, and later its tick, is in the page and has been painted.
WATCH = """
() => {
  window.seen = {};
  const note = (key) => requestAnimationFrame(() => {
    window.seen[key] ??= performance.timeOrigin + performance.now();
  });
  new MutationObserver(() => {
    for (const message of document.querySelectorAll("#log .message")) {
      const text = message.querySelector(".bubble__text").textContent;
      note(`${text} bubble`);
      if (message.dataset.state === "sent") note(`${text} sent`);
    }
  }).observe(document.querySelector("#log"), { childList: true });
  document.querySelector("textarea").addEventListener("keydown", (event) => {
    const { value } = event.target;
    if (event.key === "Enter") {
      window.seen[`${value} key`] = performance.timeOrigin + performance.now();
    }
  });
}
"""


def measure() -> Iterator[Result]:
    """Yield the waits of sending and of receiving, in a real browser."""
    with (
        practice_network() as network_file,
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
    ):
        app = create_app(
            Config(
                data_dir=Path(folder) / "data",
                launch_dir=Path(folder) / "launch",
                network="file",
                network_file=network_file,
            )
        )
        app.start()
        app.runtime.create_account("Ada", network="file")
        peer = AccountKeys.from_seed(Seed.generate())
        account = app.runtime.account()
        number = messaging.start_conversation(account, peer.account_id)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_FLAGS)
        page = browser.new_page()
        page.goto(app.launcher.create().as_uri())
        page.wait_for_url(app.url, wait_until="load")
        page.locator(f"#conversation-{number} button").click()
        page.locator("#log").wait_for(state="attached")
        page.locator("#connection[data-state=connected]").wait_for()
        page.evaluate(WATCH)
        yield from _sending(page)
        yield from _receiving(page, app, peer)
        yield from _during_backlog(page, app, peer)
        browser.close()
        app.stop()


def _sending(page: Page) -> Iterator[Result]:
    field = page.locator("textarea")
    for n in range(MESSAGES):
        field.fill(f"out {n}")
        field.press("Enter")
        _await_painted(page, f"out {n}", state="sent")
    seen = page.evaluate("window.seen")
    bubbles = [seen[f"out {n} bubble"] - seen[f"out {n} key"] for n in range(MESSAGES)]
    ticks = [seen[f"out {n} sent"] - seen[f"out {n} key"] for n in range(MESSAGES)]
    yield Result("key press → own bubble painted, p50", statistics.median(bubbles), "ms", 50)
    yield Result("key press → stored and ticked, 3 hops, p50", statistics.median(ticks), "ms", 150)


def _receiving(page: Page, app: App, peer: AccountKeys) -> Iterator[Result]:
    account = app.runtime.account()
    waits = []
    for n in range(MESSAGES):
        [item] = _items(account, peer, [f"in {n}"])
        fetched_ms = time.time() * 1000
        store_items(account, [item], cursors={})
        _await_painted(page, f"in {n}", state="received")
        waits.append(page.evaluate(f"window.seen['in {n} bubble']") - fetched_ms)
    yield Result("message fetched → painted, p50", statistics.median(waits), "ms")
    yield Result("message fetched → painted, p95", percentile(waits, 95), "ms", budget=50)


def _during_backlog(page: Page, app: App, peer: AccountKeys) -> Iterator[Result]:
    account = app.runtime.account()
    items = _items(account, peer, [f"backlog {n}" for n in range(BACKLOG)])
    writer = threading.Thread(target=store_items, args=(account, items), kwargs={"cursors": {}})
    writer.start()
    waits = []
    while writer.is_alive():
        waits.append(page.evaluate(ASK))
    writer.join()
    yield Result(
        "requests of the page during a backlog, p95", percentile(waits, 95), "ms", budget=50
    )


def _items(account: OpenAccount, peer: AccountKeys, texts: list[str]) -> list[StoredItem]:
    now_ms = account.network.now_ms()
    return [
        _item(account, peer, text, sent_at_ms=now_ms - len(texts) + number)
        for number, text in enumerate(texts)
    ]


def _item(account: OpenAccount, peer: AccountKeys, text: str, *, sent_at_ms: int) -> StoredItem:
    content = encode_content(Content(sent_at_ms, VisibleMessage(text)))
    data = envelope.wrap(content, sender=peer, recipient=account.account_id, sent_at_ms=sent_at_ms)
    return StoredItem(
        hash=MessageHash.of(account.account_id, 0, data),
        timestamp_ms=sent_at_ms,
        expires_ms=sent_at_ms + PUBLIC_INBOX_MAX_TTL_MS,
        data=data,
    )


def _await_painted(page: Page, text: str, *, state: str) -> None:
    bubble = page.locator(f"#log .message[data-state={state}] .bubble__text")
    bubble.get_by_text(text, exact=True).wait_for()
    # One frame later the observer has noted it.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
