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
# Of the classifier: as many as half a series of 300 can fill with some each.
BINS = 8


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
    auc = held_out_auc(first, second)
    return Comparison(
        low_ms=low * 1000,
        high_ms=high * 1000,
        ks_p=kolmogorov_smirnov(first, second),
        signed_rank_p=signed_rank(first, second),
        auc=auc,
        auc_p=_auc_p(auc, len(first), len(second)),
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
    halves = [(first[0::2], second[0::2]), (first[1::2], second[1::2])]
    found = [_auc_of(halves[at], halves[1 - at]) for at in (0, 1)]
    return sum(found) / len(found)


def holm(probabilities: Sequence[float]) -> list[float]:
    """Return each probability corrected for how many there are (Holm)."""
    order = sorted(range(len(probabilities)), key=lambda at: probabilities[at])
    corrected = [0.0] * len(probabilities)
    highest = 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - place) * probabilities[at]))
        corrected[at] = highest
    return corrected


def _auc_of(learnt: tuple[Series, Series], judged: tuple[Series, Series]) -> float:
    together = sorted([*learnt[0], *learnt[1]])
    edges = [together[len(together) * at // BINS] for at in range(1, BINS)]
    weights = []
    for number in range(BINS):
        one, other = (
            sum(bisect_left(edges, each) == number for each in series) + 1 for series in learnt
        )
        weights.append(math.log(one * len(learnt[1]) / (other * len(learnt[0]))))
    scores = [[weights[bisect_left(edges, each)] for each in series] for series in judged]
    return _auc(*scores)


def _auc(higher: Series, lower: Series) -> float:
    ordered = sorted(lower)
    wins = sum((bisect_left(ordered, each) + bisect_right(ordered, each)) / 2 for each in higher)
    return wins / (len(higher) * len(lower))


def _auc_p(auc: float, first: int, second: int) -> float:
    """Return the one-sided probability of an area so far above 0.5 by chance (normal)."""
    deviation = math.sqrt((first + second + 1) / (12 * first * second))
    return math.erfc((auc - 0.5) / deviation / math.sqrt(2)) / 2


def _rank(ordered: Series, value: float) -> float:
    return (bisect_left(ordered, value) + bisect_right(ordered, value) + 1) / 2


def _two_sided(deviations: float) -> float:
    return math.erfc(deviations / math.sqrt(2))
