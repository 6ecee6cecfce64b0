"""What the client shows of its connection to the user."""

import pytest

from tests.network.memory_network import ALICE, BOB, DAY_MS, MemoryNetwork
from tests.network.polling import poll
from tests.virtual_clock import VirtualClock
from webapp.network.client import Network
from webapp.network.errors import NetworkError

MINUTE_MS = 60_000


def store(network: Network) -> None:
    network.store(BOB.account_id, b"hello", ttl_ms=DAY_MS)


def test_a_reply_proves_all_nodes_of_the_route(memory: MemoryNetwork, network: Network) -> None:
    store(network)

    state = network.state()
    assert len(state.route) == 3
    assert state.proven == frozenset(state.route)


def test_a_new_route_keeps_the_guard_and_proves_nobody_else(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    before = network.state()

    network.new_route()

    after = network.state()
    assert after.route[0] == before.route[0]
    assert not set(after.route[1:]) & set(before.route[1:])
    assert after.proven == {before.route[0]}


def test_a_new_route_does_not_claim_a_connection(memory: MemoryNetwork, network: Network) -> None:
    store(network)
    memory.stop(memory.nodes)
    with pytest.raises(NetworkError):
        store(network)
    assert network.state().phase == "offline"

    network.new_route()

    assert network.state().phase == "offline"


def test_a_clock_that_is_minutes_off_is_shown(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    for node in memory.nodes:
        node.clock = VirtualClock(clock.now_ms() - 10 * MINUTE_MS)
    poll(network, ALICE, {})

    assert network.state().clock_ahead_ms == 10 * MINUTE_MS
