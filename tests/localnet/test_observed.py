"""The contract with real nodes: what they answered is what ours answer (storage-rpc.md §17).

Equal means: status, content type and body, but for what cannot be equal between two
networks. These are signatures, keys, addresses and ports of nodes, the time of the
answer, and the hash of the one message whose data the recording does not hold.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.localnet.clocks import HeldClock
from tests.localnet.people import Nodes
from tests.localnet.recorded import Observation, Sent, make_again, read_observations
from webapp.localnet.http_messages import HttpAnswer, HttpRequest
from webapp.localnet.known_servers import ServerAddress
from webapp.localnet.seed import SeedService
from webapp.protocol.onion import decrypt_reply
from webapp.protocol.onion_layers import InvalidCiphertext, LayerKey

OBSERVATIONS = read_observations()

# The server that the real nodes passed requests on to, and where it was.
SERVER = ServerAddress("http", "127.0.0.1", 46519)

PORT_FIELDS = ("port", "port_https", "port_omq", "port_quic", "storage_port")
# Texts longer than this were cut to their beginning when they were written down.
LONGEST_TEXT = 600
BEGINNING = 60
# The message whose data was not recorded in full: every network has another hash for it.
LARGEST = "store: 76800 bytes"
# Its answer holds two nodes drawn at random.
RANDOM_NODES = "oxend_request get_service_nodes"
# Sealed for a key that was not kept, but as long as this text.
FORGOTTEN = {"onion to a server, target not .../lsrpc": (400, "Invalid url")}
XCHACHA20_OVERHEAD = 24 + 16

Outcome = tuple[int, str | None, object]


@dataclass(frozen=True, slots=True)
class Network:
    """What one network calls its own, and what that is in the comparison."""

    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Sequence[str]) -> "Network":
        return cls({key: f"node{number}" for number, key in enumerate(keys)})

    def equalize(self, value: object) -> object:
        """Return ``value`` without what only this network can have."""
        match value:
            case dict():
                return self._equalize_object(value)
            case list():
                return [self.equalize(item) for item in value]
            case str():
                # What is left of a cut description of nodes begins with an address.
                return self.names.get(value, _cut(value).partition('"address"')[0])
        return value

    def _equalize_object(self, value: dict[str, object]) -> dict[str, object]:
        equal = {self.names.get(name, name): self.equalize(value[name]) for name in value}
        for name in {"t", "signature", "address", *PORT_FIELDS} & equal.keys():
            equal[name] = type(equal[name]).__name__
        for name in {"pubkey_legacy", "pubkey_x25519"} & equal.keys():
            equal[name] = equal.get("pubkey_ed25519")
        if {"version", "timestamp"} <= equal.keys():
            equal["timestamp"] = "now"
        for name in {"deleted", "updated"} & equal.keys():
            # Sorted by the hashes that were just replaced.
            equal[name] = _sorted(equal[name])
        return equal


def _sorted(hashes: object) -> object:
    if isinstance(hashes, dict):
        return {name: _sorted(group) for name, group in hashes.items()}
    return sorted(hashes) if isinstance(hashes, list) else hashes


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:BEGINNING]}...({len(text)} chars)"


def _inside(answer: Mapping[str, object]) -> object:
    """Return the answer inside an onion; JSON in a text stays distinct from JSON itself."""
    body = answer["body"]
    if isinstance(body, str) and _cut(body) == body and body.endswith("}"):
        body = ["JSON in a text", json.loads(body)]
    return {"status": answer["status"], "body": body}


def recorded_outcome(seen: Observation) -> Outcome:
    if seen.decrypted is not None:
        return seen.status, seen.content_type, _inside(seen.decrypted)
    if seen.name in FORGOTTEN:
        status, text = FORGOTTEN[seen.name]
        answer = {"body": text, "status": status}
        plaintext = json.dumps(answer, separators=(",", ":"))
        sealed = base64.b64decode(str(seen.response))
        assert len(sealed) == len(plaintext) + XCHACHA20_OVERHEAD
        return seen.status, seen.content_type, _inside(answer)
    return seen.status, seen.content_type, seen.response


def our_outcome(sent: Sent, answer: HttpAnswer) -> Outcome:
    if sent.reply is not None and answer.status == 200:
        return answer.status, answer.content_type, _opened(sent, sent.reply, answer.body)
    text = answer.body.decode()
    is_json = answer.content_type == "application/json"
    return answer.status, answer.content_type, json.loads(text) if is_json else text


def _opened(sent: Sent, key: LayerKey, body: bytes) -> object:
    try:
        sealed = base64.b64decode(body) if sent.base64 else body
        return _inside(json.loads(decrypt_reply(sealed, key)))
    except InvalidCiphertext:
        return "not sealed as was asked for"


def _comparable(seen: Observation, outcome: Outcome, network: Network) -> Outcome:
    status, content_type, body = outcome
    if seen.name == LARGEST and isinstance(body, dict):
        network.names[body["hash"]] = "hash of the largest message"
    equal = network.equalize(body)
    if seen.name == RANDOM_NODES and isinstance(equal, dict):
        states = equal["result"]["service_node_states"]
        equal["result"]["service_node_states"] = [sorted(state) for state in states]
    # The seed's answers were recorded without their type.
    return status, content_type if seen.content_type else None, equal


def _all_node_keys(observations: Sequence[Observation]) -> list[str]:
    """Return the keys of the recorded nodes in their order, as the seed lists them."""
    answer = observations[-1].response
    assert isinstance(answer, dict)
    return [state["pubkey_ed25519"] for state in answer["result"]["service_node_states"]]


def say_hi(request: HttpRequest) -> HttpAnswer:
    """Answer as the server did when the requests were recorded."""
    return HttpAnswer(418 if "teapot" in request.head.target else 200, b"server says hi")


@pytest.fixture(scope="module")
def outcomes() -> dict[str, tuple[Outcome, Outcome]]:
    """Make all requests again, in order; return both answers to each by its name."""
    clock = HeldClock()
    nodes = Nodes(clock)
    nodes.servers.open(SERVER, say_hi)
    by_name = {f"node{number}": node for number, node in enumerate(nodes.nodes)}
    real = Network.of(_all_node_keys(OBSERVATIONS))
    ours = Network.of([node.name for node in nodes.nodes])
    pairs = {}
    for seen in OBSERVATIONS:
        clock.ms = seen.time_ms or clock.ms
        sent = make_again(seen, by_name)
        if seen.is_seed:
            answer = SeedService(nodes.directory).answer_http(sent.http)
        else:
            node = by_name[str(seen.request["node"])]
            answer = nodes.services[node.ed25519].answer_http(sent.http)
        pairs[seen.name] = (
            _comparable(seen, recorded_outcome(seen), real),
            _comparable(seen, our_outcome(sent, answer), ours),
        )
    return pairs


@pytest.mark.parametrize("name", [seen.name for seen in OBSERVATIONS])
def test_a_practice_node_answers_like_a_real_one(
    outcomes: dict[str, tuple[Outcome, Outcome]], name: str
) -> None:
    real, ours = outcomes[name]

    assert ours == real


def test_all_185_requests_are_made() -> None:
    assert len({seen.name for seen in OBSERVATIONS}) == len(OBSERVATIONS) == 185
