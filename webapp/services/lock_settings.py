"""When the app locks by itself, and how deep: settings that are guarded against roll-back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from webapp.services.errors import InvalidSetting
from webapp.services.events import LockSettingsChanged
from webapp.services.open_account import OpenAccount

# deep: keys and database go. light: they stay, and nothing is shown.
Depth = Literal["deep", "light"]

IDLE_MINUTES: Final = (1, 5, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class LockSettings:
    """All settings of the lock. The defaults are those of a new account."""

    # Minutes without anything that a person did. Never is not offered.
    idle_minutes: int = 5
    # Lock when the last tab has been closed for a minute.
    last_tab: bool = True
    # Lock when the computer was asleep.
    sleep: bool = True
    # An idle lock and that of the last tab are light ones.
    keep_receiving: bool = False

    @property
    def depth(self) -> Depth:
        """How deep a lock goes that no danger has caused."""
        return "light" if self.keep_receiving else "deep"


_SWITCH: Final[Mapping[str, int | bool]] = {"on": True, "off": False}
CHOICES: Final[Mapping[str, Mapping[str, int | bool]]] = {
    "idle_minutes": {str(minutes): minutes for minutes in IDLE_MINUTES},
    "last_tab": _SWITCH,
    "sleep": _SWITCH,
    "keep_receiving": _SWITCH,
}
# What holds while the rows cannot be believed: whatever locks soonest and deepest.
SAFEST: Final[Mapping[str, str]] = {
    "idle_minutes": "1",
    "last_tab": "on",
    "sleep": "on",
    "keep_receiving": "off",
}


def parse(rows: Mapping[str, str]) -> LockSettings:
    """Return the settings in ``rows``, with the default for what is missing or unknown."""
    known = {
        name: choices[rows[name]] for name, choices in CHOICES.items() if rows.get(name) in choices
    }
    return LockSettings(**known)  # type: ignore[arg-type]  # CHOICES has a value of its type for each


def as_texts(settings: LockSettings) -> dict[str, str]:
    """Return each setting as the text that stands for its value."""
    return {
        name: next(text for text, meant in choices.items() if meant == getattr(settings, name))
        for name, choices in CHOICES.items()
    }


def load(account: OpenAccount) -> LockSettings:
    """Return the settings of the account, and the safest ones if they were rolled back."""
    return parse(SAFEST if account.guarded.rolled_back else account.guarded.rows())


def change(account: OpenAccount, name: str, value: str) -> None:
    """Set one setting and tell every open tab.

    Raises InvalidSetting and RolledBack; then nothing has changed.
    """
    if value not in CHOICES.get(name, {}):
        raise InvalidSetting
    account.guarded.change(name, value)
    account.events.publish(LockSettingsChanged())


def rolled_back(account: OpenAccount) -> bool:
    """Return whether the settings are older than the vault says: then the app must say so."""
    return account.guarded.rolled_back


def acknowledge(account: OpenAccount) -> None:
    """Take note that the settings were rolled back, and go on with the safest ones."""
    account.guarded.acknowledge(SAFEST)
    account.events.publish(LockSettingsChanged())
