"""How the connection is doing, for the user to see.

Theory of operation. The parts of the network tell a ``StateWatch`` what they find, and it
tells whoever draws the state, but only of what a person would notice: every message brings
a new delay and a new comparison of the clocks, and each telling redraws every open tab.
So both are rounded, and what was shown stays until the truth is clearly another.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from webapp.clock import Clock
from webapp.network.errors import NetworkError, NoRoute, ProxyFailed, WayChanged
from webapp.sentence import Sentence

# security.md X4: the network may correct our clock by two minutes without a word. Beyond that
# either the computer is wrong, which its owner wants to know, or somebody lies about the time.
CLOCK_TOLERANCE_MS: Final = 120_000
# In sentences about the clock nothing smaller than a minute is of use.
CLOCK_STEP_MS: Final = 60_000
# A delay is told anew once it is more than this many times longer or shorter: the round trips
# of one route often vary by half.
DELAY_FACTOR: Final = 2

Phase = Literal["connecting", "connected", "offline"]


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """Whether messages travel, through which nodes, and what went wrong last, in words."""

    phase: Phase = "connecting"
    # The Ed25519 keys of guard, middle and last node; empty without a path.
    route: tuple[bytes, ...] = ()
    # How many nodes keep the messages of the account that is polled; 0 if not known yet.
    swarm_size: int = 0
    # The last error and when it came, by the clock of this computer; a success does not undo it.
    last_error: Sentence | None = None
    last_error_at_ms: int = 0
    # Those of the route whose last request failed.
    suspects: frozenset[bytes] = frozenset()
    # The round trip to the guard, to one digit; None if nobody has measured it.
    guard_delay_ms: int | None = None
    # How far the clock of this computer is ahead of the network's, in whole minutes; negative if
    # it is behind, 0 while it is right enough.
    clock_ahead_ms: int = 0
    # Host and port of the proxy, if one is set.
    proxy: str | None = None
    # Whether it is the proxy that keeps us from the network.
    has_proxy_failed: bool = False
    # Those of the route over which a reply has come back; the others are only chosen.
    proven: frozenset[bytes] = frozenset()


Callback = Callable[[ConnectionState], None]


class StateWatch:
    """Holds the state and tells when it changes. The lock protects state and callbacks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._state = ConnectionState()
        self._callbacks: list[Callback] = []

    def state(self) -> ConnectionState:
        """Return the state as it is now."""
        with self._lock:
            return self._state

    def on_change(self, callback: Callback) -> None:
        """Call ``callback`` after each change, in the thread that caused it."""
        with self._lock:
            self._callbacks.append(callback)

    def succeeded(self, *, route: tuple[bytes, ...], swarm_size: int | None = None) -> None:
        """A request has reached its swarm, and the reply has come back."""

        def connect(state: ConnectionState) -> ConnectionState:
            size = state.swarm_size if swarm_size is None else swarm_size
            return replace(
                _over(state, route),
                phase="connected",
                swarm_size=size,
                has_proxy_failed=False,
                proven=frozenset(route),
            )

        self._change(connect)

    def failed(self, error: NetworkError, *, route: tuple[bytes, ...]) -> None:
        """A request has failed for good; only a missing path means that we are offline.

        What the user has broken off by choosing another way is no failure.
        """
        if isinstance(error, WayChanged):
            return
        now_ms = self._clock.now_ms()

        def fail(state: ConnectionState) -> ConnectionState:
            phase: Phase = "offline" if isinstance(error, NoRoute) else state.phase
            return replace(
                _over(state, route),
                phase=phase,
                last_error=error.sentence,
                last_error_at_ms=now_ms,
                has_proxy_failed=isinstance(error, ProxyFailed),
            )

        self._change(fail)

    def route_is(
        self,
        route: tuple[bytes, ...],
        *,
        suspects: frozenset[bytes] = frozenset(),
        guard_delay_ms: int | None = None,
    ) -> None:
        """Requests now go over ``route``; the last one to each of ``suspects`` has failed.

        Without ``guard_delay_ms`` the delay of the same guard stays as it was.
        """

        def reroute(state: ConnectionState) -> ConnectionState:
            moved = _over(state, route)
            delay_ms = _told_delay(guard_delay_ms, before_ms=moved.guard_delay_ms)
            return replace(
                moved,
                suspects=suspects & frozenset(route),
                guard_delay_ms=delay_ms if route else None,
            )

        self._change(reroute)

    def clock_is(self, ahead_ms: int) -> None:
        """The clock of this computer is ``ahead_ms`` ahead of the network's, or behind."""
        self._change(
            lambda state: replace(
                state, clock_ahead_ms=_told_clock(ahead_ms, before_ms=state.clock_ahead_ms)
            )
        )

    def proxy_is(self, address: str | None) -> None:
        """Everything goes through the proxy at ``address`` ("host:port"), or through none.

        Nothing has gone this way yet, so whether it works is open again, and what was wrong
        with the old one no longer matters.
        """
        self._change(
            lambda state: replace(
                state,
                phase="connecting",
                last_error=None,
                last_error_at_ms=0,
                proxy=address,
                has_proxy_failed=False,
                proven=frozenset(),
            )
        )

    def _change(self, change: Callable[[ConnectionState], ConnectionState]) -> None:
        """Take on what ``change`` makes of the state, and tell of it once the lock is free."""
        with self._lock:
            old, self._state = self._state, change(self._state)
            callbacks = tuple(self._callbacks) if _is_noticed(old, self._state) else ()
        for callback in callbacks:
            # Two threads may get here in either order, so the state is read again:
            # what is told last is then never out of date.
            callback(self.state())


def _is_noticed(old: ConnectionState, new: ConnectionState) -> bool:
    """Say whether more has changed than when the same error came last.

    While we are offline it comes again with every try; a view that shows how long ago
    that was has to look again anyway as time passes.
    """
    return replace(old, last_error_at_ms=new.last_error_at_ms) != new


def _over(state: ConnectionState, route: tuple[bytes, ...]) -> ConnectionState:
    """Return ``state`` with another route; of the old one stays what is true of the new one."""
    same_guard = state.route[:1] == route[:1]
    return replace(
        state,
        route=route,
        suspects=state.suspects & frozenset(route),
        proven=state.proven & frozenset(route),
        guard_delay_ms=state.guard_delay_ms if same_guard else None,
    )


def _told_delay(delay_ms: int | None, *, before_ms: int | None) -> int | None:
    if delay_ms is None:
        return before_ms
    told_ms = max(delay_ms, 1)
    if before_ms and before_ms <= told_ms * DELAY_FACTOR and told_ms <= before_ms * DELAY_FACTOR:
        return before_ms
    return round(told_ms, 1 - len(str(told_ms)))


def _told_clock(ahead_ms: int, *, before_ms: int) -> int:
    if abs(ahead_ms) <= CLOCK_TOLERANCE_MS:
        return 0
    if before_ms and abs(ahead_ms - before_ms) < CLOCK_STEP_MS:
        return before_ms
    return round(ahead_ms / CLOCK_STEP_MS) * CLOCK_STEP_MS
