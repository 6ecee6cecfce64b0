"""Every sentence is marked, and said in every language (docs/decisions/0013)."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.checkers import num_plurals

from tests import catalogue, unmarked

ROOT = Path(__file__).parents[1]
PLACEHOLDER = re.compile(r"%\(\w+\)s|</?\w+[^>]*>")
TEMPLATES = [path for path, _ in catalogue.sources() if path.suffix == ".html"]
SCRIPTS = [path for path, _ in catalogue.sources() if path.suffix == ".js"]
# The layer that speaks. What the others have to tell is marked where they say it.
SPEAKING = sorted((ROOT / "webapp/web").rglob("*.py"))
# What looks like a sentence there and is for machines, or for strangers.
NOT_SAID = {
    "webapp/web/headers.py", "webapp/web/refusals.py", "webapp/web/server.py",
    "webapp/web/guards.py", "webapp/web/live.py", "webapp/web/websocket.py",
    "webapp/web/upgrades.py",
}  # fmt: skip
LANGUAGES = catalogue.codes()


def texts(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a catalogue entry says in English and in its own language."""
    english = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    own = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return english, own


def entries(code: str) -> dict[object, Message]:
    return {message.id: message for message in catalogue.read(code) if message.id}


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_catalogue_has_what_the_program_says_and_nothing_else(code: str) -> None:
    said = {message.id: message for message in catalogue.gather() if message.id}
    translated = entries(code)
    assert sorted(map(str, translated.keys() - said.keys())) == [], "run `make texts`"
    assert sorted(map(str, said.keys() - translated.keys())) == [], "run `make texts`, translate"
    # The page carries for its scripts what they say, so the places matter too.
    assert {id_: {place for place, _ in each.locations} for id_, each in said.items()} == {
        id_: {place for place, _ in each.locations} for id_, each in translated.items()
    }, "run `make texts`"


@pytest.mark.parametrize("code", LANGUAGES)
def test_everything_is_translated_and_nothing_is_guessed(code: str) -> None:
    for message in entries(code).values():
        assert all(texts(message)[1]), f"not translated: {message.id}"
        assert not message.fuzzy, f"a guess: {message.id}"
        num_plurals(catalogue.read(code), message)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_has_the_values_and_the_markup_of_its_original(code: str) -> None:
    for message in entries(code).values():
        english, own = texts(message)
        wanted = Counter(PLACEHOLDER.findall(english[-1]))
        for text in filter(None, own):
            assert Counter(PLACEHOLDER.findall(text)) == wanted, text
            # It may stand in an attribute, and would end it.
            assert '"' not in text, text
            assert not re.search(r"&(?!\w+;)|<(?!/?\w+>)", text), text


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_ends_like_its_original(code: str) -> None:
    for message in entries(code).values():
        english, own = texts(message)
        for text in filter(None, own):
            assert text.strip() == text
            assert text[-1:] == english[-1][-1:] or text[-1].isalpha() or text[-1] in "“s", text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_unmarked(path: Path) -> None:
    assert list(unmarked.in_template(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_says_nothing_unmarked(path: Path) -> None:
    assert list(unmarked.in_script(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.name)
def test_a_module_of_the_interface_says_nothing_unmarked(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in NOT_SAID:
        assert list(unmarked.in_module(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Not sent.</p>", ["Not sent."]),
        ('{{ _("Not sent.") }}', []),
        ("<p>{{ name }}: {% if x %}gone{% endif %}</p>", ["…: gone"]),
        ('<a title="Undo {{ what }}">', ["Undo …"]),
        ('<a class="undo" id="a b">', []),
        ('{{ button("Undo", kind="quiet", get="/welcome?network=" ~ x) }}', ["Undo"]),
        ('{{ button(_("Undo"), kind="quiet") }}', []),
        ('{{ ngettext("%(num)s message", "%(num)s messages", n) }}', []),
        ('{{ field(hint="Type it." if x else _("Again.")) }}', ["Type it."]),
        ("<title>Safehouse</title>", []),
        ("<style>body { color: red }</style>", []),
        ("{# A comment. #}{% extends 'layouts/x.html' %}", []),
    ],
)
def test_what_is_unmarked_in_a_template_is_found(source: str, found: list[str]) -> None:
    assert list(unmarked.in_template(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('toast("Copied.");', ["Copied."]),
        ('toast(gettext("Copied."));', []),
        ('gettext(x, { a: f("Copied.") }); tell("Not sent.")', ["Not sent."]),
        ("field.textContent = `Not sent to ${name}`;", ["Not sent to ${name}"]),
        ('// "A comment."\nif (event.key === "Enter") go("button", "ArrowUp");', []),
    ],
)
def test_what_is_unmarked_in_a_script_is_found(source: str, found: list[str]) -> None:
    assert list(unmarked.in_script(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""A docstring."""\nx = "Not sent."', ["Not sent."]),
        ('x = mark("Not sent.")\ny = gettext("Not sent.")', []),
        ('x = {"message": Counted("One.", "Many.")}', []),
        ('def f(x: "Language") -> str:\n    return "a-class"', []),
    ],
)
def test_what_is_unmarked_in_a_module_is_found(source: str, found: list[str]) -> None:
    assert list(unmarked.in_module(source)) == found
