"""Time, as a value that is handed in.

Every other module gets its time from here, so a test can hold a clock still,
turn it back ten years or jump over a deadline, and nothing has to sleep.
"""

import threading
import time
from typing import Final, Protocol


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

    def meet(self, moment_s: float, *, unless: threading.Event) -> None:
        """Return at a moment of ``monotonic_s``, or once ``unless`` is set.

        As exactly as the computer can: a sleeper wakes up some microseconds late, and how many
        depends on what its processor did last.
        """
        ...


# The last part of a wait that has to end at a moment is not slept through.
_AWAKE_S: Final = 0.002


class SystemClock:
    """The clock of this computer."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        return event.wait(timeout_s)

    def meet(self, moment_s: float, *, unless: threading.Event) -> None:
        if not self.wait(unless, timeout_s=max(0.0, moment_s - self.monotonic_s() - _AWAKE_S)):
            while self.monotonic_s() < moment_s:
                pass
