"""What a code is worth, in the figures of security.md V3."""

import pytest

from webapp.vault.codes import CodeKind
from webapp.vault.strength import GUESS_S, Protects, Strength, strength

LISTED = tuple(f"word{number}" for number in range(1626))
DAY_S = 24 * 3600


def of(kind: CodeKind, text: str) -> Strength:
    return strength(kind, text, listed=LISTED)


@pytest.mark.parametrize(
    ("kind", "text", "guesses", "days"),
    [
        (CodeKind.PIN, "314159", 10**6, 6.4),
        (CodeKind.PIN, "31 41 59 26", 10**8, 636.6),
        (CodeKind.PATTERN, "123698", 380_336, 2.4),
        (CodeKind.PATTERN, "159874236", 380_336, 2.4),
    ],
)
def test_pins_and_patterns_last_for_days(
    kind: CodeKind, text: str, guesses: int, days: float
) -> None:
    found = of(kind, text)

    assert found.guesses == guesses
    assert found.seconds == guesses * GUESS_S
    assert round(found.seconds / DAY_S, 1) == days


@pytest.mark.parametrize("text", ["314159", "3" * 40])
def test_no_pin_is_said_to_protect_a_copied_disk(text: str) -> None:
    assert of(CodeKind.PIN, text).protects is Protects.KEYBOARD
    assert of(CodeKind.PATTERN, "159874236").protects is Protects.KEYBOARD


def test_six_words_of_the_list_protect_a_copied_disk() -> None:
    found = of(CodeKind.PASSPHRASE, "word1 word2 word3 WORD4 word5 word6")

    assert found.guesses == 1626**6
    assert found.protects is Protects.DISK


@pytest.mark.parametrize(
    "text",
    [
        "word1 word1 word1 word1 word1 word1",
        "word1 word2 word3",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abababababababababababababababababababababab",
        "open sesame",
    ],
)
def test_a_weak_passphrase_is_not_said_to_protect_a_copied_disk(text: str) -> None:
    assert of(CodeKind.PASSPHRASE, text).protects is Protects.CASUAL_COPY


def test_a_long_sentence_protects_a_copied_disk() -> None:
    found = of(CodeKind.PASSPHRASE, "the heron at the weir waits longer than the rain")

    assert found.protects is Protects.DISK


def test_another_letter_makes_a_sentence_stronger() -> None:
    assert (
        of(CodeKind.PASSPHRASE, "open sesame now").guesses
        > of(CodeKind.PASSPHRASE, "open sesame no").guesses
    )
