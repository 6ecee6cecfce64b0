"""The emoji and their names fit together, and the picker has a place for each group."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EMOJI = ROOT / "static/vendor/emoji"
PICKER = (ROOT / "templates/partials/_emoji_picker.html").read_text(encoding="utf-8")
LANGUAGES = ("en", "de")
MARKED = re.compile(r"(?P<emoji>[^~@ ]+)(~)?(@[0-9]+(\.[0-9])?)?")


def load(name: str) -> object:
    return json.loads((EMOJI / f"{name}.json").read_text(encoding="utf-8"))


def all_emoji() -> list[str]:
    groups = load("emoji")
    assert isinstance(groups, dict)
    return [marked for text in groups.values() for marked in text.split(" ")]


def names(language: str) -> dict[str, str]:
    """Return the line of each emoji."""
    found = load(language)
    assert isinstance(found, list)
    emoji = [re.sub("[~@].*", "", marked) for marked in all_emoji()]
    return dict(zip(emoji, found, strict=True))


def test_every_emoji_is_written_as_the_page_reads_it() -> None:
    assert all(MARKED.fullmatch(marked) for marked in all_emoji())
    assert len(set(all_emoji())) == len(all_emoji()) > 1_800


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_emoji_has_a_name_and_its_own_one(language: str) -> None:
    lines = names(language)

    assert all(re.fullmatch(r"[^|]+\|[^|]*\|[^|]*", line) for line in lines.values())
    labels = [line.split("|")[0] for line in lines.values()]
    assert len(set(labels)) > 0.99 * len(labels)


@pytest.mark.parametrize(
    ("language", "emoji", "word"),
    [
        ("en", "😀", "grinning"),
        ("en", "👍", "thumbsup"),
        ("de", "👍", "Daumen"),
        ("de", "❤️", "Herz"),
        ("de", "🇩🇪", "Deutschland"),
        ("de", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "Wales"),
    ],
)
def test_a_name_belongs_to_its_emoji(language: str, emoji: str, word: str) -> None:
    assert word in names(language)[emoji]


def test_the_picker_has_a_section_for_every_group() -> None:
    groups = load("emoji")
    assert isinstance(groups, dict)

    assert re.findall(r'^  \("([a-z-]+)",', PICKER, re.MULTILINE) == list(groups)
