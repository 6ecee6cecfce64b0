"""How long to wait before the next attempt."""

import random
import secrets
from typing import Final

FIRST_DELAY_S: Final = 1.0
# A person who comes back from a tunnel should not wait longer than this.
LONGEST_DELAY_S: Final = 60.0
GROWTH: Final = 2.0
# Without jitter, all clients would return in step after an outage (security.md X1, X2).
JITTER: Final = 0.3


def spread(delay: float, source: random.Random | None = None) -> float:
    """Return ``delay``, moved by up to 30 % either way."""
    return delay * (source or secrets.SystemRandom()).uniform(1 - JITTER, 1 + JITTER)


class Backoff:
    """Delays that double from attempt to attempt, each moved by up to 30 % either way.

    It has no clock and no lock: the thread that waits owns it.
    """

    def __init__(
        self,
        *,
        first_s: float = FIRST_DELAY_S,
        longest_s: float = LONGEST_DELAY_S,
        source: random.Random | None = None,
    ) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._source = source or secrets.SystemRandom()
        self._failures = 0

    def next_delay_s(self) -> float:
        """Return how long to wait after one more failure."""
        steady_s = min(self._first_s * GROWTH**self._failures, self._longest_s)
        if steady_s < self._longest_s:
            self._failures += 1
        return spread(steady_s, self._source)

    def reset(self) -> None:
        """Begin again with the first delay, after a success."""
        self._failures = 0
