"""Every template drawn with values that are as hostile as they can be."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.services.preferences import Preferences, as_texts
from webapp.web.links import addresses, pieces
from webapp.web.settings_pages import settings_pages
from webapp.web.texts import use_texts

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons/icons.svg").read_text()))

HOSTILE = "<img src=x onerror=alert(1)>\"' onclick='"
LINK = " https://example.org/?onload=x"
ID_HEX = "05" + "ab" * 32
WORDS = [f"word{number}" for number in range(1, 14)]

ACCOUNT = SimpleNamespace(
    name=HOSTILE,
    initials="<b",
    hue=7,
    id_hex=ID_HEX,
    id_groups=("05ab", "abab"),
    words_saved=False,
    handle="h-1",
)
ROW = SimpleNamespace(
    id=5, name=HOSTILE, own_name=HOSTILE, nickname=HOSTILE, initials="<b", hue=3,
    note_to_self=False, id_hex=ID_HEX, short_id="05ab…abab", line=HOSTILE, status="failed",
    unread="3", marked_unread=False, pinned=True, blocked=False, hidden=False,
    time_label="09:41", time_iso="2026-11-21T09:41", sort="1.1763718060000.5",
)  # fmt: skip


def row(**changes: object) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(ROW), **changes})


NOTE_ROW = row(id=6, note_to_self=True, unread="", marked_unread=True, status="draft")
OWN_ROW = row(id=7, unread="", blocked=True, status="own", pinned=False)
CONNECTION = SimpleNamespace(
    phase="offline", label="Offline", sentence=HOSTILE, problem=HOSTILE, seen="The first node",
    clock=HOSTILE,
    notice=SimpleNamespace(icon="offline", title="No connection", text=HOSTILE, offers_proxy=True),
    stops=(
        SimpleNamespace(name="You", place="this computer", state="works", words="works"),
        SimpleNamespace(name="First node", place=HOSTILE, state="silent", words="not answering"),
    ),
)  # fmt: skip
PERSON = SimpleNamespace(name=HOSTILE, initials="<b", hue=3, id_hex=ID_HEX, short_id="05ab…abab")


def message(number: int, *, state: str, outgoing: bool, unread: bool = False) -> SimpleNamespace:
    return SimpleNamespace(
        id=number, conversation_id=5, sort=f"{number:015d}.{number:012d}", outgoing=outgoing,
        author="out", author_name=HOSTILE, pieces=pieces(HOSTILE + LINK), state=state,
        time_label="09:41", time_iso="2026-11-21T09:41:00+00:00", day="2026-11-21", unread=unread,
    )  # fmt: skip


MESSAGES = [
    message(1, state="received", outgoing=False, unread=True),
    message(2, state="sent", outgoing=True),
    message(3, state="sending", outgoing=True),
    message(4, state="failed", outgoing=True),
]
PAGE = SimpleNamespace(
    messages=MESSAGES,
    lacks_older=True,
    lacks_newer=False,
    lacks="older",
    unread_from=MESSAGES[0].sort,
)
OPEN = SimpleNamespace(
    handle="h-1", name=HOSTILE, initials="<b", hue=7, short_id="05ab…abab", unread="",
    unread_count=0, is_shown=True,
)  # fmt: skip
VALUES = {
    "account": ACCOUNT,
    "accounts": (
        OPEN,
        SimpleNamespace(**{**vars(OPEN), "handle": "h-2", "unread": "5", "is_shown": False}),
    ),
    "beside": 0,
    "cover_name": HOSTILE,
    "is_practised": True,
    "prepared": SimpleNamespace(outcome="cover", cover_name=HOSTILE, panic_chord=True),
    "result": "destroys",
    "elsewhere": "5",
    "has_others": True,
    "is_last": True,
    "kept": 1,
    "kept_kind": "pin",
    "speaker": SimpleNamespace(name=HOSTILE, hue=7, others=(HOSTILE,)),
    "switched": False,
    "totals": SimpleNamespace(conversations=2, messages=3, unsent=1),
    "unopened": 1,
    "after": "0.1763718060000.5",
    "before": "0.1763718060000.9",
    "address": addresses(LINK)[0],
    "blocked": (PERSON,),
    "code": SimpleNamespace(
        kind="passphrase",
        label=HOSTILE,
        limit="Only people nearby.",
        field_label=HOSTILE,
        own_label=HOSTILE,
    ),
    "credits": (SimpleNamespace(name=HOSTILE, licence="MIT"),),
    "completed": True,
    "connection": CONNECTION,
    "contents": SimpleNamespace(messages=3, unsent=1),
    "conversation": ROW,
    "done": ("1f2e3d4c",),
    "draft": HOSTILE,
    "details": SimpleNamespace(
        id=1,
        outgoing=False,
        note_to_self=False,
        author_name=HOSTILE,
        author_id="05ab…abab",
        state="received",
        sent_label="Saturday 21 November 2026, 09:41",
        sent_iso="2026-11-21T09:41:00+00:00",
        hash_short="kzq1…",
        characters=126,
    ),
    "echo": SimpleNamespace(hex=ID_HEX),
    "erase_after": "10",
    "everything": SimpleNamespace(accounts=2, conversations=3, messages=40, unsent=1),
    "file_name": HOSTILE,
    "guesses": ("10", "8"),
    "has_code": False,
    "id_groups": ("05ab", "abab"),
    "is_given": False,
    "kind": "pin",
    "left": ("5b6a7988",),
    "limits": ("1", "5"),
    "lock": {
        "idle_minutes": "5", "last_tab": "on", "sleep": "on", "keep_receiving": "off",
    },
    "message": MESSAGES[3],
    "message_ids": (1, 2),
    "messages": MESSAGES,
    "more": True,
    "network": "session",
    "number": 5,
    "note_to_self": False,
    "reason": HOSTILE,
    "word": HOSTILE,
    "offered": ("session", "practice", "testnet", "file"),
    "opened_at": MESSAGES[1].sort,
    "over": None,
    "own_id": ID_HEX,
    "part": "content",
    "position": "0.1763718060000.9",
    "preferences": as_texts(Preferences()),
    "page": PAGE,
    "proxy": SimpleNamespace(address=HOSTILE, username=HOSTILE),
    "recent_emoji": ("👍🏽", "😀"),
    "report": HOSTILE,
    "required": True,
    "query": HOSTILE,
    "offers_code": True,
    "offers_equal_size": True,
    "equal_size": SimpleNamespace(is_on=False, missing_mb=5, free_mb=1, has_room=True),
    "forgotten": SimpleNamespace(stage="idle", wait_s=0, word=HOSTILE, problem="word"),
    "rolled_back": True,
    "row": ROW,
    "rows": [ROW, NOTE_ROW, OWN_ROW],
    "screen": "pages/main.html",
    "sentence": HOSTILE,
    "settings_pages": settings_pages(),
    "side": "after",
    "sizes": ("100", "200"),
    "title": HOSTILE,
    "strength": SimpleNamespace(level=2, headline=HOSTILE, text=HOSTILE),
    "suggestion": " ".join(WORDS[:6]),
    "toast": SimpleNamespace(sentence=HOSTILE, undo="/conversations/5/pin"),
    "unmet": SimpleNamespace(hex=ID_HEX, short="05ab…abab"),
    "version": "0.1.0",
    "wait_s": 8,
    "words": " ".join(WORDS),
}  # fmt: skip


class Elements(HTMLParser):
    """Every start tag of a document with its attributes, and which of them stand at the top.

    What a ``<template>`` holds is not part of the document.
    """

    VOID = frozenset({"meta", "link", "input", "img", "br", "use"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.top: list[dict[str, str | None]] = []
        self.text = ""
        self._depth = 0
        self.feed(re.sub(r"<template>.*?</template>", "", html, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if self._depth == 0:
            self.top.append(dict(attrs))
        if tag not in self.VOID:
            self._depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        self.text += data

    def ids(self) -> list[str]:
        return [name for _, attributes in self.all if (name := attributes.get("id"))]


@cache
def environment() -> Environment:
    found = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    use_texts(found)
    return found


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def draw(name: str, **changes: object) -> Elements:
    return Elements(environment().get_template(name).render({**VALUES, **changes}))


def first(html: Elements, identifier: str) -> dict[str, str | None]:
    return next(found for _, found in html.all if found.get("id") == identifier)


def is_code(attributes: dict[str, str | None]) -> bool:
    return "data-code" in attributes
