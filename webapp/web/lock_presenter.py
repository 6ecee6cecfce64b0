"""What the page of the lock, and the pages that set a code, say about codes.

The figures come from the vault, the words from here. A core is the unit of every figure, since
nobody can know how many of them an attacker has.
"""

import math
from dataclasses import dataclass

from webapp.services.codes import CodeKind, Protects, Strength
from webapp.services.forgotten import Forgotten, Stage
from webapp.web.erase_form import erase_word
from webapp.web.sessions import ForgotProblem, LastTry
from webapp.web.texts import gettext, ngettext, spoken

# How many attackers' cores stand beside one in a sentence.
FEW_CORES = 100
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
YEAR_S = 365.25 * DAY_S
# Beyond that a figure says nothing any more.
LONGEST_YEARS = 1_000_000


@dataclass(frozen=True, slots=True)
class LockView:
    """What the page of the lock says once (`pages/lock.html`)."""

    kind: str
    sentence: str | None
    wait_s: int


@dataclass(frozen=True, slots=True)
class ForgottenView:
    """How far an erase without the code has come (`partials/_forgotten.html`)."""

    stage: Stage
    wait_s: int
    word: str
    problem: ForgotProblem | None


@dataclass(frozen=True, slots=True)
class CodeView:
    """The code that is set: never how long it is, nobody keeps that."""

    kind: str
    label: str
    field_label: str
    own_label: str
    limit: str


@dataclass(frozen=True, slots=True)
class StrengthView:
    """`partials/_strength.html`."""

    level: int
    headline: str
    text: str


def present_lock(last: LastTry | None, *, now_s: float) -> LockView:
    """Return what is said about the code that was typed last; nothing if there was none."""
    if last is None:
        return LockView(CodeKind.PIN, None, 0)
    kind = last.kind if last.kind in tuple(CodeKind) else CodeKind.PIN
    return LockView(kind, _said(last.reason), max(0, math.ceil(last.next_try_s - now_s)))


def present_forgotten(forgotten: Forgotten, problem: ForgotProblem | None) -> ForgottenView:
    return ForgottenView(forgotten.stage, math.ceil(forgotten.wait_s), erase_word(), problem)


def _said(reason: str) -> str:
    """Return the sentence about a code; it is one for whatever was wrong with it."""
    match reason:
        case "wait":
            return gettext("This was too early, so no code was tried.")
        case "no_memory":
            return gettext(
                "This computer has too little memory free to try a code. Nothing was counted. "
                "Close other programs, then try again."
            )
        case "late":
            return gettext("It was locked again meanwhile. Type the code once more.")
        case "failed":
            return gettext("The disk did not let a code be tried. What is saved is still there.")
        case _:
            return gettext("This does not open anything.")


def present_code(kind: CodeKind | None) -> CodeView | None:
    """Return the code that is set, None if there is none."""
    match kind:
        case None:
            return None
        case CodeKind.PIN:
            return CodeView(
                kind,
                gettext("PIN"),
                gettext("The PIN until now"),
                gettext("Your PIN"),
                _keyboard_only(),
            )
        case CodeKind.PATTERN:
            return CodeView(
                kind,
                gettext("Pattern"),
                gettext("The pattern until now"),
                gettext("Your pattern"),
                _keyboard_only(),
            )
        case CodeKind.PASSPHRASE:
            limit = gettext(
                "Six random words protect a copied disk too. A short passphrase, or one that can "
                "be looked up, does not."
            )
            return CodeView(
                kind,
                gettext("Passphrase"),
                gettext("The passphrase until now"),
                gettext("Your passphrase"),
                limit,
            )


def _keyboard_only() -> str:
    return gettext(
        "A PIN or a pattern stops people at this keyboard. Only a long passphrase protects a "
        "copied disk."
    )


def present_strength(found: Strength) -> StrengthView:
    """Return whom a code stops, how long a copied disk lasts, and what would be better."""
    match found.protects:
        case Protects.KEYBOARD:
            level = 1 if found.seconds < YEAR_S else 2
            return StrengthView(level, gettext("Stops people near you."), _of_keyboard(found))
        case Protects.CASUAL_COPY:
            return StrengthView(
                3,
                gettext("Stops people near you, and delays whoever copies the disk."),
                gettext(
                    "One processor core guesses it in about %(time)s, a hundred in %(less)s, "
                    "sooner if it is a saying or a line from a book. Six random words are better.",
                    **_times(found),
                ),
            )
        case Protects.DISK:
            return StrengthView(
                4,
                gettext("Also protects a copied disk."),
                gettext(
                    "A million processor cores would need more than a hundred years, unless it is "
                    "a saying or a line from a book."
                ),
            )


def _of_keyboard(found: Strength) -> str:
    if found.kind is CodeKind.PATTERN:
        return gettext(
            "With a copy of the disk, one processor core tries all patterns in about %(time)s, a "
            "hundred in %(less)s. A passphrase of six random words outlasts both.",
            **_times(found),
        )
    return gettext(
        "With a copy of the disk, one processor core tries all PINs of %(digits)s digits in about "
        "%(time)s, a hundred in %(less)s. A passphrase of six random words outlasts both.",
        digits=spoken().number(round(math.log10(found.guesses))),
        **_times(found),
    )


def _times(found: Strength) -> dict[str, str]:
    return {"time": duration(found.seconds), "less": duration(found.seconds / FEW_CORES)}


def duration(seconds: float) -> str:
    """Return a length of time as a person would say it, in one unit."""
    if seconds < 2 * MINUTE_S:
        return ngettext("%(num)s second", "%(num)s seconds", max(1, round(seconds)))
    if seconds < 2 * HOUR_S:
        return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / MINUTE_S))
    if seconds < 2 * DAY_S:
        return ngettext("%(num)s hour", "%(num)s hours", round(seconds / HOUR_S))
    if seconds < YEAR_S:
        return ngettext("%(num)s day", "%(num)s days", round(seconds / DAY_S))
    years = round(seconds / YEAR_S)
    if years > LONGEST_YEARS:
        return gettext("more than a million years")
    return ngettext("%(num)s year", "%(num)s years", years)
