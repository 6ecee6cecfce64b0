"""What every template promises: nothing inline, nothing unescaped, its variables in line one."""

import re
from functools import cache
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta, nodes

from webapp.protocol.content import BODY_LIMIT
from webapp.services.preferences import Preferences, as_texts
from webapp.web.settings_pages import settings_pages
from webapp.web.texts import TEXT_FUNCTIONS, use_texts

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons/icons.svg").read_text()))

HOSTILE = "<img src=x onerror=alert(1)>\"' onclick='"
ID_HEX = "05" + "ab" * 32
WORDS = [f"word{number}" for number in range(1, 14)]

ACCOUNT = SimpleNamespace(
    name=HOSTILE, initials="<b", hue=7, id_hex=ID_HEX, id_groups=("05ab", "abab"), words_saved=False
)
ROW = SimpleNamespace(
    id=5, name=HOSTILE, initials="<b", hue=3, note_to_self=False, short_id="05ab…abab",
    snippet=HOSTILE, failed=True, unread="3", time_label="09:41", time_iso="2026-11-21T09:41",
    sort=1763718060000,
)  # fmt: skip
NOTE_ROW = SimpleNamespace(**{**vars(ROW), "id": 6, "note_to_self": True, "unread": ""})
CONNECTION = SimpleNamespace(
    phase="offline", label="Offline", sentence=HOSTILE, problem=HOSTILE, seen="The first node",
    clock=HOSTILE,
    notice=SimpleNamespace(icon="offline", title="No connection", text=HOSTILE, offers_proxy=True),
    stops=(
        SimpleNamespace(name="You", place="this computer", state="works", words="works"),
        SimpleNamespace(name="First node", place=HOSTILE, state="silent", words="not answering"),
    ),
)  # fmt: skip


def message(number: int, *, state: str, outgoing: bool, unread: bool = False) -> SimpleNamespace:
    return SimpleNamespace(
        id=number, conversation_id=5, sort=f"{number:015d}.{number:012d}", outgoing=outgoing,
        author="out", author_name=HOSTILE, text=HOSTILE, state=state, time_label="09:41",
        time_iso="2026-11-21T09:41:00+00:00", day="2026-11-21", unread=unread,
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
VALUES = {
    "account": ACCOUNT,
    "code": "internal",
    "credits": (SimpleNamespace(name=HOSTILE, licence="MIT"),),
    "completed": True,
    "connection": CONNECTION,
    "conversation": ROW,
    "draft": HOSTILE,
    "echo": SimpleNamespace(hex=ID_HEX),
    "file_name": HOSTILE,
    "id_groups": ("05ab", "abab"),
    "is_given": False,
    "message": MESSAGES[3],
    "messages": MESSAGES,
    "network": "session",
    "offered": ("session", "practice", "testnet", "file"),
    "opened_at": MESSAGES[1].sort,
    "own_id": ID_HEX,
    "part": "content",
    "preferences": as_texts(Preferences()),
    "page": PAGE,
    "proxy": SimpleNamespace(address=HOSTILE, username=HOSTILE),
    "recent_emoji": ("👍🏽", "😀"),
    "report": HOSTILE,
    "required": True,
    "row": ROW,
    "rows": [ROW, NOTE_ROW],
    "screen": "pages/main.html",
    "sentence": HOSTILE,
    "settings_pages": settings_pages(),
    "sizes": ("100", "200"),
    "title": HOSTILE,
    "toast": SimpleNamespace(sentence=HOSTILE, undo="/conversations/5/pin"),
    "version": "0.1.0",
    "words": " ".join(WORDS),
}


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


FRAMES = {f"layouts/{frame}.html" for frame in ("dialog", "menu", "pane", "settings", "solo")}


def is_drawn_alone(name: str) -> bool:
    """Macros and the frames that others fill are no answers of their own."""
    return not name.startswith("macros/") and name not in FRAMES


def is_patch(name: str) -> bool:
    """The parts of others that have no place of their own are never sent alone."""
    inner = {
        f"partials/_{part}.html"
        for part in (
            "account_id", "composer", "echo", "log", "no_conversations",
            "proxy_choice", "proxy_fields", "proxy_limits", "route_view", "settings_tree",
        )
    }  # fmt: skip
    return name.startswith(("pages/", "partials/")) and name not in inner


DRAWN = [name for name in TEMPLATES if is_drawn_alone(name)]
PATCHES = [name for name in TEMPLATES if is_patch(name)]


def variables_of(name: str) -> set[str]:
    """Return the variables that ``name`` and everything it includes expect from the view."""
    tree = environment().parse(source(name))
    needed = set(meta.find_undeclared_variables(tree)) - macros_of(tree) - TEXT_FUNCTIONS
    for part in tree.find_all((nodes.Include, nodes.Extends)):
        if isinstance(part.template, nodes.Const):
            needed |= variables_of(part.template.value) - bound_around(tree, part)
    return needed


def macros_of(tree: nodes.Template) -> set[str]:
    """Return the macros that the blocks of ``tree`` may use, its own and those it imports."""
    imported = chain.from_iterable(found.names for found in tree.find_all(nodes.FromImport))
    own = {macro.name for macro in tree.find_all(nodes.Macro)}
    return own | {name if isinstance(name, str) else name[1] for name in imported}


def bound_around(tree: nodes.Template, part: nodes.Node) -> set[str]:
    """Return what a loop or a ``with`` around an include gives it."""
    bound: set[str] = set()
    for outer in tree.find_all((nodes.For, nodes.With)):
        if part in outer.find_all(type(part)):
            targets = [outer.target] if isinstance(outer, nodes.For) else outer.targets
            names = chain.from_iterable(
                [target, *target.find_all(nodes.Name)] for target in targets
            )
            bound |= {target.name for target in names if isinstance(target, nodes.Name)}
    return bound


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_inline_and_nothing_is_marked_safe(name: str) -> None:
    text = source(name)

    assert not re.search(r"\|\s*safe\b|Markup|autoescape", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://", text, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", text)
    assert 'href="#' not in text, "a fragment would leave a trace in the history"


@pytest.mark.parametrize("name", TEMPLATES)
def test_line_one_says_which_variables_a_template_expects(name: str) -> None:
    first = source(name).splitlines()[0]
    assert re.fullmatch(r"\{# .+ #\}", first)

    named = set(re.findall(r"[a-z_]+", first))

    assert variables_of(name) <= named


@pytest.mark.parametrize("name", DRAWN)
def test_hostile_text_stays_text(name: str) -> None:
    drawn = draw(name)

    for tag, attributes in drawn.all:
        assert not [attribute for attribute in attributes if attribute.startswith("on")], tag
        assert attributes.get("src") != "x"


@pytest.mark.parametrize("name", DRAWN)
def test_every_id_is_used_once(name: str) -> None:
    ids = draw(name).ids()

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_consists_of_elements_with_ids(name: str) -> None:
    drawn = draw(name)

    assert drawn.top
    assert all(attributes.get("id") for attributes in drawn.top)


@pytest.mark.parametrize("name", DRAWN)
def test_every_drawing_exists(name: str) -> None:
    drawn = draw(name)

    used = {attributes["href"] or "" for tag, attributes in drawn.all if tag == "use"}

    assert {href.removeprefix("/static/icons/icons.svg#") for href in used} <= ICONS


@pytest.mark.parametrize("name", DRAWN)
def test_where_text_is_typed_no_browser_helps(name: str) -> None:
    for tag, attributes in draw(name).all:
        if tag == "textarea" or (tag == "input" and attributes["type"] == "text"):
            assert attributes["autocomplete"] == "off"
            assert attributes["spellcheck"] == "false"
            assert attributes["translate"] == "no"
            assert attributes["dir"] == "auto"


@pytest.mark.parametrize("name", DRAWN)
def test_no_browser_offers_to_store_a_password(name: str) -> None:
    for tag, attributes in draw(name).all:
        if tag == "input":
            assert attributes["type"] != "password"
            assert "password" not in (attributes.get("name") or "")


def test_a_proxy_of_the_command_line_is_shown_and_cannot_be_changed() -> None:
    page = draw("pages/settings/network.html", is_given=True)

    assert "given its proxy on the command line" in page.text
    assert not [tag for tag, _ in page.all if tag == "form"]


def test_the_words_are_not_in_the_page_that_hides_them() -> None:
    page = draw("pages/words.html", words=WORDS)

    assert not [word for word in WORDS if word in page.text]


def test_shown_and_hidden_words_are_the_same_element() -> None:
    shown = draw("partials/_words.html", words=WORDS)
    hidden = draw("partials/_words.html", words=None)

    assert shown.ids() == hidden.ids() == ["words"]
    assert all(word in shown.text for word in WORDS)


def test_a_message_is_drawn_alike_in_a_page_and_in_a_push() -> None:
    page = draw("pages/conversation.html").all
    push = draw("partials/_changes.html", messages=[MESSAGES[3]]).all

    assert [element for element in push if element in page][:3] == push[:3]


def test_the_composer_counts_to_the_limit_of_the_protocol() -> None:
    limits = [
        found
        for _, each in draw("pages/conversation.html").all
        if (found := each.get("data-limit"))
    ]

    assert limits == [str(BODY_LIMIT)]


@pytest.mark.parametrize("lacking", ["older", "newer"])
def test_an_end_of_the_log_is_hidden_where_the_conversation_ends(lacking: str) -> None:
    sides = {"lacks_older": lacking == "older", "lacks_newer": lacking == "newer"}
    page = SimpleNamespace(**{**vars(PAGE), **sides})

    drawn = draw("pages/conversation.html", page=page).all

    edges = {side: each for _, each in drawn if (side := each.get("data-edge"))}
    assert [side for side, each in edges.items() if "hidden" not in each] == [lacking]


def test_a_message_that_has_not_been_read_says_so() -> None:
    drawn = draw("partials/_changes.html").all

    assert [
        each["id"] for _, each in drawn if each.get("data-into") == "log" and "data-unread" in each
    ] == ["message-1"]
