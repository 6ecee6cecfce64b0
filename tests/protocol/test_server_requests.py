"""Requests to servers outside the network, and their replies."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB, CAROL
from tests.protocol.strategies import json_values
from webapp.protocol.bencode import encode
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.keys import AccountKeys
from webapp.protocol.nodes import Node
from webapp.protocol.onion import (
    Forward,
    InvalidDirections,
    Onion,
    Server,
    ToServer,
    build,
    peel,
)
from webapp.protocol.onion_layers import (
    Cipher,
    InvalidCiphertext,
    InvalidFrame,
    encrypt_layer,
)
from webapp.protocol.server_requests import (
    MAX_BODY_BYTES,
    MAX_SEALED_BYTES,
    ServerReply,
    ServerRequest,
    encode_server_request,
    open_server_reply,
    open_server_request,
    seal_server_reply,
)

DAVE = AccountKeys.from_seed32(bytes([7]) * 32)
SERVER = Server("example.org", x25519=DAVE.x25519)
UPLOAD = ServerRequest(
    "POST", "/file?x=é", headers={"content-type": "application/octet-stream"}, body=b"\x00e:l"
)
ciphers = pytest.mark.parametrize("cipher", Cipher)
texts = st.text(st.characters(exclude_categories=["Cs"]))
headers = st.dictionaries(texts.map(str.lower), texts, max_size=3).map(
    lambda made: {name: text for name, text in made.items() if name == name.lower()}
)
requests = st.builds(
    ServerRequest,
    texts,
    texts.map(lambda path: f"/{path}"),
    headers=headers,
    body=st.binary(),
)


def onion_of(body: bytes, cipher: Cipher = Cipher.AES_GCM) -> Onion:
    path = [
        Node(keys.ed25519, keys.x25519, ip="127.0.0.1", port=22021) for keys in (ALICE, BOB, CAROL)
    ]
    return build(path, destination=SERVER, body=body, cipher=cipher)


def arrived(onion: Onion) -> bytes:
    """Return what the last node of the path posts to the server."""
    framed = onion.body
    for keys in (ALICE, BOB):
        step = peel(framed, x25519=keys.x25519, x25519_secret=keys.x25519_secret)
        assert isinstance(step, Forward)
        framed = step.frame
    last = peel(framed, x25519=CAROL.x25519, x25519_secret=CAROL.x25519_secret)
    assert isinstance(last, ToServer)
    return last.body


def opened_by_dave(framed: bytes) -> Any:
    return open_server_request(framed, x25519=DAVE.x25519, x25519_secret=DAVE.x25519_secret)


@ciphers
def test_a_request_reaches_the_server_and_its_answer_returns(cipher: Cipher) -> None:
    onion = onion_of(encode_server_request(UPLOAD), cipher)
    request, reply = opened_by_dave(arrived(onion))
    answer = ServerReply(404, headers={"Content-Type": "application/json"}, body=b"\xff{}")
    raw = seal_server_reply(answer, reply)
    assert request == UPLOAD
    assert open_server_reply(raw, onion.reply) == ServerReply(
        404, headers={"content-type": "application/json"}, body=b"\xff{}"
    )


def test_the_worked_request_is_spelled_as_published() -> None:
    request = ServerRequest("GET", "/session_version?platform=desktop")
    assert encode_server_request(request) == (
        b'l76:{"method":"GET","endpoint":"/session_version?platform=desktop","headers":{}}e'
    )


@given(requests)
def test_any_request_is_read_as_it_was_written(request: ServerRequest) -> None:
    framed = arrived(onion_of(encode_server_request(request)))
    assert opened_by_dave(framed)[0] == request


@given(st.binary() | st.text('0123456789ilde:{}"', max_size=40).map(str.encode))
def test_any_reply_is_read_or_refused(plaintext: bytes) -> None:
    key = onion_of(b"").reply
    with suppress(RemoteProtocolError):
        open_server_reply(encrypt_layer(plaintext, key), key)
    with pytest.raises(RemoteProtocolError):
        open_server_reply(plaintext, key)


@given(json_values, st.dictionaries(st.sampled_from(["code", "headers"]), json_values))
def test_any_head_of_a_reply_is_read_or_refused(anything: object, near_miss: object) -> None:
    key = onion_of(b"").reply
    for head in (anything, near_miss):
        plaintext = encode([json.dumps(head).encode(), b""])
        with suppress(RemoteProtocolError):
            open_server_reply(encrypt_layer(plaintext, key), key)


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        encode([]),
        encode({}),
        encode([b'{"code":200}']),
        encode([b'{"code":200}', b"", b""]),
        encode([b'{"code":200}', 1]),
        encode([b'{"code":200}', b""])[:-1],
        encode([b'{"code":200}', b""]) + b"e",
        encode([b'{"code":99}', b""]),
        encode([b'{"code":600}', b""]),
        encode([b'{"code":"200"}', b""]),
        encode([b"{}", b""]),
        encode([b'{"code":200,"headers":[]}', b""]),
        encode([b'{"code":200,"headers":{"a":1}}', b""]),
        encode([b'{"code":200}' + b" " * 65536, b""]),
    ],
)
def test_a_reply_of_another_shape_is_refused(plaintext: bytes) -> None:
    key = onion_of(b"").reply
    with pytest.raises(RemoteProtocolError):
        open_server_reply(encrypt_layer(plaintext, key), key)


@pytest.mark.parametrize(
    "plaintext",
    [
        b"garbage",
        encode([]),
        encode([b"{}"]),
        encode([b'{"method":"GET","endpoint":""}']),
        encode([b'{"method":"GET","endpoint":"file/1"}']),
        encode([b'{"method":1,"endpoint":"/file/1"}']),
        encode([b'{"method":"GET","endpoint":"/file/1"}', b"", b""]),
    ],
)
def test_a_request_that_makes_no_sense_can_be_answered_sealed(plaintext: bytes) -> None:
    onion = onion_of(plaintext)
    with pytest.raises(InvalidDirections) as refusal:
        opened_by_dave(arrived(onion))
    answer = ServerReply(400, body=b"Invalid v4 onion request")
    raw = seal_server_reply(answer, refusal.value.reply)
    assert open_server_reply(raw, onion.reply) == answer


def test_headers_may_be_left_out() -> None:
    onion = onion_of(encode([b'{"method":"GET","endpoint":"/file/1"}']))
    assert opened_by_dave(arrived(onion))[0] == ServerRequest("GET", "/file/1")
    raw = encrypt_layer(encode([b'{"code":200}', b""]), onion.reply)
    assert open_server_reply(raw, onion.reply) == ServerReply(200)


def test_a_request_for_another_server_is_refused() -> None:
    framed = arrived(onion_of(encode_server_request(UPLOAD)))
    with pytest.raises(InvalidCiphertext):
        open_server_request(framed, x25519=BOB.x25519, x25519_secret=BOB.x25519_secret)
    with pytest.raises(InvalidFrame):
        opened_by_dave(framed[:10])


def test_the_largest_file_passes_and_no_larger_one() -> None:
    onion = onion_of(b"")
    largest = ServerReply(200, body=bytes(MAX_BODY_BYTES))
    assert open_server_reply(seal_server_reply(largest, onion.reply), onion.reply) == largest
    with pytest.raises(RemoteProtocolError, match="too long"):
        open_server_reply(
            seal_server_reply(ServerReply(200, body=bytes(MAX_BODY_BYTES + 1)), onion.reply),
            onion.reply,
        )
    with pytest.raises(RemoteProtocolError, match="too long"):
        open_server_reply(bytes(MAX_SEALED_BYTES + 1), onion.reply)


def test_a_server_reads_a_file_that_is_too_long_to_say_so() -> None:
    file = bytes(MAX_BODY_BYTES + 1)
    onion = onion_of(encode([b'{"method":"POST","endpoint":"/file"}', file]))
    assert opened_by_dave(arrived(onion))[0].body == file


@pytest.mark.parametrize(
    "request_",
    [
        ServerRequest("GET", "file/1"),
        ServerRequest("POST", "/file", body=bytes(MAX_BODY_BYTES + 1)),
    ],
    ids=["no path", "too long"],
)
def test_a_request_that_no_server_takes_is_not_written(request_: ServerRequest) -> None:
    with pytest.raises(LocalProtocolError):
        encode_server_request(request_)
