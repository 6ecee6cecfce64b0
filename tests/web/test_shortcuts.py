"""The sheet of shortcuts promises what the scripts do."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HANDLED = (ROOT / "static/js/models/shortcuts.js").read_text(encoding="utf-8")
SHEET = (ROOT / "templates/pages/shortcuts.html").read_text(encoding="utf-8")

# Keys of the field for messages (static/js/elements/message-composer.js).
IN_THE_COMPOSER = {"mod+Enter", "shift+Enter"}
# What browsers keep for themselves, or should: new window, close, new tab, reload, source, tabs.
OF_THE_BROWSER = {f"mod+{key}" for key in ("n", "w", "t", "r", "u", "shift+n", "1-9")}


def handled() -> set[str]:
    return set(re.findall(r'keys: "([^"]+)"', HANDLED))


def listed() -> set[str]:
    rows = re.findall(r"row\(_\([^)]*\), \(([^)]*)\)\)", SHEET)
    return {keys for row in rows for keys in re.findall(r'"([^"]+)"', row)}


def test_every_shortcut_is_on_the_sheet_and_works() -> None:
    assert listed() == handled() | IN_THE_COMPOSER


def test_no_shortcut_fights_the_browser() -> None:
    assert not handled() & OF_THE_BROWSER
