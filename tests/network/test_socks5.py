"""What is said to a SOCKS5 proxy, byte by byte."""

import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.network.socks5 import (
    Login,
    LoginRefused,
    NotSocks5,
    SocksError,
    TargetRefused,
    greet,
    request_connection,
)

LOGIN = Login(b"marit", b"secret")
BOUND = b"\x01\x7f\x00\x00\x01\x04\xd2"


def said(answers: bytes, call: Callable[[socket.socket], None]) -> bytes:
    """Return what ``call`` sends to a proxy that gives these answers and hangs up."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answers)
        theirs.shutdown(socket.SHUT_WR)
        call(ours)
        ours.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: theirs.recv(4096), b""))


def greeting(login: Login | None) -> Callable[[socket.socket], None]:
    return lambda sock: greet(sock, login)


def request(host: str, port: int = 443) -> Callable[[socket.socket], None]:
    return lambda sock: request_connection(sock, host, port)


def test_without_a_login_none_is_offered() -> None:
    assert said(b"\x05\x00", greeting(None)) == b"\x05\x01\x00"


def test_a_login_is_told_only_if_it_is_wanted() -> None:
    assert said(b"\x05\x00", greeting(LOGIN)) == b"\x05\x02\x00\x02"
    assert said(b"\x05\x02\x01\x00", greeting(LOGIN)) == (
        b"\x05\x02\x00\x02" + b"\x01\x05marit\x06secret"
    )


def test_the_longest_login_is_told_whole() -> None:
    longest = Login(b"u" * 255, b"p" * 255)

    assert said(b"\x05\x02\x01\x00", greeting(longest))[4:] == (
        b"\x01\xff" + b"u" * 255 + b"\xff" + b"p" * 255
    )


@pytest.mark.parametrize(
    ("answers", "login", "error"),
    [
        (b"\x04\x00", None, NotSocks5),
        (b"HTTP/1.1 400", LOGIN, NotSocks5),
        (b"\x05\x01", LOGIN, NotSocks5),
        (b"\x05\x02", None, LoginRefused),
        (b"\x05\xff", None, LoginRefused),
        (b"\x05\xff", LOGIN, LoginRefused),
        (b"\x05\x02\x01\x01", LOGIN, LoginRefused),
        (b"\x05\x02", LOGIN, LoginRefused),
        (b"", LOGIN, ConnectionError),
        (b"\x05", LOGIN, ConnectionError),
    ],
)
def test_a_greeting_that_is_not_returned_is_told_apart(
    answers: bytes, login: Login | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        said(answers, greeting(login))


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("10.1.2.3", b"\x01\x0a\x01\x02\x03"),
        ("2001:db8::7", b"\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x07"),
        ("seed1.getsession.org", b"\x03\x14seed1.getsession.org"),
        ("bücher.example", b"\x03\x15xn--bcher-kva.example"),
    ],
)
def test_a_host_is_sent_as_an_address_or_as_the_name_it_has(host: str, sent: bytes) -> None:
    assert said(b"\x05\x00\x00" + BOUND, request(host)) == b"\x05\x01\x00" + sent + b"\x01\xbb"


@pytest.mark.parametrize(
    "bound", [BOUND, b"\x04" + bytes(18), b"\x03\x04name\x00\x50", b"\x03\x00\x00\x50"]
)
def test_nothing_of_what_follows_the_answer_is_taken(bound: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"\x05\x00\x00" + bound + b"first words")
        request_connection(ours, "10.1.2.3", 443)

        assert ours.recv(100) == b"first words"


@pytest.mark.parametrize("reply", [1, 2, 3, 4, 5, 6, 8, 9, 0xF0, 0xFF])
def test_a_target_that_the_proxy_does_not_reach_is_the_targets_fault(reply: int) -> None:
    with pytest.raises(TargetRefused):
        # Some proxies leave out the rest of a refusal.
        said(bytes([5, reply]), request("10.1.2.3"))


@pytest.mark.parametrize("answers", [b"\x04\x00", b"\x05\x07", b"\x05\x00\x00\x02", b"HTTP"])
def test_what_cannot_connect_is_not_a_proxy(answers: bytes) -> None:
    with pytest.raises(NotSocks5):
        said(answers, request("10.1.2.3"))


@pytest.mark.parametrize("host", ["a" * 64 + ".org", "a..org", ".".join(["a" * 63] * 5), ""])
def test_what_is_no_host_name_is_not_sent(host: str) -> None:
    with pytest.raises(TargetRefused):
        said(b"", request(host))


@given(st.binary(max_size=300), st.sampled_from([None, LOGIN]))
def test_any_answer_is_understood_or_refused(answers: bytes, login: Login | None) -> None:
    def whole(sock: socket.socket) -> None:
        greet(sock, login)
        request_connection(sock, "seed1.getsession.org", 4443)

    try:
        said(answers, whole)
    except (SocksError, ConnectionError):
        return
    assert answers[:1] == b"\x05"
