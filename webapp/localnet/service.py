"""What a node does with the HTTP requests and onion layers that reach it."""

import base64
import re
from collections.abc import Mapping

from webapp.localnet.directory import Directory
from webapp.localnet.faults import DEAD_HOP_S, Arrival, corrupted, journey_to
from webapp.localnet.http_messages import JSON_TYPE, HttpAnswer, HttpRequest
from webapp.localnet.known_servers import KnownServers
from webapp.localnet.node import VERSION, StorageNode
from webapp.localnet.rpc import Answer, StorageRpc
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.onion import (
    Final,
    Forward,
    InvalidDirections,
    ReplyKey,
    TooManyHops,
    ToServer,
    peel,
    seal_reply,
)
from webapp.protocol.onion_layers import Cipher, InvalidCiphertext, InvalidFrame, unframe

LENGTH_BYTES = 4
# The only paths at which nodes call on servers (onion.md §7).
SERVER_TARGET = re.compile(r"/(loki|oxen)/([^?]*/)?lsrpc")


class NodeService:
    """One node as others see it: its three HTTP paths, and the onion layers it peels.

    Nodes reach each other through ``peers``, by Ed25519 key, without a socket:
    clients cannot see those links (storage-rpc.md §16). The same holds for ``servers``.
    """

    def __init__(
        self,
        node: StorageNode,
        directory: Directory,
        *,
        peers: Mapping[bytes, "NodeService"],
        servers: KnownServers,
    ) -> None:
        self.node = node
        self.rpc = StorageRpc(node, directory)
        self._peers = peers
        self._servers = servers
        self._rng = directory.rng

    def answer_http(self, request: HttpRequest) -> HttpAnswer:
        head = request.head
        match head.method, head.target.partition("?")[0]:
            case "POST", "/storage_rpc/v1":
                if "x-loki-long-poll" in head.headers:
                    text = "long polling is no longer supported, client upgrade required"
                    return HttpAnswer.text(410, text)
                return _over_http(self.rpc.answer(request.body))
            case "POST", "/onion_req/v2":
                return self.answer_onion(request.body)
            case "POST", "/ping_test/v1":
                key_b64 = base64.b64encode(self.node.ed25519).decode()
                return HttpAnswer(200, b"", headers={"X-Oxen-Snode-Pubkey": key_b64})
            case "GET", "/get_stats/v1":
                version = ".".join(map(str, VERSION))
                return _over_http(Answer(200, {"version": version}))
        return HttpAnswer.text(404, f"{head.method.lower()} {head.target} Not Found")

    def answer_onion(self, framed: bytes) -> HttpAnswer:
        """Peel one layer and do what is inside (onion.md §5, §8).

        What goes wrong on the way is answered in clear; what goes wrong at the
        destination is sealed like any other answer, with an outer status of 200.
        """
        keys = self.node.keys
        try:
            peeled = peel(framed, x25519=keys.x25519, x25519_secret=keys.x25519_secret)
        except InvalidFrame as error:
            return HttpAnswer.text(400, f"Error parsing onion request: {_complaint(framed, error)}")
        except TooManyHops:
            return HttpAnswer.text(400, "onion request max path length exceeded")
        except InvalidCiphertext:
            return HttpAnswer.text(400, "Invalid ciphertext")
        except InvalidDirections as error:
            return _sealed(Answer(400, "Invalid json"), error.reply)
        match peeled:
            case Final(body=body):
                return _sealed_as_asked(self.rpc.answer(body), peeled)
            case Forward(next_ed25519, frame):
                return self._forward(next_ed25519, frame)
            case ToServer():
                return self._call_server(peeled)

    def _forward(self, next_ed25519: bytes, frame: bytes) -> HttpAnswer:
        peer = self._peers.get(next_ed25519)
        if peer is None:
            return HttpAnswer.text(502, f"Next node not found: {next_ed25519.hex()}")
        journey = journey_to(
            peer.node.faults, self._rng, is_running=peer.node.running, patience_s=DEAD_HOP_S
        )
        match journey.arrival:
            case Arrival.LOST:
                # A real node does not say who it was either.
                answer = HttpAnswer.text(504, "Request time out")
            case Arrival.NOT_READY:
                answer = HttpAnswer.text(503, f"Snode not ready: {next_ed25519.hex()}")
            case Arrival.GARBLED:
                answer = peer.answer_onion(corrupted(frame, self._rng))
            case Arrival.WHOLE:
                answer = peer.answer_onion(frame)
        return answer.later(journey.wait_s)

    def _call_server(self, wanted: ToServer) -> HttpAnswer:
        if wanted.protocol not in ("http", "https") or not SERVER_TARGET.fullmatch(wanted.target):
            return _sealed(Answer(400, "Invalid url"), wanted.reply)
        return self._servers.call(wanted)


def _over_http(answer: Answer) -> HttpAnswer:
    if answer.is_json:
        return HttpAnswer(answer.status, answer.text.encode(), JSON_TYPE).later(answer.wait_s)
    return HttpAnswer.text(answer.status, answer.text).later(answer.wait_s)


def _sealed(answer: Answer, reply: ReplyKey) -> HttpAnswer:
    return HttpAnswer(200, seal_reply(answer.status, answer.text, reply)).later(answer.wait_s)


def _sealed_as_asked(answer: Answer, asked: Final) -> HttpAnswer:
    body = answer.text if asked.quotes_json else answer.body
    sealed = seal_reply(answer.status, body, asked.reply, as_base64=asked.as_base64)
    return HttpAnswer(200, sealed).later(answer.wait_s)


def _complaint(framed: bytes, error: InvalidFrame) -> str:
    """Return what is wrong with a frame, in the words of real nodes where these are known."""
    if len(framed) < LENGTH_BYTES:
        return "Unexpected payload size; expected ciphertext size"
    expected = int.from_bytes(framed[:LENGTH_BYTES], "little")
    present = len(framed) - LENGTH_BYTES
    if present < expected:
        return f"Unexpected payload size {present}, expected >= {expected}"
    try:
        _, directions = unframe(framed)
    except InvalidFrame:
        return str(error)
    if directions.get("ephemeral_key") is None:
        return "[json.exception.out_of_range.403] key 'ephemeral_key' not found"
    cipher = directions.get("enc_type")
    if isinstance(cipher, str) and not _is_cipher(cipher):
        return f"Invalid encryption type {cipher}"
    return str(error)


def _is_cipher(name: str) -> bool:
    try:
        Cipher.parse(name)
    except RemoteProtocolError:
        return False
    return True
