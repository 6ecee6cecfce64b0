"""Clocks that a test moves: one stands still otherwise, one goes on like that of the computer."""

import threading
import time

from webapp.clock import SystemClock

# 2025-02-19T21:20:00Z, the moment at which the reference vectors were made.
START_MS = 1_740_000_000_000
# Longest real wait for other threads; reached only when a test would otherwise hang.
PATIENCE_S = 20.0


class VirtualClock:
    """A ``webapp.clock.Clock`` whose wall time and monotonic time are moved by hand."""

    def __init__(self, start_ms: int = START_MS) -> None:
        self._changed = threading.Condition()
        self._wall_ms = start_ms
        self._monotonic_s = 0.0
        self._sleepers: list[threading.Condition] = []

    def now_ms(self) -> int:
        with self._changed:
            return self._wall_ms

    def monotonic_s(self) -> float:
        with self._changed:
            return self._monotonic_s

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        """Wait until ``event`` is set or the clock was moved by ``timeout_s``."""
        # The event's own condition, so that setting the event and moving the clock wake one
        # and the same wait; the alternative is to poll.
        woken: threading.Condition = event._cond  # type: ignore[attr-defined]  # not in its types
        deadline = self.monotonic_s() + timeout_s
        with woken:
            self._register(woken)
            try:
                while not event.is_set() and self.monotonic_s() < deadline:
                    woken.wait()
            finally:
                self._unregister(woken)
        return event.is_set()

    def meet(self, moment_s: float, *, unless: threading.Event) -> None:
        self.wait(unless, timeout_s=max(0.0, moment_s - self.monotonic_s()))

    def advance(self, seconds: float) -> None:
        """Let both times pass by ``seconds`` and wake whoever waited for that."""
        with self._changed:
            self._wall_ms += round(seconds * 1000)
            self._monotonic_s += seconds
            sleepers = list(self._sleepers)
        for woken in sleepers:
            with woken:
                woken.notify_all()

    def set_wall(self, now_ms: int) -> None:
        """Jump the wall clock, as a user or a time server does; the monotonic time goes on."""
        with self._changed:
            self._wall_ms = now_ms

    def await_sleepers(self, count: int = 1) -> None:
        """Return when at least ``count`` threads wait on this clock, so that moving it counts."""
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self._sleepers) >= count, PATIENCE_S)
        assert enough, f"{count} threads should wait on the clock"

    def _register(self, woken: threading.Condition) -> None:
        with self._changed:
            self._sleepers.append(woken)
            self._changed.notify_all()

    def _unregister(self, woken: threading.Condition) -> None:
        with self._changed:
            self._sleepers.remove(woken)


class JumpingClock(VirtualClock):
    """A virtual clock on which the thread that made it never waits: it moves the time instead.

    So an answer that is due at a fixed moment comes at once, and the clock shows that moment.
    All other threads sleep as usual.
    """

    def __init__(self, start_ms: int = START_MS) -> None:
        super().__init__(start_ms)
        self._mine = threading.get_ident()

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        if threading.get_ident() != self._mine:
            return super().wait(event, timeout_s=timeout_s)
        if not event.is_set():
            self.advance(timeout_s)
        return event.is_set()


class LeapingClock(SystemClock):
    """The clock of this computer, some time ahead of it."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._asleep_s = 0.0

    def now_ms(self) -> int:
        return super().now_ms() + round((self._ahead_s + self._asleep_s) * 1000)

    def monotonic_s(self) -> float:
        return time.monotonic() + self._ahead_s

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        return event.wait(timeout_s)

    def leap(self, seconds: float) -> None:
        """Let time pass at once."""
        self._ahead_s += seconds

    def sleep_through(self, seconds: float) -> None:
        """Let the day go on while the computer sleeps."""
        self._asleep_s += seconds
