"""Erasing by the menu: what there is to lose, and losing it."""

from dataclasses import dataclass

from webapp.services import codes
from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime
from webapp.storage import counters


@dataclass(frozen=True, slots=True)
class Everything:
    """How much an erase destroys, as far as the open account knows."""

    conversations: int
    messages: int
    unsent: int


def of(account: OpenAccount) -> Everything:
    """Return how much there is."""
    found = counters.count(account.database)
    unsent = found["waiting to be sent"] + found["not sent"]
    return Everything(found["conversations"], found["messages"], unsent)


def erase(runtime: Runtime, *, current: str) -> None:
    """Destroy everything in this data directory. ``current`` is the code, if one is set.

    Raises NoAccount, AppLocked, what ``codes.require_current`` raises, and what the storage
    raises; then nothing has changed.
    """
    runtime.account()
    if runtime.code_is_set:
        codes.require_current(runtime, current, use=runtime.erase)
    else:
        runtime.erase()
