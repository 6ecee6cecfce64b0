"""Nodes that change their swarm, and the messages that go with them (storage-rpc.md §9)."""

from collections.abc import Iterator

import pytest

from tests.localnet.clocks import START_MS
from tests.localnet.people import ALICE, Nodes
from webapp.localnet.moving import move
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Owner
from webapp.protocol import requests
from webapp.protocol.identifiers import DAY_MS
from webapp.protocol.keys import AccountKeys
from webapp.protocol.swarms import nearest_swarm, swarm_space


def contents(node: StorageNode) -> list[tuple[str, int]]:
    """Return hash and namespace of all that is on a node."""
    return [
        (message.hash.text, message.namespace) for message, _ in node.store.copies(now_ms=START_MS)
    ]


@pytest.fixture
def joiner(nodes: Nodes) -> StorageNode:
    return nodes.others(ALICE)[0]


def swarm_id(nodes: Nodes, keys: AccountKeys) -> int:
    return nodes.directory.swarm_id_of(Owner(bytes(keys.account_id)))


def join(nodes: Nodes, joiner: StorageNode) -> None:
    move(joiner, swarm_id(nodes, ALICE), nodes.directory)


def test_a_joining_node_gets_all_messages_of_its_new_swarm(
    nodes: Nodes, joiner: StorageNode
) -> None:
    stored = [nodes.store(ALICE, bytes([number])).text for number in range(3)]

    join(nodes, joiner)

    assert joiner in nodes.swarm_of(ALICE)
    assert [hash_ for hash_, _ in contents(joiner)] == stored
    found = nodes.retrieve(ALICE, member=nodes.swarm_of(ALICE).index(joiner))
    assert [item["expiration"] for item in found["messages"]] == [START_MS + DAY_MS] * 3


def test_pushed_messages_lose_their_namespace_as_on_real_nodes(
    nodes: Nodes, joiner: StorageNode
) -> None:
    hash_ = nodes.store(ALICE, b"profile", namespace=2)

    join(nodes, joiner)

    assert contents(joiner) == [(hash_.text, 0)]
    assert contents(nodes.swarm_of(ALICE)[0]) == [(hash_.text, 2)]


def test_what_the_node_has_already_stays_where_it_is(nodes: Nodes, joiner: StorageNode) -> None:
    join(nodes, joiner)
    hash_ = nodes.store(ALICE, b"profile", namespace=2)
    move(joiner, nodes.others(ALICE)[0].swarm_id, nodes.directory)

    join(nodes, joiner)

    assert contents(joiner) == [(hash_.text, 2)]


def test_a_node_that_left_refuses_its_former_accounts(nodes: Nodes, joiner: StorageNode) -> None:
    leaver = nodes.swarm_of(ALICE)[0]
    nodes.store(ALICE, b"hello")

    move(leaver, joiner.swarm_id, nodes.directory)

    assert nodes.ask(leaver, requests.retrieve(ALICE, timestamp_ms=START_MS)).status == 421
    assert leaver not in nodes.swarm_of(ALICE)
    assert len(nodes.hashes(ALICE)) == 1


def test_a_new_swarm_gets_what_is_its_own_now_and_nothing_else(
    nodes: Nodes, joiner: StorageNode
) -> None:
    new_id = swarm_space(ALICE.account_id.x25519)
    neighbour = next(keys for keys in people() if stays_behind(nodes, keys, new_id))
    ours = nodes.store(ALICE, b"for Alice")
    theirs = nodes.store(neighbour, b"for her neighbour")

    move(joiner, new_id, nodes.directory)

    assert nodes.swarm_of(ALICE) == [joiner]
    assert contents(joiner) == [(ours.text, 0)]
    assert nodes.hashes(neighbour) == [theirs.text]


def people() -> Iterator[AccountKeys]:
    for number in range(256):
        yield AccountKeys.from_seed32(bytes([number]) * 32)


def stays_behind(nodes: Nodes, keys: AccountKeys, new_id: int) -> bool:
    """Return whether someone shares Alice's swarm, but not the new one that will be hers."""
    former_id = swarm_id(nodes, ALICE)
    space = swarm_space(keys.account_id.x25519)
    ids = {node.swarm_id for node in nodes.nodes}
    return nearest_swarm(space, ids) == former_id == nearest_swarm(space, ids | {new_id})


def test_a_swarm_that_dissolves_hands_over_what_it_kept(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"hello")
    other_id = nodes.others(ALICE)[0].swarm_id

    for member in nodes.swarm_of(ALICE):
        move(member, other_id, nodes.directory)

    assert len(nodes.swarm_of(ALICE)) == 6
    for number in range(6):
        assert nodes.hashes(ALICE, member=number) == [hash_.text]


@pytest.mark.parametrize("is_joiner_stopped", [True, False])
def test_who_is_stopped_neither_pushes_nor_receives(
    nodes: Nodes, joiner: StorageNode, is_joiner_stopped: bool
) -> None:
    nodes.store(ALICE, b"hello")
    for node in [joiner] if is_joiner_stopped else nodes.swarm_of(ALICE):
        node.running = False

    join(nodes, joiner)

    assert contents(joiner) == []


def test_a_move_to_the_own_swarm_changes_nothing(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"profile", namespace=2)
    member = nodes.swarm_of(ALICE)[0]

    move(member, member.swarm_id, nodes.directory)

    assert [contents(node) for node in nodes.swarm_of(ALICE)] == [[(hash_.text, 2)]] * 3
