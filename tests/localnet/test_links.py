"""What can go wrong between nodes: on an onion's path, and within a swarm."""

import random

import pytest

from tests.localnet.people import ALICE, Nodes, reply
from webapp.localnet.faults import DEAD_HOP_S, DEAD_MEMBER_S, Faults
from webapp.localnet.http_messages import Head, HttpAnswer, HttpRequest
from webapp.localnet.node import StorageNode
from webapp.protocol import requests
from webapp.protocol.identifiers import DAY_MS
from webapp.protocol.nodes import Node
from webapp.protocol.onion import build
from webapp.protocol.requests import Request


def through_three(
    nodes: Nodes, request: Request | None = None, *, destination: StorageNode | None = None
) -> HttpAnswer:
    """Return what the first of three nodes says when the fifth, or another, is asked so."""
    destination = destination or nodes.nodes[4]
    path = [node for node in nodes.nodes if node is not destination][:3]
    first, second, third, last = [
        Node(node.ed25519, node.keys.x25519, node.ip, 1) for node in [*path, destination]
    ]
    body = (request or requests.info()).to_json()
    onion = build([first, second, third], destination=last, body=body)
    http = HttpRequest(Head("POST", "/onion_req/v2", {}, len(onion.body), True), onion.body)
    return nodes.services[first.ed25519].answer_http(http)


def store(nodes: Nodes, data: bytes = b"hello") -> Request:
    return requests.store(ALICE.account_id, data, timestamp_ms=nodes.clock.now_ms(), ttl_ms=DAY_MS)


def store_through_first(nodes: Nodes) -> tuple[dict, list[StorageNode]]:
    """Return the entries of a `store` that the first member was asked for, and the members."""
    members = nodes.swarm_of(ALICE)
    return reply(nodes.ask(members[0], store(nodes)))["swarm"], members


@pytest.mark.parametrize(
    ("faults", "status", "text"),
    [
        (Faults(link_drop=1), 504, "Request time out"),
        (Faults(link_corrupt=1), 400, ""),
        (Faults(not_ready=True), 503, "Snode not ready: {hop}"),
    ],
)
@pytest.mark.parametrize("hop", [1, 2, 4])
def test_a_fault_on_the_path_is_answered_in_clear(
    nodes: Nodes, faults: Faults, status: int, text: str, hop: int
) -> None:
    nodes.nodes[hop].faults = faults

    answer = through_three(nodes)

    assert answer.status == status
    if text:
        assert answer.body.decode() == text.format(hop=nodes.nodes[hop].name)


def test_other_nodes_do_not_meet_the_faults_between_a_client_and_a_node(nodes: Nodes) -> None:
    nodes.nodes[1].faults = Faults(drop_requests=1, drop_answers=1, corrupt=1, delay_ms=1000)

    answer = through_three(nodes)

    assert (answer.status, answer.wait_s) == (200, 0)


def test_delays_along_the_path_add_up(nodes: Nodes) -> None:
    for node in nodes.nodes:
        node.faults.link_delay_ms = 100

    # The guard is reached by a client, so three links are left.
    assert through_three(nodes).wait_s == pytest.approx(0.3)


def test_a_dead_hop_takes_as_long_as_a_real_one_if_asked(nodes: Nodes) -> None:
    nodes.nodes[2].running = False
    quick = through_three(nodes)
    nodes.nodes[2].faults.real_waits = True

    slow = through_three(nodes)

    assert (quick.status, quick.wait_s) == (504, 0)
    assert (slow.status, slow.wait_s) == (504, DEAD_HOP_S)


@pytest.mark.parametrize(
    ("faults", "entry"),
    [
        (Faults(link_drop=1), {"failed": 1, "timeout": 1}),
        (Faults(link_corrupt=1), {"failed": 1, "bad_peer_response": 1}),
        (
            Faults(not_ready=True),
            {
                "failed": 1,
                "code": "503",
                "reason": "Service node is not ready: it was told to be so",
            },
        ),
    ],
)
def test_a_member_that_is_not_reached_is_reported_and_misses_the_message(
    nodes: Nodes, faults: Faults, entry: dict[str, object]
) -> None:
    nodes.swarm_of(ALICE)[1].faults = faults

    entries, members = store_through_first(nodes)
    members[1].faults = Faults()

    assert entries[members[1].name] == entry
    assert [len(nodes.hashes(ALICE, member=number)) for number in range(3)] == [1, 0, 1]


def test_dead_members_are_waited_for_side_by_side_and_so_are_the_parts_of_a_batch(
    nodes: Nodes,
) -> None:
    asked, *others = nodes.swarm_of(ALICE)
    for member in others:
        member.running = False
        member.faults.real_waits = True
    three = [store(nodes, bytes([number])) for number in range(3)]

    assert nodes.ask(asked, three[0]).wait_s == DEAD_MEMBER_S
    assert nodes.ask(asked, requests.batch(three)).wait_s == DEAD_MEMBER_S
    assert nodes.ask(asked, requests.sequence(three)).wait_s == 3 * DEAD_MEMBER_S


def test_the_wait_of_the_destination_reaches_the_guard(nodes: Nodes) -> None:
    asked, slow, _ = nodes.swarm_of(ALICE)
    hops = [node for node in nodes.nodes if node is not asked][:3]
    slow.faults.link_delay_ms = 5000

    answer = through_three(nodes, store(nodes), destination=asked)

    # It delays the message that is relayed to it, and the onion if that comes by as well.
    assert answer.wait_s == 5 + 5 * (slow in hops[1:])


def test_the_same_chance_gives_the_same_faults(nodes: Nodes) -> None:
    nodes.nodes[1].faults.link_drop = 0.5

    def statuses(seed: int) -> list[int]:
        nodes.directory.rng.seed(seed)
        return [through_three(nodes).status for _ in range(30)]

    assert statuses(1) == statuses(1) != statuses(2)
    assert isinstance(nodes.directory.rng, random.Random)
