"""Targets: what storage nodes and seeds answer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz import seeds
from tests.fuzz.target import Target, hold_nothing
from tests.protocol.people import BOB
from tests.protocol.swarm_recordings import Recording
from webapp.protocol import replies
from webapp.protocol.identifiers import MessageHash
from webapp.protocol.nodes import MAX_NODES, Node, parse_node_list
from webapp.protocol.swarm_replies import Failure, SwarmOutcome

RETRIEVED = json.dumps(
    {
        "messages": [
            {
                "hash": MessageHash.of(BOB.account_id, 0, b"hello").text,
                "timestamp": 1_740_000_000_000,
                "expiration": 1_740_000_100_000,
                "data": "aGVsbG8=",
            }
        ],
        "more": False,
        "t": 1_740_000_000_000,
    }
).encode()


def store_target() -> Target:
    """Return a target that knows which members ever signed for which message."""
    genuine = [answer for answer in seeds.answers("store") if b'"hash"' in answer]
    members = frozenset(
        bytes.fromhex(name) for answer in genuine for name in json.loads(answer)["swarm"]
    )
    signed: dict[MessageHash, frozenset[bytes]] = {}
    for answer in genuine:
        reply = replies.parse_store(answer, members=members)
        signed[reply.hash] = signed.get(reply.hash, frozenset()) | reply.signers

    def only_who_signed(_: bytes, reply: replies.StoreReply) -> None:
        assert reply.signers <= signed.get(reply.hash, frozenset())

    return Target(
        "store_reply",
        lambda data: replies.parse_store(data, members=members),
        lambda: [*seeds.answers("store")],
        only_who_signed,
    )


def parse_retrieve(data: bytes) -> replies.RetrieveReply:
    return replies.parse_retrieve(data, replies.ParsedItems(BOB.account_id, 0))


def items_have_their_hashes(_: bytes, reply: replies.RetrieveReply) -> None:
    for item in reply.items:
        assert item.hash == MessageHash.of(BOB.account_id, 0, item.data)


def nodes_can_be_reached(_: bytes, nodes: tuple[Node, ...]) -> None:
    assert len({node.ed25519 for node in nodes}) == len(nodes) <= MAX_NODES
    for node in nodes:
        assert len(node.ed25519) == len(node.x25519) == 32
        assert node.url.count(":") == 2


def swarm_target(name: str, recording: str) -> Target:
    """Return a target that knows all that the members ever signed: nothing else may be done."""
    recorded = Recording.named(recording)
    genuine = list(seeds.answers(recorded.method))
    # Members answered other requests about the same messages; that is proved as well.
    signed = [recorded.parse(answer).done for answer in genuine if b'"signature"' in answer]

    def only_what_was_signed(_: bytes, outcome: SwarmOutcome[Any]) -> None:
        assert outcome.done.keys() | outcome.failed.keys() >= set(recorded.members)
        assert outcome.done.keys().isdisjoint(outcome.failed)
        assert set(outcome.failed.values()) <= set(Failure)
        for key, done in outcome.done.items():
            # Which namespace a message was in is the one thing that is not signed.
            assert all_hashes(done) in [all_hashes(true[key]) for true in signed if key in true]

    def all_hashes(done: Any) -> Any:
        if recorded.method != "delete_all":
            return done
        return sorted(hash_ for hashes in done.values() for hash_ in hashes)

    return Target(name, recorded.parse, lambda: genuine, only_what_was_signed)


def answered(
    method: str,
    parse: Callable[[bytes], Any],
    hold: Callable[[bytes, Any], None] = hold_nothing,
    *more: bytes,
) -> Target:
    return Target(f"{method}_reply", parse, lambda: [*seeds.answers(method), *more], hold)


def node_lists() -> Iterator[bytes]:
    for seen in seeds.observed():
        if "service_nodes" in str(seen["request"]) and isinstance(seen["response"], dict):
            yield json.dumps(seen["response"]).encode()


TARGETS = [
    Target("node_list", parse_node_list, node_lists, nodes_can_be_reached),
    store_target(),
    answered("retrieve", parse_retrieve, items_have_their_hashes, RETRIEVED),
    answered("get_swarm", replies.parse_swarm),
    answered("batch", replies.parse_batch),
    answered("info", replies.parse_info),
    swarm_target("delete_reply", "delete"),
    swarm_target("delete_all_reply", "delete_all ns all"),
    swarm_target("expire_reply", "expire: shorten to later (unchanged)"),
    swarm_target("expire_each_reply", "expire: several expiries (hf 19.4)"),
]
