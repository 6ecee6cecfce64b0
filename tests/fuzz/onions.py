"""Targets: onion requests and what comes back, outside and inside their encryption."""

import binascii
import json
from collections.abc import Iterator

from tests.fuzz import seeds
from tests.fuzz.target import Target
from tests.protocol.people import BOB
from webapp.protocol import onion
from webapp.protocol.bencode import encode
from webapp.protocol.json_reading import JsonObject
from webapp.protocol.onion_layers import (
    Cipher,
    LayerKey,
    encrypt_layer,
    frame,
    seal_layer,
    unframe,
)
from webapp.protocol.server_requests import (
    ServerReply,
    ServerRequest,
    encode_server_request,
    open_server_reply,
    open_server_request,
    seal_server_reply,
)

CLIENT, SHARED = b"C" * 32, b"s" * 32
REPLY_KEYS = [LayerKey(cipher, client=CLIENT, node=BOB.x25519, shared=SHARED) for cipher in Cipher]


def chosen(data: bytes) -> LayerKey:
    """Return the key of a reply whose first byte chooses the cipher."""
    return REPLY_KEYS[data[0] % len(REPLY_KEYS) if data else 0]


def open_any_reply(data: bytes) -> onion.OnionReply:
    return onion.open_reply(data[1:], chosen(data))


def open_answer(data: bytes) -> onion.OnionReply:
    key = chosen(data)
    return onion.open_reply(binascii.b2a_base64(encrypt_layer(data[1:], key), newline=False), key)


def answer_is_sealed_again(data: bytes, reply: onion.OnionReply) -> None:
    key = chosen(data)
    assert onion.open_reply(onion.seal_reply(reply.status, reply.body, key), key) == reply


def peel(data: bytes) -> object:
    return onion.peel(data, x25519=BOB.x25519, x25519_secret=BOB.x25519_secret)


def peel_directions(data: bytes) -> object:
    """Return what a node makes of ``data`` once it has opened the layer around it."""
    return peel(sealed_for_bob(data[1:], chosen(data).cipher))


def sealed_for_bob(plaintext: bytes, cipher: Cipher) -> bytes:
    blob, key = seal_layer(plaintext, node=BOB.x25519, cipher=cipher)
    return frame(blob, {"ephemeral_key": key.client.hex(), "enc_type": cipher.value})


def peeled_goes_on(_: bytes, peeled: object) -> None:
    if isinstance(peeled, onion.Forward):
        blob, directions = unframe(peeled.frame)
        assert isinstance(blob, bytes)
        assert directions["hop_no"] == 1


def frame_is_framed_again(_: bytes, parts: tuple[bytes, JsonObject]) -> None:
    blob, directions = parts
    # Not compared as values: a number that is none is not equal to itself.
    again = unframe(frame(blob, directions))
    assert again[0] == blob
    assert json.dumps(again[1]) == json.dumps(directions)


def open_any_server_reply(data: bytes) -> ServerReply:
    return open_server_reply(data[1:], chosen(data))


def open_server_answer(data: bytes) -> ServerReply:
    key = chosen(data)
    return open_server_reply(encrypt_layer(data[1:], key), key)


def server_answer_is_sealed_again(data: bytes, reply: ServerReply) -> None:
    key = chosen(data)
    assert open_server_reply(seal_server_reply(reply, key), key) == reply


def open_at_server(data: bytes) -> ServerRequest:
    return open_server_request(data, x25519=BOB.x25519, x25519_secret=BOB.x25519_secret)[0]


def open_at_server_inside(data: bytes) -> ServerRequest:
    return open_at_server(sealed_for_bob(data[1:], chosen(data).cipher))


def server_request_is_encoded_again(_: bytes, request: ServerRequest) -> None:
    again = sealed_for_bob(encode_server_request(request), Cipher.AES_GCM)
    assert open_at_server(again) == request


def requests() -> Iterator[bytes]:
    yield from seeds.inputs("onion", "onion_parse", "req")
    for case in seeds.cases("onion", "onion_build"):
        if "output" in case:
            yield bytes.fromhex(case["output"]["onion"])
    yield sealed_for_bob(frame(b"{}", {"headers": {}}), Cipher.AES_GCM)


def directions() -> Iterator[bytes]:
    onward = {"destination": "d" * 64, "ephemeral_key": "e" * 64, "enc_type": "xchacha20"}
    server = {"host": "example.org", "target": "/oxen/v4/lsrpc", "protocol": "http", "port": 80}
    for each in ({"headers": {}}, {"headers": {}, "json": True, "base64": False}, onward, server):
        yield b"\0" + frame(b"inside", each)


def framed() -> Iterator[bytes]:
    return (each[1:] for each in directions())


def answer_texts() -> Iterator[bytes]:
    yield from (b'\0{"status":200,"body":"ok"}', b'\1{"status_code":404,"body":"{}"}')


def server_answers() -> Iterator[bytes]:
    yield b"\0" + encode([b'{"code":200,"headers":{"content-type":"a"}}', b"body"])


def server_questions() -> Iterator[bytes]:
    headers = {"X-SOGS-Nonce": "a"}
    for body in (b"", b"body"):
        yield b"\0" + encode_server_request(ServerRequest("GET", "/a?b", headers, body))


def sealed_questions() -> Iterator[bytes]:
    for question, cipher in zip(server_questions(), Cipher, strict=True):
        yield sealed_for_bob(question[1:], cipher)


def replies() -> Iterator[bytes]:
    for number, key in enumerate(REPLY_KEYS):
        yield bytes((number,)) + onion.seal_reply(200, "ok", key)


def server_replies() -> Iterator[bytes]:
    for number, key in enumerate(REPLY_KEYS):
        yield bytes((number,)) + seal_server_reply(ServerReply(200, {"a": "b"}, b"c"), key)


TARGETS = [
    Target("onion_reply", open_any_reply, replies, answer_is_sealed_again),
    Target("onion_reply_text", open_answer, answer_texts, answer_is_sealed_again),
    Target("onion_request", peel, requests),
    Target("onion_directions", peel_directions, directions, peeled_goes_on),
    Target("frame", unframe, framed, frame_is_framed_again),
    Target("server_reply", open_any_server_reply, server_replies, server_answer_is_sealed_again),
    Target("server_reply_text", open_server_answer, server_answers, server_answer_is_sealed_again),
    Target("server_request", open_at_server, sealed_questions, server_request_is_encoded_again),
    Target(
        "server_request_text",
        open_at_server_inside,
        server_questions,
        server_request_is_encoded_again,
    ),
]
