"""Erasing by the menu: what there is to lose, and losing it, here or also on the network.

The network comes first, while there are keys to sign with, and says node by node what it did.
Whoever does not want to wait for the rest of it erases here anyway: what is left in a swarm ends
by itself.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from webapp.network.errors import NetworkError
from webapp.sentence import Sentence
from webapp.services import codes, reading
from webapp.services.errors import AppLocked, NoAccount
from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Everything:
    """How much an erase destroys, as far as the open accounts know."""

    accounts: int
    conversations: int
    messages: int
    unsent: int


@dataclass(frozen=True, slots=True)
class OnNetwork:
    """Which nodes have deleted everything, and which not; the reason if not one has."""

    done: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    reason: Sentence | None = field(default=None)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left."""
        return self.reason is None and not self.left


def of(accounts: Sequence[OpenAccount]) -> Everything:
    """Return how much there is."""
    found = [reading.account_totals(each) for each in accounts]
    return Everything(
        len(found),
        sum(each.conversations for each in found),
        sum(each.messages for each in found),
        sum(each.unsent for each in found),
    )


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


def confirm(runtime: Runtime, *, current: str) -> int:
    """Ask for the code, if one is set; return the generation in which that counts.

    Raises NoAccount, AppLocked and what ``codes.require_current`` raises.
    """
    generation = runtime.generation
    runtime.account()
    if runtime.code_is_set:
        codes.require_current(runtime, current)
    return generation


def delete_on_network(runtime: Runtime, *, confirmed: int | None) -> OnNetwork:
    """Delete what every open account has in its swarm, in 30 s at most.

    ``confirmed`` is what ``confirm`` returned. Raises AppLocked if it was locked since, and
    NoAccount.
    """
    _require(runtime, confirmed)
    accounts = runtime.accounts()
    if not accounts:
        raise NoAccount
    with ThreadPoolExecutor(len(accounts), thread_name_prefix="delete") as at_once:
        found = list(at_once.map(_delete_all_of, accounts))
    return OnNetwork(
        tuple(name for each in found for name in each.done),
        tuple(name for each in found for name in each.left),
        next((each.reason for each in found if each.reason is not None), None),
    )


def erase_confirmed(runtime: Runtime, *, confirmed: int | None) -> None:
    """Destroy everything here, as ``erase`` does. Raises AppLocked and what ``erase`` raises."""
    _require(runtime, confirmed)
    runtime.erase()


def _delete_all_of(account: OpenAccount) -> OnNetwork:
    try:
        found = account.network.delete_all(account.keys)
    except NetworkError as error:
        return OnNetwork(reason=error.sentence)
    return OnNetwork(_names(found.done), _names(found.left))


def _require(runtime: Runtime, confirmed: int | None) -> None:
    if confirmed != runtime.generation:
        raise AppLocked


def _names(keys: frozenset[bytes]) -> tuple[str, ...]:
    """Return how nodes are told apart on the screen."""
    return tuple(sorted(key.hex()[:8] for key in keys))
