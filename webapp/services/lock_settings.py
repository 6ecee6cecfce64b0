"""When the app locks by itself, and how deep: settings that are guarded against roll-back.

The lock is one for all accounts that are open together. Each of them keeps a copy of its
settings, so that one of them can go and take nothing along (decision 0022).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from webapp.services.errors import InvalidSetting, NoAccount, RolledBack
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


def load(*accounts: OpenAccount) -> LockSettings:
    """Return the settings that hold: where the open accounts differ, the strictest of each.

    Those of an account whose rows were rolled back count as the safest ones.
    Raises NoAccount if none is open.
    """
    if not accounts:
        raise NoAccount
    guarded = [account.guarded for account in accounts]
    found = [parse(SAFEST if each.rolled_back else each.rows()) for each in guarded]
    return LockSettings(
        idle_minutes=min(each.idle_minutes for each in found),
        last_tab=any(each.last_tab for each in found),
        sleep=any(each.sleep for each in found),
        keep_receiving=all(each.keep_receiving for each in found),
    )


def change(accounts: Sequence[OpenAccount], name: str, value: str) -> None:
    """Set one setting in all open accounts and tell every open tab.

    Raises InvalidSetting and RolledBack; then nothing has changed. A disk that fails half-way
    leaves accounts that differ, of which the strictest holds.
    """
    if value not in CHOICES.get(name, {}):
        raise InvalidSetting
    if rolled_back(*accounts):
        raise RolledBack
    for account in accounts:
        account.guarded.change(name, value)
    _tell(accounts)


def inherit(account: OpenAccount, others: Sequence[OpenAccount]) -> None:
    """Give a new account the settings that hold for those that are open with it."""
    wanted, there = as_texts(load(*others)), as_texts(load(account))
    for name in (name for name in CHOICES if wanted[name] != there[name]):
        account.guarded.change(name, wanted[name])


def rolled_back(*accounts: OpenAccount) -> bool:
    """Return whether the settings are older than the vault says: then the app must say so."""
    return any(each.guarded.rolled_back for each in accounts)


def acknowledge(*accounts: OpenAccount) -> None:
    """Take note that the settings were rolled back, and go on with the safest ones."""
    for account in accounts:
        account.guarded.acknowledge(SAFEST)
    _tell(accounts)


def _tell(accounts: Sequence[OpenAccount]) -> None:
    for account in accounts:
        account.events.publish(LockSettingsChanged())
