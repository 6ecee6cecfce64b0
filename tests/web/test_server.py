"""waitress with WebSockets taken out of its loop: connections, limits, the end."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_clock import VirtualClock
from tests.web.raw_client import (
    LIVE_TARGET,
    connect,
    exchange,
    handshake_headers,
    head,
    is_closed_by_server,
    read_answer,
)
from tests.web.stack import Stack, cookie
from webapp.web.guards import SOCKET_KEY
from webapp.web.server import MOST_CONNECTIONS, Server, is_unambiguous
from webapp.web.sockets import listen_on_loopback

HANDSHAKE = head("GET", LIVE_TARGET, handshake_headers("anywhere"))


@contextmanager
def serving(app: WSGIApplication, clock: VirtualClock) -> Iterator[int]:
    """Serve ``app`` with a gate that lets everything in; yield the port."""
    listeners = listen_on_loopback()
    server = Server(app, listeners, admit=lambda _: None, clock=clock)
    server.start()
    try:
        yield listeners[0].getsockname()[1]
    finally:
        server.stop()


def test_both_addresses_are_served(stack: Stack) -> None:
    session = stack.enter()
    for address in stack.addresses:
        answer = stack.ask("GET", "/private", stack.headers(session), address=address)
        assert answer.body == b"private words"


def test_one_connection_serves_one_request_after_another(stack: Stack) -> None:
    request = head("GET", "/private", stack.headers(stack.enter()))
    with connect(stack.port) as sock:
        for _ in range(3):
            sock.sendall(request)
            assert read_answer(sock).body == b"private words"


def test_a_body_that_comes_in_pieces_is_put_together(stack: Stack) -> None:
    headers = stack.headers(stack.enter(), **{"Content-Length": "6"})
    with connect(stack.port) as sock:
        for piece in (head("POST", "/echo", headers)[:20], head("POST", "/echo", headers)[20:]):
            sock.sendall(piece)
        for piece in (b"ab", b"cd", b"ef"):
            sock.sendall(piece)
        assert read_answer(sock).body == b"abcdef"


@pytest.mark.parametrize("sent", ["nothing", "half a head", "half a body"])
def test_who_takes_longer_than_fifteen_seconds_for_a_request_is_cut_off(
    stack: Stack, clock: VirtualClock, sent: str
) -> None:
    session = stack.enter()
    whole = head("POST", "/echo", stack.headers(session, **{"Content-Length": "10"}))
    with connect(stack.port) as sock:
        sock.sendall({"nothing": b"", "half a head": whole[:30], "half a body": whole + b"x"}[sent])
        # An answer to somebody else proves that the loop has seen this connection.
        assert stack.get("/private", session).status == 200
        clock.advance(14)
        assert stack.get("/private", session).status == 200
        clock.advance(2)
        assert is_closed_by_server(sock)


def test_an_idle_connection_is_not_slow(stack: Stack, clock: VirtualClock) -> None:
    request = head("GET", "/private", stack.headers(stack.enter()))
    with connect(stack.port) as sock:
        for _ in range(2):
            sock.sendall(request)
            assert read_answer(sock).status == 200
            clock.advance(20)


def test_silent_strangers_cannot_lock_the_page_out(stack: Stack) -> None:
    session = stack.enter()
    with ExitStack() as opened:
        for _ in range(3 * MOST_CONNECTIONS):
            opened.enter_context(connect(stack.port))
        assert stack.get("/private", session).body == b"private words"


def test_a_handshake_behind_another_request_is_refused(stack: Stack) -> None:
    session = stack.enter()
    handshake = handshake_headers(stack.host(), Cookie=cookie(session))
    with connect(stack.port) as sock:
        sock.sendall(
            head("GET", "/private", stack.headers(session)) + head("GET", LIVE_TARGET, handshake)
        )
        assert [read_one(sock.recv) for _ in range(2)] == [200, 503]


def read_one(recv: Callable[[int], bytes]) -> int:
    """Return the status of the next answer, reading not a byte too many."""
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        received += recv(1)
    length = int(received.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    for _ in range(length):
        recv(1)
    return int(received.split()[1])


def test_bytes_behind_a_handshake_end_the_connection(stack: Stack) -> None:
    headers = handshake_headers(stack.host(), Cookie=cookie(stack.enter()))
    with connect(stack.port) as sock:
        sock.sendall(head("GET", LIVE_TARGET, headers) + b"\x81\x80early")
        assert is_closed_by_server(sock)


def test_an_app_that_answers_instead_of_upgrading_is_heard(clock: VirtualClock) -> None:
    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        assert SOCKET_KEY in environ
        start("418 No", [("Content-Length", "5")])
        return [b"he", b"llo"]

    with serving(app, clock) as port, connect(port) as sock:
        sock.sendall(HANDSHAKE)
        answer = read_answer(sock)
        assert (answer.status, answer.body, answer["Connection"]) == (418, b"hello", "close")
        assert is_closed_by_server(sock)


def test_no_extension_is_offered_to_the_app(clock: VirtualClock) -> None:
    seen: list[WSGIEnvironment] = []

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        seen.append(environ)
        start("200 OK", [("Content-Length", "0")])
        return []

    headers = handshake_headers("anywhere") | {"Sec-WebSocket-Extensions": "permessage-deflate"}
    with serving(app, clock) as port:
        exchange(port, head("GET", LIVE_TARGET, headers))
    assert "HTTP_SEC_WEBSOCKET_EXTENSIONS" not in seen[0]


def test_an_app_that_fails_on_an_upgraded_connection_ends_it(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    def app(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        raise ValueError("a secret value")

    with serving(app, clock) as port, connect(port) as sock:
        sock.sendall(HANDSHAKE)
        assert is_closed_by_server(sock)
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "secret" not in told


def test_an_app_that_fails_on_a_plain_request_is_answered_for(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    def app(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
        raise ValueError("a secret value")

    with serving(app, clock) as port:
        answer = exchange(port, head("GET", "/", {"Host": "anywhere"}))
    assert answer.status == 500
    assert b'"code": "internal"' in answer.body
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "secret" not in told


def test_a_slow_view_does_not_hold_up_a_stop(clock: VirtualClock, no_thread_left: None) -> None:
    entered, leave = threading.Event(), threading.Event()

    def app(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        entered.set()
        leave.wait()
        start("200 OK", [("Content-Length", "0")])
        return []

    with serving(app, clock) as port, connect(port) as sock:
        sock.sendall(head("GET", "/", {"Host": "anywhere"}))
        assert entered.wait(20)
        leave.set()


def test_run_returns_when_another_thread_stops_it(
    clock: VirtualClock, no_thread_left: None
) -> None:
    listeners = listen_on_loopback()
    server = Server(lambda _e, _s: [], listeners, admit=lambda _: None, clock=clock)
    runner = threading.Thread(target=server.run)
    runner.start()
    server.stop()
    runner.join(20)
    assert not runner.is_alive()
    assert all(listener.fileno() == -1 for listener in listeners)


def test_a_server_stopped_before_it_runs_does_not_run(
    clock: VirtualClock, no_thread_left: None
) -> None:
    listeners = listen_on_loopback()
    server = Server(lambda _e, _s: [], listeners, admit=lambda _: None, clock=clock)
    server.stop()
    server.run()
    assert all(listener.fileno() == -1 for listener in listeners)


def test_stopping_twice_does_no_harm(clock: VirtualClock, no_thread_left: None) -> None:
    listeners = listen_on_loopback()
    server = Server(lambda _e, _s: [], listeners, admit=lambda _: None, clock=clock)
    server.start()
    server.stop()
    server.stop()
    assert all(listener.fileno() == -1 for listener in listeners)


def test_a_server_that_never_ran_closes_its_sockets(
    clock: VirtualClock, no_thread_left: None
) -> None:
    listeners = listen_on_loopback()
    Server(lambda _e, _s: [], listeners, admit=lambda _: None, clock=clock).stop()
    assert all(listener.fileno() == -1 for listener in listeners)


@given(raw=st.binary(max_size=300))
def test_any_bytes_are_judged_as_a_head(raw: bytes) -> None:
    assert is_unambiguous(raw) in (True, False)


@given(
    name=st.sampled_from(["Host", "Cookie", "Content-Length", "Origin", "X-Safehouse-Tab"]),
    case=st.sampled_from([str.lower, str.upper, str.title]),
)
def test_a_header_given_twice_is_ambiguous_in_any_case(
    name: str, case: Callable[[str], str]
) -> None:
    once = f"GET / HTTP/1.1\r\nA: b\r\n{name}: 1\r\n\r\n"
    twice = f"GET / HTTP/1.1\r\n{case(name)}: 1\r\nA: b\r\n{name}: 1\r\n\r\n"
    assert is_unambiguous(once.encode())
    assert not is_unambiguous(twice.encode())
