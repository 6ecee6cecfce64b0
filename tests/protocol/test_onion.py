import hashlib
import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_scalarmult_base

from tests.protocol.people import ALICE, BOB, CAROL
from tests.protocol.strategies import json_values
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.keys import AccountKeys
from webapp.protocol.nodes import Node
from webapp.protocol.onion import (
    MAX_HOPS,
    MAX_REPLY_BYTES,
    Final,
    Forward,
    InvalidDirections,
    Onion,
    OnionReply,
    Server,
    TooManyHops,
    ToServer,
    build,
    open_reply,
    peel,
    seal_reply,
)
from webapp.protocol.onion_layers import (
    Cipher,
    InvalidCiphertext,
    InvalidFrame,
    LayerKey,
    decrypt_layer,
    derive_key,
    encrypt_layer,
    frame,
    seal_layer,
    shared_secret,
    unframe,
)

DAVE = AccountKeys.from_seed32(bytes([7]) * 32)
HOPS = (ALICE, BOB, CAROL)
BODY = b'{"jsonrpc":"2.0","method":"info","params":{}}'
ciphers = pytest.mark.parametrize("cipher", Cipher)


def node_of(keys: AccountKeys) -> Node:
    return Node(keys.ed25519, keys.x25519, ip="127.0.0.1", port=22021)


def onion_to_dave(cipher: Cipher = Cipher.AES_GCM) -> Onion:
    path = [node_of(keys) for keys in HOPS]
    return build(path, destination=node_of(DAVE), body=BODY, cipher=cipher)


def peeled_by(keys: AccountKeys, framed: bytes) -> Final | Forward | ToServer:
    return peel(framed, x25519=keys.x25519, x25519_secret=keys.x25519_secret)


def arrived(framed: bytes) -> Final:
    """Return what reaches Dave when every node passes on what it should."""
    for keys, next_keys in zip(HOPS, (*HOPS[1:], DAVE), strict=True):
        step = peeled_by(keys, framed)
        assert isinstance(step, Forward)
        assert step.next_ed25519 == next_keys.ed25519
        framed = step.frame
    last = peeled_by(DAVE, framed)
    assert isinstance(last, Final)
    return last


@ciphers
def test_a_request_reaches_its_destination_and_the_answer_returns(cipher: Cipher) -> None:
    onion = onion_to_dave(cipher)
    final = arrived(onion.body)
    assert final.body == BODY
    answer = OnionReply(421, '{"text":"é👋"}')
    assert open_reply(seal_reply(421, answer.body, final.reply), onion.reply) == answer
    assert (final.quotes_json, final.as_base64) == (True, True)


@ciphers
def test_no_two_requests_look_alike(cipher: Cipher) -> None:
    assert onion_to_dave(cipher).body != onion_to_dave(cipher).body


@ciphers
def test_a_request_to_a_server_is_handed_over_by_the_last_node(cipher: Cipher) -> None:
    server = Server("example.org", x25519=DAVE.x25519, protocol="http", port=80)
    onion = build([node_of(ALICE)], destination=server, body=BODY, cipher=cipher)
    step = peeled_by(ALICE, onion.body)
    assert isinstance(step, ToServer)
    assert (step.host, step.target) == ("example.org", "/oxen/v4/lsrpc")
    assert (step.protocol, step.port) == ("http", 80)
    sealed, directions = unframe(step.body)
    assert directions["method"] == "POST"
    assert decrypt_layer(sealed, onion.reply) == BODY


def test_the_default_cipher_is_not_named_on_the_wire() -> None:
    assert "enc_type" not in unframe(onion_to_dave().body)[1]
    assert unframe(onion_to_dave(Cipher.XCHACHA20).body)[1]["enc_type"] == "xchacha20"


@pytest.mark.parametrize(
    "path", [[], [ALICE, BOB, ALICE], [ALICE, DAVE]], ids=["empty", "circle", "destination"]
)
def test_a_path_that_protects_nobody_is_not_built(path: list[AccountKeys]) -> None:
    with pytest.raises(LocalProtocolError):
        build([node_of(keys) for keys in path], destination=node_of(DAVE), body=BODY)


@ciphers
def test_only_the_next_node_can_peel(cipher: Cipher) -> None:
    with pytest.raises(InvalidCiphertext):
        peeled_by(BOB, onion_to_dave(cipher).body)


@ciphers
@given(data=st.data())
def test_any_flipped_bit_of_a_layer_is_refused(cipher: Cipher, data: st.DataObject) -> None:
    framed = bytearray(onion_to_dave(cipher).body)
    sealed_bits = 8 * int.from_bytes(framed[:4], "little")
    bit = data.draw(st.integers(min_value=0, max_value=sealed_bits - 1))
    framed[4 + bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidCiphertext):
        peeled_by(ALICE, bytes(framed))


@ciphers
@given(data=st.data())
def test_any_flipped_bit_of_a_reply_is_refused(cipher: Cipher, data: st.DataObject) -> None:
    onion = onion_to_dave(cipher)
    sealed = bytearray(encrypt_layer(b'{"status":200,"body":""}', onion.reply))
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidCiphertext):
        open_reply(b64encode(sealed), onion.reply)


@pytest.mark.parametrize(
    "outer",
    [
        {},
        {"ephemeral_key": "00"},
        {"ephemeral_key": None},
        {"ephemeral_key": "zz" * 32},
        {"enc_type": "rot13"},
        {"enc_type": None},
        {"hop_no": -1},
        {"hop_no": "1"},
        {"hop_no": None},
    ],
)
def test_directions_that_cannot_be_followed_are_refused(outer: dict[str, Any]) -> None:
    sealed, directions = unframe(onion_to_dave().body)
    with pytest.raises(InvalidFrame):
        peeled_by(ALICE, frame(sealed, directions | outer if outer else {}))


@pytest.mark.parametrize("framed", [b"", b"\0\0\0", b"\0\0\0\0", b"\1\0\0\0", b"\xff" * 8])
def test_what_is_no_frame_is_refused(framed: bytes) -> None:
    with pytest.raises(InvalidFrame):
        peeled_by(ALICE, framed)


@pytest.mark.parametrize("name", ["gcm", "aes-gcm"])
def test_a_cipher_is_known_by_its_older_name_too(name: str) -> None:
    sealed, directions = unframe(onion_to_dave().body)
    step = peeled_by(ALICE, frame(sealed, directions | {"enc_type": name}))
    assert isinstance(step, Forward)


def test_a_key_that_makes_every_secret_the_same_is_refused() -> None:
    with pytest.raises(InvalidCiphertext):
        shared_secret(ALICE.x25519_secret, bytes(32))


def test_hops_are_counted_and_end() -> None:
    sealed, directions = unframe(onion_to_dave().body)
    last_allowed = peeled_by(ALICE, frame(sealed, directions | {"hop_no": MAX_HOPS - 1}))
    assert isinstance(last_allowed, Forward)
    assert unframe(last_allowed.frame)[1]["hop_no"] == MAX_HOPS
    with pytest.raises(TooManyHops):
        peeled_by(BOB, last_allowed.frame)


@pytest.mark.parametrize(
    "directions",
    [
        {},
        {"destination": "00", "ephemeral_key": "00" * 32},
        {"destination": "00" * 32},
        {"host": 5, "target": "/"},
        {"host": "example.org"},
        {"host": "example.org", "target": "/", "port": 0},
    ],
)
def test_a_layer_without_sense_can_be_answered_sealed(directions: dict[str, Any]) -> None:
    inner = frame(b"blob", directions)
    sealed, layer = seal_layer(inner, node=ALICE.x25519, cipher=Cipher.AES_GCM)
    with pytest.raises(InvalidDirections) as refusal:
        peeled_by(ALICE, frame(sealed, {"ephemeral_key": layer.client.hex()}))
    answer = seal_reply(400, "Invalid json", refusal.value.reply)
    assert open_reply(answer, layer) == OnionReply(400, "Invalid json")


@given(
    st.binary(max_size=200)
    | st.tuples(
        st.binary(max_size=9),
        st.dictionaries(
            st.sampled_from(["headers", "host", "target", "port", "destination", "ephemeral_key"]),
            json_values,
        ),
    ).map(lambda parts: frame(*parts))
)
def test_any_inside_of_a_layer_has_a_meaning_or_is_refused(inner: bytes) -> None:
    sealed, layer = seal_layer(inner, node=ALICE.x25519, cipher=Cipher.AES_GCM)
    try:
        step = peeled_by(ALICE, frame(sealed, {"ephemeral_key": layer.client.hex()}))
    except InvalidDirections:
        return
    assert not isinstance(step, Final) or step.reply == layer


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_as_a_request_and_as_a_reply(raw: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        peeled_by(ALICE, raw)
    with pytest.raises(RemoteProtocolError):
        open_reply(raw, onion_to_dave().reply)


@given(
    json_values
    | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["status", "status_code", "body"], json_values)
    )
)
def test_any_sealed_document_is_a_reply_or_refused(answer: Any) -> None:
    reply = onion_to_dave().reply
    sealed = b64encode(encrypt_layer(json.dumps(answer).encode(), reply))
    try:
        opened = open_reply(sealed, reply)
    except RemoteProtocolError:
        return
    assert opened.body == answer["body"]


def test_an_older_name_of_the_status_is_understood() -> None:
    reply = onion_to_dave().reply
    sealed = b64encode(encrypt_layer(b'{"status_code":406,"body":"clock"}', reply))
    assert open_reply(sealed, reply) == OnionReply(406, "clock")


def test_an_oversized_reply_is_refused_unread() -> None:
    with pytest.raises(RemoteProtocolError, match="too long"):
        open_reply(b"A" * (MAX_REPLY_BYTES + 1), onion_to_dave().reply)


def test_the_shared_secret_does_not_show_in_a_representation() -> None:
    reply = onion_to_dave().reply
    assert repr(reply.shared) not in repr(reply)


NODE_SECRET, EPHEMERAL_SECRET = b"\x11" * 32, b"\x42" * 32
NODE, EPHEMERAL = map(crypto_scalarmult_base, (NODE_SECRET, EPHEMERAL_SECRET))


@pytest.mark.parametrize(
    ("cipher", "key"),
    [
        (Cipher.AES_GCM, "38e78072296b7381f10681819756c266ebb85706410bea30a532eb26605d25e8"),
        (Cipher.XCHACHA20, "03fbb3019b013a37d2fed7fbbf507b598217b10d8f2eb5aef1f047e0734b4b8f"),
    ],
)
def test_the_worked_keys_are_the_published_ones(cipher: Cipher, key: str) -> None:
    shared = shared_secret(EPHEMERAL_SECRET, NODE)
    assert shared == shared_secret(NODE_SECRET, EPHEMERAL)
    assert shared.hex() == "8210ce71dc52d926a1475223cee230b3a91cde5116d53bcc9dadc7a7cdaebb73"
    layer = LayerKey(cipher, client=EPHEMERAL, node=NODE, shared=shared)
    assert derive_key(layer).hex() == key


def test_the_worked_request_is_peeled() -> None:
    sealed = bytes.fromhex(
        "00000000000000000000000029379f1254cfeac7e6fc868cb0e5ee18b40ce7f8cb5c8e25cd973ef33239457205f8"
        "d6b8667ca1542e03b4b22740750c63b2765b4f227118b71c8fc77a49546d745761443cf746a0dd48de173cd061"
    )
    framed = frame(sealed, {"ephemeral_key": EPHEMERAL.hex()})
    assert hashlib.sha256(framed).hexdigest() == (
        "ef492a46cac7e6f019b2f34d8355df7ba37da3c59410f7d632104228fdcec544"
    )
    final = peel(framed, x25519=NODE, x25519_secret=NODE_SECRET)
    assert isinstance(final, Final)
    assert final.body == BODY


def test_the_worked_frame_is_the_published_one() -> None:
    assert frame(BODY, {"headers": {}}).hex() == (
        "2d0000007b226a736f6e727063223a22322e30222c226d6574686f64223a22696e666f222c22706172616d73223a"
        "7b7d7d7b2268656164657273223a7b7d7d"
    )
