"""The statistics of `make timing`: known values, a planted difference, and no false alarm."""

from random import Random

import pytest

from tests.timing.__main__ import verdict_on
from tests.timing.comparing import (
    DEALS,
    Comparison,
    auc_probability,
    compare,
    held_out_auc,
    holm,
    kolmogorov_smirnov,
    median_interval,
    signed_rank,
)

ROUNDS = 300
PLANTED_S = 0.005


def series(seed: int, *, more_s: float = 0.0) -> list[float]:
    """Return times as a computer gives them: narrow, with a long tail."""
    source = Random(seed)
    return [0.9 + more_s + source.expovariate(1 / 0.0004) for _ in range(ROUNDS)]


def test_two_series_of_one_kind_are_not_told_apart() -> None:
    found = compare(series(1), series(2), source=Random(3))

    assert found.low_ms <= 0 <= found.high_ms
    assert found.ks_p > 0.01
    assert found.signed_rank_p > 0.01
    assert found.auc <= 0.55


def test_five_milliseconds_are_found_by_every_measure() -> None:
    found = compare(series(1, more_s=PLANTED_S), series(2), source=Random(3))

    assert verdict(found) == "told apart"
    assert found.low_ms > 4.5
    assert found.ks_p < 1e-6
    assert found.signed_rank_p < 1e-6
    assert found.auc > 0.95
    assert found.auc_p == 1 / (DEALS + 1), "not one of the deals is as good"


def test_a_wider_spread_around_the_same_median_is_found_by_the_classifier() -> None:
    source = Random(5)
    narrow = [source.gauss(0, 1) for _ in range(ROUNDS)]
    wide = [source.gauss(0, 4) for _ in range(ROUNDS)]

    assert held_out_auc(wide, narrow) > 0.65


def test_luck_of_the_classifier_is_told_as_luck() -> None:
    """Of four hundred pairs that are alike one in twenty may look so unlike by chance."""
    source = Random(8)
    pairs = [[[source.random() for _ in range(20)] for _ in "ab"] for _ in range(400)]

    lucky = sum(auc_probability(*pair, source=source) <= 0.05 for pair in pairs)

    assert 8 <= lucky <= 22


def test_a_difference_within_the_rounds_is_found_under_a_computer_that_slows_down() -> None:
    source = Random(6)
    drift = [source.uniform(0, 0.1) for _ in range(ROUNDS)]
    slower = [each + 0.001 for each in drift]

    assert signed_rank(slower, drift) < 1e-6
    assert kolmogorov_smirnov(slower, drift) > 0.5


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], 1.0),
        (list(range(100)), list(range(100, 200)), 0.0),
    ],
)
def test_the_distance_of_distributions_has_its_two_ends(
    first: list[float], second: list[float], expected: float
) -> None:
    assert kolmogorov_smirnov(first, second) == pytest.approx(expected, abs=1e-9)


def test_the_signed_ranks_have_the_value_of_the_tables() -> None:
    """Ten pairs, W+ = 8: the normal value without correction for continuity is 0.0469."""
    differences = [-1, 2, -3, -4, 6, -5, -7, -8, -9, -10]

    assert signed_rank(differences, [0] * 10) == pytest.approx(0.0469, abs=5e-4)
    assert signed_rank([1.0, 1.0], [1.0, 1.0]) == 1.0


def test_the_interval_of_the_medians_holds_the_difference() -> None:
    low, high = median_interval(series(1, more_s=0.002), series(2), source=Random(4))

    assert low < 0.002 < high
    assert high - low < 0.001


def test_the_correction_of_holm_has_the_values_of_its_paper() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (series(1), series(2), "alike"),
        ([0.9, 1.4, 1.1], [1.0, 0.9, 1.3], "unclear"),
    ],
)
def test_a_pair_is_alike_only_if_that_is_sure(
    first: list[float], second: list[float], expected: str
) -> None:
    assert verdict(compare(first, second, source=Random(3))) == expected


def verdict(found: Comparison) -> str:
    return verdict_on(found, found.ks_p, found.signed_rank_p, found.auc_p)
