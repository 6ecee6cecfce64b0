"""Network time: what the storage nodes think it is. Source: messages.md §7."""

import threading
from collections import deque
from typing import Final

from webapp.clock import Clock

# The average of this many replies evens out how long each was on its way.
SAMPLES_KEPT: Final = 10
# 2021-01-01. A node that claims an earlier time has no clock.
EARLIEST_CREDIBLE_MS: Final = 1_609_459_200_000


class NetworkClock:
    """The local clock, corrected by the average difference of the last replies."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._differences_ms: deque[int] = deque(maxlen=SAMPLES_KEPT)

    def now_ms(self) -> int:
        """Return the network's time; the local one as long as no node has told its own."""
        with self._lock:
            samples = len(self._differences_ms)
            offset_ms = sum(self._differences_ms) // samples if samples else 0
        return self._clock.now_ms() - offset_ms

    def learn(self, node_ms: int) -> None:
        """Take into account that a reply that has just arrived says ``node_ms``."""
        if node_ms < EARLIEST_CREDIBLE_MS:
            return
        difference_ms = self._clock.now_ms() - node_ms
        with self._lock:
            self._differences_ms.append(difference_ms)

    def forget(self) -> None:
        """Start over: nodes refuse the time that came out of the replies so far."""
        with self._lock:
            self._differences_ms.clear()
