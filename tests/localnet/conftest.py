"""What the tests of the practice network share."""

from collections.abc import Iterator

import pytest
import urllib3

from tests.localnet.clocks import HeldClock
from tests.localnet.people import Nodes
from webapp.localnet.network import PracticeNetwork


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def nodes(clock: HeldClock) -> Nodes:
    return Nodes(clock)


@pytest.fixture
def network(clock: HeldClock) -> Iterator[PracticeNetwork]:
    network = PracticeNetwork(node_count=6, swarm_count=2, clock=clock)
    network.start()
    yield network
    network.stop()


@pytest.fixture
def https() -> Iterator[urllib3.PoolManager]:
    """A client that accepts any certificate, as clients of storage nodes do."""
    with urllib3.PoolManager(cert_reqs="CERT_NONE", retries=False, timeout=5.0) as pool:
        yield pool
