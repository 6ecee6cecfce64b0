"""The transport through a proxy of every kind, over real sockets."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.network.socks_server import SocksServer, proxying
from tests.network.tls_server import TlsServer, answer, answering, finish_unless_left, serving
from tests.virtual_clock import PATIENCE_S, VirtualClock
from webapp.network.errors import (
    ConnectionLost,
    NetworkClosed,
    NetworkError,
    NoConnection,
    NotAProxy,
    ProxyFailed,
    ProxyRefusedLogin,
    WayChanged,
    WrongCertificate,
)
from webapp.network.https_transport import HttpsTransport
from webapp.network.proxy import Proxy
from webapp.network.transport import CallLimits

LIMITS = CallLimits(timeout_s=10.0, answer_bytes=1000)
OK = answer(b"hello")
LOGIN = ("marit", "secret")

MakeTransport = Callable[..., HttpsTransport]


@pytest.fixture
def through(clock: VirtualClock, no_thread_left: None) -> Iterator[MakeTransport]:
    """Make a transport that goes through a proxy on this port."""
    made: list[HttpsTransport] = []

    def make(port: int, *login: str) -> HttpsTransport:
        made.append(HttpsTransport(clock=clock, proxy=Proxy("127.0.0.1", port, *login)))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


def post(transport: HttpsTransport, server: TlsServer, **more: bytes) -> bytes:
    return transport.post(f"{server.url}/path", b"question", limits=LIMITS, **more).body


def address_of(server: TlsServer) -> tuple[str, int]:
    host, _, port = server.url.partition("://")[2].partition(":")
    return host, int(port)


def outcome(work: Callable[[], object]) -> list[NetworkError]:
    """Run ``work`` and return what it raised."""
    try:
        work()
    except NetworkError as error:
        return [error]
    return []


@pytest.mark.parametrize("tls", [True, False])
def test_a_request_goes_through_the_proxy_over_one_connection(
    through: MakeTransport, tls: bool
) -> None:
    with proxying(SocksServer()) as proxy, serving(answering(OK), tls=tls) as server:
        transport = through(proxy.port)

        assert [post(transport, server) for _ in range(3)] == [b"hello"] * 3

        assert proxy.requested == [address_of(server)]
        assert server.connections == 1


def test_a_name_is_looked_up_by_the_proxy_alone(through: MakeTransport) -> None:
    names = {"seed.invalid": "127.0.0.1"}
    with proxying(SocksServer(names=names)) as proxy, serving(answering(OK)) as server:
        _, port = address_of(server)
        url = f"https://seed.invalid:{port}/"

        assert through(proxy.port).post(url, b"", limits=LIMITS).body == b"hello"

        assert proxy.requested == [("seed.invalid", port)]


def test_the_certificate_is_checked_behind_the_proxy_too(through: MakeTransport) -> None:
    with proxying(SocksServer()) as proxy, serving(answering(OK)) as server:
        transport = through(proxy.port)
        assert server.identity is not None

        assert post(transport, server, cert_sha256=server.identity.cert_sha256) == b"hello"
        with pytest.raises(WrongCertificate):
            post(transport, server, cert_sha256=bytes(32))
        assert len(server.requests) == 1


def test_the_right_login_is_let_in_and_a_wrong_one_is_told(through: MakeTransport) -> None:
    with (
        proxying(SocksServer(login=(b"marit", b"secret"))) as proxy,
        serving(answering(OK)) as server,
    ):
        assert post(through(proxy.port, *LOGIN), server) == b"hello"

        for login in ((), ("marit", "wrong")):
            with pytest.raises(ProxyRefusedLogin) as refused:
                post(through(proxy.port, *login), server)
            assert str(refused.value) == (
                f"The proxy at {proxy.address} does not accept the login, or wants one. "
                "Nothing is sent without it, as you chose."
            )
        assert len(proxy.requested) == 1


def test_two_accounts_without_a_login_are_kept_apart_where_the_proxy_can(
    through: MakeTransport,
) -> None:
    with proxying(SocksServer(likes_logins=True)) as proxy, serving(answering(OK)) as server:
        one, other = through(proxy.port), through(proxy.port)
        post(one, server)
        post(other, server)
        post(one, server, cert_sha256=server.identity.cert_sha256)  # type: ignore[union-attr]

    first, second, third = proxy.logins
    assert first == third != second


def test_a_proxy_that_refuses_a_made_up_login_is_used_without_one(through: MakeTransport) -> None:
    greetings: list[int] = []

    def pick_the_login_and_refuse_it(peer: socket.socket, reply: bytes) -> None:
        """Answer as a proxy for some that prefers to know who they are."""
        greetings.append(len(reply))
        peer.sendall(b"\x01\x01" if reply == b"\x01\x00" else reply)

    proxy = SocksServer(likes_logins=True, send=pick_the_login_and_refuse_it)
    with proxying(proxy), serving(answering(OK)) as server:
        transport = through(proxy.port)

        # The refusal comes as an answer, after which our side hangs up and comes again.
        assert post(transport, server) == b"hello"
        assert len(proxy.logins) == 1
        post(transport, server, cert_sha256=server.identity.cert_sha256)  # type: ignore[union-attr]
        assert len(proxy.logins) == 1


def test_a_dead_proxy_is_named_and_nobody_is_asked_straight(through: MakeTransport) -> None:
    with proxying(SocksServer()) as proxy, serving(answering(OK)) as server:
        transport = through(proxy.port)
        post(transport, server)
        proxy.die()

        for _ in range(2):
            with pytest.raises(ProxyFailed) as failed:
                post(transport, server)
            assert str(failed.value) == (
                f"The proxy at {proxy.address} does not answer. "
                "Nothing is sent without it, as you chose."
            )
        assert server.connections == 1

        proxy.revive()
        assert post(transport, server) == b"hello"


def test_a_proxy_that_dies_under_a_request_is_blamed_in_place_of_the_guard(
    through: MakeTransport,
) -> None:
    def kill_the_proxy(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        proxy.die()

    with proxying(SocksServer()) as proxy, serving(kill_the_proxy) as server:
        with pytest.raises(ProxyFailed):
            post(through(proxy.port), server)
        assert server.connections == 1


def test_a_guard_that_hangs_up_behind_a_working_proxy_is_to_blame_itself(
    through: MakeTransport,
) -> None:
    with proxying(SocksServer()) as proxy, serving(lambda _server, peer: peer.close()) as server:
        failed = outcome(lambda: post(through(proxy.port), server))

    assert [type(error) for error in failed] == [ConnectionLost]


@pytest.mark.parametrize("reply", [1, 2, 3, 4, 5, 6, 8])
def test_a_target_that_the_proxy_cannot_reach_is_no_fault_of_the_proxy(
    through: MakeTransport, reply: int
) -> None:
    with (
        proxying(SocksServer(verdict=lambda _host, _port: reply)) as proxy,
        serving(answering(OK)) as server,
    ):
        with pytest.raises(NoConnection):
            post(through(proxy.port), server)
        assert server.connections == 0
        assert proxy.connections == 1


def test_a_target_without_tls_cannot_be_connected_to(through: MakeTransport) -> None:
    def in_clear(_server: TlsServer, peer: socket.socket) -> None:
        peer.sendall(OK)

    with proxying(SocksServer()) as proxy, serving(in_clear, tls=False) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(NoConnection):
            through(proxy.port).post(url, b"", limits=LIMITS)


@pytest.mark.parametrize(
    "words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x04\x5a", b"\x15\x03\x01\x00\x02\x02\x46"]
)
def test_what_is_no_proxy_is_told_so(through: MakeTransport, words: bytes) -> None:
    def answer_at_once(_server: TlsServer, peer: socket.socket) -> None:
        peer.sendall(words)
        peer.recv(1)

    with serving(answer_at_once, tls=False) as nobody, serving(answering(OK)) as server:
        with pytest.raises(NotAProxy) as failed:
            post(through(address_of(nobody)[1]), server)
        assert server.connections == 0
    assert "is not a SOCKS5 proxy. Nothing is sent without it" in str(failed.value)


def test_a_slow_proxy_is_waited_for_within_the_deadline(
    through: MakeTransport, clock: VirtualClock
) -> None:
    def slowly(peer: socket.socket, reply: bytes) -> None:
        for byte in reply:
            clock.advance(0.5)
            peer.sendall(bytes([byte]))

    # Twelve bytes of handshake: six seconds of ten.
    with proxying(SocksServer(send=slowly)) as proxy, serving(answering(OK)) as server:
        assert post(through(proxy.port), server) == b"hello"


def test_a_proxy_that_trickles_ends_with_the_deadline(
    through: MakeTransport, clock: VirtualClock
) -> None:
    def half(peer: socket.socket, reply: bytes) -> None:
        clock.advance(6)
        peer.sendall(reply[:1])
        finish_unless_left(peer, reply[1:])

    with proxying(SocksServer(send=half)) as proxy, serving(answering(OK)) as server:
        with pytest.raises(ProxyFailed):
            post(through(proxy.port), server)
        assert server.requests == []


def test_a_proxy_that_trickles_while_it_connects_ends_with_the_deadline(
    through: MakeTransport, clock: VirtualClock
) -> None:
    def half(peer: socket.socket, reply: bytes) -> None:
        """Greet at once, but begin the answer to a request late."""
        if len(reply) == 2:
            peer.sendall(reply)
            return
        clock.advance(11)
        peer.sendall(reply[:1])
        finish_unless_left(peer, reply[1:])

    with proxying(SocksServer(send=half)) as proxy, serving(answering(OK)) as server:
        failed = outcome(lambda: post(through(proxy.port), server))
        asked = proxy.connections
    assert [type(error) for error in failed] == [NoConnection]
    # It is there: whoever is behind it has the fault.
    assert asked == 2


def test_silence_behind_a_working_proxy_is_not_its_fault(
    through: MakeTransport, clock: VirtualClock
) -> None:
    def wait(_host: str, _port: int) -> int:
        clock.advance(20)
        return 5

    with proxying(SocksServer(verdict=wait)) as proxy, serving(answering(OK)) as server:
        failed = outcome(lambda: post(through(proxy.port), server))

    assert [type(error) for error in failed] == [NoConnection]


@pytest.mark.parametrize("stage", ["greeting", "request", "tls"])
def test_hanging_up_wakes_a_call_that_is_still_connecting(
    through: MakeTransport, stage: str
) -> None:
    heard: list[bytes] = []

    def hang_up_and_listen(peer: socket.socket) -> None:
        transport.close()
        while True:
            heard.append(peer.recv(65_536))
            if not heard[-1]:
                return

    def at_greeting(peer: socket.socket, reply: bytes) -> None:
        if len(reply) == (2 if stage == "greeting" else 10):
            hang_up_and_listen(peer)
        else:
            peer.sendall(reply)

    server = serving(lambda _server, peer: hang_up_and_listen(peer), tls=False)
    proxy = SocksServer() if stage == "tls" else SocksServer(send=at_greeting)
    patient = CallLimits(timeout_s=10 * PATIENCE_S, answer_bytes=1000)
    with proxying(proxy), server as target:
        transport = through(proxy.port)
        url = target.url.replace("http:", "https:")
        with pytest.raises(NetworkClosed):
            transport.post(url, b"secret", limits=patient)
    assert heard[-1] == b""


@pytest.mark.parametrize("idle", [True, False])
def test_setting_a_proxy_closes_what_goes_straight(
    clock: VirtualClock, no_thread_left: None, idle: bool
) -> None:
    straight, hung_up = HttpsTransport(clock=clock), threading.Event()

    def answer_once(server: TlsServer, peer: socket.socket) -> None:
        server.request(peer)
        if idle:
            peer.sendall(OK)
        asked.set()
        if peer.recv(1) == b"":
            hung_up.set()

    with proxying(SocksServer()) as proxy, serving(answer_once) as server:
        asked, failed = threading.Event(), []
        call = threading.Thread(
            target=lambda: failed.extend(outcome(lambda: post(straight, server)))
        )
        call.start()
        assert asked.wait(PATIENCE_S)
        if idle:
            call.join(PATIENCE_S)

        straight.use_proxy(Proxy("127.0.0.1", proxy.port))

        assert hung_up.wait(PATIENCE_S)
        call.join(PATIENCE_S)
        assert [type(error) for error in failed] == ([] if idle else [WayChanged])
        server.script = lambda peer: answering(OK)(server, peer)
        assert post(straight, server) == b"hello"
        assert proxy.requested == [address_of(server)]
        straight.close()


def test_a_proxy_can_be_taken_away_again(through: MakeTransport) -> None:
    with proxying(SocksServer()) as proxy, serving(answering(OK)) as server:
        transport = through(proxy.port)
        post(transport, server)
        proxy.die()

        transport.use_proxy(None)

        assert post(transport, server) == b"hello"
        assert server.connections == 2
