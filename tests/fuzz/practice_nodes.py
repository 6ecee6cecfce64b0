"""Targets: what reaches the nodes of the practice network."""

import json
from collections.abc import Iterator

from tests.fuzz import seeds
from tests.fuzz.target import Target
from tests.localnet.clocks import HeldClock
from tests.localnet.people import BOB, Nodes
from webapp.localnet.errors import MalformedHttp
from webapp.localnet.http_messages import MAX_BODY_BYTES, Head, parse_head
from webapp.localnet.rpc import Answer
from webapp.protocol import requests

HEADS = (
    b"POST /storage_rpc/v1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 12",
    b"GET / HTTP/1.0\r\nConnection: close",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
)
NOW_MS = HeldClock().now_ms()


def head_is_in_bounds(_: bytes, head: Head) -> None:
    assert 0 <= head.body_bytes <= MAX_BODY_BYTES
    assert all(name == name.lower() for name in head.headers)


def ask_node(data: bytes) -> Answer:
    """Return what a node answers that has never been asked before."""
    nodes = Nodes(HeldClock())
    member = nodes.swarm_of(BOB)[0]
    return nodes.services[member.ed25519].rpc.answer(data)


def answer_can_travel(_: bytes, answer: Answer) -> None:
    assert 100 <= answer.status <= 599
    if answer.is_json:
        assert isinstance(json.loads(answer.text), dict)


def calls() -> Iterator[bytes]:
    store = requests.store(BOB.account_id, b"hello", timestamp_ms=NOW_MS, ttl_ms=100_000)
    retrieve = requests.retrieve(BOB, timestamp_ms=NOW_MS)
    empty = requests.delete_all(BOB, timestamp_ms=NOW_MS)
    for each in (store, retrieve, empty, requests.sequence([store, retrieve, empty])):
        yield each.to_json()
    yield from seeds.calls()


TARGETS = [
    Target("http_head", parse_head, lambda: HEADS, head_is_in_bounds, refusals=(MalformedHttp,)),
    # A node answers whatever it is asked.
    Target("node_rpc", ask_node, calls, answer_can_travel, refusals=()),
]
