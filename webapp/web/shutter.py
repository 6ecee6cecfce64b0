"""Who may see what is private: the lock, as the web layer knows it (security.md S9).

A session may see it while no code is set, or if it was unlocked since the last lock. Each lock
begins another generation, so nothing has to be taken back: what a session was given is worth
nothing any more, and so is what a slow view or a poller has drawn in an earlier generation.

    state          code    session unlocked in     may see
    fresh, open    none    -                       yes
    fresh, open    set     this generation         yes
    fresh, open    set     an earlier one, none    no
    erasing        none    -                       yes, and that is the first page
    locked         -       -                       no
    closed         -       -                       no
"""

from dataclasses import dataclass
from typing import Protocol

from webapp.web.sessions import Session


class Lock(Protocol):
    """What is asked of the runtime."""

    @property
    def state(self) -> str: ...

    @property
    def generation(self) -> int: ...

    @property
    def view(self) -> tuple[int, str]: ...

    @property
    def code_is_set(self) -> bool: ...

    def tick(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Shutter:
    """Decides for each session and at each moment anew."""

    lock: Lock

    @property
    def generation(self) -> int:
        """Return what changes with every lock."""
        return self.lock.generation

    @property
    def view(self) -> tuple[int, str]:
        """Return what changes with every lock, and with every other account that is shown."""
        return self.lock.view

    @property
    def is_closed(self) -> bool:
        """Return whether the app has ended for good."""
        return self.lock.state == "closed"

    def catch_up(self) -> None:
        """Lock now if that was due: a computer that wakes up may ask before any timer runs."""
        self.lock.tick()

    def may_see(self, session: Session) -> bool:
        """Return whether this session may see what is private, now."""
        before = self.lock.generation
        state, has_code = self.lock.state, self.lock.code_is_set
        # Asked in between, a lock would look like an app without a code.
        if self.lock.generation != before:
            return False
        is_shown = state in ("fresh", "open", "erasing")
        return is_shown and (not has_code or session.unlocked_in == before)
