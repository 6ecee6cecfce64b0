"""How the owner of an account wants the interface to look and to behave.

Every setting is one of a few values, so one table says what may be chosen: the text that a form
sends and the database keeps, and the value that it stands for. What the database holds beyond
that (a newer version wrote it, or it is damaged) counts as not set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal

from webapp.services.errors import InvalidSetting
from webapp.services.events import PreferencesChanged
from webapp.services.open_account import OpenAccount
from webapp.storage import preferences

Theme = Literal["system", "dark", "light"]
Family = Literal["stone", "ink"]
Accent = Literal["green", "teal", "blue", "violet", "pink"]
Language = Literal["auto", "en", "de"]
Offer = Literal["ask", "later"]
Value = str | int | bool

# In per cent of the size that the browser is set to. Small steps where they are felt.
TEXT_SIZES: Final = (50, 60, 70, 80, 90, 100, 110, 125, 150, 175, 200)


@dataclass(frozen=True, slots=True)
class Preferences:
    """All settings of the interface. The defaults are those of a new account."""

    theme: Theme = "dark"
    family: Family = "stone"
    accent: Accent = "green"
    text_size: int = 100
    enter_sends: bool = True
    # Some browsers send what is typed to their maker to have it checked.
    spellcheck: bool = False
    # "auto" is the language of the browser.
    language: Language = "auto"
    # Of emoji that have one, from 1 (light) to 5 (dark); 0 is the yellow of none.
    emoji_tone: int = 0
    # Whether a code is still offered to somebody who has none.
    code_offer: Offer = "ask"
    # Whether files of one size are still offered to somebody who has another code.
    equal_size_offer: Offer = "ask"


_SWITCH: Final[Mapping[str, Value]] = {"on": True, "off": False}
CHOICES: Final[Mapping[str, Mapping[str, Value]]] = {
    "theme": {"system": "system", "dark": "dark", "light": "light"},
    "family": {"stone": "stone", "ink": "ink"},
    "accent": {name: name for name in ("green", "teal", "blue", "violet", "pink")},
    "text_size": {str(size): size for size in TEXT_SIZES},
    "enter_sends": _SWITCH,
    "spellcheck": _SWITCH,
    "language": {"auto": "auto", "en": "en", "de": "de"},
    "emoji_tone": {str(tone): tone for tone in range(6)},
    "code_offer": {"ask": "ask", "later": "later"},
    "equal_size_offer": {"ask": "ask", "later": "later"},
}


def parse(stored: Mapping[str, str]) -> Preferences:
    """Return the settings in ``stored``, with the default for what is missing or unknown."""
    known = {
        name: choices[stored[name]]
        for name, choices in CHOICES.items()
        if stored.get(name) in choices
    }
    return Preferences(**known)  # type: ignore[arg-type]  # CHOICES has a value of its type for each


def as_texts(chosen: Preferences) -> dict[str, str]:
    """Return each setting as the text that stands for its value."""
    return {
        field.name: _text_of(field.name, getattr(chosen, field.name)) for field in fields(chosen)
    }


def load(account: OpenAccount) -> Preferences:
    """Return the settings of the account."""
    return parse(preferences.load(account.database))


def change(account: OpenAccount, name: str, value: str) -> None:
    """Set one setting and tell every open tab. Raises InvalidSetting; then nothing has changed."""
    if value not in CHOICES.get(name, {}):
        raise InvalidSetting
    preferences.store(account.database, name, value)
    account.events.publish(PreferencesChanged())


def _text_of(name: str, value: Value) -> str:
    return next(text for text, meant in CHOICES[name].items() if meant == value)
