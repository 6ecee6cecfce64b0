"""Make the files of this folder from an unpacked npm package `emojibase-data`.

    npm pack emojibase-data@17.0.0 && tar xzf emojibase-data-17.0.0.tgz
    python static/vendor/emoji/build.py package

The package describes each emoji in a kilobyte; a picker needs what it looks like and what it is
called. One file has the emoji by group, one per language has their names in the same order.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LANGUAGES = ("en", "de")
# Names that people know from other messengers; English only, like their authors.
SHORTCODES = ("emojibase", "github")
# Tones and hair alone: parts of other emoji.
COMPONENT_GROUP = 2
# Everything that draws emoji at all draws these, so only newer ones say how new they are.
OLD_VERSION = 12
TONES = "🏻🏼🏽🏾🏿"
EMOJI_STYLE = "\ufe0f"

Entry = dict[str, Any]


def main(package: Path) -> None:
    entries = {language: _entries(package, language) for language in LANGUAGES}
    english = entries["en"]
    _write("emoji", _groups(english, read(package / "meta/groups.json")["groups"]))
    _write("en", _names(english, [read(package / f"en/shortcodes/{s}.json") for s in SHORTCODES]))
    by_code = {entry["hexcode"]: entry for entry in entries["de"]}
    _write("de", _names([by_code[entry["hexcode"]] for entry in english], []))
    shutil.copyfile(package / "LICENSE", HERE / "LICENSE")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _entries(package: Path, language: str) -> list[Entry]:
    found = read(package / language / "data.json")
    wanted = [entry for entry in found if entry.get("group", COMPONENT_GROUP) != COMPONENT_GROUP]
    return sorted(wanted, key=lambda entry: (int(entry["group"]), int(entry["order"])))


def _groups(entries: list[Entry], keys: dict[str, str]) -> dict[str, str]:
    """Return the emoji of each group as one text: `😀 👍~ 🫩@16`.

    A tilde says that it takes a tone of skin, a number since which version it exists.
    """
    groups: dict[str, list[str]] = {}
    for entry in entries:
        mark = "~" if _takes_tone(entry) else ""
        if entry["version"] > OLD_VERSION:
            mark += f"@{entry['version']}"
        groups.setdefault(keys[str(entry["group"])], []).append(_drawn(entry) + mark)
    return {key: " ".join(emoji) for key, emoji in groups.items()}


def _drawn(entry: Entry) -> str:
    """Return the emoji as Unicode recommends it: what is a picture anyhow need not say so."""
    emoji = str(entry["emoji"])
    is_picture = entry["type"] == 1
    return emoji[0] if is_picture and emoji[1:] == EMOJI_STYLE else emoji


def _takes_tone(entry: Entry) -> bool:
    """Return whether a tone behind the first character is all that makes the other variants.

    Pairs of people have a tone each; they stay as they are.
    """
    single = {skin["tone"]: skin["emoji"] for skin in entry.get("skins", ()) if _is_single(skin)}
    first, rest = entry["emoji"][0], entry["emoji"][1:].removeprefix(EMOJI_STYLE)
    return single == {number: first + tone + rest for number, tone in enumerate(TONES, start=1)}


def _is_single(skin: Entry) -> bool:
    return isinstance(skin["tone"], int)


def _names(entries: list[Entry], shortcodes: list[dict[str, Any]]) -> list[str]:
    """Return `label|shortcodes|other words` of each emoji; words are separated by spaces."""
    return [_name(entry, shortcodes) for entry in entries]


def _name(entry: Entry, shortcodes: list[dict[str, Any]]) -> str:
    label = entry["label"]
    codes: list[str] = []
    for source in shortcodes:
        found = source.get(entry["hexcode"], [])
        codes += [found] if isinstance(found, str) else found
    said = set(label.lower().split())
    words = {word for tag in entry.get("tags", ()) for word in tag.lower().split()} - said
    return "|".join((label, " ".join(dict.fromkeys(codes)), " ".join(sorted(words))))


def _write(name: str, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=0)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
