"""Which codes may stand beside each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.vault.codes import CodeKind
from webapp.vault.nearness import FEWEST_EDITS, Misfit, edits, misfit_of

PIN, PATTERN, PASSPHRASE = CodeKind.PIN, CodeKind.PATTERN, CodeKind.PASSPHRASE


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("", "", 0),
        ("314159", "314159", 0),
        ("314159", "314158", 1),
        ("314159", "31415", 1),
        ("314159", "3141592", 1),
        ("314159", "341159", 1),  # two neighbours exchanged
        ("314159", "134195", 2),  # twice
        ("kitten", "sitting", 3),
        ("", "abc", 3),
        ("abcd", "badc", 2),
    ],
)
def test_slips_are_counted(one: str, other: str, count: int) -> None:
    assert edits(one, other) == count
    assert edits(other, one) == count


@given(st.text("ab1", max_size=12), st.text("ab1", max_size=12))
def test_the_count_lies_between_the_difference_of_lengths_and_the_longer_one(
    one: str, other: str
) -> None:
    assert abs(len(one) - len(other)) <= edits(one, other) <= max(len(one), len(other))
    assert (edits(one, other) == 0) == (one == other)


@given(st.text("0123456789", min_size=6, max_size=9), st.data())
def test_one_slip_away_is_too_near(code: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(code) - 2))
    digit = data.draw(st.sampled_from("0123456789"))
    wrong = code[:at] + digit + code[at + 1 :]
    exchanged = code[:at] + code[at + 1] + code[at] + code[at + 2 :]

    for slip in (wrong, exchanged):
        assert misfit_of(PIN, slip, code=code) is Misfit.NEAR


@pytest.mark.parametrize(
    ("kind", "text", "code", "misfit"),
    [
        (PIN, "271828", "314159", None),
        (PIN, "2718281", "314159", Misfit.LENGTH),
        (PIN, "3 1 4 1 5 9", "314159", Misfit.NEAR),
        (PIN, "٣١٤١٥٩", "314159", Misfit.NEAR),
        (PIN, "314188", "314159", None),
        (PATTERN, "123654", "123698", None),
        (PATTERN, "123698", "123689", Misfit.NEAR),
        (PATTERN, "1236547", "123654", Misfit.LENGTH),
        (PASSPHRASE, "an entirely other one", "riverstone kettle", None),
        (PASSPHRASE, "Riverstone  Kettle", "riverstone kettle", Misfit.NEAR),
        (PASSPHRASE, "riverstone kettle nine", "riverstone kettle", Misfit.NEAR),
        (PASSPHRASE, "riverstone", "my riverstone kettle", Misfit.NEAR),
        (PASSPHRASE, "riverstone kittel", "riverstone kettle", Misfit.NEAR),
        (PASSPHRASE, "riverstune kitten", "riverstone kettle", None),
    ],
)
def test_a_duress_code_fits_by_length_and_lies_apart(
    kind: CodeKind, text: str, code: str, misfit: Misfit | None
) -> None:
    assert misfit_of(kind, text, code=code) is misfit


def test_a_passphrase_needs_more_between_than_a_pin() -> None:
    assert FEWEST_EDITS == {PIN: 2, PATTERN: 2, PASSPHRASE: 3}
