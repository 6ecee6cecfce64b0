"""Time, as a value that is handed in.

Every other module gets its time from here, so a test can hold a clock still,
turn it back ten years or jump over a deadline, and nothing has to sleep.
"""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """What the program asks of time."""

    def now_ms(self) -> int:
        """Return the wall clock as Unix milliseconds; it may jump either way."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds since an arbitrary moment; it never goes backwards."""
        ...

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        """Wait until ``event`` is set or the time is over; return whether it is set."""
        ...


class SystemClock:
    """The clock of this computer."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        return event.wait(timeout_s)
