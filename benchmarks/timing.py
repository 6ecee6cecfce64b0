"""How a short piece of work is timed so that two of them can be compared."""

import gc
import statistics
import time
from collections.abc import Callable

# Each round is long against the clock and short against the moods of the machine.
ROUNDS = 60
CALLS_A_ROUND = 50


def compare(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the median microseconds of one call of each, measured in turns.

    In turns, because a computer that slows down for a second slows down both.
    """
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            for work, kept in zip((first, second), times, strict=True):
                kept.append(_microseconds(work))
    finally:
        gc.enable()
    return statistics.median(times[0]), statistics.median(times[1])


def _microseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(CALLS_A_ROUND):
        work()
    return (time.perf_counter() - start) / CALLS_A_ROUND * 1e6
