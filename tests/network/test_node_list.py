"""How the node list is renewed: by agreement of three nodes, or else from the seeds."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.examples import node
from tests.network.memory_network import (
    ALICE,
    BOB,
    DAY_MS,
    MemoryNetwork,
    poll_until_idle,
    unreachable,
)
from tests.network.polling import poll
from tests.virtual_clock import VirtualClock
from webapp.localnet.node import StorageNode
from webapp.localnet.rpc import Answer as NodeAnswer
from webapp.network.client import Network, Remembered
from webapp.network.errors import NetworkError
from webapp.network.node_list import (
    COMMON_SHARE,
    FEWEST_IN_COMMON,
    MAX_AGE_MS,
    RENEWAL_PAUSE_S,
    NodeList,
)
from webapp.network.settings import NetworkSettings
from webapp.protocol.nodes import Node

TWO_HOURS_S = MAX_AGE_MS / 1000


class Memory:
    """Keeps what a network wants to have remembered."""

    def __init__(self, network: Network) -> None:
        self.kept: list[Remembered] = []
        network.on_learned(self.kept.append)

    @property
    def last(self) -> Remembered:
        return self.kept[-1]


def node_list(memory: MemoryNetwork, clock: VirtualClock, *, min_nodes: int) -> NodeList:
    settings = NetworkSettings(
        "test", memory.settings.seeds, distinct_subnets=False, min_nodes=min_nodes
    )
    return NodeList(settings, transport=memory.transport(), clock=clock)


def lists_asked_of_nodes(memory: MemoryNetwork) -> list[str]:
    """Return a list that grows with the name of each node asked for the node list."""
    asked: list[str] = []
    for member in memory.nodes:
        honest = memory.services[member.ed25519].rpc.answer

        def noted(body: bytes, member: StorageNode = member, honest: object = honest) -> NodeAnswer:
            if b"oxend_request" in body:
                asked.append(member.name)
            return honest(body)  # type: ignore[operator, no-any-return]

        memory.lie(member, noted)
    return asked


def nodes(count: int) -> list[Node]:
    return [node(number) for number in range(count)]


def test_an_old_list_is_renewed_by_asking_three_nodes(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll_until_idle(network)
    remembering = Memory(network)
    asked = lists_asked_of_nodes(memory)
    clock.advance(TWO_HOURS_S)
    poll_until_idle(network)
    assert len(set(asked)) == len(asked) == 3
    assert remembering.last.listed_at_ms == clock.now_ms()
    assert memory.paths_used().count("/json_rpc") == 1


def test_a_young_list_is_left_alone(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll_until_idle(network)
    asked = lists_asked_of_nodes(memory)
    clock.advance(TWO_HOURS_S - 1)
    poll_until_idle(network)
    assert asked == []


def test_a_node_that_has_moved_is_found(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll_until_idle(network)
    memory.nodes[0].port += 100
    clock.advance(TWO_HOURS_S)
    # It may be one of our guards.
    for _ in range(6):
        with contextlib.suppress(NetworkError):
            poll_until_idle(network)
    known = Memory(network).last.nodes
    assert memory.nodes[0].port in {member.port for member in known}


def test_a_liar_that_leaves_others_out_is_not_followed(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll_until_idle(network)
    few = {"service_node_states": [member.chain_state() for member in memory.nodes[:6]]}
    liar = memory.nodes[0]
    honest = memory.services[liar.ed25519].rpc.answer
    memory.lie(
        liar,
        lambda body: (
            NodeAnswer(200, {"result": few, "t": clock.now_ms(), "hf": [19, 4]})
            if b"oxend_request" in body
            else honest(body)
        ),
    )
    for _ in range(10):
        clock.advance(TWO_HOURS_S)
        poll_until_idle(network)
        assert len(Memory(network).last.nodes) == 12


def test_when_nodes_never_agree_the_seeds_are_asked(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll_until_idle(network)
    for number, member in enumerate(memory.nodes):
        honest = memory.services[member.ed25519].rpc.answer
        one = {"service_node_states": [memory.nodes[number].chain_state()]}
        memory.lie(
            member,
            lambda body, one=one, honest=honest: (
                NodeAnswer(200, {"result": one}) if b"oxend_request" in body else honest(body)
            ),
        )
    clock.advance(TWO_HOURS_S)
    poll_until_idle(network)
    assert memory.paths_used().count("/json_rpc") == 2


def test_a_renewal_that_fails_is_not_tried_again_at_once(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll_until_idle(network)
    asked = lists_asked_of_nodes(memory)
    for member in memory.nodes:
        honest = memory.services[member.ed25519].rpc.answer
        memory.lie(
            member,
            lambda body, honest=honest: (
                NodeAnswer(200, json.dumps({})) if b"oxend_request" in body else honest(body)
            ),
        )
    memory.seed_answers = unreachable
    clock.advance(TWO_HOURS_S)
    poll_until_idle(network)
    seeds_asked = memory.paths_used().count("/json_rpc")
    poll_until_idle(network)
    assert memory.paths_used().count("/json_rpc") == seeds_asked
    clock.advance(RENEWAL_PAUSE_S)
    poll_until_idle(network)
    assert memory.paths_used().count("/json_rpc") > seeds_asked
    assert asked == []


def test_in_a_small_network_only_the_seeds_are_asked(clock: VirtualClock) -> None:
    memory = MemoryNetwork(clock, node_count=8)
    network = Network(memory.settings, clock=clock, transport=memory.transport())
    poll_until_idle(network)
    asked = lists_asked_of_nodes(memory)
    clock.advance(TWO_HOURS_S)
    poll_until_idle(network)
    network.close()
    assert asked == []
    assert memory.paths_used().count("/json_rpc") == 2


def test_what_is_learned_is_told_once_for_each_change(
    memory: MemoryNetwork, network: Network
) -> None:
    remembering = Memory(network)
    poll_until_idle(network)
    told = len(remembering.kept)
    for number in range(5):
        network.store(BOB.account_id, b"%d" % number, ttl_ms=DAY_MS)
        poll(network, ALICE, {})
    assert len(remembering.kept) == told
    assert len(remembering.last.nodes) == 12
    assert len(remembering.last.guards) == 2


def test_the_next_start_needs_no_seed_and_keeps_its_guards(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    remembering = Memory(network)
    poll_until_idle(network)
    memory.seed_answers = unreachable
    memory.contacts.clear()
    later = Network(
        memory.settings, clock=clock, transport=memory.transport(), remembered=remembering.last
    )
    poll_until_idle(later)
    later.close()
    guards = {memory.named(key).port for key in remembering.last.guards}
    assert {int(origin.rpartition(":")[2]) for origin, _ in memory.contacts} == guards


def test_a_clock_that_was_turned_back_makes_no_list_young_for_ever(
    memory: MemoryNetwork, clock: VirtualClock
) -> None:
    known = node_list(memory, clock, min_nodes=3)
    known.restore(Remembered(tuple(nodes(3)), listed_at_ms=clock.now_ms() + 10 * MAX_AGE_MS))
    assert known.is_due()


@pytest.mark.parametrize(("min_nodes", "fewest"), [(12, 12), (24, 24), (300, FEWEST_IN_COMMON)])
def test_so_many_nodes_must_be_in_common(
    memory: MemoryNetwork, clock: VirtualClock, min_nodes: int, fewest: int
) -> None:
    known = node_list(memory, clock, min_nodes=min_nodes)
    assert known.agreed([nodes(fewest)] * 3) == tuple(nodes(fewest))
    assert known.agreed([nodes(fewest - 1)] * 3) is None


@given(total=st.integers(30, 200), left_out=st.integers(0, 200), invented=st.integers(0, 50))
def test_one_liar_of_three_can_neither_add_a_node_nor_leave_out_many(
    total: int, left_out: int, invented: int
) -> None:
    clock = VirtualClock()
    known = node_list(MemoryNetwork(clock), clock, min_nodes=12)
    honest = nodes(total)
    lie = [*honest[left_out:], *(node(250 - number) for number in range(invented))]
    agreed = known.agreed([honest, lie, honest]) if lie else None
    if agreed is not None:
        assert set(agreed) <= set(honest)
        assert len(agreed) >= COMMON_SHARE * total
