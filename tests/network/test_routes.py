"""Which nodes are contacted, and what is done when they fail."""

import json
import threading

import pytest

from tests.network.memory_network import (
    ALICE,
    BOB,
    DAY_MS,
    SEED_URL,
    MemoryNetwork,
    unreachable,
)
from tests.network.polling import poll
from tests.virtual_clock import PATIENCE_S, VirtualClock
from webapp.localnet.rpc import Answer as NodeAnswer
from webapp.network.client import Network
from webapp.network.errors import NetworkError, NodeFailed, NoInterface, NoRoute, PathFailed
from webapp.network.transport import Answer


def store(network: Network) -> None:
    network.store(BOB.account_id, b"hello", ttl_ms=DAY_MS)


def guards(memory: MemoryNetwork) -> set[str]:
    return {origin for origin, path in memory.contacts if path == "/onion_req/v2"}


def test_the_first_message_takes_five_requests(memory: MemoryNetwork, network: Network) -> None:
    store(network)
    assert memory.paths_used() == [
        "/json_rpc",
        "/storage_rpc/v1",
        # Two nodes are asked where the swarm is; then the message itself.
        "/onion_req/v2",
        "/onion_req/v2",
        "/onion_req/v2",
    ]


def test_nothing_is_sent_before_something_is_asked(memory: MemoryNetwork, network: Network) -> None:
    assert network.state().phase == "connecting"
    assert memory.contacts == []


def test_the_guard_test_does_not_name_the_account(memory: MemoryNetwork, network: Network) -> None:
    bodies: list[bytes] = []
    contact = memory.contact

    def overhear(url: str, body: bytes) -> Answer:
        bodies.append(body)
        return contact(url, body)

    memory.contact = overhear  # type: ignore[method-assign]
    poll(network, ALICE, {})
    own = (ALICE.account_id.hex.encode(), ALICE.ed25519.hex().encode())
    assert not any(name in body for body in bodies for name in own)


def test_each_guard_test_names_another_account(memory: MemoryNetwork, network: Network) -> None:
    asked: list[object] = []
    contact = memory.contact

    def overhear(url: str, body: bytes) -> Answer:
        if url.endswith("/storage_rpc/v1"):
            asked.append(json.loads(body)["params"]["pubkey"])
            return Answer(500, b"")
        return contact(url, body)

    memory.contact = overhear  # type: ignore[method-assign]
    _try(network)
    assert len(asked) == len(set(asked)) == 4


def test_only_seed_and_guards_are_contacted_however_much_fails(
    memory: MemoryNetwork, network: Network
) -> None:
    for round_number in range(30):
        stopped = memory.nodes[round_number % 12 : round_number % 12 + 4]
        memory.stop(stopped)
        _try(network)
        memory.start(stopped)
    asked = {(origin, path) for origin, path in memory.contacts}
    tested = {origin for origin, path in asked if path == "/storage_rpc/v1"}
    assert {path for origin, path in asked if origin == SEED_URL} == {"/json_rpc"}
    assert {path for origin, path in asked if origin != SEED_URL} == {
        "/storage_rpc/v1",
        "/onion_req/v2",
    }
    assert guards(memory) <= tested


def test_the_guard_stays_the_same(memory: MemoryNetwork, network: Network) -> None:
    for _ in range(50):
        store(network)
        poll(network, ALICE, {})
    # One for each of the two paths.
    assert len(guards(memory)) <= 2
    assert memory.paths_used().count("/json_rpc") == 1


def test_a_path_never_contains_its_destination(memory: MemoryNetwork, network: Network) -> None:
    for number in range(60):
        recipient = ALICE if number % 2 else BOB
        # A path through the destination is refused by ``onion.build``.
        network.store(recipient.account_id, b"%d" % number, ttl_ms=DAY_MS)


def test_a_dead_guard_is_replaced(memory: MemoryNetwork, network: Network) -> None:
    store(network)
    route = network.state().route
    memory.stop([memory.named(route[0])])
    for _ in range(3):
        _try(network)
    store(network)
    assert route[0] not in network.state().route
    assert network.state().phase == "connected"


@pytest.mark.parametrize("hop", [1, 2])
def test_a_dead_hop_is_replaced(memory: MemoryNetwork, network: Network, hop: int) -> None:
    store(network)
    route = network.state().route
    memory.stop([memory.named(route[hop])])
    for _ in range(20):
        _try(network)
    store(network)
    assert route[hop] not in network.state().route


def test_a_guard_candidate_that_does_not_answer_is_passed_over(
    memory: MemoryNetwork, network: Network
) -> None:
    refused: list[str] = []

    def refuse_the_first_three(url: str, answer: Answer) -> Answer:
        if url.endswith("/storage_rpc/v1") and len(refused) < 3:
            refused.append(url)
            return Answer(503, b"Service node is not ready: syncing")
        return answer

    memory.interfere = refuse_the_first_three
    store(network)
    assert len(set(refused)) == 3


@pytest.mark.parametrize("answer", [Answer(200, b"garbage"), Answer(200, b""), Answer(500, b"")])
def test_a_node_that_does_not_behave_like_one_becomes_no_guard(
    memory: MemoryNetwork, network: Network, answer: Answer
) -> None:
    memory.interfere = lambda url, good: answer if url.endswith("/storage_rpc/v1") else good
    with pytest.raises(NoRoute, match="No storage node answers"):
        store(network)
    assert guards(memory) == set()
    assert network.state().phase == "offline"


def test_a_node_that_is_not_ready_becomes_no_guard(memory: MemoryNetwork, network: Network) -> None:
    memory.interfere = lambda url, good: (
        Answer(503, good.body) if url.endswith("/storage_rpc/v1") else good
    )
    with pytest.raises(NoRoute):
        store(network)


def test_nodes_that_moved_are_found_through_the_seed(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    for node in memory.nodes:
        node.port += 100
    # The paths break; no node is where we think; the list is fetched again.
    for _ in range(3):
        _try(network)
    store(network)
    assert memory.paths_used().count("/json_rpc") == 2


def test_a_computer_that_loses_its_network_while_it_looks_for_a_guard_says_so(
    memory: MemoryNetwork, network: Network
) -> None:
    def no_interface(url: str, answer: Answer) -> Answer:
        if url.endswith("/storage_rpc/v1"):
            raise NoInterface("This computer is not connected to a network.")
        return answer

    memory.interfere = no_interface
    with pytest.raises(NoRoute, match="not connected"):
        store(network)


def test_without_a_seed_there_is_no_way(memory: MemoryNetwork, network: Network) -> None:
    memory.seed_answers = unreachable
    with pytest.raises(NoRoute, match="No seed server answered"):
        store(network)
    assert memory.paths_used() == ["/json_rpc"]
    assert network.state().phase == "offline"
    assert str(network.state().last_error) == "No seed server answered."


def test_it_recovers_when_seed_and_nodes_come_back(memory: MemoryNetwork, network: Network) -> None:
    store(network)
    memory.stop(memory.nodes)
    memory.seed_answers = unreachable
    for _ in range(20):
        with pytest.raises(NetworkError):
            store(network)
    assert network.state().phase == "offline"
    memory.start(memory.nodes)
    memory.seed_answers = None
    store(network)
    assert network.state().phase == "connected"


def test_nodes_that_come_back_are_found_without_a_seed(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    memory.stop(memory.nodes)
    _try(network)
    memory.seed_answers = unreachable
    memory.start(memory.nodes)
    store(network)


def test_a_computer_without_a_network_blames_no_node(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    route = network.state().route

    def no_interface(url: str, answer: Answer) -> Answer:
        raise NoInterface("This computer is not connected to a network.")

    memory.interfere = no_interface
    for _ in range(10):
        with pytest.raises(NoRoute, match="not connected"):
            store(network)
    memory.interfere = None
    store(network)
    assert network.state().route == route


@pytest.mark.parametrize(
    "damaged",
    [
        Answer(200, b"garbage"),
        Answer(200, b""),
        Answer(200, b"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"),
        Answer(500, b"Invalid response from snode"),
        Answer(504, b"Request time out"),
        Answer(302, b""),
        Answer(503, b"Service node is not ready: syncing"),
    ],
)
def test_a_guard_that_answers_nonsense_is_replaced(
    memory: MemoryNetwork, network: Network, damaged: Answer
) -> None:
    store(network)
    bad = next(iter(guards(memory)))
    memory.interfere = lambda url, good: (
        damaged if url.startswith(bad) and url.endswith("/onion_req/v2") else good
    )
    for _ in range(20):
        _try(network)
    store(network)
    assert network.state().phase == "connected"
    guard = memory.named(network.state().route[0])
    assert f"https://{guard.ip}:{guard.port}" != bad


def test_a_guard_cannot_talk_us_out_of_other_nodes(memory: MemoryNetwork, network: Network) -> None:
    store(network)
    route = network.state().route
    innocent = next(node for node in memory.nodes if node.ed25519 not in route)
    text = f"Next node not found: {innocent.name}".encode()
    memory.interfere = lambda url, good: (
        Answer(502, text) if url.endswith("/onion_req/v2") else good
    )
    for _ in range(2):
        _try(network)
    memory.interfere = None
    # It is still there to be written to, and one of the two that keep this message.
    members = memory.swarm_of(BOB.account_id)
    if innocent in members:
        memory.stop([node for node in members if node is not innocent][1:])
    for _ in range(6):
        _try(network)
    store(network)


def test_a_request_that_fails_is_tried_on_another_path_at_once(
    memory: MemoryNetwork, network: Network
) -> None:
    poll(network, ALICE, {})
    failures = [Answer(504, b"Request time out")]
    memory.interfere = lambda url, good: failures.pop() if failures else good
    store(network)


def test_two_threads_that_start_together_share_one_path(
    memory: MemoryNetwork, network: Network
) -> None:
    together = threading.Barrier(2)
    failures: list[BaseException] = []

    def run(work: object) -> None:
        together.wait(PATIENCE_S)
        try:
            work()  # type: ignore[operator]
        except NetworkError as error:
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=(work,))
        for work in (lambda: store(network), lambda: poll(network, ALICE, {}))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert failures == []
    assert memory.paths_used().count("/json_rpc") == 1


def test_the_list_is_fetched_again_when_the_nodes_run_out(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    for _ in range(40):
        memory.interfere = lambda url, good: (
            Answer(504, b"Request time out") if url.endswith("/onion_req/v2") else good
        )
        _try(network)
    memory.interfere = None
    _try(network)
    store(network)
    assert memory.paths_used().count("/json_rpc") > 1


def test_a_swarm_whose_members_were_all_given_up_gets_another_chance(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    members = memory.swarm_of(BOB.account_id)
    honest = [memory.services[node.ed25519].rpc.answer for node in members]
    for node in members:
        memory.lie(node, lambda body: NodeAnswer(500, "database error"))
    for _ in range(10):
        _try(network)
    memory.seed_answers = unreachable
    for node, answer in zip(members, honest, strict=True):
        memory.lie(node, answer)
    store(network)


def test_six_nodes_are_enough(clock: VirtualClock) -> None:
    memory = MemoryNetwork(clock, node_count=6)
    network = Network(memory.settings, clock=clock, transport=memory.transport())
    for number in range(20):
        network.store(BOB.account_id, b"%d" % number, ttl_ms=DAY_MS)
    network.close()


def test_a_node_that_is_too_busy_is_not_the_paths_fault(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    route = network.state().route
    for node in memory.swarm_of(BOB.account_id):
        memory.lie(node, lambda body: NodeAnswer(503, "Server busy, try again later"))
    with pytest.raises(NodeFailed):
        store(network)
    assert network.state().route == route
    assert network.state().phase == "connected"


def _try(network: Network) -> None:
    try:
        store(network)
    except (PathFailed, NodeFailed, NoRoute):
        return
