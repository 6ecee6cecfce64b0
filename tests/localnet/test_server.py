"""The HTTPS server: many sites, slow and hostile callers, and nothing left at the end."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import urllib3

from webapp.clock import SystemClock
from webapp.localnet.certificates import make_identity
from webapp.localnet.http_messages import HttpAnswer, HttpRequest
from webapp.localnet.server import MAX_CONNECTIONS, HttpsServer, TimeLimits

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")

ADDRESS = "127.0.0.1"
REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
QUICK = TimeLimits(handshake_s=0.1, idle_s=0.1, request_s=0.1, linger_s=0.1)


def repeat(request: HttpRequest) -> HttpAnswer:
    return HttpAnswer(200, request.body)


@contextlib.contextmanager
def serving(limits: TimeLimits | None = None) -> Iterator[tuple[HttpsServer, int]]:
    server = HttpsServer(SystemClock(), limits=limits)
    server.start()
    try:
        yield server, server.open(repeat, make_identity().context)
    finally:
        server.stop()


@contextlib.contextmanager
def calling(port: int) -> Iterator[ssl.SSLSocket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((ADDRESS, port), timeout=5) as plain,
        context.wrap_socket(plain) as caller,
    ):
        yield caller


def read_all(caller: socket.socket) -> bytes:
    """Return what comes until the other side closes, however it does that."""
    received = bytearray()
    with contextlib.suppress(ConnectionError, ssl.SSLEOFError):
        while chunk := caller.recv(65536):
            received += chunk
    return bytes(received)


def threads_of_the_server() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("practice-")]


def test_requests_follow_each_other_on_one_connection(https: urllib3.PoolManager) -> None:
    with serving() as (_, port):
        answers = [
            https.request("POST", f"https://{ADDRESS}:{port}/", body=bytes([number]) * number)
            for number in range(20)
        ]

        assert [answer.data for answer in answers] == [bytes([n]) * n for n in range(20)]
        assert https.connection_from_url(f"https://{ADDRESS}:{port}").num_connections == 1


def test_requests_that_arrive_at_once_are_answered_in_order() -> None:
    with serving() as (_, port), calling(port) as caller:
        caller.sendall(REQUEST.replace(b"hi", b"un") + REQUEST.replace(b"hi", b"du"))
        caller.sendall(b"GET / HTTP/1.0\r\n\r\n")

        assert [part[-2:] for part in read_all(caller).split(b"HTTP/1.1 ")[1:3]] == [b"un", b"du"]


def test_a_body_of_ten_mebibytes_comes_through(https: urllib3.PoolManager) -> None:
    with serving() as (_, port):
        body = bytes(10 * 2**20)

        assert https.request("POST", f"https://{ADDRESS}:{port}/", body=body).data == body


def test_a_larger_body_is_refused_before_it_is_read_and_the_connection_closes() -> None:
    with serving() as (_, port), calling(port) as caller:
        caller.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10485761\r\n\r\n" + bytes(100_000))

        answer = read_all(caller)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.endswith(b"Request body too large")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000, b"431"),
    ],
)
def test_what_is_no_request_is_answered_and_the_connection_closes(
    sent: bytes, status: bytes
) -> None:
    with serving(TimeLimits(linger_s=0.1)) as (_, port), calling(port) as caller:
        caller.sendall(sent)

        assert read_all(caller).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    "sent", [b"", b"POST /", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhi"]
)
def test_a_caller_who_falls_silent_is_left(sent: bytes) -> None:
    with serving(QUICK) as (_, port), calling(port) as caller:
        caller.sendall(sent)

        assert read_all(caller) == b""


def test_a_caller_who_drips_a_byte_at_a_time_is_left_as_well() -> None:
    with serving(QUICK) as (_, port), calling(port) as caller, contextlib.suppress(OSError):
        caller.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
        caller.settimeout(0.01)
        for _ in range(1000):
            with contextlib.suppress(TimeoutError):
                assert caller.recv(1) == b""
                return
            caller.sendall(b".")
        pytest.fail("the server waited for ten seconds")


def test_a_caller_who_does_not_speak_tls_holds_up_nobody(https: urllib3.PoolManager) -> None:
    with (
        serving() as (_, port),
        socket.create_connection((ADDRESS, port)),
        socket.create_connection((ADDRESS, port)) as rude,
    ):
        rude.sendall(b"GET / HTTP/1.1\r\n\r\n")

        assert https.request("POST", f"https://{ADDRESS}:{port}/", body=b"x").data == b"x"


def test_a_silent_handshake_is_given_up() -> None:
    with serving(QUICK) as (_, port), socket.create_connection((ADDRESS, port), timeout=5) as mute:
        assert read_all(mute) == b""


def test_more_callers_than_allowed_are_turned_away() -> None:
    with serving() as (_, port), contextlib.ExitStack() as held:
        for _ in range(MAX_CONNECTIONS):
            held.enter_context(socket.create_connection((ADDRESS, port), timeout=5))
        last = held.enter_context(socket.create_connection((ADDRESS, port), timeout=5))

        assert read_all(last) == b""


def test_stopping_ends_every_connection_and_leaves_no_thread(https: urllib3.PoolManager) -> None:
    with serving() as (_, port), calling(port), socket.create_connection((ADDRESS, port)):
        https.request("POST", f"https://{ADDRESS}:{port}/", body=b"x")
        assert len(threads_of_the_server()) >= 3

    assert threads_of_the_server() == []


def test_one_site_closes_and_opens_again_on_its_port_while_others_serve() -> None:
    with serving() as (server, port), calling(port) as caller:
        identity = make_identity()
        other = server.open(repeat, identity.context)

        server.close(other)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((ADDRESS, other))
        caller.sendall(REQUEST)
        assert caller.recv(1000).endswith(b"hi")

        assert server.open(repeat, identity.context, port=other) == other
        with calling(other) as again:
            again.sendall(REQUEST)
            assert again.recv(1000).endswith(b"hi")


def test_closing_a_site_ends_its_connections_only() -> None:
    with serving() as (server, port):
        other = server.open(repeat, make_identity().context)
        with calling(port) as kept, calling(other) as ended:
            server.close(other)

            assert read_all(ended) == b""
            kept.sendall(REQUEST)
            assert kept.recv(1000).endswith(b"hi")


def test_a_server_that_is_never_started_holds_nothing() -> None:
    HttpsServer(SystemClock())

    assert threads_of_the_server() == []


def test_each_certificate_is_its_own_and_names_the_loopback_address() -> None:
    first, second = make_identity(), make_identity()

    assert first.cert_sha256 != second.cert_sha256
