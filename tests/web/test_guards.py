"""The gate: only what the table allows comes in (security.md T-S1)."""

import io
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from tests.virtual_clock import VirtualClock
from tests.web.raw_client import LIVE_TARGET, Answer, exchange, handshake_headers, head
from tests.web.stack import REACHED, HandLock, Stack, cookie
from webapp.web.guards import BARE_PAGE_KEY, LOCKED_KEY, SESSION_KEY, SOCKET_KEY, Guard, route_of
from webapp.web.sessions import HostKind, Session, Sessions
from webapp.web.shutter import Shutter

HOSTS = (
    "{own}",
    "127.0.0.1:{port}",
    "localhost:{port}",
    "[::1]:{port}",
    "evil.example:{port}",
    "{label}.localhost",
    "{label}.localhost.:{port}",
    "x{own}",
)
ORIGINS = (
    None,
    "http://{own}",
    "null",
    "http://evil.example",
    "http://127.0.0.1:1",
    "https://{own}",
)
SITES = (None, "same-origin", "none", "same-site", "cross-site")
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE")
PATHS = (
    "/", "/private", "/echo", "/static/module.js", "/socket.io/", "/launch", "/door", "/new",
    "/unlock", "/lock", "/erase",
)  # fmt: skip
RANDOM_TUPLES = 500


@dataclass(frozen=True)
class Case:
    """One request of the matrix."""

    host: str
    origin: str | None
    site: str | None
    method: str
    path: str
    has_session: bool


ALL_CASES = [
    Case(*case) for case in itertools.product(HOSTS, ORIGINS, SITES, METHODS, PATHS, (True, False))
]


def is_allowed(case: Case) -> bool:
    """The allow-list, written down a second time and in another way than the guard's."""
    ours = case.origin in (None, "http://{own}")
    if case.path == "/launch":
        own_or_file = case.origin in (None, "null") or (ours and case.host == "{own}")
        at_home = case.host in ("{own}", "127.0.0.1:{port}")
        from_file = case.site in (None, "cross-site", "same-origin")
        return case.method == "POST" and at_home and own_or_file and from_file
    if case.path == "/door":
        silent = case.origin is None and case.site is None
        return case.method == "POST" and case.host == "127.0.0.1:{port}" and silent
    if case.path == "/unlock" and case.origin == "null":
        # A form that was sent without a script.
        vouched = case.site == "same-origin" and case.has_session
        return vouched and case.method == "POST" and case.host == "{own}"
    if case.host != "{own}" or not ours or case.path == "/socket.io/":
        return False
    if case.path == "/static/module.js":
        return case.method == "GET" and case.site in (None, "same-origin")
    if not case.has_session:
        return False
    if case.path == "/":
        return case.method == "GET" and case.site in (None, "same-origin", "none")
    if case.path in ("/unlock", "/lock", "/erase") and case.method != "POST":
        return False
    if case.method == "POST":
        return case.site == "same-origin" or (case.site is None and case.origin is not None)
    return case.method == "GET" and case.site in (None, "same-origin")


def headers_of(case: Case, sessions: Sessions, session: Session) -> dict[str, str]:
    own = sessions.hosts.name(HostKind.LABEL)
    words = {"own": own, "port": sessions.hosts.port, "label": sessions.hosts.label}
    found = {
        "Host": case.host,
        "Origin": case.origin,
        "Sec-Fetch-Site": case.site,
        "Cookie": cookie(session) if case.has_session else None,
    }
    return {name: value.format(**words) for name, value in found.items() if value is not None}


def environ_of(case: Case, headers: dict[str, str]) -> WSGIEnvironment:
    environ: WSGIEnvironment = {"REQUEST_METHOD": case.method, "PATH_INFO": case.path}
    for name, value in headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


class Witness:
    """An app that notes what reached it."""

    def __init__(self) -> None:
        self.seen: list[WSGIEnvironment] = []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.seen.append(environ)
        start("200 OK", [])
        return [b""]


def ask_guard(guard: Guard, environ: WSGIEnvironment) -> tuple[str, bytes]:
    started: list[str] = []

    def start(status: str, _headers: object, _exc_info: object = None) -> object:
        started.append(status)
        return io.BytesIO().write

    body = b"".join(guard(environ, start))
    return started[0], body


def test_only_the_allowed_tuples_of_the_whole_matrix_reach_the_app(clock: VirtualClock) -> None:
    sessions = Sessions(port=4321, clock=clock)
    session, witness = sessions.begin(HostKind.LABEL), Witness()
    guard = Guard(witness, sessions=sessions, shutter=Shutter(HandLock()))
    wrong = []
    for case in ALL_CASES:
        clock.advance(1)  # Rates are another test's business.
        witness.seen.clear()
        _, body = ask_guard(guard, environ_of(case, headers_of(case, sessions, session)))
        if bool(witness.seen) != is_allowed(case) or len(body) > 64:
            wrong.append(case)
    assert len(ALL_CASES) > 20_000
    assert not wrong


# Answered while the app is locked: what needs no session, the page of the lock, and its two ways.
IN_FRONT_OF_THE_LOCK = {"/", "/static/module.js", "/launch", "/door", "/unlock", "/lock"}


@pytest.mark.parametrize(
    ("state", "unlocked_in"),
    [("open", None), ("open", 6), ("open", 7), ("fresh", None), ("locked", 7), ("closed", 7)],
)
def test_behind_the_lock_the_same_tuples_pass_and_nothing_private(
    clock: VirtualClock, state: str, unlocked_in: int | None
) -> None:
    sessions = Sessions(port=4321, clock=clock)
    session, witness = sessions.begin(HostKind.LABEL), Witness()
    session.unlocked_in = unlocked_in
    lock = HandLock(state=state, generation=7, code_is_set=True)
    guard = Guard(witness, sessions=sessions, shutter=Shutter(lock))
    is_shut = state in ("locked", "closed") or unlocked_in != 7
    wrong = []
    for case in ALL_CASES:
        clock.advance(1)
        witness.seen.clear()
        _, body = ask_guard(guard, environ_of(case, headers_of(case, sessions, session)))
        expected = is_allowed(case) and not (is_shut and case.path not in IN_FRONT_OF_THE_LOCK)
        locked = any(environ.get(LOCKED_KEY) for environ in witness.seen)
        shows_lock = expected and is_shut and case.path == "/"
        if bool(witness.seen) != expected or locked != shows_lock or len(body) > 64:
            wrong.append(case)
    assert not wrong


def test_only_the_allowed_tuples_pass_over_real_sockets(stack: Stack, clock: VirtualClock) -> None:
    session = stack.enter()
    allowed = [case for case in ALL_CASES if is_allowed(case)]
    cases = allowed + random.Random(0).sample(ALL_CASES, RANDOM_TUPLES)
    for case in cases:
        clock.advance(1)
        answer = stack.ask(case.method, case.path, headers_of(case, stack.sessions, session))
        assert bool(answer.all(REACHED)) == is_allowed(case), (case, answer.status)
        if not is_allowed(case):
            assert_tells_nothing(answer)


def assert_tells_nothing(answer: Answer) -> None:
    assert answer.status in (400, 401, 403, 405, 421, 431)
    assert len(answer.body) <= 64
    assert not answer.all("Set-Cookie")
    assert not answer.all("Server")


def test_a_wrong_host_is_answered_with_an_empty_body(stack: Stack) -> None:
    answer = stack.ask("GET", "/", {"Host": "evil.example"})
    assert (answer.status, answer.body) == (421, b"")


def test_without_a_session_a_path_that_exists_looks_like_one_that_does_not(stack: Stack) -> None:
    answers = {
        (answer.status, answer.body)
        for path in ("/", "/private", "/no/such/path", "/socket.io/")
        for answer in [stack.ask("GET", path, {"Host": stack.host()})]
        if path != "/socket.io/"
    }
    assert answers == {(401, b"Please start the app again.")}


AMBIGUOUS = {
    "two hosts": b"GET / HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "absolute target": b"GET http://{own}/ HTTP/1.1\r\nHost: {own}\r\n\r\n",
    "network path": b"GET //{own}/ HTTP/1.1\r\nHost: {own}\r\n\r\n",
    "authority target": b"CONNECT {own} HTTP/1.1\r\nHost: {own}\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: {own}\r\n\r\n",
    "trace": b"TRACE / HTTP/1.1\r\nHost: {own}\r\n\r\n",
    "lower case method": b"get / HTTP/1.1\r\nHost: {own}\r\n\r\n",
    "http 1.0": b"GET / HTTP/1.0\r\nHost: {own}\r\n\r\n",
    "http 0.9": b"GET /\r\n\r\n",
    "two cookies": b"GET / HTTP/1.1\r\nHost: {own}\r\nCookie: {cookie}\r\nCookie: a=b\r\n\r\n",
    "folded host": b"GET / HTTP/1.1\r\nHost: {own}\r\n x\r\n\r\n",
    "space before the colon": b"GET / HTTP/1.1\r\nHost : {own}\r\n\r\n",
    "underscore": b"GET / HTTP/1.1\r\nHost: {own}\r\nX_Safehouse_Tab: a\r\n\r\n",
    "bare line feed": b"GET / HTTP/1.1\r\nHost: {own}\nCookie: {cookie}\r\n\r\n",
    "fragment": b"GET /#/private HTTP/1.1\r\nHost: {own}\r\n\r\n",
    "two lengths": (
        b"POST /echo HTTP/1.1\r\nHost: {own}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
    ),
    "chunked": (
        b"POST /echo HTTP/1.1\r\nHost: {own}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "length and chunked": (
        b"POST /echo HTTP/1.1\r\nHost: {own}\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "negative length": b"POST /echo HTTP/1.1\r\nHost: {own}\r\nContent-Length: -1\r\n\r\n",
    "expect": b"POST /echo HTTP/1.1\r\nHost: {own}\r\nExpect: 100-continue\r\n\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nHost: {own}\r\nUpgrade: h2c\r\n\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_request_that_can_be_read_in_two_ways_is_refused(stack: Stack, name: str) -> None:
    session = stack.enter()
    request = AMBIGUOUS[name].replace(b"{own}", stack.host().encode())
    request = request.replace(b"{cookie}", cookie(session).encode())
    if b"Cookie" not in request and b"\r\n" in request:
        own = b"\r\nCookie: " + cookie(session).encode() + b"\r\nSec-Fetch-Site: same-origin"
        request = request.replace(b"\r\n\r\n", own + b"\r\n\r\n", 1)
    answer = exchange(stack.port, request)
    assert not answer.all(REACHED)
    assert_tells_nothing(answer)


@pytest.mark.parametrize(
    "path", ["/static/../private", "/./private", "/a//b", "/%2e%2e/x", "/pri%00vate", "/caf%c3%a9"]
)
def test_a_path_that_is_not_plain_is_refused(stack: Stack, path: str) -> None:
    answer = stack.get(path, stack.enter())
    assert (answer.status, answer.all(REACHED)) == (400, [])


def test_the_guard_itself_forgets_proxies(clock: VirtualClock) -> None:
    sessions, witness = Sessions(port=4321, clock=clock), Witness()
    case = Case("{own}", None, "none", "GET", "/", has_session=True)
    environ = environ_of(case, headers_of(case, sessions, sessions.begin(HostKind.LABEL)))
    ask_guard(
        Guard(witness, sessions=sessions, shutter=Shutter(HandLock())),
        environ | {"HTTP_X_FORWARDED_HOST": "evil", "HTTP_FORWARDED": "host=evil"},
    )
    assert not [name for name in witness.seen[0] if "FORWARDED" in name]


def test_what_claims_to_come_from_a_proxy_reaches_nobody(stack: Stack) -> None:
    session = stack.enter()
    claims = {"X-Forwarded-Host": "evil", "X-Forwarded-For": "9.9.9.9", "Forwarded": "host=evil"}
    answer = stack.ask("GET", "/environ", stack.headers(session, **claims))
    assert b"FORWARDED" not in answer.body.upper()


@pytest.mark.parametrize(
    "target",
    [
        "/socket.io/?EIO=4&transport=polling",
        "/socket.io/?EIO=4&transport=websocket&j=0",
        "/socket.io/?EIO=4&transport=websocket&sid=abc",
        "/socket.io/?EIO=3&transport=websocket",
        "/socket.io/?EIO=4&transport=polling&transport=websocket",
        "/socket.io/?transport=websocket",
        "/socket.io/",
    ],
)
def test_only_a_fresh_websocket_handshake_is_let_through(stack: Stack, target: str) -> None:
    headers = handshake_headers(stack.host(), Cookie=cookie(stack.enter()))
    answer = stack.ask("GET", target, headers)
    assert answer.status == 400
    assert_tells_nothing(answer)


def test_polling_with_a_session_is_refused(stack: Stack) -> None:
    answer = stack.get("/socket.io/?EIO=4&transport=polling", stack.enter())
    assert answer.status in (400, 403)


@pytest.mark.parametrize("name", ["Upgrade", "Connection", "Sec-WebSocket-Key", "Origin"])
def test_a_handshake_lacking_a_part_is_refused(stack: Stack, name: str) -> None:
    headers = handshake_headers(stack.host(), Cookie=cookie(stack.enter()))
    del headers[name]
    answer = stack.ask("GET", LIVE_TARGET, headers)
    assert answer.status in (400, 403)


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://127.0.0.1:{port}"])
def test_a_handshake_from_another_origin_is_refused(stack: Stack, origin: str) -> None:
    headers = handshake_headers(stack.host(), Cookie=cookie(stack.enter()))
    answer = stack.ask("GET", LIVE_TARGET, headers | {"Origin": origin.format(port=stack.port)})
    assert answer.status == 403


def test_the_app_is_told_the_session_and_not_a_bare_page(clock: VirtualClock) -> None:
    sessions, witness = Sessions(port=4321, clock=clock), Witness()
    session = sessions.begin(HostKind.LABEL)
    case = Case("{own}", None, "none", "GET", "/", has_session=True)
    ask_guard(
        Guard(witness, sessions=sessions, shutter=Shutter(HandLock())),
        environ_of(case, headers_of(case, sessions, session)),
    )
    (seen,) = witness.seen
    assert (seen[SESSION_KEY], seen[BARE_PAGE_KEY]) == (session, False)


def test_a_handshake_that_kept_no_socket_is_refused(clock: VirtualClock) -> None:
    sessions, witness = Sessions(port=4321, clock=clock), Witness()
    session = sessions.begin(HostKind.LABEL)
    handshake = handshake_headers(sessions.hosts.name(HostKind.LABEL), Cookie=cookie(session))
    case = Case("", None, None, "GET", "/socket.io/", has_session=True)
    environ = environ_of(case, handshake) | {"QUERY_STRING": "EIO=4&transport=websocket"}
    guard = Guard(witness, sessions=sessions, shutter=Shutter(HandLock()))
    refused, _ = ask_guard(guard, dict(environ))
    let_in, _ = ask_guard(guard, environ | {SOCKET_KEY: object()})
    assert (refused[:3], let_in[:3]) == ("503", "200")


def test_sixty_requests_at_once_pass_and_then_twenty_a_second(
    stack: Stack, clock: VirtualClock
) -> None:
    session = stack.enter()
    statuses = [stack.get("/private", session).status for _ in range(61)]
    clock.advance(0.5)
    later = [stack.get("/private", session).status for _ in range(11)]
    assert statuses == [200] * 60 + [429]
    assert later == [200] * 10 + [429]


def test_who_asks_too_often_is_told_so_in_the_one_error_shape(stack: Stack) -> None:
    session = stack.enter()
    while session.allowance.take():
        pass
    answer = stack.get("/private", session)
    assert (answer.status, answer["Content-Type"]) == (429, "application/json")
    assert b'"code": "too_many_requests"' in answer.body


def test_static_files_and_other_sessions_are_not_counted(stack: Stack) -> None:
    session, other = stack.enter(), stack.enter()
    while session.allowance.take():
        pass
    assert stack.get("/static/module.js", session).status == 200
    assert stack.get("/private", other).status == 200


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 200), (256 * 1024 + 1, 413)])
def test_a_form_may_have_a_quarter_of_a_mebibyte(stack: Stack, size: int, status: int) -> None:
    session = stack.enter()
    headers = stack.headers(session, **{"Content-Length": str(size)})
    body = b"x" * size if status == 200 else b""  # What is too large is refused unread.
    answer = stack.ask("POST", "/echo", headers, body)
    assert answer.status == status
    assert status != 200 or answer.body == body


def test_a_strangers_body_is_refused_before_it_is_sent(stack: Stack) -> None:
    headers = {"Host": stack.host(), "Origin": f"http://{stack.host()}", "Content-Length": "9999"}
    assert stack.ask("POST", "/echo", headers).status == 401


def test_sixteen_kibibytes_of_headers_are_too_many(stack: Stack) -> None:
    session = stack.enter()
    fits = stack.ask("GET", "/private", stack.headers(session, Filler="x" * 15_000))
    bursts = stack.ask("GET", "/private", stack.headers(session, Filler="x" * 17_000))
    assert (fits.status, bursts.status) == (200, 431)
    assert_tells_nothing(bursts)


def test_every_prefix_of_the_live_path_is_guarded_as_live() -> None:
    assert {route_of(path) for path in ("/socket.io/", "/socket.io/x")} == {route_of("/socket.io/")}


def test_pipelined_requests_are_each_judged(stack: Stack) -> None:
    session = stack.enter()
    good = head("GET", "/private", stack.headers(session))
    bad = head("GET", "/private", {"Host": stack.host()})
    assert exchange(stack.port, good + bad).status == 200
    assert exchange(stack.port, bad + good).status == 401
