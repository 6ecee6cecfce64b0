"""The transport against servers of every kind, over real sockets."""

import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.network.tls_server import TlsServer, answer, answering, finish_unless_left, serving
from tests.virtual_clock import PATIENCE_S, VirtualClock
from webapp.network.errors import (
    AnswerTooLarge,
    NetworkClosed,
    NoConnection,
    NoInterface,
    Unreachable,
    WrongCertificate,
)
from webapp.network.https_transport import HttpsTransport
from webapp.network.transport import CallLimits

LIMITS = CallLimits(timeout_s=10.0, answer_bytes=1000)
OK = answer(b"hello")


@pytest.fixture
def transport(clock: VirtualClock, no_thread_left: None) -> Iterator[HttpsTransport]:
    transport = HttpsTransport(clock=clock)
    yield transport
    transport.close()


def post(transport: HttpsTransport, server: TlsServer, **more: bytes) -> tuple[int, bytes]:
    answer = transport.post(f"{server.url}/path", b"question", limits=LIMITS, **more)
    return answer.status, answer.body


def test_a_request_has_the_headers_of_the_official_apps_and_no_others(
    transport: HttpsTransport,
) -> None:
    with serving(answering(OK)) as server:
        assert post(transport, server) == (200, b"hello")
        origin = server.url.removeprefix("https://")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /path HTTP/1.1"
    assert set(lines[1:]) == {
        f"Host: {origin}",
        "Accept-Encoding: identity",
        "Content-Length: 8",
        "User-Agent: WhatsApp",
        "Accept-Language: en-us",
    }
    assert body == b"question"


def test_a_connection_is_kept(transport: HttpsTransport) -> None:
    with serving(answering(OK)) as server:
        for _ in range(5):
            post(transport, server)
        assert server.connections == 1


def test_a_connection_that_the_server_closed_is_replaced(transport: HttpsTransport) -> None:
    closed = threading.Event()

    def one_answer_each(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        peer.sendall(OK)
        peer.close()
        closed.set()

    with serving(one_answer_each) as server:
        for _ in range(3):
            assert post(transport, server) == (200, b"hello")
            assert closed.wait(PATIENCE_S)
            closed.clear()
        assert server.connections == 3


def test_a_connection_that_is_to_be_closed_is_not_kept(transport: HttpsTransport) -> None:
    with serving(answering(answer(b"bye", headers="Connection: close\r\n"))) as server:
        assert post(transport, server) == (200, b"bye")
        assert post(transport, server) == (200, b"bye")
        assert server.connections == 2


def test_two_threads_use_two_connections(transport: HttpsTransport) -> None:
    both = threading.Barrier(2)

    def together(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        both.wait(PATIENCE_S)
        peer.sendall(OK)

    with serving(together) as server:
        threads = [threading.Thread(target=post, args=(transport, server)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        assert server.connections == 2


def test_only_a_few_connections_are_kept(transport: HttpsTransport) -> None:
    hung_up = threading.Event()

    def until_the_end(server: TlsServer, peer: socket.socket) -> None:
        while server.request(peer):
            peer.sendall(OK)
        hung_up.set()

    with serving(until_the_end) as first:
        post(transport, first)
        for _ in range(4):
            with serving(answering(OK)) as other:
                post(transport, other)
        assert hung_up.wait(PATIENCE_S)


def test_a_redirect_is_an_answer_like_any_other(transport: HttpsTransport) -> None:
    with serving(answering(OK)) as other:
        moved = answer(b"", status="302 Found", headers=f"Location: {other.url}/\r\n")
        with serving(answering(moved)) as server:
            assert post(transport, server) == (302, b"")
        assert other.connections == 0


def test_cookies_are_not_kept(transport: HttpsTransport) -> None:
    with serving(answering(answer(b"", headers="Set-Cookie: a=b\r\n"))) as server:
        post(transport, server)
        post(transport, server)
    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize(
    "large",
    [
        answer(bytes(1001)),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + bytes(2000),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"1f4\r\n%b\r\n" % bytes(500) * 9,
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1001),
    ],
)
def test_an_answer_beyond_the_limit_is_not_read(transport: HttpsTransport, large: bytes) -> None:
    with serving(answering(large)) as server:
        with pytest.raises(AnswerTooLarge):
            post(transport, server)
        with pytest.raises(AnswerTooLarge):
            post(transport, server)
        assert server.connections == 2


def test_an_answer_at_the_limit_is_read(transport: HttpsTransport) -> None:
    with serving(answering(answer(bytes(1000)))) as server:
        assert post(transport, server) == (200, bytes(1000))


def test_chunks_are_put_together(transport: HttpsTransport) -> None:
    chunks = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
    )
    with serving(answering(chunks)) as server:
        assert post(transport, server) == (200, b"hello")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ntoo little",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\na: " + b"b" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_http_is_no_answer(transport: HttpsTransport, reply: bytes) -> None:
    def once(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        peer.sendall(reply)

    with serving(once) as server, pytest.raises(Unreachable) as failed:
        post(transport, server)
    # It was sent the request: something else than one that could not even be connected to.
    assert not isinstance(failed.value, NoConnection)


def test_a_pinned_server_with_its_certificate_is_spoken_to(transport: HttpsTransport) -> None:
    with serving(answering(OK)) as server:
        assert server.identity is not None
        assert post(transport, server, cert_sha256=server.identity.cert_sha256) == (200, b"hello")


def test_a_server_with_another_certificate_hears_nothing(transport: HttpsTransport) -> None:
    with serving(answering(OK)) as server:
        with pytest.raises(WrongCertificate):
            post(transport, server, cert_sha256=bytes(32))
        assert server.requests == []


def test_a_connection_made_without_a_pin_is_not_used_with_one(transport: HttpsTransport) -> None:
    with serving(answering(OK)) as server:
        post(transport, server)
        with pytest.raises(WrongCertificate):
            post(transport, server, cert_sha256=bytes(32))


def test_a_server_without_tls_is_not_spoken_to_in_clear(transport: HttpsTransport) -> None:
    heard: list[bytes] = []

    def in_clear(server: TlsServer, peer: socket.socket) -> None:
        peer.sendall(OK)
        heard.append(peer.recv(65_536))

    with serving(in_clear, tls=False) as server, pytest.raises(NoConnection):
        transport.post(server.url.replace("http:", "https:"), b"secret", limits=LIMITS)
    assert b"secret" not in b"".join(heard)


def test_a_seed_may_be_without_tls(transport: HttpsTransport) -> None:
    with serving(answering(OK), tls=False) as server:
        assert post(transport, server) == (200, b"hello")


def test_nobody_listening_is_no_answer(transport: HttpsTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoConnection):
        transport.post(f"https://127.0.0.1:{port}/", b"", limits=LIMITS)


def test_silence_ends_with_the_time_out(transport: HttpsTransport) -> None:
    def silent(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        peer.recv(1)

    short = CallLimits(timeout_s=0.05, answer_bytes=1000)
    with serving(silent) as server, pytest.raises(Unreachable):
        transport.post(server.url, b"", limits=short)


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [(b"", OK), (b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n", bytes(40))],
    ids=["head", "body"],
)
def test_an_answer_that_trickles_ends_with_the_time_out(
    transport: HttpsTransport, clock: VirtualClock, at_once: bytes, slowly: bytes, tls: bool
) -> None:
    def trickle(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        peer.sendall(at_once)
        # A byte every half second, 20 seconds in all.
        for byte in slowly[:-1]:
            clock.advance(0.5)
            peer.sendall(bytes([byte]))
        finish_unless_left(peer, slowly[-1:])

    with serving(trickle, tls=tls) as server, pytest.raises(Unreachable):
        post(transport, server)


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_an_answer_may_take_longer_than_connecting_may(
    transport: HttpsTransport, clock: VirtualClock, tls: bool
) -> None:
    def late(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        clock.advance(9)
        peer.sendall(OK[:5])
        peer.sendall(OK[5:])

    with serving(late, tls=tls) as server:
        assert post(transport, server) == (200, b"hello")


def test_a_name_that_cannot_be_one_is_no_connection(transport: HttpsTransport) -> None:
    with pytest.raises(NoConnection):
        transport.post(f"https://{'a' * 64}.org/", b"", limits=LIMITS)


def test_hanging_up_wakes_a_call_that_is_still_connecting(transport: HttpsTransport) -> None:
    heard: list[bytes] = []

    def silent(_server: TlsServer, peer: socket.socket) -> None:
        heard.append(peer.recv(65_536))
        transport.close()
        heard.append(peer.recv(65_536))

    with serving(silent, tls=False) as server, pytest.raises(NetworkClosed):
        transport.post(server.url.replace("http:", "https:"), b"", limits=LIMITS)
    # The first words of TLS, and then the end.
    assert heard[0] != b""
    assert heard[1] == b""


def test_hanging_up_wakes_a_call_that_waits(transport: HttpsTransport) -> None:
    heard: list[bytes] = []

    def silent(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        transport.close()
        # Long before the client's time-out this one's would come.
        heard.append(peer.recv(1))

    patient = CallLimits(timeout_s=10 * PATIENCE_S, answer_bytes=1000)
    with serving(silent) as server, pytest.raises(NetworkClosed):
        transport.post(server.url, b"", limits=patient)
    assert heard == [b""]


@pytest.mark.skipif(sys.platform != "linux", reason="the address is unreachable in other ways")
def test_a_network_that_cannot_be_reached_is_told_from_a_server_that_does_not_answer(
    transport: HttpsTransport,
) -> None:
    # No TCP connection leads to a broadcast address; the system says so as if it were offline.
    with pytest.raises(NoInterface):
        transport.post("https://255.255.255.255/", b"", limits=LIMITS)


def test_after_hanging_up_nothing_is_sent(transport: HttpsTransport) -> None:
    with serving(answering(OK)) as server:
        post(transport, server)
        transport.close()
        with pytest.raises(NetworkClosed):
            post(transport, server)
        assert len(server.requests) == 1
