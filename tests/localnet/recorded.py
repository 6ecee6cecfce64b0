"""The requests that real nodes were sent, made again for the practice nodes.

The recorded signatures are genuine: made with the keys of the recorded accounts over
the recorded times. So the requests are repeated as they are, in the recorded order, and
the clock is held at the time that the real node gave. Where the recording holds no
bytes (broken frames, other people's keys), its name tells what they were.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from webapp.localnet.http_messages import Head, HttpRequest
from webapp.localnet.node import StorageNode
from webapp.protocol.onion_layers import Cipher, LayerKey, frame, seal_layer

FILE = Path(__file__).parent.parent / "vectors" / "storage_rpc_observed.json"
# Long texts were cut when they were written down.
CUT_TEXT = re.compile(r"(.*)\.\.\.\((\d+) chars\)", re.DOTALL)
# Nobody has these keys.
STRANGER = b"\x5a" * 32
UNKNOWN_NODE = re.compile(r"Next node not found: ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Observation:
    """One recorded request, and what a real node answered."""

    name: str
    request: Mapping[str, object]
    status: int
    content_type: str | None
    response: object
    decrypted: Mapping[str, object] | None

    @property
    def path(self) -> str:
        return str(self.request.get("path", "/json_rpc"))

    @property
    def is_onion(self) -> bool:
        return self.path == "/onion_req/v2"

    @property
    def is_seed(self) -> bool:
        return self.path == "/json_rpc"

    @property
    def time_ms(self) -> int | None:
        """Return the time the answer carries, wherever it does."""
        answer = self.response if self.decrypted is None else self.decrypted.get("body")
        text = answer if isinstance(answer, str) else json.dumps(answer)
        found = re.search(r'"t": ?(\d{13})', text)
        return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes to a node, and for an onion the key that opens the answer."""

    http: HttpRequest
    reply: LayerKey | None = None
    base64: bool = True


def read_observations() -> list[Observation]:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        Observation(
            name=item["name"],
            request=item["request"],
            status=item["status"],
            content_type=item.get("content_type"),
            response=item["response"],
            decrypted=item.get("decrypted"),
        )
        for item in document["observed"]
    ]


def make_again(seen: Observation, nodes: Mapping[str, StorageNode]) -> Sent:
    """Return the request of ``seen`` for ``nodes``, which are called as in the recording."""
    body = seen.request.get("body", seen.request if seen.is_seed else None)
    if not seen.is_onion:
        return Sent(_http(seen, _encoded(body)))
    if isinstance(body, dict) and "path" in body:
        return _layered(seen, body, nodes)
    node = nodes[str(seen.request["node"])]
    if isinstance(body, dict):
        directions = {**body["destination"], "ephemeral_key": STRANGER.hex()}
        sent = _sealed_for(seen, node, frame(b"only the server can read this", directions))
        # What the server says is passed on as it is; only the node itself would seal.
        return replace(sent, reply=None) if directions["target"].endswith("/lsrpc") else sent
    match seen.name.removeprefix("onion: "):
        case "payload not JSON":
            return _sealed_for(seen, node, frame(b"not json", {"headers": {}}))
        case "control without headers/host/destination":
            return _sealed_for(seen, node, frame(b"{}", {}))
    return Sent(_http(seen, _broken_frame(seen.name.removeprefix("onion: "))))


def _broken_frame(name: str) -> bytes:
    match name:
        case "garbage":
            return b"garbage"
        case "empty":
            return b""
        case "no ephemeral_key":
            return frame(b"sealed", {})
        case "bad length prefix":
            return (2**31 - 1).to_bytes(4, "little") + b"short"
        case "bad enc_type":
            return frame(b"sealed", {"ephemeral_key": STRANGER.hex(), "enc_type": "rot13"})
    raise ValueError(name)


def _layered(
    seen: Observation, body: Mapping[str, object], nodes: Mapping[str, StorageNode]
) -> Sent:
    """Return the onion for ``body``; unlike our own client's it may meet a node twice."""
    path = body["path"]
    control = body["control"]
    assert isinstance(path, list)
    assert isinstance(control, dict)
    ciphers = _ciphers(seen, str(body["enc_type"]), len(path))
    keys = [(nodes[name].ed25519, nodes[name].keys.x25519) for name in path]
    _misdirect(seen, keys)
    plaintext = frame(_encoded(body["inner"]), control)
    blob, reply = seal_layer(plaintext, node=keys[-1][1], cipher=ciphers[-1])
    layer = reply
    for number in range(len(path) - 2, -1, -1):
        directions = {"destination": keys[number + 1][0].hex(), **_sealing(layer)}
        blob, layer = seal_layer(
            frame(blob, directions), node=keys[number][1], cipher=ciphers[number]
        )
    http = _http(seen, frame(blob, _sealing(layer)))
    return Sent(http, reply, base64=control.get("base64") is not False)


def _ciphers(seen: Observation, name: str, count: int) -> list[Cipher]:
    if "mixed ciphers" in seen.name:
        # The length of the recorded answer shows that the innermost layer was AES-GCM.
        return [Cipher.XCHACHA20] * (count - 1) + [Cipher.AES_GCM]
    return [Cipher(name)] * count


def _misdirect(seen: Observation, keys: list[tuple[bytes, bytes]]) -> None:
    """Put into ``keys`` the one wrong key that the name of ``seen`` tells of."""
    if found := UNKNOWN_NODE.fullmatch(str(seen.response)):
        position = 1 if "second hop" in seen.name else len(keys) - 1
        keys[position] = (bytes.fromhex(found[1]), keys[position][1])
    elif "entry cannot decrypt" in seen.name:
        keys[0] = (keys[0][0], STRANGER)
    elif "last hop cannot decrypt" in seen.name:
        keys[-1] = (keys[-1][0], STRANGER)


def _sealed_for(seen: Observation, node: StorageNode, plaintext: bytes) -> Sent:
    blob, layer = seal_layer(plaintext, node=node.keys.x25519, cipher=Cipher.XCHACHA20)
    return Sent(_http(seen, frame(blob, _sealing(layer))), layer)


def _sealing(layer: LayerKey) -> dict[str, object]:
    return {"ephemeral_key": layer.client.hex(), "enc_type": layer.cipher.value}


def _http(seen: Observation, body: bytes) -> HttpRequest:
    method = "GET" if "GET " in seen.name else "POST"
    headers = {"x-loki-long-poll": "1"} if "x-loki-long-poll" in seen.name else {}
    return HttpRequest(Head(method, seen.path, headers, len(body), keep_alive=True), body)


def _encoded(body: object) -> bytes:
    if body is None or isinstance(body, str):
        return (body or "").encode()
    return json.dumps(_uncut(body)).encode()


def _uncut(value: object) -> object:
    """Return ``value`` with texts of the recorded length again, filled up with what is base64."""
    match value:
        case dict():
            return {name: _uncut(item) for name, item in value.items()}
        case list():
            return [_uncut(item) for item in value]
        case str() if cut := CUT_TEXT.fullmatch(value):
            return cut[1].ljust(int(cut[2]), "A")
    return value
