"""Onion requests: wrapped by the client, peeled by nodes. Source: onion.md §4–7.

Three nodes pass a request on: the first sees our address, the last the
destination, none both, and only the destination reads the request. Layers are
built from the inside out; each one tells its node where the next one goes.
"""

import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.json_reading import (
    MAX_JSON_BYTES,
    JsonObject,
    as_int,
    as_key_hex,
    as_text,
    parse_object,
)
from webapp.protocol.nodes import Node
from webapp.protocol.onion_layers import (
    Cipher,
    InvalidCiphertext,
    InvalidFrame,
    LayerKey,
    decrypt_layer,
    encrypt_layer,
    frame,
    open_layer,
    seal_layer,
    unframe,
)

# Nodes count hops and stop at this many, so that no request circles (onion.md §5).
MAX_HOPS = 15
# The largest JSON we read, sealed and in base64.
MAX_REPLY_BYTES = (MAX_JSON_BYTES + 64) * 4 // 3
# The path at which servers take requests of this version (onion.md §7).
SERVER_TARGET = "/oxen/v4/lsrpc"

# What opens the reply of a request: the key of its innermost layer.
ReplyKey = LayerKey


class TooManyHops(RemoteProtocolError):
    """A request has been passed on more often than any honest path is long."""


class InvalidDirections(RemoteProtocolError):
    """A layer opened, but its inside makes no sense; ``reply`` can say so, sealed."""

    def __init__(self, reply: ReplyKey) -> None:
        super().__init__("the inside of an onion layer cannot be read")
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Server:
    """A destination outside the network, reached by the last node of a path."""

    host: str
    x25519: bytes
    protocol: str = "https"
    port: int = 443


@dataclass(frozen=True, slots=True)
class Onion:
    """A wrapped request: the body to post to the guard, and what opens the reply."""

    body: bytes
    reply: ReplyKey


@dataclass(frozen=True, slots=True)
class OnionReply:
    """The status and the text with which the destination answered."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Final:
    """A peeled request that is meant for the node that peeled it.

    Clients leave both options as they are: a JSON answer is quoted as a text, and
    what is sealed travels as base64.
    """

    body: bytes
    reply: ReplyKey
    quotes_json: bool = True
    as_base64: bool = True


@dataclass(frozen=True, slots=True)
class Forward:
    """A peeled request for another node, framed for it."""

    next_ed25519: bytes
    frame: bytes


@dataclass(frozen=True, slots=True)
class ToServer:
    """A peeled request that goes on to a server, as ``body``, over HTTP(S)."""

    host: str
    target: str
    protocol: str
    port: int
    body: bytes
    reply: ReplyKey


def build(
    path: Sequence[Node],
    *,
    destination: Node | Server,
    body: bytes,
    cipher: Cipher = Cipher.AES_GCM,
) -> Onion:
    """Return ``body`` wrapped for ``destination`` behind the nodes of ``path``, guard first.

    Raises LocalProtocolError for a path that names a node twice or the
    destination, or no node at all: the destination would learn our address.
    """
    _require_disjoint(path, destination)
    inner = frame(body, {"headers": {}}) if isinstance(destination, Node) else body
    blob, reply = seal_layer(inner, node=destination.x25519, cipher=cipher)
    target: Node | Server = destination
    layer = reply
    for node in reversed(path):
        directions = {**_address(target), **_sealing(layer)}
        blob, layer = seal_layer(frame(blob, directions), node=node.x25519, cipher=cipher)
        target = node
    return Onion(body=frame(blob, _sealing(layer)), reply=reply)


def open_reply(raw: bytes, reply: ReplyKey) -> OnionReply:
    """Return what a storage node answered, from the body that the guard gave with status 200.

    Raises RemoteProtocolError.
    """
    if len(raw) > MAX_REPLY_BYTES:
        raise RemoteProtocolError("an onion reply is too long")
    try:
        sealed = binascii.a2b_base64(raw, strict_mode=True)
    except ValueError as error:
        raise RemoteProtocolError("an onion reply is not base64") from error
    answer = parse_object(decrypt_reply(sealed, reply))
    status = answer.get("status", answer.get("status_code"))
    return OnionReply(
        status=as_int(status, low=100, high=599),
        body=as_text(answer.get("body")),
    )


def decrypt_reply(sealed: bytes, reply: ReplyKey) -> bytes:
    """Return the plaintext of a sealed reply. Raises InvalidCiphertext.

    Some destinations answer with AES-GCM whatever they were asked with; the
    secret is the same, so trying it gives nobody anything.
    """
    try:
        return decrypt_layer(sealed, reply)
    except InvalidCiphertext:
        if reply.cipher is Cipher.AES_GCM:
            raise
        return decrypt_layer(sealed, reply.with_cipher(Cipher.AES_GCM))


def peel(framed: bytes, *, x25519: bytes, x25519_secret: bytes) -> Final | Forward | ToServer:
    """Return what the node with these keys must do with a request that reached it.

    Raises InvalidFrame, TooManyHops or InvalidCiphertext, which are answered in
    clear, and InvalidDirections, which is answered sealed.
    """
    sealed, outer = unframe(framed)
    hop = _hop_number(outer)
    plaintext, reply = open_layer(sealed, outer, x25519=x25519, x25519_secret=x25519_secret)
    try:
        blob, directions = unframe(plaintext)
        if "headers" in directions:
            return Final(
                blob,
                reply,
                quotes_json=directions.get("json") is not True,
                as_base64=directions.get("base64") is not False,
            )
        if "host" in directions:
            return _to_server(directions, plaintext=plaintext, reply=reply)
        return _forward(blob, directions, hop=hop + 1)
    except RemoteProtocolError as error:
        raise InvalidDirections(reply) from error


def seal_reply(
    status: int, body: str | JsonObject, reply: ReplyKey, *, as_base64: bool = True
) -> bytes:
    """Return a storage node's answer as it travels back: the sealed JSON, mostly in base64."""
    answer = json.dumps({"status": status, "body": body}, separators=(",", ":")).encode()
    sealed = encrypt_layer(answer, reply)
    return binascii.b2a_base64(sealed, newline=False) if as_base64 else sealed


def _require_disjoint(path: Sequence[Node], destination: Node | Server) -> None:
    keys = [node.x25519 for node in path]
    if not keys:
        raise LocalProtocolError("an onion request needs a path")
    if len(set(keys)) != len(keys) or destination.x25519 in keys:
        raise LocalProtocolError("an onion path meets a node twice")


def _address(target: Node | Server) -> dict[str, object]:
    if isinstance(target, Node):
        return {"destination": target.ed25519.hex()}
    return {
        "host": target.host,
        "target": SERVER_TARGET,
        "method": "POST",
        "protocol": target.protocol,
        "port": target.port,
    }


def _sealing(layer: LayerKey) -> dict[str, object]:
    sealing: dict[str, object] = {"ephemeral_key": layer.client.hex()}
    if layer.cipher is not Cipher.AES_GCM:
        sealing["enc_type"] = layer.cipher.value
    return sealing


def _hop_number(outer: JsonObject) -> int:
    try:
        hop = as_int(outer.get("hop_no", 0), low=0, high=2**31)
    except RemoteProtocolError as error:
        raise InvalidFrame("the hop number of a frame cannot be read") from error
    if hop >= MAX_HOPS:
        raise TooManyHops("onion request max path length exceeded")
    return hop


def _to_server(directions: JsonObject, *, plaintext: bytes, reply: ReplyKey) -> ToServer:
    return ToServer(
        host=as_text(directions["host"]),
        target=as_text(directions.get("target")),
        protocol=as_text(directions.get("protocol", "https")),
        port=as_int(directions.get("port", 443), low=1, high=65535),
        body=plaintext,
        reply=reply,
    )


def _forward(blob: bytes, directions: JsonObject, *, hop: int) -> Forward:
    onward: dict[str, object] = {
        "ephemeral_key": as_key_hex(directions.get("ephemeral_key")).hex(),
        "hop_no": hop,
    }
    if "enc_type" in directions:
        onward["enc_type"] = directions["enc_type"]
    return Forward(as_key_hex(directions.get("destination")), frame(blob, onward))
