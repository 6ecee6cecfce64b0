"""The colour of an account: which of the ten hues its bar has.

It is chosen once, when the account is made, distinct from those of the accounts beside it, and
kept with the account: whoever has learnt that green is the night desk must not be misled.
"""

from collections.abc import Collection
from typing import Final

from webapp.protocol.identifiers import AccountId
from webapp.services.open_account import OpenAccount
from webapp.storage import preferences
from webapp.storage.database import AccountDatabase

HUES: Final = 10
# It equals the accent, so no account bar has it (ui/README.md).
ACCENT_HUE: Final = 4
_SETTING: Final = "hue"
_BARS: Final = tuple(hue for hue in range(HUES) if hue != ACCENT_HUE)


def of_person(account_id: AccountId) -> int:
    """Return the colour number of an avatar: the first byte of the key, modulo ten."""
    return account_id.x25519[0] % HUES


def of_account(account: OpenAccount) -> int:
    """Return the colour number of the bar of an open account."""
    stored = preferences.load(account.database).get(_SETTING, "")
    return next((hue for hue in _BARS if stored == str(hue)), _own(account.account_id))


def choose(account_id: AccountId, *, taken: Collection[int]) -> int:
    """Return the colour number for a new account beside others; there are more than accounts."""
    own = _own(account_id)
    in_turn = sorted(_BARS, key=lambda hue: (hue - own) % HUES)
    return next((hue for hue in in_turn if hue not in taken), own)


def keep(database: AccountDatabase, hue: int) -> None:
    """Write the colour number into the container of a new account."""
    preferences.store(database, _SETTING, str(hue))


def _own(account_id: AccountId) -> int:
    hue = of_person(account_id)
    return hue if hue != ACCENT_HUE else hue + 1
