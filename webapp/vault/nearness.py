"""Whether one code could be typed for another by a slip (security.md V10).

A duress code must be of the kind and the length that the code of the accounts has, or somebody
who watches sees which of the two is typed, and it must lie so far from it that a trembling hand
does not destroy everything.

Slips are counted as edits: a sign too many, one missing, another one, or two neighbours
exchanged.
"""

from enum import StrEnum
from typing import Final

from webapp.vault.codes import CodeKind, normalised

# security.md V10. One wrong digit or point must never do; a long sentence has more to slip in.
FEWEST_EDITS: Final = {CodeKind.PIN: 2, CodeKind.PATTERN: 2, CodeKind.PASSPHRASE: 3}


class Misfit(StrEnum):
    """Why a code cannot stand beside the code of the accounts."""

    LENGTH = "length"
    NEAR = "near"


def misfit_of(kind: CodeKind, text: str, *, code: str) -> Misfit | None:
    """Return why ``text`` cannot be a duress code where ``code`` opens the accounts, or None.

    Both are of this kind, and neither may have a flaw. A passphrase has no length that anybody
    could count while it is typed; a PIN and a pattern have.
    """
    typed, known = (normalised(kind, each).casefold() for each in (text, code))
    if kind is not CodeKind.PASSPHRASE and len(typed) != len(known):
        return Misfit.LENGTH
    is_part = typed in known or known in typed
    return Misfit.NEAR if is_part or edits(typed, known) < FEWEST_EDITS[kind] else None


def edits(one: str, other: str) -> int:
    """Return the smallest number of slips that makes one of these texts of the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for place, target in enumerate(other, start=1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (sign != target))
            if at > 1 and place > 1 and sign == other[place - 2] and one[at - 2] == target:
                cost = min(cost, earlier[place - 2] + 1)
            row.append(cost)
    return row[-1]
