"""How long a code withstands somebody who has copied the disk, and what it is good for.

Whoever has the files guesses as fast as the derivation lets them; no delay of ours is in
the way. So the figures are guesses times the price of one (security.md V3), and a core is
the unit: an attacker who rents a thousand of them divides by a thousand.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from webapp.vault.codes import CodeKind, normalised

# Measured for profile 1 on one core (security.md V3).
GUESS_S: Final = 0.55
# Shapes of six to nine points that do not jump over a free point: what people draw.
PATTERN_COUNT: Final = 380_336
GENERATED_WORDS: Final = 6
# A sentence somebody thought of holds one to two bits a character for whoever knows the
# language; two is already kind to it.
_BITS_A_CHARACTER: Final = 2
# A million cores for a hundred years: nobody who takes a computer away has that for one of it.
_OUT_OF_REACH_S: Final = 1_000_000 * 100 * 365.25 * 24 * 3600


class Protects(StrEnum):
    """Against whom a code helps."""

    # Somebody who is at this keyboard and must type.
    KEYBOARD = "keyboard"
    # Also somebody with a few computers and some weeks.
    CASUAL_COPY = "casual_copy"
    # Also whoever copies the disk and has the means of a state.
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Strength:
    """What trying all codes of this kind and length takes: how many, and how long on one core."""

    kind: CodeKind
    guesses: int
    seconds: float
    protects: Protects


def strength(kind: CodeKind, text: str, *, listed: Collection[str]) -> Strength:
    """Return the strength of a code that has no flaw.

    ``listed`` are the words that the program proposes; whoever guesses has the list too.
    """
    guesses = _guesses(kind, text, listed)
    seconds = guesses * GUESS_S
    return Strength(kind, guesses, seconds, _protects(kind, seconds))


def _guesses(kind: CodeKind, text: str, listed: Collection[str]) -> int:
    if kind is CodeKind.PIN:
        return int(10 ** len("".join(text.split())))
    if kind is CodeKind.PATTERN:
        return PATTERN_COUNT
    return _passphrase_guesses(normalised(CodeKind.PASSPHRASE, text), listed)


def _passphrase_guesses(typed: str, listed: Collection[str]) -> int:
    words = typed.lower().split(" ")
    if all(word in listed for word in words):
        # A word that comes again adds nothing that is worth counting.
        return int(len(listed) ** len(set(words)))
    changes = sum(1 for before, after in pairwise(typed) if before != after)
    return int(2 ** (_BITS_A_CHARACTER * min(changes + 1, len(set(typed)) * 3)))


def _protects(kind: CodeKind, seconds: float) -> Protects:
    if kind is not CodeKind.PASSPHRASE:
        return Protects.KEYBOARD
    return Protects.DISK if seconds > _OUT_OF_REACH_S else Protects.CASUAL_COPY
