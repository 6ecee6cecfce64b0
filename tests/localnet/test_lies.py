"""Nodes that know better and say otherwise, as a client of them reads it."""

import base64

import pytest

from tests.localnet.clocks import START_MS, HeldClock
from tests.localnet.people import ALICE, Nodes, reply
from webapp.localnet.faults import Lie
from webapp.localnet.node import StorageNode
from webapp.protocol import requests
from webapp.protocol.identifiers import DAY_MS, MessageHash
from webapp.protocol.keys import verify
from webapp.protocol.nodes import parse_node_list
from webapp.protocol.replies import NotStored, parse_batch, parse_info, parse_store, parse_swarm
from webapp.protocol.requests import Request

HOUR_MS = 3_600_000


@pytest.fixture
def liar(nodes: Nodes) -> StorageNode:
    return nodes.swarm_of(ALICE)[0]


def store(data: bytes = b"hello") -> Request:
    return requests.store(ALICE.account_id, data, timestamp_ms=START_MS, ttl_ms=DAY_MS)


def names_of(nodes: list[StorageNode]) -> set[bytes]:
    return {node.ed25519 for node in nodes}


def test_a_false_swarm_is_well_formed_and_holds_no_member(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.SWARM}

    answer = nodes.ask(liar, requests.retrieve(ALICE, timestamp_ms=START_MS))

    assert answer.status == 421
    assert set(parse_swarm(answer.text).nodes) == names_of(nodes.others(ALICE))


def test_where_all_nodes_are_one_swarm_the_false_one_is_invented(
    nodes: Nodes, liar: StorageNode
) -> None:
    for node in nodes.nodes:
        node.swarm_id = liar.swarm_id
    liar.faults.lies = {Lie.SWARM}

    swarm = parse_swarm(nodes.ask(liar, store()).text)

    assert swarm.nodes
    assert names_of(nodes.nodes).isdisjoint(swarm.nodes)


def test_a_wrong_swarm_without_a_list_names_nobody(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.NO_SWARM}

    answer = nodes.ask(liar, store())

    assert answer.status == 421
    assert "snodes" not in answer.body


def test_each_part_of_a_batch_is_denied_by_itself(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.SWARM}

    batch = requests.batch([store(), requests.info(), requests.get_swarm(ALICE.account_id)])
    results = parse_batch(nodes.ask(liar, batch).text)

    assert [result.code for result in results] == [421, 200, 200]
    assert set(parse_swarm(results[2].body).nodes) == names_of(nodes.swarm_of(ALICE))


@pytest.mark.parametrize("method", ["get_swarm", "get_snodes_for_pubkey"])
def test_the_members_of_a_swarm_are_others(nodes: Nodes, liar: StorageNode, method: str) -> None:
    liar.faults.lies = {Lie.MEMBERS}

    answer = nodes.ask_with(liar, method, {"pubkey": ALICE.account_id.hex})

    assert set(parse_swarm(answer.text).nodes) == names_of(nodes.others(ALICE))


def test_the_list_of_nodes_holds_strangers(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.INVENTED_NODES}

    listed = {node.ed25519 for node in parse_node_list(ask_for_nodes(nodes, liar))}

    assert listed > names_of(nodes.nodes)


def test_the_list_of_nodes_lacks_half_of_them(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.MISSING_NODES}

    listed = {node.ed25519 for node in parse_node_list(ask_for_nodes(nodes, liar))}

    assert listed < names_of(nodes.nodes)
    assert len(listed) == 3


def ask_for_nodes(nodes: Nodes, node: StorageNode) -> str:
    return nodes.ask(node, requests.oxend_service_nodes()).text


def test_other_questions_to_the_chain_are_answered_truly(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.INVENTED_NODES}

    answer = nodes.ask_with(liar, "oxend_request", {"endpoint": "ons_resolve", "params": {}})

    assert reply(answer)["result"] == {}


def test_a_message_that_nobody_stored_has_a_hash_and_an_entry_of_each_member(
    nodes: Nodes, liar: StorageNode
) -> None:
    liar.faults.lies = {Lie.STORED}

    answer = nodes.ask(liar, store())
    liar.faults.lies = set()

    members = names_of(nodes.swarm_of(ALICE))
    stored = parse_store(answer.text, members=frozenset(members))
    assert stored.hash == MessageHash.of(ALICE.account_id, namespace=0, data=b"hello")
    assert {bytes.fromhex(name) for name in reply(answer)["swarm"]} == members
    assert stored.signers == {liar.ed25519}
    assert [nodes.hashes(ALICE, member=number) for number in range(3)] == [[], [], []]


def test_a_store_that_failed_everywhere_is_a_200_without_a_hash(
    nodes: Nodes, liar: StorageNode
) -> None:
    liar.faults.lies = {Lie.ALL_FAILED}

    answer = nodes.ask(liar, store())
    liar.faults.lies = set()

    assert "hash" not in reply(answer)
    with pytest.raises(NotStored):
        parse_store(answer.text, members=frozenset())
    assert nodes.hashes(ALICE) == []


def test_every_other_message_is_left_out(nodes: Nodes, liar: StorageNode) -> None:
    stored = [nodes.store(ALICE, bytes([number])).text for number in range(4)]
    liar.faults.lies = {Lie.MISSING_MESSAGES}

    assert nodes.hashes(ALICE) == stored[1::2]
    assert nodes.hashes(ALICE, member=1) == stored


def test_there_is_always_more(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.ENDLESS}

    found = nodes.retrieve(ALICE)

    assert (found["messages"], found["more"]) == ([], True)


def test_the_bytes_of_a_message_are_others_under_the_same_hash(
    nodes: Nodes, liar: StorageNode
) -> None:
    hash_ = nodes.store(ALICE, b"hello")
    nodes.store(ALICE, b"")
    liar.faults.lies = {Lie.RUBBISH}

    changed, empty = nodes.retrieve(ALICE)["messages"]

    data = base64.b64decode(changed["data"], validate=True)
    assert changed["hash"] == hash_.text
    assert (len(data), data == b"hello") == (5, False)
    assert empty["data"] == "="


def test_the_time_is_an_hour_ahead_but_checks_go_by_the_right_one(
    nodes: Nodes, liar: StorageNode
) -> None:
    liar.faults.lies = {Lie.TIME}

    assert nodes.retrieve(ALICE)["t"] == START_MS + HOUR_MS
    assert reply(nodes.ask(liar, store()))["t"] == START_MS + HOUR_MS
    assert parse_info(nodes.ask(liar, requests.info()).text).t_ms == START_MS + HOUR_MS


def test_a_liar_signs_something_else(nodes: Nodes, liar: StorageNode) -> None:
    hash_ = nodes.store(ALICE, b"hello")
    liar.faults.lies = {Lie.SIGNATURES}

    entries = reply(nodes.ask(liar, requests.delete(ALICE, [hash_])))["swarm"]

    text = f"{ALICE.account_id.hex}{hash_.text}{hash_.text}".encode()
    honest = {
        bytes.fromhex(name)
        for name, entry in entries.items()
        if verify(bytes.fromhex(name), text, base64.b64decode(entry["signature"]))
    }
    assert honest == names_of(nodes.swarm_of(ALICE)) - {liar.ed25519}


def test_what_cannot_be_read_is_refused_before_any_lie(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = set(Lie)

    assert nodes.ask_with(liar, "store", {"pubkey": ALICE.account_id.hex}).status == 400


def test_a_refusal_stays_what_it_is(nodes: Nodes, liar: StorageNode) -> None:
    liar.faults.lies = {Lie.TIME, Lie.RUBBISH}

    answer = nodes.ask_with(liar, "retrieve", {"pubkey": ALICE.account_id.hex})

    assert (answer.status, answer.text) == (401, "retrieve: request signature required")


def test_a_wrong_clock_tells_its_time_and_checks_by_it(
    nodes: Nodes, liar: StorageNode, clock: HeldClock
) -> None:
    liar.faults.clock_offset_ms = -5 * 60_000

    assert parse_info(nodes.ask(liar, requests.info()).text).t_ms == clock.now_ms() - 5 * 60_000
    answer = nodes.ask(liar, requests.retrieve(ALICE, timestamp_ms=START_MS))
    assert (answer.status, answer.text) == (406, "retrieve timestamp too far from current time")


def test_a_member_with_a_wrong_clock_refuses_what_others_relay(
    nodes: Nodes, liar: StorageNode
) -> None:
    asked = nodes.swarm_of(ALICE)[1]
    liar.faults.clock_offset_ms = -5 * 60_000

    entries = reply(nodes.ask(asked, store()))["swarm"]

    assert entries[liar.name]["code"] == "406"
    assert [len(nodes.hashes(ALICE, member=number)) for number in (1, 2)] == [1, 1]
