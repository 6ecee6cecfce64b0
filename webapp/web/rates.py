"""How often one session may ask (security.md S13)."""

import threading

from webapp.clock import Clock


class TokenBucket:
    """Allows ``burst`` requests at once and ``per_s`` each second in the long run."""

    def __init__(self, *, per_s: float, burst: int, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._clock = clock
        self._lock = threading.Lock()
        self._left = float(burst)
        self._counted_s = clock.monotonic_s()

    def take(self) -> bool:
        """Return whether one more request is allowed now, and count it if so."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            self._left = min(self._burst, self._left + (now_s - self._counted_s) * self._per_s)
            self._counted_s = now_s
            if self._left < 1:
                return False
            self._left -= 1
            return True
