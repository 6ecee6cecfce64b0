"""The gate: which requests may come in at all (security.md S2–S4, S8, S13).

It is the outermost WSGI layer, because Flask's own hooks never run for ``/socket.io/``. The server
asks ``Guard.admit`` a first time when it has read the headers, so a stranger's body is never
waited for and a stranger's WebSocket handshake never gets a thread.

What is asked, in this order, of every request:

1. Host is exactly the name we announced. A rebound DNS name fails here, before anything is said.
2. The path is plain: letters, digits and ``.-_~``, no ``..``, nothing that a router could read
   differently from this module.
3. The method belongs to the kind of path (``_RULES``).
4. Origin, if present, is our own. Sec-Fetch-Site says that one of our own pages asks; the word
   ``same-site`` is a page on another port of this computer and as foreign as any other.
5. A session: cookie, and in the fallback the secret of the tab (``sessions``).
6. The body is small enough, and this session does not ask too often.
7. The lock: a session that may not see what is private is told nothing (``shutter``). Of the page
   it gets the lock instead. What a view has drawn is looked at once more before it leaves: if the
   app was locked meanwhile, it does not.

The exceptions are rows of the table. The *page* may be navigated to from nowhere (an address typed
in), so Sec-Fetch-Site may be ``none``. *Static* files hold nothing private and need no session. The
*launch* is posted by a file, so its Origin is ``null`` and its site ``cross-site``; a one-time
secret stands in for everything else. The *door* is knocked at by a second start of this program,
never by a browser, so any header that only browsers send is refused. A WebSocket (*live*) must name
its Origin; browsers always do. To *unlock*, to *lock* and to erase what was *forgotten* is possible
behind the lock. A form that is sent without a script has ``null`` for its Origin, since our pages
send no referrer; it is taken where Sec-Fetch-Site vouches for it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from webapp.web import refusals
from webapp.web.headers import CLEAR_SITE_DATA
from webapp.web.held_answer import HeldAnswer
from webapp.web.refusals import Refusal
from webapp.web.sessions import GRACE_S, HostKind, Identified, Session, Sessions, set_cookie
from webapp.web.shutter import Shutter

# What the guard leaves in the environ for the app.
SESSION_KEY = "safehouse.session"
BARE_PAGE_KEY = "safehouse.bare_page"
LOCKED_KEY = "safehouse.locked"
# Where simple-websocket looks for the socket of an upgraded connection.
SOCKET_KEY = "werkzeug.socket"
# The subprotocol a tab offers, followed by its secret; the server selects this one, so that the
# secret is not sent back.
LIVE_SUBPROTOCOL = "safehouse"

LAUNCH_PATH = "/launch"
LAUNCH_SCRIPT_PATH = "/launch.js"
DOOR_PATH = "/door"
UNLOCK_PATH = "/unlock"
LOCK_PATH = "/lock"
FORGOT_PATH = "/forgot"
# After these nothing may be shown any more.
LAST_PATHS = ("/erase", "/erase/rest", "/erase/anyway", "/panic", "/equal-size")
LIVE_PREFIX = "/socket.io/"
STATIC_PREFIX = "/static/"

# security.md S13. The largest form today is a message of 2,000 characters.
BODY_BYTES = 256 * 1024
# One secret with its field name, or one knock.
SECRET_BODY_BYTES = 1024

_SEGMENT = "[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
_PLAIN_PATH = re.compile(rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?")
_DIGITS = re.compile("[0-9]{1,10}")
_WEBSOCKET_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
_LIVE_PARAMETERS = frozenset({"EIO", "transport", "t"})
_ABSENT = ""


class Route(Enum):
    """The kinds of path that are guarded differently."""

    PAGE = "page"
    ACTION = "action"
    STATIC = "static"
    LIVE = "live"
    LAUNCH = "launch"
    DOOR = "door"
    UNLOCK = "unlock"
    LOCK = "lock"
    FORGOT = "forgot"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class _Rule:
    methods: frozenset[str]
    sites: frozenset[str]
    needs_session: bool = True
    null_origin: bool = False
    body_bytes: int = 0
    # Whether this shows, or changes, what the lock has to hide.
    private: bool = False
    # Whether the answer says nothing that a lock has to hide, so that it may come after one.
    tells_nothing: bool = False


_OWN_PAGE = frozenset({"same-origin", _ABSENT})
_RULES = {
    Route.PAGE: _Rule(frozenset({"GET"}), _OWN_PAGE | {"none"}, private=True),
    Route.ACTION: _Rule(frozenset({"GET", "POST"}), _OWN_PAGE, body_bytes=BODY_BYTES, private=True),
    Route.STATIC: _Rule(frozenset({"GET"}), _OWN_PAGE, needs_session=False),
    Route.LIVE: _Rule(frozenset({"GET"}), _OWN_PAGE, private=True),
    Route.LAUNCH: _Rule(
        frozenset({"POST"}),
        _OWN_PAGE | {"cross-site"},
        needs_session=False,
        null_origin=True,
        body_bytes=SECRET_BODY_BYTES,
    ),
    Route.DOOR: _Rule(
        frozenset({"POST"}),
        frozenset({_ABSENT}),
        needs_session=False,
        body_bytes=SECRET_BODY_BYTES,
    ),
    Route.UNLOCK: _Rule(frozenset({"POST"}), _OWN_PAGE, null_origin=True, body_bytes=BODY_BYTES),
    Route.LOCK: _Rule(frozenset({"POST"}), _OWN_PAGE, body_bytes=SECRET_BODY_BYTES),
    Route.FORGOT: _Rule(
        frozenset({"POST"}), _OWN_PAGE, null_origin=True, body_bytes=SECRET_BODY_BYTES
    ),
    Route.LAST: _Rule(
        frozenset({"POST"}), _OWN_PAGE, body_bytes=BODY_BYTES, private=True, tells_nothing=True
    ),
}
_ROUTES = {
    "/": Route.PAGE,
    LAUNCH_PATH: Route.LAUNCH,
    LAUNCH_SCRIPT_PATH: Route.STATIC,
    DOOR_PATH: Route.DOOR,
    UNLOCK_PATH: Route.UNLOCK,
    LOCK_PATH: Route.LOCK,
    FORGOT_PATH: Route.FORGOT,
    **dict.fromkeys(LAST_PATHS, Route.LAST),
}


class Guard:
    """Lets requests through to ``app``, or refuses them."""

    def __init__(self, app: WSGIApplication, *, sessions: Sessions, shutter: Shutter) -> None:
        self._app = app
        self._sessions = sessions
        self._shutter = shutter

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        rule = _RULES[route_of(environ.get("PATH_INFO", ""))]
        if rule.private:
            self._shutter.catch_up()
        refusal = self.admit(environ) or self._count(environ)
        if refusal is not None:
            return refusal.answer(start_response)
        _forget_proxies(environ)
        if not rule.private or rule.tells_nothing or SOCKET_KEY in environ:
            return self._app(environ, start_response)
        return self._show(environ, start_response)

    def admit(self, environ: WSGIEnvironment) -> Refusal | None:
        """Return why this request is refused, None if it is let in.

        A request that is let in has its session under ``SESSION_KEY``. Nothing else changes, so
        asking twice does no harm.
        """
        path: str = environ.get("PATH_INFO", "")
        route = route_of(path)
        rule = _RULES[route]
        host = self._sessions.hosts.kind_of(environ.get("HTTP_HOST", ""))
        if host is None or not self._serves(host, route):
            return refusals.MISDIRECTED
        if not _PLAIN_PATH.fullmatch(path):
            return refusals.MALFORMED
        if environ["REQUEST_METHOD"] not in rule.methods:
            return refusals.WRONG_METHOD
        if not self._is_from_us(environ, host=host, route=route):
            return refusals.FOREIGN
        return self._admit_session(environ, host=host, route=route)

    def _show(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, unless the app is locked before the answer is drawn."""
        generation = self._shutter.generation
        answer = HeldAnswer.of(self._app, environ)
        is_late = self._shutter.generation != generation
        is_page = route_of(environ["PATH_INFO"]) is Route.PAGE
        if not environ[LOCKED_KEY] and (is_late or not self._may_see(environ)):
            if not is_page:
                return refusals.NO_SESSION.answer(start_response)
            environ[LOCKED_KEY] = True
            answer = HeldAnswer.of(self._app, environ)
        return answer.give(start_response, more=_once(environ[SESSION_KEY]) if is_page else ())

    def _may_see(self, environ: WSGIEnvironment) -> bool:
        return self._shutter.may_see(environ[SESSION_KEY])

    def _serves(self, host: HostKind, route: Route) -> bool:
        """Return whether anything of this kind is answered under this name at present."""
        if host is HostKind.LABEL:
            return route is not Route.DOOR
        return route in (Route.LAUNCH, Route.DOOR) or self._sessions.fallback_in_use

    def _is_from_us(self, environ: WSGIEnvironment, *, host: HostKind, route: Route) -> bool:
        rule = _RULES[route]
        origin: str | None = environ.get("HTTP_ORIGIN")
        site = environ.get("HTTP_SEC_FETCH_SITE", _ABSENT)
        if site not in rule.sites:
            return False
        if origin is not None and route is not Route.DOOR:
            own = origin == self._sessions.hosts.origin(host)
            return own or (origin == "null" and _may_come_from_nowhere(route, site))
        if route in (Route.LIVE, Route.DOOR):
            return (origin is None) == (route is Route.DOOR)
        # A browser too old for Sec-Fetch-Site names at least the Origin of what changes
        # something. A request with neither cannot be told from a forged one.
        asks_only = environ["REQUEST_METHOD"] == "GET"
        return asks_only or route is Route.LAUNCH or site == "same-origin"

    def _admit_session(
        self, environ: WSGIEnvironment, *, host: HostKind, route: Route
    ) -> Refusal | None:
        rule = _RULES[route]
        if rule.needs_session:
            found = self._identify(environ, host)
            if found is None or (found.bare and route is not Route.PAGE):
                return refusals.NO_SESSION
            environ[SESSION_KEY] = found.session
            environ[BARE_PAGE_KEY] = found.bare
            environ[LOCKED_KEY] = rule.private and not self._may_see(environ)
            if environ[LOCKED_KEY] and route is not Route.PAGE:
                return refusals.NO_SESSION
        if not _upgrade_fits(environ, route):
            return refusals.MALFORMED
        return _judge_body(environ, rule)

    def _identify(self, environ: WSGIEnvironment, host: HostKind) -> Identified | None:
        offered = [environ.get("HTTP_X_SAFEHOUSE_TAB", "")]
        offered += _words(environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL", ""))
        return self._sessions.identify(
            host, cookies=environ.get("HTTP_COOKIE", ""), tab_secrets=offered
        )

    def _count(self, environ: WSGIEnvironment) -> Refusal | None:
        session = environ.get(SESSION_KEY)
        if session is not None and not session.allowance.take():
            return refusals.TOO_MUCH_AT_ONCE
        if route_of(environ["PATH_INFO"]) is Route.LIVE and SOCKET_KEY not in environ:
            # The server has not taken the socket out: all its places are taken.
            return refusals.NO_SOCKET_LEFT
        return None


def _once(session: Session) -> list[tuple[str, str]]:
    """Return the headers that the next page of this session is due, and note that it has them."""
    due = []
    if session.clears:
        session.clears = False
        due.append(CLEAR_SITE_DATA)
    if session.renews:
        session.renew(grace_s=GRACE_S)
        due.append(("Set-Cookie", set_cookie(session)))
    return due


def _may_come_from_nowhere(route: Route, site: str) -> bool:
    """Return whether ``null`` is an Origin for this; a launch file has no site either."""
    return _RULES[route].null_origin and (route is Route.LAUNCH or site == "same-origin")


def route_of(path: str) -> Route:
    """Return the kind of ``path``."""
    if path.startswith(STATIC_PREFIX):
        return Route.STATIC
    if path.startswith(LIVE_PREFIX):
        return Route.LIVE
    return _ROUTES.get(path, Route.ACTION)


def _upgrade_fits(environ: WSGIEnvironment, route: Route) -> bool:
    """Return whether this is a whole WebSocket handshake where one belongs, and none elsewhere."""
    upgrade = environ.get("HTTP_UPGRADE")
    if route is not Route.LIVE:
        return upgrade is None
    return (
        upgrade is not None
        and upgrade.lower() == "websocket"
        and "upgrade" in _words(environ.get("HTTP_CONNECTION", "").lower())
        and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"
        and _WEBSOCKET_KEY.fullmatch(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")) is not None
        and _asks_for_websocket(environ.get("QUERY_STRING", ""))
    )


def _asks_for_websocket(query: str) -> bool:
    """Return whether the Engine.IO query opens a new WebSocket: no polling, no JSONP, no resume."""
    try:
        asked = parse_qs(query, keep_blank_values=True, max_num_fields=len(_LIVE_PARAMETERS))
    except ValueError:
        return False
    return (
        asked.keys() <= _LIVE_PARAMETERS
        and asked.get("EIO") == ["4"]
        and asked.get("transport") == ["websocket"]
    )


def _judge_body(environ: WSGIEnvironment, rule: _Rule) -> Refusal | None:
    length = environ.get("CONTENT_LENGTH") or "0"
    allowed = rule.body_bytes if environ["REQUEST_METHOD"] == "POST" else 0
    if _DIGITS.fullmatch(length) and int(length) <= allowed:
        return None
    return refusals.BODY_TOO_LARGE if rule.needs_session else refusals.MALFORMED


def _words(header: str) -> list[str]:
    return [word.strip() for word in header.split(",")]


def _forget_proxies(environ: WSGIEnvironment) -> None:
    """Remove what claims to come from a proxy: there is none, and libraries believe it."""
    for name in [key for key in environ if key.startswith(("HTTP_X_FORWARDED", "HTTP_FORWARDED"))]:
        del environ[name]
