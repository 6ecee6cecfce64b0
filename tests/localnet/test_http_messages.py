"""HTTP heads and answers, without a socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.localnet.errors import MalformedHttp
from webapp.localnet.http_messages import HttpAnswer, encode_answer, parse_head

GOOD = b"POST /storage_rpc/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 12"


def test_a_head_is_read_with_its_header_names_in_lower_case() -> None:
    head = parse_head(GOOD)

    assert (head.method, head.target) == ("POST", "/storage_rpc/v1")
    assert head.headers == {"host": "127.0.0.1", "content-length": "12"}
    assert head.body_bytes == 12
    assert head.keep_alive


@pytest.mark.parametrize(
    "block",
    [
        b"GET / HTTP/1.0",
        b"GET / HTTP/1.1\r\nConnection: close",
        b"GET / HTTP/1.1\r\nconnection:Close",
    ],
)
def test_a_caller_may_ask_to_close(block: bytes) -> None:
    assert not parse_head(block).keep_alive


@pytest.mark.parametrize(
    ("block", "status"),
    [
        (b"", 400),
        (b"GET /", 400),
        (b"GET  / HTTP/1.1", 400),
        (b"GET / HTTP/2", 400),
        (b"GET / HTTP/1.1\r\nno colon", 400),
        (b"GET / HTTP/1.1\r\n: no name", 400),
        (b"GET / HTTP/1.1\r\nHost : space before the colon", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: 10485761", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000, 413),
    ],
)
def test_a_head_that_cannot_be_followed_is_refused(block: bytes, status: int) -> None:
    with pytest.raises(MalformedHttp) as refusal:
        parse_head(block)

    assert refusal.value.status == status


def test_ten_mebibytes_are_still_accepted() -> None:
    assert parse_head(b"POST / HTTP/1.1\r\nContent-Length: 10485760").body_bytes == 10 * 2**20


@given(block=st.binary() | st.binary().map(lambda rest: GOOD + b"\r\n" + rest))
def test_any_bytes_give_a_head_or_a_refusal(block: bytes) -> None:
    try:
        head = parse_head(block)
    except MalformedHttp:
        return
    assert 0 <= head.body_bytes <= 10 * 2**20


def test_an_answer_says_its_length_and_whether_it_is_the_last() -> None:
    last = encode_answer(HttpAnswer.text(404, "no"), keep_alive=False)

    head, _, body = last.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"\r\nContent-Length: 2" in head
    assert b"\r\nConnection: close" in head
    assert body == b"no"


def test_half_a_surrogate_pair_can_be_quoted() -> None:
    assert HttpAnswer.text(400, "no method \ud800").body == b"no method ?"


def test_a_status_without_a_name_can_be_sent() -> None:
    assert encode_answer(HttpAnswer(599, b""), keep_alive=True).startswith(b"HTTP/1.1 599 ")
