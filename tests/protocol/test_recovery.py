import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE_SEED, BOB_SEED
from webapp.protocol.keys import Seed
from webapp.protocol.recovery import (
    ChecksumMismatch,
    RecoveryPasswordError,
    TooFewWords,
    TooManyWords,
    UnknownWord,
    decode_recovery_password,
    encode_recovery_password,
    normalise_recovery_input,
    word_list,
)

ALICE_WORDS = "amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed"
BOB_WORDS = (
    "update vague zinger boxes ornament renting glass gained island nabbing afield calamity nabbing"
)
seeds = st.binary(min_size=16, max_size=16).map(Seed)


def test_the_word_list_is_the_one_every_client_uses() -> None:
    words = "\n".join(word_list()).encode()
    assert hashlib.sha256(words).hexdigest() == (
        "998df55cb16d2318130c5cf7e9d4408247c8c4674935ee6e07d53f2f00ccf19b"
    )
    assert len({word[:3] for word in word_list()}) == len(word_list()) == 1626


@pytest.mark.parametrize(("seed", "words"), [(ALICE_SEED, ALICE_WORDS), (BOB_SEED, BOB_WORDS)])
def test_the_words_of_the_worked_seeds_are_the_published_ones(seed: Seed, words: str) -> None:
    assert encode_recovery_password(seed) == words
    assert decode_recovery_password(words) == seed


def test_of_words_beyond_32_bits_the_low_ones_count_as_in_other_clients() -> None:
    first, second, third = word_list()[0], word_list()[1625], word_list()[1624]
    beyond = 1626 * 1625 + 1626**2 * 1625
    assert beyond >= 2**32
    words = normalise_recovery_input(" ".join([first, second, third] * 4))
    low = (beyond - 2**32).to_bytes(4, "little")
    assert bytes(decode_recovery_password(words.password)) == low * 4


@given(seeds)
def test_a_seed_survives_its_recovery_password(seed: Seed) -> None:
    words = encode_recovery_password(seed)
    assert decode_recovery_password(words) == seed
    assert normalise_recovery_input(words).password == words


@given(seeds, st.integers(min_value=0, max_value=11), st.sampled_from(word_list()))
def test_a_replaced_word_is_noticed_by_the_checksum_or_by_another_seed(
    seed: Seed, at: int, word: str
) -> None:
    words = encode_recovery_password(seed).split()
    changed = [*words[:at], word, *words[at + 1 :]]
    try:
        assert (decode_recovery_password(" ".join(changed)) == seed) == (changed == words)
    except ChecksumMismatch:
        assert changed != words


@given(st.text(st.characters()) | st.lists(st.sampled_from(word_list()), max_size=15).map(" ".join))
def test_any_text_is_a_recovery_password_or_refused(text: str) -> None:
    for reading in (decode_recovery_password, normalise_recovery_input):
        try:
            reading(text)
        except RecoveryPasswordError:
            continue


@pytest.mark.parametrize(
    "typed",
    [
        f"  {ALICE_WORDS}\n",
        ALICE_WORDS.upper(),
        ALICE_WORDS.replace(" ", "\n"),
        ALICE_WORDS.replace(" ", ", "),
        ALICE_WORDS.replace(" ", "\u200b \u00a0"),
        "\n".join(f"{n}. {word}" for n, word in enumerate(ALICE_WORDS.split(), start=1)),
        " ".join(f"{n}){word}" for n, word in enumerate(ALICE_WORDS.split(), start=1)),
        "• " + ALICE_WORDS.replace(" ", "\n• "),
        " ".join(word[:3] for word in ALICE_WORDS.split()),
        " ".join(word[:4] + "?" for word in ALICE_WORDS.split()),
        ALICE_WORDS.replace("entrance", "entrence"),
        ALICE_WORDS.replace("amaze", "\uff41\uff4d\uff41\uff5a\uff45"),
    ],
)
def test_the_way_of_typing_does_not_matter(typed: str) -> None:
    understood = normalise_recovery_input(typed)
    assert understood.password == ALICE_WORDS
    assert not understood.completed


def test_the_thirteenth_word_is_computed_from_twelve_and_that_is_said() -> None:
    understood = normalise_recovery_input(" ".join(ALICE_WORDS.split()[:12]))
    assert understood.password == ALICE_WORDS
    assert understood.completed


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (1, 1), (11, 11)])
def test_too_few_words_are_counted(count: int, expected: int) -> None:
    with pytest.raises(TooFewWords) as refusal:
        normalise_recovery_input(" ".join(ALICE_WORDS.split()[:count]))
    assert refusal.value.count == expected


def test_too_many_words_are_counted() -> None:
    with pytest.raises(TooManyWords) as refusal:
        normalise_recovery_input(ALICE_WORDS + " abbey")
    assert refusal.value.count == 14


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("qamaze", "amaze"), ("l4mb", "lamb"), ("am", None), ("xqxqxq", None), ("q" * 9999, None)],
)
def test_an_unknown_word_is_named_with_its_place_and_the_nearest_word(
    wrong: str, nearest: str | None
) -> None:
    words = ALICE_WORDS.split()
    words[6] = wrong
    with pytest.raises(UnknownWord) as refusal:
        normalise_recovery_input(" ".join(words))
    assert refusal.value.position == 7
    assert refusal.value.word == wrong
    if nearest:
        assert refusal.value.nearest == nearest
    assert wrong not in str(refusal.value)


def test_the_checksum_word_is_looked_up_too_when_typed() -> None:
    with pytest.raises(UnknownWord) as refusal:
        normalise_recovery_input(" ".join(ALICE_WORDS.split()[:12]) + " xqxqxq")
    assert refusal.value.position == 13


def test_the_words_do_not_show_in_a_representation() -> None:
    assert "amaze" not in repr(normalise_recovery_input(ALICE_WORDS))
