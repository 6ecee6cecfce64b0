"""Somebody who reads a long conversation, and what may be seen of it."""

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.people import Person
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.services.events import MessagesAdded
from webapp.services.open_account import OpenAccount
from webapp.storage import messages
from webapp.storage.messages import ReceivedMessage

HASH = MessageHash("h" * 43)
MANY = 5_000
MOST_ROWS = 200
WHEEL_PX = 1_500
NOTCHES = 4
MOST_TURNS = 1_000
MINUTE_MS = 60_000
# What the eye does not notice.
STILL_PX = 2

# Looks at the log at each change, and remembers all that was ever in it.
WATCH = """
() => {
  const log = document.querySelector("#log");
  const numbers = (row) => row.dataset.sort.split(".").map(Number);
  const isLater = (row, other) => {
    const [[time, id], [otherTime, otherId]] = [numbers(row), numbers(other)];
    return time > otherTime || (time === otherTime && id > otherId);
  };
  const watched = (window.watched = { most: 0, seen: new Set(), faults: [] });
  const look = () => {
    const rows = [...log.querySelectorAll(".message")];
    watched.most = Math.max(watched.most, rows.length);
    rows.forEach((row, index) => {
      watched.seen.add(row.id);
      const before = rows[index - 1];
      if (before && !isLater(row, before)) watched.faults.push(row.id);
    });
  };
  new MutationObserver(look).observe(log, { childList: true });
  watched.begin = () => {
    watched.seen.clear();
    look();
  };
  look();
}
"""
# Notices when a wheel turned by so many pixels has scrolled, where there is anything to scroll.
SCROLLS = """
(distance) => {
  const log = document.querySelector("message-list");
  const { scrollTop, scrollHeight, clientHeight } = log;
  const left = distance < 0 ? scrollTop : scrollHeight - clientHeight - scrollTop;
  window.scrolled = left < 1;
  log.addEventListener("scroll", () => (window.scrolled = true), { once: true });
}
"""
# Everything is in its place: nothing is being loaded and the page has been painted.
AT_REST = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
"""


@dataclass
class Reader:
    """Somebody in front of a conversation with Ilse."""

    person: Person
    account: OpenAccount
    ilse: AccountId
    number: int
    texts: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.person.page

    @property
    def log(self) -> Locator:
        return self.page.locator("message-list")

    @property
    def line(self) -> Locator:
        return self.log.get_by_role("separator", name="New messages")

    @property
    def jump(self) -> Locator:
        return self.page.get_by_role("button", name="Go to the newest message")

    @property
    def badge(self) -> Locator:
        return self.page.locator(f"#conversation-{self.number} .badge")

    def opens_it(self) -> "Reader":
        # What the page catches up with may exchange the row that is to be clicked.
        with self.page.expect_request_finished(lambda request: "/list/rows" in request.url):
            self.person.opens_the_app()
        self.rests()
        self.page.locator(f"#open-{self.number}").click()
        expect(self.log).to_be_attached()
        self.log.hover()
        return self.rests()

    def rests(self) -> "Reader":
        self.page.evaluate(AT_REST)
        return self

    def sees(self, text: str) -> Locator:
        message = self.log.get_by_text(text, exact=True)
        expect(message).to_have_count(1)
        expect(message).to_be_in_viewport()
        return message

    def scrolls(self, distance: float) -> "Reader":
        self.page.evaluate(SCROLLS, distance)
        self.page.mouse.wheel(0, distance)
        self.page.wait_for_function("() => window.scrolled")
        return self.rests()

    def scrolls_until(self, text: str, *, step: float) -> "Reader":
        """Turn the wheel, as fast as it goes, until a message is in the page."""
        message = self.log.get_by_text(text, exact=True)
        for _ in range(MOST_TURNS):
            for _ in range(NOTCHES):
                self.page.mouse.wheel(0, step)
            self.rests()
            if message.count():
                return self
        raise AssertionError(f"{text} never came")

    @property
    def bubbles(self) -> Locator:
        return self.log.locator(".bubble__text")

    def rows(self) -> list[str]:
        return self.person.reads()

    def receives(self, *texts: str) -> list[int]:
        """Let Ilse's messages arrive, as the receiver stores them and tells of them."""
        now_ms = self.account.network.now_ms()
        rows = [
            ReceivedMessage(self.number, self.ilse, False, text, now_ms + at, now_ms + at, HASH)
            for at, text in enumerate(texts)
        ]
        stored = messages.insert_received_many(self.account.database, rows)
        numbers = [number for number in stored if number is not None]
        self.account.events.publish(MessagesAdded(self.number, tuple(numbers)))
        return numbers


def fill(account: OpenAccount, number: int, ilse: AccountId, *, count: int, unread: int) -> None:
    start_ms = account.network.now_ms() - count * MINUTE_MS
    rows = []
    for at in range(count):
        outgoing = at % 5 in (1, 2) and at < count - max(unread, 1)
        rows.append(
            ReceivedMessage(
                number,
                account.account_id if outgoing else ilse,
                outgoing,
                message_text(at),
                start_ms + at * MINUTE_MS,
                start_ms + at * MINUTE_MS,
                HASH,
            )
        )
    ids = messages.insert_received_many(account.database, rows)
    read = count - unread - 1
    if read >= 0:
        last = ids[read]
        assert last is not None
        messages.mark_read(account.database, number, through=(rows[read].sort_ms, last))


def message_text(at: int) -> str:
    return f"message {at}" + " and some more of it" * (at % 3 * 3)


def top_of(message: Locator) -> float:
    box = message.bounding_box()
    assert box is not None
    return box["y"]


def middle_message(reader: Reader) -> Locator:
    """Return a message in the middle of what is seen."""
    number = reader.log.evaluate(
        """(log) => {
          const { left, width, top, height } = log.getBoundingClientRect();
          for (let y = top + height / 2; y < top + height; y += 5) {
            for (const x of [left + width * 0.25, left + width * 0.75]) {
              const found = document.elementFromPoint(x, y)?.closest(".message");
              if (found) return found.id;
            }
          }
        }"""
    )
    return reader.page.locator(f"#{number}")


@dataclass
class Held:
    """Answers that wait until they are let through."""

    page: Page
    pattern: str
    waiting: list[Route] = field(default_factory=list)

    def __enter__(self) -> "Held":
        self.page.route(self.pattern, self._hold)
        return self

    def __exit__(self, *_error: object) -> None:
        self.page.unroute(self.pattern)

    def _hold(self, route: Route) -> None:
        self.waiting.append(route)

    def lets_one_through(self) -> None:
        held = self.waiting.pop(0)
        with self.page.expect_request_finished(lambda request: request.url == held.request.url):
            held.continue_()
        self.page.evaluate(AT_REST)
