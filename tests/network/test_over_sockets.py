"""The client on the real practice network: TLS, ports, threads."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.network.memory_network import ALICE, BOB, DAY_MS
from tests.network.polling import poll
from tests.network.tls_server import TlsServer, serving
from tests.virtual_clock import PATIENCE_S, VirtualClock
from webapp.localnet.network import PracticeNetwork
from webapp.network.client import Cursors, Network
from webapp.network.errors import NetworkClosed, NetworkError, NoRoute
from webapp.network.settings import FileServer, NetworkSettings, SeedServer
from webapp.protocol.keys import AccountKeys


@pytest.fixture
def practice(clock: VirtualClock, no_thread_left: None) -> Iterator[PracticeNetwork]:
    practice = PracticeNetwork(clock=clock)
    practice.start()
    yield practice
    practice.stop()


@pytest.fixture
def settings(practice: PracticeNetwork) -> NetworkSettings:
    return NetworkSettings.from_json(practice.network_file())


@pytest.fixture
def network(settings: NetworkSettings, clock: VirtualClock) -> Iterator[Network]:
    network = Network(settings, clock=clock)
    yield network
    network.close()


def test_the_network_file_leads_to_the_file_server(
    practice: PracticeNetwork, settings: NetworkSettings
) -> None:
    ed25519 = practice.file_server.ed25519
    assert settings.file_server == FileServer("http://files.practice.invalid", ed25519)


def store(network: Network, text: bytes, recipient: AccountKeys = BOB) -> None:
    network.store(recipient.account_id, text, ttl_ms=DAY_MS)


def store_stubbornly(network: Network, text: bytes) -> None:
    """Store as the outbox does: again and again, because the same bytes are one message."""
    for _ in range(8):
        try:
            store(network, text)
        except NetworkError:
            continue
        return
    store(network, text)


def test_a_message_travels(network: Network) -> None:
    store(network, b"hello", ALICE)
    polled = poll(network, ALICE, {})
    assert [item.data for item in polled.items] == [b"hello"]
    assert network.state().phase == "connected"


def test_the_route_names_nodes_of_the_network(network: Network, practice: PracticeNetwork) -> None:
    store(network, b"hello")
    route = network.state().route
    assert len(set(route)) == 3
    assert set(route) <= {node.ed25519 for node in practice.nodes}


def test_poller_and_outbox_work_at_once(network: Network) -> None:
    received: set[bytes] = set()
    texts = {b"%d" % number for number in range(60)}
    failures: list[NetworkError] = []

    def send() -> None:
        for text in texts:
            try:
                store(network, text, ALICE)
            except NetworkError as error:
                failures.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    cursors: Cursors = {}
    while sender.is_alive() or received != texts:
        polled = poll(network, ALICE, cursors)
        received |= {item.data for item in polled.items}
        cursors = polled.cursors
        if failures:
            break
    sender.join(PATIENCE_S)
    assert failures == []


def test_a_guard_that_dies_in_mid_use_is_replaced(
    network: Network, practice: PracticeNetwork
) -> None:
    store(network, b"before")
    guard = network.state().route[0]
    practice.stop_node([node.ed25519 for node in practice.nodes].index(guard))
    store_stubbornly(network, b"after")
    assert network.state().phase == "connected"
    assert network.state().route[0] != guard


def test_it_recovers_after_all_nodes_were_away(network: Network, practice: PracticeNetwork) -> None:
    phases: list[str] = []
    network.on_state(lambda state: phases.append(state.phase))
    store(network, b"before")
    for index in range(len(practice.nodes)):
        practice.stop_node(index)
    for _ in range(5):
        with pytest.raises(NetworkError):
            store(network, b"during")
    for index in range(len(practice.nodes)):
        practice.start_node(index)
    store_stubbornly(network, b"after")
    assert phases[0] == phases[-1] == "connected"
    assert "offline" in phases


def test_a_seed_with_another_certificate_is_not_believed(
    settings: NetworkSettings, clock: VirtualClock
) -> None:
    (seed,) = settings.seeds
    impostor = replace(settings, seeds=(SeedServer(seed.url, bytes(32)),))
    network = Network(impostor, clock=clock)
    with pytest.raises(NoRoute):
        store(network, b"hello")
    assert network.state().phase == "offline"
    network.close()


def test_closing_ends_a_poll_that_waits(clock: VirtualClock, no_thread_left: None) -> None:
    def hang_up_inside(server: TlsServer, peer: object) -> None:
        server.request(peer)  # type: ignore[arg-type]
        network.close()
        peer.recv(1)  # type: ignore[attr-defined]

    with serving(hang_up_inside) as seed:
        settings = NetworkSettings(
            "hanging", (SeedServer(seed.url),), distinct_subnets=False, min_nodes=4
        )
        network = Network(settings, clock=clock)
        with pytest.raises(NetworkClosed):
            poll(network, ALICE, {})


def test_a_closed_network_stays_closed(network: Network) -> None:
    store(network, b"hello")
    network.close()
    network.close()
    with pytest.raises(NetworkClosed):
        store(network, b"hello")
    with pytest.raises(NetworkClosed):
        poll(network, ALICE, {})
