"""Who may ask: host names, cookies and tab secrets (security.md S3, S5).

Cookies ignore ports: one set for 127.0.0.1 goes to every program on any port of this computer,
other users' programs included. So the page is served under a host name that nobody can guess and
that is new at every start, ``<label>.localhost``. To a browser every label is a site of its own,
and the cookie goes nowhere else.

The fallback. Where a browser cannot resolve that name, the page is served at 127.0.0.1, and the
cookie alone grants nothing there. Every request also carries a secret of its tab: fetches in the
header ``X-Safehouse-Tab``, the WebSocket as a subprotocol, the only field of a handshake that a
page can set. A navigation to ``/`` can carry neither, so it is answered with the bare shell of the
page, whose script then fetches with the header. The tab keeps its secret in ``window.name``, which
survives a reload and is written nowhere else.

What the fallback gives: a collected cookie is useless, and so is a request forged by a page on
another port (the header forces a preflight that is never answered). What it does not give: a
second tab (it has no secret and needs a launch of its own), and protection of ``window.name`` from
a page of another port of 127.0.0.1 that the user opens *in that same tab*.

Everything here is kept in memory only and ends with the process.
"""

import base64
import itertools
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from webapp.clock import Clock
from webapp.services.emergency import Rehearsal
from webapp.web.rates import TokenBucket
from webapp.web.secret import Secret
from webapp.web.sockets import LOOPBACK_V4
from webapp.web.tabs import TabMemory

COOKIE_NAME = "safehouse"
TAB_HEADER = "X-Safehouse-Tab"
# A host label is one DNS label of 128 bits in lower-case base32: 26 characters.
LABEL_BYTES = 16
# Several browsers, private windows, kiosk and person; past that the oldest one ends.
MOST_SESSIONS = 16
# How long the cookie before the last counts, where all tabs of a browser load the page at once.
GRACE_S = 5.0
# security.md S13: more than a person with fast fingers, less than a loop.
REQUESTS_PER_S = 20
REQUESTS_BURST = 60


class HostKind(Enum):
    """Under which of our two names a browser reaches us."""

    LABEL = "label"
    LOOPBACK = "loopback"


@dataclass(frozen=True, slots=True)
class Hosts:
    """The two names of one start."""

    label: str
    port: int

    def name(self, kind: HostKind) -> str:
        """Return what the Host header must be, exactly."""
        host = f"{self.label}.localhost" if kind is HostKind.LABEL else LOOPBACK_V4
        return f"{host}:{self.port}"

    def origin(self, kind: HostKind) -> str:
        """Return what the Origin header of our own pages is."""
        return f"http://{self.name(kind)}"

    def kind_of(self, host: str) -> HostKind | None:
        """Return which name ``host`` is, None if it is neither."""
        return next((kind for kind in HostKind if self.name(kind) == host), None)


# The word was missing, or the disk refused.
ForgotProblem = Literal["word", "disk"]


@dataclass(frozen=True, slots=True)
class LastTry:
    """What became of the code that was typed last: ``reason`` as the services name it."""

    kind: str
    reason: str
    next_try_s: float


class Session:
    """One browser that was let in. ``alive`` turns False once and for all.

    ``unlocked_in`` is the generation of the app in which a code was typed here (``shutter``);
    ``last_try`` is said once by the page of the lock. ``clears`` has the next page tell the browser
    to forget what it keeps of us, ``renews`` has it bring a new cookie.
    """

    def __init__(self, kind: HostKind, *, clock: Clock) -> None:
        self.kind = kind
        self._clock = clock
        self.clears = self.renews = False
        self._former: tuple[Secret, float] | None = None
        self.cookie = Secret()
        self.tab = Secret() if kind is HostKind.LOOPBACK else None
        self.alive = True
        self.unlocked_in: int | None = None
        self.last_try: LastTry | None = None
        # What kept an erase without the code from going on; said once.
        self.forgot_problem: ForgotProblem | None = None
        # Until the page has been drawn that shows the account it was switched to.
        self.has_switched = False
        # The generation in which a code opened the page of emergencies here, and what is rehearsed.
        self.prepares_in: int | None = None
        self.rehearsal: Rehearsal | None = None
        # The generation in which an erase was confirmed here, for what follows on the question.
        self.may_erase_in: int | None = None
        self.tabs = TabMemory()
        self.allowance = TokenBucket(per_s=REQUESTS_PER_S, burst=REQUESTS_BURST, clock=clock)

    def renew(self, *, grace_s: float = 0.0) -> None:
        """Have a new cookie; the one before counts for ``grace_s`` more."""
        self._former = (self.cookie, self._clock.monotonic_s() + grace_s) if grace_s else None
        self.cookie = Secret()
        self.renews = False

    def cookies(self) -> tuple[Secret, ...]:
        """Return the cookies that count now."""
        if self._former is not None and self._clock.monotonic_s() < self._former[1]:
            return self.cookie, self._former[0]
        return (self.cookie,)


@dataclass(frozen=True, slots=True)
class Heir:
    """What is left of a session when another process goes on with it."""

    kind: HostKind
    cookie: str
    tab: str | None
    unlocked: bool
    clears: bool


@dataclass(frozen=True, slots=True)
class Identified:
    """The session of a request; ``bare`` if only the shell of the page may be answered."""

    session: Session
    bare: bool


class Sessions:
    """All browser sessions of one start."""

    def __init__(self, *, port: int, clock: Clock, label: str | None = None) -> None:
        self.hosts = Hosts(label or _new_label(), port)
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: list[Session] = []
        self._listeners: list[Callable[[], None]] = []

    def on_end(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever sessions have ended."""
        self._listeners.append(listener)

    def begin(self, kind: HostKind) -> Session:
        """Return a new session; the oldest one makes room if there are too many."""
        session = Session(kind, clock=self._clock)
        with self._lock:
            self._sessions.append(session)
            crowding = self._sessions[:-MOST_SESSIONS]
        if crowding:
            self._end(crowding)
        return session

    def rotate(self, session: Session) -> str:
        """Give ``session`` a new cookie; return the Set-Cookie value. The old one is void."""
        session.renew()
        return set_cookie(session)

    def end(self, session: Session) -> None:
        """End one session."""
        self._end([session])

    def end_all(self) -> None:
        """End every session."""
        self._end(list(self._sessions))

    def begin_anew(self, kept: Session | None) -> None:
        """End every session but ``kept``, None for all; what stays begins with nothing.

        Its tabs load the page anew, all at once.
        """
        if kept is not None:
            self._end([session for session in self._sessions if session is not kept])
        for session in list(self._sessions):
            session.tabs = TabMemory()
            session.unlocked_in = session.last_try = session.may_erase_in = None
            session.prepares_in = session.rehearsal = None
            session.clears = session.renews = True

    def heirs(self, *, generation: int) -> list[Heir]:
        """Return all sessions as they are in ``generation``, for the process that goes on."""
        return [
            Heir(
                session.kind,
                session.cookie.reveal(),
                session.tab.reveal() if session.tab else None,
                session.unlocked_in == generation,
                session.clears,
            )
            for session in self._sessions
        ]

    def inherit(self, heirs: Sequence[Heir], *, generation: int) -> None:
        """Go on with the sessions of the process before."""
        for heir in heirs:
            session = Session(heir.kind, clock=self._clock)
            session.cookie = Secret(heir.cookie)
            session.tab = Secret(heir.tab) if heir.tab else None
            session.unlocked_in = generation if heir.unlocked else None
            session.clears = session.renews = heir.clears
            self._sessions.append(session)

    def forget_tabs(self) -> None:
        """Forget what all tabs have left behind: places and texts that a lock has to hide."""
        for session in list(self._sessions):
            session.tabs = TabMemory()
            session.rehearsal = None

    @property
    def fallback_in_use(self) -> bool:
        """Whether any session lives at 127.0.0.1; until then that name serves only launches."""
        return any(session.kind is HostKind.LOOPBACK for session in self._sessions)

    def identify(
        self, kind: HostKind, *, cookies: str, tab_secrets: Sequence[str]
    ) -> Identified | None:
        """Return the session that a request with this Cookie header belongs to.

        ``tab_secrets`` are the texts offered as the tab's secret; they count in the fallback only.
        There the tab decides which session it is: all tabs share one cookie jar, so the cookie
        may already be that of a later launch.
        """
        alive = [session for session in list(self._sessions) if session.kind is kind]
        offered = cookie_values(cookies)
        by_cookie = _matching(alive, Session.cookies, offered)
        if by_cookie is None or kind is HostKind.LABEL:
            return Identified(by_cookie, bare=False) if by_cookie else None
        by_tab = _matching(alive, _tab_secrets, tab_secrets)
        return Identified(by_tab or by_cookie, bare=by_tab is None)

    def _end(self, ended: Sequence[Session]) -> None:
        with self._lock:
            for session in ended:
                session.alive = False
            self._sessions = [session for session in self._sessions if session.alive]
        for listener in self._listeners:
            listener()


def set_cookie(session: Session) -> str:
    """Return the Set-Cookie value of ``session``: it ends with the browser, and stays here."""
    return f"{COOKIE_NAME}={session.cookie.reveal()}; Path=/; HttpOnly; SameSite=Strict"


def cookie_values(header: str) -> list[str]:
    """Return every value that our cookie has in a Cookie header.

    A program on another port can plant a second one at 127.0.0.1; it must not hide the true one.
    """
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return [value for name, _, value in pairs if name == COOKIE_NAME]


def _matching(
    sessions: Sequence[Session],
    secrets_of: Callable[[Session], Sequence[Secret]],
    offered: Sequence[str],
) -> Session | None:
    """Return the session one of whose secrets was offered; all are compared, whatever matches."""
    found = None
    for session in sessions:
        for secret, text in itertools.product(secrets_of(session), offered):
            if secret.matches(text) and session.alive:
                found = session
    return found


def _tab_secrets(session: Session) -> Sequence[Secret]:
    return () if session.tab is None else (session.tab,)


def _new_label() -> str:
    return base64.b32encode(secrets.token_bytes(LABEL_BYTES)).decode().rstrip("=").lower()
