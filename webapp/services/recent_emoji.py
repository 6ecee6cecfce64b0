"""The emoji that this account has used last, for the first section of the picker."""

from typing import Final

from webapp.services.errors import NotAnEmoji
from webapp.services.open_account import OpenAccount
from webapp.storage import preferences

SETTING: Final = "recent_emoji"
# Three rows of the picker.
RECENT_LIMIT: Final = 24
# The longest in use, a family of four or a flag of a country's part, have half of that.
LONGEST: Final = 16


def of(account: OpenAccount) -> tuple[str, ...]:
    """Return them, the latest first."""
    return tuple(preferences.load(account.database).get(SETTING, "").split())


def note(account: OpenAccount, emoji: str) -> None:
    """Put ``emoji`` in front. Raises NotAnEmoji; then nothing has changed."""
    if not 0 < len(emoji) <= LONGEST or any(each.isspace() for each in emoji):
        raise NotAnEmoji
    with account.database.write():
        before = [each for each in of(account) if each != emoji]
        latest = [emoji, *before][:RECENT_LIMIT]
        preferences.store(account.database, SETTING, " ".join(latest))
