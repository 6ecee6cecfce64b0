"""What a person sees of a large account: a conversation opened, and scrolled through both ways.

Smooth scrolling is off in the browser of the tests, so a notch of the wheel moves the page by
exactly its length: whatever else moves the text is a jump.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import CDPSession, Page

from benchmarks.large_account import PlannedConversation
from benchmarks.result import Result, percentile

OPENED = 25
# The conversation that is scrolled through has nearly as many messages.
SCROLLED_MESSAGES = 5_200
# As fast as anybody turns a wheel: two notches for each frame.
STEP_PX = 240
STEPS_AT_ONCE = 20
PATIENCE_S = 180.0

# Presses a button for a conversation and tells how long it took until that had been painted.
OPEN = """
(id) => new Promise((done, fail) => {
  const button = document.createElement("button");
  button.dataset.get = `/conversations/${id}`;
  document.body.append(button);
  const start = performance.now();
  const seen = new MutationObserver(() => {
    if (!document.querySelector(`#pane[data-for="${id}"] #log .message`)) return;
    seen.disconnect();
    button.remove();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
  });
  seen.observe(document.body, { childList: true, subtree: true });
  button.click();
  setTimeout(fail, 10_000, new Error(`conversation ${id} does not open`));
})
"""

# Watches each frame: how long it took, and how far the text moved beyond what the wheel asked for.
WATCH = """
(step) => {
  const log = document.querySelector("message-list");
  const seen = (window.seen = { frames: [], jumps: [], rows: 0, edge: "" });
  const edge = () => {
    if (log.scrollTop <= 0) return "start";
    return log.scrollTop + log.clientHeight >= log.scrollHeight - 1 ? "end" : "";
  };
  const pick = () => {
    const { left, width, top, height } = log.getBoundingClientRect();
    const middle = document.elementFromPoint(left + width / 2, top + height / 2);
    return middle?.closest(".message") ?? log.querySelector(".message");
  };
  let [last, anchor, before] = [performance.now(), null, 0];
  const look = (now) => {
    if (window.seen !== seen) return;
    seen.frames.push(now - last);
    last = now;
    const at = edge();
    if (anchor?.isConnected && !at && !seen.edge) {
      const moved = anchor.getBoundingClientRect().top - before;
      seen.jumps.push(Math.abs(moved - Math.round(moved / step) * step));
    }
    anchor = pick();
    before = anchor?.getBoundingClientRect().top ?? 0;
    seen.edge = at;
    seen.rows = Math.max(seen.rows, log.querySelectorAll(".message").length);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""
# Whether there is nothing more in this direction.
ARRIVED = """
(edge) => seen.edge === edge && !document.querySelector(
  edge === "start" ? "#log[data-lacks~=older]" : "#log[data-lacks~=newer]")
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader saw on the way: milliseconds of frames, pixels of jumps, most rows at once."""

    frames: list[float]
    jumps: list[float]
    rows: int


def measure(page: Page, planned: list[PlannedConversation]) -> Iterator[Result]:
    """Yield the time to open conversations, then frames and memory while scrolling a long one."""
    opened = [open_conversation(page, each.number) for each in planned[:: len(planned) // OPENED]]
    yield Result("click → conversation painted, p50", statistics.median(opened), "ms")
    yield Result("click → conversation painted, p95", percentile(opened, 95), "ms", budget=100)
    read = [each for each in planned if not each.unread and each.kind == "private"]
    long = next(each for each in read if each.count < SCROLLED_MESSAGES)
    open_conversation(page, long.number)
    devtools = page.context.new_cdp_session(page)
    up = scroll(page, to="start")
    above = _in_page(devtools)
    down = scroll(page, to="end")
    below = _in_page(devtools)
    frames, jumps = up.frames + down.frames, up.jumps + down.jumps
    yield Result(f"scrolling {long.count:,} messages, frames, p50", statistics.median(frames), "ms")
    yield Result("scrolling up and down, frames, p95", percentile(frames, 95), "ms", budget=25)
    yield Result("scrolling, largest jump of the text", max(jumps), "px", budget=2)
    yield Result("scrolling, messages in the page at most", max(up.rows, down.rows), "", budget=200)
    for name, metric in (("nodes", "Nodes"), ("script memory", "JSHeapUsedSize")):
        growth = below[metric] / above[metric]
        yield Result(f"scrolling, {name} after down against up", growth, "×", budget=1.2)


def open_conversation(page: Page, number: int) -> float:
    """Open a conversation and return the milliseconds until it was painted."""
    return float(page.evaluate(OPEN, number))


def scroll(page: Page, *, to: str) -> Seen:
    """Turn the wheel until the log is at its ``start`` or ``end``, and nothing is left to load."""
    step = -STEP_PX if to == "start" else STEP_PX
    page.locator("message-list").hover()
    page.evaluate(WATCH, STEP_PX)
    until = time.monotonic() + PATIENCE_S
    while not page.evaluate(ARRIVED, to):
        if time.monotonic() > until:
            raise RuntimeError(f"scrolling does not reach the {to} of the conversation")
        for _ in range(STEPS_AT_ONCE):
            page.mouse.wheel(0, step)
    seen = page.evaluate("seen")
    page.evaluate("window.seen = null")
    return Seen(frames=seen["frames"], jumps=seen["jumps"], rows=seen["rows"])


def _in_page(devtools: CDPSession) -> dict[str, float]:
    """Return what the page holds in memory, garbage left out."""
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics}
