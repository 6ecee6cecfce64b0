"""What the pages of emergencies say of the accounts."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.services import reading
from webapp.services.emergency import Prepared
from webapp.services.open_account import OpenAccount


@dataclass(frozen=True, slots=True)
class CoverView:
    """An account that a duress code may leave."""

    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class PreparedView:
    """`pages/settings/emergency.html`; ``outcome`` is "empty", "cover" or none."""

    outcome: str | None
    cover_name: str
    panic_chord: bool


def possible_covers(accounts: Iterable[OpenAccount]) -> list[CoverView]:
    """Return the accounts one of which may stay, none while there is only one."""
    views = [CoverView(each.handle, reading.account_record(each).name) for each in accounts]
    return views if len(views) > 1 else []


def present_prepared(prepared: Prepared, accounts: Iterable[OpenAccount]) -> PreparedView:
    """Return what is prepared; an account that could not be opened has no name."""
    names = {each.handle: each.name for each in possible_covers(accounts)}
    return PreparedView(prepared.leaves, names.get(prepared.cover or "", ""), prepared.panic_chord)
