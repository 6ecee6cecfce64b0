"""Erasing everything from the page of the lock, for whoever has forgotten the code.

Nothing opens without the code, so all that is left is to begin anew. It must not be three clicks
of somebody who passes by: a word is typed, then nothing can be done for some minutes, in which
whoever types the code or comes back to the computer can stop it, and then it is asked once more.

    state      event                        next
    idle       asked                        waiting, for WAIT_S
    waiting    asked                        waiting, no shorter than before
    waiting    its time is over             ready, for READY_S
    ready      its time is over             idle
    any        cancelled, locked, unlocked  idle
"""

from typing import Final, Literal

from webapp.clock import Clock
from webapp.services.errors import NotYetErasable

# Longer than a person stays at a computer that is not theirs to be a nuisance, and as long as it
# takes to fetch a cup of tea.
WAIT_S: Final = 5 * 60
# Who has left meanwhile does not come back to a button that erases.
READY_S: Final = 5 * 60

Stage = Literal["idle", "waiting", "ready"]


class Forgotten:
    """Where the wait stands. In memory only: a restart begins anew."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready_at_s: float | None = None

    @property
    def stage(self) -> Stage:
        """Whether nobody asked, the wait is not over, or everything can be erased."""
        left_s = self._left_s()
        if left_s is None or left_s <= -READY_S:
            return "idle"
        return "waiting" if left_s > 0 else "ready"

    @property
    def wait_s(self) -> float:
        """How many seconds the wait still takes."""
        return max(0.0, self._left_s() or 0.0)

    def ask(self) -> None:
        """Begin to wait, unless that was begun already."""
        if self.stage == "idle":
            self._ready_at_s = self._clock.monotonic_s() + WAIT_S

    def cancel(self) -> None:
        """Forget that it was asked for."""
        self._ready_at_s = None

    def require_ready(self) -> None:
        """Go on only if the wait is over, and not for too long. Raises NotYetErasable."""
        if self.stage != "ready":
            raise NotYetErasable

    def _left_s(self) -> float | None:
        ready_at_s = self._ready_at_s
        return None if ready_at_s is None else ready_at_s - self._clock.monotonic_s()
