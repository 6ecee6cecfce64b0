"""After how many wrong codes everything is erased: a setting of all who share the directory.

It stands in the throttle (vault/throttle.py), where the locked app finds it, and nowhere else.
"""

from collections.abc import Mapping
from typing import Final

from webapp.services.errors import InvalidSetting, LockNeedsCode
from webapp.services.events import LockSettingsChanged
from webapp.services.runtime import Runtime
from webapp.vault.throttle import LOWEST_LIMIT

NAME: Final = "erase_after"
OFF: Final = "off"
# What the settings offer first to whoever switches it on, then what is more patient or less.
CHOICES: Final[Mapping[str, int]] = {
    OFF: 0,
    "10": 10,
    "15": 15,
    "20": 20,
    str(LOWEST_LIMIT): LOWEST_LIMIT,
}


def as_text(runtime: Runtime) -> str:
    """Return the choice that holds. Raises DataDirectoryUnusable."""
    limit = runtime.gate.limit
    return str(limit) if limit else OFF


def change(runtime: Runtime, value: str) -> None:
    """Choose another one, and tell every open tab.

    Raises InvalidSetting, LockNeedsCode, UnlockBusy and what the storage raises; then nothing
    has changed.
    """
    if value not in CHOICES:
        raise InvalidSetting
    if not runtime.code_is_set:
        raise LockNeedsCode
    runtime.gate.set_limit(CHOICES[value])
    runtime.account().events.publish(LockSettingsChanged())
