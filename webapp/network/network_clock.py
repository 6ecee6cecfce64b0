"""Network time: what the storage nodes think it is. Source: messages.md §7."""

import threading
from collections import OrderedDict
from typing import Final

from webapp.clock import Clock

# The official apps look at the last ten replies. Here each node has one say however often
# it is asked, and the one in the middle counts: the average would follow a single liar.
VOICES_KEPT: Final = 10
# 2021-01-01. A node that claims an earlier time has no clock.
EARLIEST_CREDIBLE_MS: Final = 1_609_459_200_000


class NetworkClock:
    """The local clock, corrected by what the nodes say. The lock protects their voices."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ahead_ms: OrderedDict[bytes, int] = OrderedDict()

    def now_ms(self) -> int:
        """Return the network's time; the local one as long as no node has told its own."""
        return self._clock.now_ms() - self.ahead_ms()

    def ahead_ms(self) -> int:
        """Return how far the local clock is ahead of the network's; negative if it is behind."""
        with self._lock:
            voices = list(self._ahead_ms.values())
        # With an even number the middle lies between two voices, and of two nodes that
        # differ nobody can tell which one lies. Then our own clock has a say as well.
        if len(voices) % 2 == 0:
            voices.append(0)
        return sorted(voices)[len(voices) // 2]

    def forget(self) -> None:
        """Start over: the local clock may have been set since the nodes were heard."""
        with self._lock:
            self._ahead_ms.clear()

    def learn(self, node: bytes, node_ms: int) -> None:
        """Take into account that a reply of ``node`` that has just arrived says ``node_ms``."""
        if node_ms < EARLIEST_CREDIBLE_MS:
            return
        ahead_ms = self._clock.now_ms() - node_ms
        with self._lock:
            self._ahead_ms.pop(node, None)
            self._ahead_ms[node] = ahead_ms
            if len(self._ahead_ms) > VOICES_KEPT:
                self._ahead_ms.popitem(last=False)
