"""Whether two series of times can be told apart: small exact statistics, without a library.

The series are taken in rounds, one attempt of each class a round in an order by lot, so that a
computer that slows down for a second slows down all of them. What belongs to one round is
therefore compared within the round: the attempts are not independent, and a test that takes them
to be would be wrong about how sure it is.
"""

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

Series = Sequence[float]

RESAMPLES = 2_000
CONFIDENCE = 0.99
# How often the rounds are dealt anew to learn what the classifier finds by chance. It ends sooner
# once so many chances were as good: then it is no finding, and more would not tell more.
DEALS = 10_000
ENOUGH = 20
# Of the classifier: as many as half a series of 300 can fill with some each.
BINS = 8
_EIGHTHS = range(BINS)

# The rounds of one half: the cell of each time of a round. A cell is the eighth among the even
# rounds times BINS, plus the eighth among the odd ones. Both stay when a round is dealt anew.
Half = list[tuple[int, int]]


@dataclass(frozen=True)
class Comparison:
    """What is found between two series; times in milliseconds."""

    low_ms: float
    high_ms: float
    ks_p: float
    signed_rank_p: float
    auc: float
    auc_p: float


def compare(first: Series, second: Series, *, source: Random) -> Comparison:
    """Return all figures for two series of one length, in seconds."""
    low, high = median_interval(first, second, source=source)
    return Comparison(
        low_ms=low * 1000,
        high_ms=high * 1000,
        ks_p=kolmogorov_smirnov(first, second),
        signed_rank_p=signed_rank(first, second),
        auc=held_out_auc(first, second),
        auc_p=auc_probability(first, second, source=source),
    )


def median_interval(first: Series, second: Series, *, source: Random) -> tuple[float, float]:
    """Return the bootstrap interval of the difference of the medians, resampling whole rounds."""
    rounds = range(len(first))
    differences = []
    for _ in range(RESAMPLES):
        drawn = source.choices(rounds, k=len(first))
        one = statistics.median(first[at] for at in drawn)
        other = statistics.median(second[at] for at in drawn)
        differences.append(one - other)
    differences.sort()
    cut = round(RESAMPLES * (1 - CONFIDENCE) / 2)
    return differences[cut], differences[-1 - cut]


def kolmogorov_smirnov(first: Series, second: Series) -> float:
    """Return the probability of so different distributions by chance (asymptotic)."""
    one, other = sorted(first), sorted(second)
    distance = max(
        abs(bisect_right(one, at) / len(one) - bisect_right(other, at) / len(other))
        for at in (*one, *other)
    )
    size = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    scaled = (size + 0.12 + 0.11 / size) * distance
    if scaled < 0.3:
        return 1.0  # The series below needs thousands of terms there, and comes to 1.
    total = sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * total))


def signed_rank(first: Series, second: Series) -> float:
    """Return Wilcoxon's probability for the differences within the rounds (normal)."""
    differences = [a - b for a, b in zip(first, second, strict=True) if a != b]
    count = len(differences)
    if not count:
        return 1.0
    sizes = sorted(map(abs, differences))
    positive = sum(_rank(sizes, abs(each)) for each in differences if each > 0)
    mean = count * (count + 1) / 4
    deviation = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
    return _two_sided(abs(positive - mean) / deviation)


def held_out_auc(first: Series, second: Series) -> float:
    """Return how well a classifier that saw one half tells the other half apart; 0.5 is not at all.

    It learns how often each class falls into each eighth of all times, so it also finds
    differences that leave the median where it was. Each half is judged once.
    """
    return _auc_of(_in_cells(first, second))


def auc_probability(first: Series, second: Series, *, source: Random) -> float:
    """Return the probability of so good a classifier by chance.

    If the classes are alike, the two times of a round may as well be exchanged. So all rounds are
    dealt anew by lot, again and again, and each deal is judged as the real one was. A formula for
    the area would not do: the two halves each learn from what the other is judged by, so both
    are lucky together. Source: Besag and Clifford, Sequential Monte Carlo p-values, 1991.
    """
    halves = _in_cells(first, second)
    found = _auc_of(halves)
    as_good = 0
    for number in range(1, DEALS + 1):
        dealt = [[(y, x) if source.random() < 0.5 else (x, y) for x, y in half] for half in halves]
        as_good += _auc_of(dealt) >= found
        if as_good == ENOUGH:
            return as_good / number
    return (as_good + 1) / (DEALS + 1)


def holm(probabilities: Sequence[float]) -> list[float]:
    """Return each probability corrected for how many there are (Holm)."""
    order = sorted(range(len(probabilities)), key=lambda at: probabilities[at])
    corrected = [0.0] * len(probabilities)
    highest = 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - place) * probabilities[at]))
        corrected[at] = highest
    return corrected


def _in_cells(first: Series, second: Series) -> list[Half]:
    """Return the even and the odd rounds, with the cell of each time instead of the time."""
    halves = [list(zip(first[at::2], second[at::2], strict=True)) for at in (0, 1)]
    edges = [_edges([time for pair in half for time in pair]) for half in halves]

    def cell(time: float) -> int:
        by_even, by_odd = (bisect_left(each, time) for each in edges)
        return by_even * BINS + by_odd

    return [[(cell(one), cell(other)) for one, other in half] for half in halves]


def _edges(times: Series) -> list[float]:
    ordered = sorted(times)
    return [ordered[len(ordered) * at // BINS] for at in range(1, BINS)]


def _auc_of(halves: Sequence[Half]) -> float:
    counts = [[_counts(half, place) for place in (0, 1)] for half in halves]
    found = [
        _auc(
            [_by_edges(each, learnt) for each in counts[learnt]],
            [_by_edges(each, learnt) for each in counts[1 - learnt]],
        )
        for learnt in (0, 1)
    ]
    return sum(found) / len(found)


def _counts(half: Half, place: int) -> list[int]:
    counts = [0] * (BINS * BINS)
    for pair in half:
        counts[pair[place]] += 1
    return counts


def _by_edges(counts: Sequence[int], half: int) -> list[int]:
    """Return how many times fall into each eighth of ``half``: the even rounds are 0."""
    rows = [
        counts[at * BINS : (at + 1) * BINS] if half == 0 else counts[at::BINS] for at in _EIGHTHS
    ]
    return [sum(row) for row in rows]


def _auc(learnt: Sequence[Sequence[int]], judged: Sequence[Sequence[int]]) -> float:
    """Return the area for two classes of ``judged``, by how much likelier one was in ``learnt``."""
    odds = [(learnt[0][at] + 1) / (learnt[1][at] + 1) for at in _EIGHTHS]
    wins = sum(
        judged[0][at] * judged[1][below] * (1 if odds[at] > odds[below] else 0.5)
        for at in _EIGHTHS
        for below in _EIGHTHS
        if odds[at] >= odds[below]
    )
    return wins / (sum(judged[0]) * sum(judged[1]))


def _rank(ordered: Series, value: float) -> float:
    return (bisect_left(ordered, value) + bisect_right(ordered, value) + 1) / 2


def _two_sided(deviations: float) -> float:
    return math.erfc(deviations / math.sqrt(2))
