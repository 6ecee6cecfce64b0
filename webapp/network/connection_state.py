"""How the connection is doing, for the user to see."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from webapp.network.errors import NetworkError, NoRoute

Phase = Literal["connecting", "connected", "offline"]


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """Whether messages travel, through which nodes, and what went wrong last, in words."""

    phase: Phase = "connecting"
    # The Ed25519 keys of guard, middle and last node; empty without a path.
    route: tuple[bytes, ...] = ()
    # How many nodes keep the messages of the account that is polled; 0 if not known yet.
    swarm_size: int = 0
    last_error: str | None = None


Callback = Callable[[ConnectionState], None]


class StateWatch:
    """Holds the state and tells when it changes. The lock protects state and callbacks."""

    def __init__(self) -> None:
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
        with self._lock:
            size = self._state.swarm_size if swarm_size is None else swarm_size
            callbacks = self._change(ConnectionState("connected", route, size))
        self._tell(callbacks)

    def failed(self, error: NetworkError, *, route: tuple[bytes, ...]) -> None:
        """A request has failed for good; only a missing path means that we are offline."""
        with self._lock:
            phase: Phase = "offline" if isinstance(error, NoRoute) else self._state.phase
            callbacks = self._change(
                replace(self._state, phase=phase, route=route, last_error=str(error))
            )
        self._tell(callbacks)

    def _change(self, state: ConnectionState) -> tuple[Callback, ...]:
        """Take on ``state``; return whom to tell, once the lock is free."""
        if state == self._state:
            return ()
        self._state = state
        return tuple(self._callbacks)

    def _tell(self, callbacks: tuple[Callback, ...]) -> None:
        for callback in callbacks:
            # Two threads may get here in either order, so the state is read again:
            # what is told last is then never out of date.
            callback(self.state())
