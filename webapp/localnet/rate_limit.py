"""How many requests one address may make of one node (storage-rpc.md §11, §17.11)."""

import threading

BURST = 600
PER_SECOND = 300
# All clients of a practice network share one address; loopback has millions of others.
MAX_ADDRESSES = 1000


class RateLimit:
    """A bucket for each address: it holds ``BURST`` and fills again by ``PER_SECOND``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # What is left, and when that was so; whoever was silent for longest comes first.
        self._buckets: dict[str, tuple[float, float]] = {}

    def admits(self, address: str, *, now_s: float) -> bool:
        """Return whether ``address`` may make a request now, and count it."""
        with self._lock:
            left, since_s = self._buckets.pop(address, (BURST, now_s))
            left = min(BURST, left + (now_s - since_s) * PER_SECOND)
            if len(self._buckets) >= MAX_ADDRESSES:
                del self._buckets[next(iter(self._buckets))]
            is_admitted = left >= 1
            self._buckets[address] = (left - is_admitted, now_s)
            return is_admitted
