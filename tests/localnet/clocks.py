"""A clock that a test holds in its hand."""

import threading
import time

START_MS = 1_767_225_600_000


class HeldClock:
    """Wall time stands still until the test moves it; waiting is real."""

    def __init__(self) -> None:
        self.ms = START_MS

    def now_ms(self) -> int:
        return self.ms

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        return event.wait(timeout_s)
