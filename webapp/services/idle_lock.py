"""When the app locks by itself: nobody did anything, the last tab is gone, or it slept.

Theory of operation. ``decide`` looks at how long each of these has lasted and says which
lock is due; ``IdleLock`` measures, at every tick of the timer and before everything that a
person does. So a computer that wakes up, or a request that comes after the limit and before
the next tick, finds the app locked.

    seen                                             lock
    wall clock ran SLEEP_S ahead of the monotonic    deep, whatever "keep receiving" says
    nobody did anything for the limit                as set
    no tab for TABS_GONE_S                           as set

Sleep. The monotonic clock stands still while a computer sleeps, and the wall clock does not.
Somebody who sets the clock forward locks the app; that costs a code and harms nobody.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from webapp.clock import Clock
from webapp.services.errors import LockNeedsCode
from webapp.services.lock_settings import Depth, LockSettings

# Long enough for a reload, a restart of the browser, or a tab that reconnects.
TABS_GONE_S: Final = 60.0
# Clocks are corrected by seconds; whoever closes a lid goes away for longer than that.
SLEEP_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Seen:
    """How long what has lasted, in seconds."""

    idle_s: float
    without_tabs_s: float
    slept_s: float


def decide(seen: Seen, settings: LockSettings) -> Depth | None:
    """Return which lock is due, or None."""
    if settings.sleep and seen.slept_s >= SLEEP_S:
        return "deep"
    if seen.idle_s >= settings.idle_minutes * 60:
        return settings.depth
    if settings.last_tab and seen.without_tabs_s >= TABS_GONE_S:
        return settings.depth
    return None


class IdleLock:
    """Watches the clock of one runtime. Every method may be called from every thread."""

    def __init__(
        self,
        clock: Clock,
        *,
        settings: Callable[[], LockSettings | None],
        is_open: Callable[[], bool],
        lock: Callable[[Depth], None],
    ) -> None:
        """``settings`` gives None while there is nothing that could be locked any further."""
        self._clock = clock
        self._settings = settings
        self._is_open = is_open
        self._lock = lock
        self._guard = threading.Lock()
        self._tabs = 0
        self._active_s = self._tab_s = clock.monotonic_s()
        self._gap_s = self._wall_gap_s()

    def begin(self) -> None:
        """Count from now on: the app was opened by a person."""
        with self._guard:
            self._active_s = self._tab_s = self._clock.monotonic_s()
            self._gap_s = self._wall_gap_s()

    def touch(self) -> None:
        """Take note that a person did something, unless a lock was due before that."""
        self.tick()
        with self._guard:
            self._active_s = self._clock.monotonic_s()

    def tabs_open(self, count: int) -> None:
        """Take note of how many tabs show the app."""
        with self._guard:
            if self._tabs:
                self._tab_s = self._clock.monotonic_s()
            self._tabs = count

    def tick(self) -> None:
        """Lock if it is due."""
        settings = self._settings()
        seen = self._look()
        if settings is None:
            return
        due = decide(seen, settings)
        # A light lock is already there when nobody does anything: only sleep makes it deep.
        if due is not None and (due == "deep" or self._is_open()):
            with contextlib.suppress(LockNeedsCode):
                self._lock(due)

    def _look(self) -> Seen:
        now_s = self._clock.monotonic_s()
        with self._guard:
            gap_s = self._wall_gap_s()
            # A clock that is turned back is no sleep, and must not hide the next one.
            slept_s, self._gap_s = gap_s - self._gap_s, gap_s
            without_tabs_s = 0.0 if self._tabs else now_s - self._tab_s
            return Seen(now_s - self._active_s, without_tabs_s, slept_s)

    def _wall_gap_s(self) -> float:
        return self._clock.now_ms() / 1000 - self._clock.monotonic_s()
