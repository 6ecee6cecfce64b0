"""What the tests of the network share."""

from collections.abc import Iterator

import pytest

from tests.network.memory_network import MemoryNetwork
from tests.virtual_clock import VirtualClock
from webapp.network.client import Network


@pytest.fixture
def memory(clock: VirtualClock) -> MemoryNetwork:
    return MemoryNetwork(clock)


@pytest.fixture
def network(memory: MemoryNetwork, clock: VirtualClock, no_thread_left: None) -> Iterator[Network]:
    """A client of ``memory`` that has not asked for anything yet."""
    network = Network(memory.settings, clock=clock, transport=memory.transport())
    yield network
    network.close()
