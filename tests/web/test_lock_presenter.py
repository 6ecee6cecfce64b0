"""What is said about codes: whom they stop, and how long a copied disk lasts."""

import pytest

from webapp.services import codes
from webapp.services.codes import CodeKind
from webapp.web.languages import language
from webapp.web.lock_presenter import (
    DAY_S,
    YEAR_S,
    duration,
    present_code,
    present_lock,
    present_strength,
)
from webapp.web.sessions import LastTry
from webapp.web.texts import speaking

SIX_WORDS = "irritate utopia dude inquest unfit bulb"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (3 * 3600, "3 hours"),
        (6.4 * DAY_S, "6 days"),
        (YEAR_S * 1.2, "1 year"),
        (YEAR_S * 1740, "1,740 years"),
        (YEAR_S * 1e9, "more than a million years"),
    ],
)
def test_a_length_of_time_is_said_in_one_unit(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("kind", "text", "level", "parts"),
    [
        ("pin", "271828", 1, ("Stops people near you.", "PINs of 6 digits", "about 6 days")),
        ("pin", "27182818", 2, ("Stops people near you.", "PINs of 8 digits", "about 2 years")),
        ("pattern", "1478965", 1, ("all patterns in about 2 days", "hundred in 35 minutes")),
        ("passphrase", "kettle-tram", 3, ("delays whoever copies the disk", "a line from a book")),
        ("passphrase", SIX_WORDS, 4, ("Also protects a copied disk.",)),
    ],
)
def test_a_strength_is_told_in_words_and_figures(
    kind: str, text: str, level: int, parts: tuple[str, ...]
) -> None:
    view = present_strength(codes.strength_of(kind, text))

    assert view.level == level
    for part in parts:
        assert part in f"{view.headline} {view.text}"


def test_it_is_told_in_german_with_german_figures() -> None:
    with speaking(language("de")):
        view = present_strength(codes.strength_of("pin", "271828182845"))

    assert "in ungefähr 17.428 Jahren durch" in view.text


@pytest.mark.parametrize("reason", ["wrong", "empty"])
def test_one_sentence_is_said_of_every_wrong_code(reason: str) -> None:
    view = present_lock(LastTry("pattern", reason, next_try_s=8.2), now_s=1.0)

    assert (view.kind, view.sentence, view.wait_s) == (
        "pattern", "This does not open anything.", 8,
    )  # fmt: skip


@pytest.mark.parametrize("reason", ["wait", "no_memory", "late", "failed"])
def test_what_no_code_can_help_is_told_apart_from_a_wrong_one(reason: str) -> None:
    view = present_lock(LastTry("pin", reason, next_try_s=0), now_s=1.0)

    assert view.sentence not in (None, "This does not open anything.")
    assert view.wait_s == 0


def test_nothing_is_said_at_first_and_a_made_up_kind_is_not_repeated() -> None:
    fresh = present_lock(None, now_s=0)
    odd = present_lock(LastTry("<b>", "wrong", next_try_s=0), now_s=0)

    assert (fresh.kind, fresh.sentence, fresh.wait_s) == ("pin", None, 0)
    assert odd.kind == "pin"


@pytest.mark.parametrize("kind", list(CodeKind))
def test_of_a_code_the_kind_is_told_and_what_it_is_good_for(kind: CodeKind) -> None:
    view = present_code(kind)

    assert view is not None
    assert view.label.lower() == kind
    assert "copied disk" in view.limit


def test_without_a_code_there_is_nothing_to_tell() -> None:
    assert present_code(None) is None
