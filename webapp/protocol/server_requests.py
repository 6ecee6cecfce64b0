"""What is asked of servers outside the network, and how they answer. Source: onion.md §7.

    request   bencoded [{"method", "endpoint", "headers"}, body]      body left out if empty
    reply     bencoded [{"code", "headers"}, body]

The first string of each is JSON, the second raw bytes. A request is the body of
an onion request to a ``Server``; its reply travels back encrypted, in no base64.
The status of HTTP says whether the path worked, ``code`` what the server thinks.
"""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Final

from webapp.protocol.bencode import Bencoded, decode, encode
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.json_reading import JsonObject, as_int, as_object, as_text, parse_object
from webapp.protocol.onion import InvalidDirections, ReplyKey, decrypt_reply
from webapp.protocol.onion_layers import encrypt_layer, open_layer, unframe

# Servers and clients agree that no file is larger (attachments.md).
MAX_BODY_BYTES: Final = 10_000_000
# Methods, paths and headers are a few hundred bytes long.
_MAX_HEAD_BYTES: Final = 64 * 1024
# Room for the notation, the nonce and the tag.
MAX_SEALED_BYTES: Final = MAX_BODY_BYTES + _MAX_HEAD_BYTES + 1024

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """A request of HTTP; ``endpoint`` is its path and query."""

    method: str
    endpoint: str
    headers: Headers = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class ServerReply:
    """An answer of HTTP. The names of its headers are in lower case."""

    code: int
    headers: Headers = field(default_factory=dict)
    body: bytes = b""


def encode_server_request(request: ServerRequest) -> bytes:
    """Return ``request`` as the body of an onion request to a server.

    Raises LocalProtocolError if its path is none or its body too long for anyone.
    """
    if not request.endpoint.startswith("/"):
        raise LocalProtocolError("the path of a request begins with a slash")
    if len(request.body) > MAX_BODY_BYTES:
        raise LocalProtocolError("no server takes a body of this size")
    head = {
        "method": request.method,
        "endpoint": request.endpoint,
        "headers": dict(request.headers),
    }
    return encode([_spelled(head), request.body] if request.body else [_spelled(head)])


def open_server_reply(raw: bytes, reply: ReplyKey) -> ServerReply:
    """Return what a server answered, from the body that the guard gave with status 200.

    Raises RemoteProtocolError.
    """
    if len(raw) > MAX_SEALED_BYTES:
        raise RemoteProtocolError("the reply of a server is too long")
    head, body = _parse(decrypt_reply(raw, reply), parts=(2,))
    if len(body) > MAX_BODY_BYTES:
        raise RemoteProtocolError("the reply of a server is too long")
    return ServerReply(
        code=as_int(head.get("code"), low=100, high=599),
        headers=_as_headers(head.get("headers", {})),
        body=body,
    )


def open_server_request(
    framed: bytes, *, x25519: bytes, x25519_secret: bytes
) -> tuple[ServerRequest, ReplyKey]:
    """Return the request that reached the server with these keys, and what seals its reply.

    How large a body it takes is the server's to say, in a reply of its own.

    Raises InvalidFrame or InvalidCiphertext, which are answered in clear, and
    InvalidDirections, which is answered sealed.
    """
    sealed, directions = unframe(framed)
    plaintext, reply = open_layer(sealed, directions, x25519=x25519, x25519_secret=x25519_secret)
    try:
        return _as_request(plaintext), reply
    except RemoteProtocolError as error:
        raise InvalidDirections(reply) from error


def seal_server_reply(answer: ServerReply, reply: ReplyKey) -> bytes:
    """Return a server's answer as it travels back."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    head = _spelled({"code": answer.code, "headers": headers})
    return encrypt_layer(encode([head, answer.body]), reply)


def _as_request(plaintext: bytes) -> ServerRequest:
    head, body = _parse(plaintext, parts=(1, 2))
    endpoint = as_text(head.get("endpoint"))
    if not endpoint.startswith("/"):
        raise RemoteProtocolError("the path of a request begins with a slash")
    return ServerRequest(
        method=as_text(head.get("method")),
        endpoint=endpoint,
        headers=_as_headers(head.get("headers", {})),
        body=body,
    )


def _parse(plaintext: bytes, *, parts: Container[int]) -> tuple[JsonObject, bytes]:
    """Return the head of a request or reply with so many ``parts``, and its body.

    Raises RemoteProtocolError.
    """
    found = decode(plaintext)
    if not isinstance(found, list) or len(found) not in parts:
        raise RemoteProtocolError("a server's request or reply has other parts")
    head, body = _as_bytes(found[0]), _as_bytes(found[1]) if len(found) == 2 else b""
    if len(head) > _MAX_HEAD_BYTES:
        raise RemoteProtocolError("the head of a server's request or reply is too long")
    return parse_object(head), body


def _as_bytes(part: Bencoded) -> bytes:
    if not isinstance(part, bytes):
        raise RemoteProtocolError("a part of a server's request or reply is no string")
    return part


def _as_headers(value: object) -> Headers:
    return {as_text(name).lower(): as_text(text) for name, text in as_object(value).items()}


def _spelled(head: Mapping[str, object]) -> bytes:
    return json.dumps(head, separators=(",", ":")).encode()
