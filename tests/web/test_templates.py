"""What every template promises: nothing inline, nothing unescaped, its variables in line one."""

import re
from itertools import chain
from types import SimpleNamespace

import pytest
from jinja2 import meta, nodes

from tests.web.drawn import (
    HOSTILE,
    ICONS,
    MESSAGES,
    NOTE_ROW,
    PAGE,
    TEMPLATES,
    WORDS,
    draw,
    environment,
    first,
    is_code,
    row,
    source,
)
from webapp.protocol.content import BODY_LIMIT
from webapp.web.texts import TEXT_FUNCTIONS

FRAMES = {f"layouts/{frame}.html" for frame in ("dialog", "menu", "pane", "settings", "solo")}


def is_drawn_alone(name: str) -> bool:
    """Macros and the frames that others fill are no answers of their own."""
    return not name.startswith("macros/") and name not in FRAMES


def is_patch(name: str) -> bool:
    """The parts of others that have no place of their own are never sent alone."""
    inner = {
        f"partials/_{part}.html"
        for part in (
            "account_id", "account_ways", "blocked", "composer", "echo", "linkable", "list_search",
            "log", "loss", "message_tools", "new_code", "no_conversations", "own_code",
            "proxy_choice", "proxy_fields", "proxy_limits", "route_view", "selection",
            "settings_tree",
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
            # "one-time-code" is the only word that keeps every browser from storing a code.
            assert attributes["autocomplete"] == ("one-time-code" if is_code(attributes) else "off")
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


def test_a_row_says_in_words_what_its_drawings_mean() -> None:
    drawn = draw(
        "partials/_conversation_row.html",
        row=row(status="sending", unread="", marked_unread=True, blocked=True),
    )

    for word in ("Blocked", "Sending", "Pinned", "Marked as unread"):
        assert word in drawn.text


@pytest.mark.parametrize(
    ("status", "word"),
    [("failed", "Not sent:"), ("draft", "Draft:"), ("own", "You:"), ("empty", "No messages yet")],
)
def test_a_row_says_what_its_second_line_is(status: str, word: str) -> None:
    assert word in draw("partials/_conversation_row.html", row=row(status=status)).text


def test_the_menu_of_a_row_opens_by_a_button_and_where_the_row_is() -> None:
    drawn = draw("partials/_conversation_row.html")

    assert first(drawn, "conversation-5")["data-context"] == "/conversations/5/menu"
    assert first(drawn, "more-5")["data-get"] == "/conversations/5/menu"
    assert first(drawn, "more-5")["aria-label"] == f"Menu of {HOSTILE}"


def test_a_hidden_conversation_leaves_the_list() -> None:
    drawn = draw("partials/_changes.html", row=row(hidden=True), messages=[])

    assert "data-removed" in first(drawn, "conversation-5")
    assert not [found for _, found in drawn.all if found.get("id") == "open-5"]


def test_somebody_blocked_cannot_be_written_to() -> None:
    drawn = draw("pages/conversation.html", conversation=row(blocked=True))

    assert not [tag for tag, _ in drawn.all if tag == "textarea"]
    assert "You blocked" in drawn.text


def test_notes_have_a_menu_without_what_needs_somebody() -> None:
    text = draw("pages/conversation_menu.html", conversation=NOTE_ROW).text

    for missing in ("Nickname", "Account ID", "Block", "contact"):
        assert missing not in text
    assert "Clear messages" in text


@pytest.mark.parametrize(
    ("changes", "offered", "missing"),
    [
        ({"pinned": True}, "Unpin", "Pin"),
        ({"pinned": False}, "Pin", "Unpin"),
        ({"unread": "3"}, "Mark as read", "Mark as unread"),
        ({"unread": "", "marked_unread": True}, "Mark as read", "Mark as unread"),
        ({"unread": "", "marked_unread": False}, "Mark as unread", "Mark as read"),
        ({"blocked": True}, "Unblock", "Block …"),
        ({"blocked": False}, "Block …", "Unblock"),
    ],
)
def test_a_menu_offers_what_is_not_so_yet(
    changes: dict[str, object], offered: str, missing: str
) -> None:
    drawn = draw("pages/conversation_menu.html", conversation=row(**changes))
    items = [line.strip() for line in drawn.text.splitlines()]

    assert offered in items
    assert missing not in items


@pytest.mark.parametrize(
    "question", ["conversation_clear", "conversation_delete", "contact_delete"]
)
def test_before_a_loss_cancel_comes_first_and_the_numbers_are_told(question: str) -> None:
    drawn = draw(f"pages/{question}.html")
    buttons = [found for tag, found in drawn.all if tag == "button"]

    assert "data-autofocus" in buttons[0]
    assert buttons[-1]["class"] == "button button--danger-outline"
    assert "3 messages are deleted on this computer." in drawn.text
    assert "1 of them is not sent yet and will not be." in drawn.text
    assert "keep their copies" in drawn.text


def test_nothing_is_said_of_a_search_while_nobody_searches() -> None:
    drawn = draw("partials/_found.html", query="", rows=[])

    assert drawn.text.strip() == ""
    assert "hidden" in first(drawn, "found")


def test_a_search_without_a_hit_says_so_or_offers_the_account_id() -> None:
    nobody = draw("partials/_found.html", rows=[], unmet=None)
    somebody_new = draw("partials/_found.html", rows=[])

    assert f"No conversation with “{HOSTILE}”." in nobody.text
    assert "Write to 05ab…abab" in somebody_new.text


def test_a_pane_takes_the_place_of_itself_only_where_that_is_asked_for() -> None:
    asked = first(draw("pages/conversation.html", over=5), "pane")
    opened = first(draw("pages/conversation.html"), "pane")
    gone = first(draw("partials/_conversation_removed.html"), "pane")

    assert (asked["data-for"], asked["data-over"]) == ("5", "5")
    assert "data-over" not in opened
    assert gone["data-over"] == "5"
