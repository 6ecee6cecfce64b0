"""The port of a node, and what can go wrong between a client and the node behind it."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest
import urllib3

from tests.localnet.people import ALICE, Nodes
from tests.virtual_clock import PATIENCE_S, VirtualClock
from webapp.localnet.entrance import HOLD_S, Entrance
from webapp.localnet.errors import HungUp
from webapp.localnet.faults import SERVER_BUSY, TIMED_OUT, Faults, Refusal
from webapp.localnet.http_messages import Head, HttpAnswer, HttpRequest
from webapp.localnet.network import PracticeNetwork
from webapp.localnet.node import StorageNode
from webapp.protocol import requests
from webapp.protocol.requests import Request

MINUTE_MS = 60_000


@pytest.fixture
def moving_clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def nodes(moving_clock: VirtualClock) -> Nodes:
    """The six nodes, with a clock that also measures waits."""
    return Nodes(moving_clock)


@pytest.fixture
def node(nodes: Nodes) -> StorageNode:
    return nodes.swarm_of(ALICE)[0]


@pytest.fixture
def entrance(nodes: Nodes, node: StorageNode, moving_clock: VirtualClock) -> Entrance:
    return Entrance(nodes.services[node.ed25519], clock=moving_clock, rng=random.Random(1))


@pytest.fixture
def practice(moving_clock: VirtualClock) -> Iterator[PracticeNetwork]:
    """A network behind sockets whose time only moves when a test says so."""
    practice = PracticeNetwork(node_count=2, swarm_count=1, clock=moving_clock)
    practice.start()
    yield practice
    practice.stop()


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def posted(request: Request) -> HttpRequest:
    body = request.to_json()
    return HttpRequest(Head("POST", "/storage_rpc/v1", {}, len(body), True), body, "127.0.0.1")


def store_request(clock: VirtualClock, data: bytes = b"hello") -> HttpRequest:
    return posted(
        requests.store(ALICE.account_id, data, timestamp_ms=clock.now_ms(), ttl_ms=MINUTE_MS)
    )


INFO = posted(requests.info())


def outcome(answer: HttpAnswer) -> tuple[int, str]:
    return answer.status, answer.body.decode()


def held(
    entrance: Entrance, clock: VirtualClock, callers: ThreadPoolExecutor
) -> "Future[HttpAnswer]":
    """Return the answer that is held back, as it will come."""
    asked = callers.submit(entrance.answer_http, INFO)
    clock.await_sleepers()
    return asked


def test_without_a_fault_the_answer_is_that_of_the_node(
    entrance: Entrance, nodes: Nodes, node: StorageNode
) -> None:
    assert entrance.answer_http(INFO) == nodes.services[node.ed25519].answer_http(INFO)


def test_too_many_requests_are_refused_until_time_has_passed(
    entrance: Entrance, moving_clock: VirtualClock
) -> None:
    statuses = [entrance.answer_http(INFO).status for _ in range(700)]
    refused = outcome(entrance.answer_http(INFO))
    moving_clock.advance(1)
    later = [entrance.answer_http(INFO).status for _ in range(400)]

    assert statuses == [200] * 600 + [429] * 100
    assert refused == (429, "Too Many Requests")
    assert later == [200] * 300 + [429] * 100


def test_the_limit_is_kept_for_each_address(entrance: Entrance) -> None:
    while entrance.answer_http(INFO).status == 200:
        pass

    assert entrance.answer_http(replace(INFO, client_ip="127.0.0.2")).status == 200


def test_a_lost_request_never_reaches_the_node(
    entrance: Entrance, nodes: Nodes, node: StorageNode, moving_clock: VirtualClock
) -> None:
    node.faults.drop_requests = 1

    with pytest.raises(HungUp):
        entrance.answer_http(store_request(moving_clock))

    assert nodes.hashes(ALICE) == []


def test_a_lost_answer_looks_the_same_but_the_node_has_acted(
    entrance: Entrance, nodes: Nodes, node: StorageNode, moving_clock: VirtualClock
) -> None:
    node.faults.drop_answers = 1

    with pytest.raises(HungUp):
        entrance.answer_http(store_request(moving_clock))

    assert len(nodes.hashes(ALICE)) == 1


def test_a_doubled_request_is_acted_on_twice(
    entrance: Entrance, nodes: Nodes, node: StorageNode, moving_clock: VirtualClock
) -> None:
    node.faults.duplicate = 1

    answer = json.loads(entrance.answer_http(store_request(moving_clock)).body)

    assert answer["swarm"][node.name]["already"] is True
    assert len(nodes.hashes(ALICE)) == 1


def test_a_corrupted_answer_is_as_long_but_another(entrance: Entrance, node: StorageNode) -> None:
    sound = entrance.answer_http(INFO)
    node.faults.corrupt = 1

    answer = entrance.answer_http(INFO)

    assert answer.body != sound.body
    assert (answer.status, len(answer.body)) == (200, len(sound.body))


@pytest.mark.parametrize(
    "refusal", [SERVER_BUSY, TIMED_OUT, Refusal(502, f"Next node not found: {'ab' * 32}")]
)
def test_a_refusal_takes_the_place_of_every_answer(
    entrance: Entrance, node: StorageNode, refusal: Refusal
) -> None:
    node.faults.refusal = refusal

    assert outcome(entrance.answer_http(INFO)) == (refusal.status, refusal.text)


def test_a_node_that_is_not_ready_says_so(entrance: Entrance, node: StorageNode) -> None:
    node.faults.not_ready = True

    status, text = outcome(entrance.answer_http(INFO))

    assert status == 503
    assert text.startswith("Service node is not ready: ")


def test_a_delayed_answer_comes_when_the_time_is_over(
    entrance: Entrance, node: StorageNode, moving_clock: VirtualClock, callers: ThreadPoolExecutor
) -> None:
    node.faults.delay_ms = 3000
    asked = callers.submit(entrance.answer_http, INFO)
    moving_clock.await_sleepers()

    moving_clock.advance(2.9)
    early = asked.done()
    moving_clock.advance(0.2)

    assert not early
    assert asked.result(PATIENCE_S).status == 200


def test_closing_the_port_ends_a_delay(
    entrance: Entrance, node: StorageNode, moving_clock: VirtualClock, callers: ThreadPoolExecutor
) -> None:
    node.faults.delay_ms = 600_000
    asked = callers.submit(entrance.answer_http, INFO)
    moving_clock.await_sleepers()

    entrance.close()

    assert isinstance(asked.exception(PATIENCE_S), HungUp)


def test_closing_the_port_lets_go_of_an_answer_that_is_held_back(
    entrance: Entrance, node: StorageNode, moving_clock: VirtualClock, callers: ThreadPoolExecutor
) -> None:
    node.faults.reorder = 1
    first = held(entrance, moving_clock, callers)

    entrance.close()

    assert first.result(PATIENCE_S).status == 200


def test_a_port_that_was_closed_waits_again_when_it_is_open(
    entrance: Entrance, node: StorageNode, moving_clock: VirtualClock, callers: ThreadPoolExecutor
) -> None:
    node.faults.delay_ms = 1000
    entrance.close()
    with pytest.raises(HungUp):
        entrance.answer_http(INFO)

    entrance.open()
    asked = callers.submit(entrance.answer_http, INFO)
    moving_clock.await_sleepers()
    moving_clock.advance(1)

    assert asked.result(PATIENCE_S).status == 200


def test_an_answer_is_held_back_until_another_has_been_sent(
    entrance: Entrance, node: StorageNode, moving_clock: VirtualClock, callers: ThreadPoolExecutor
) -> None:
    node.faults.reorder = 1
    first = held(entrance, moving_clock, callers)

    second = entrance.answer_http(INFO)
    before_it_was_sent = first.done()
    second.on_sent()

    assert not before_it_was_sent
    assert first.result(PATIENCE_S).status == 200


def test_an_answer_that_no_other_follows_comes_in_the_end(
    entrance: Entrance, node: StorageNode, moving_clock: VirtualClock, callers: ThreadPoolExecutor
) -> None:
    node.faults.reorder = 1
    first = held(entrance, moving_clock, callers)
    moving_clock.advance(HOLD_S)
    first.result(PATIENCE_S)

    # Nobody waits any more, so the next one is held back in its turn.
    second = held(entrance, moving_clock, callers)
    moving_clock.advance(HOLD_S)

    assert second.result(PATIENCE_S).on_sent is None


def test_what_a_real_node_would_have_waited_for_is_waited_for_here(
    entrance: Entrance,
    nodes: Nodes,
    moving_clock: VirtualClock,
    callers: ThreadPoolExecutor,
) -> None:
    dead = nodes.swarm_of(ALICE)[1]
    dead.running = False
    dead.faults.real_waits = True
    asked = callers.submit(entrance.answer_http, store_request(moving_clock))
    moving_clock.await_sleepers()

    moving_clock.advance(4.9)
    early = asked.done()
    moving_clock.advance(0.2)

    assert not early
    answer = json.loads(asked.result(PATIENCE_S).body)
    assert answer["swarm"][dead.name] == {"failed": 1, "timeout": 1}


def test_requests_are_counted(entrance: Entrance) -> None:
    for _ in range(3):
        entrance.answer_http(INFO)

    assert entrance.request_count == 3


insecure = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")


def ask(https: urllib3.PoolManager, network: PracticeNetwork, index: int) -> int:
    url = f"https://127.0.0.1:{network.nodes[index].port}/storage_rpc/v1"
    return https.request("POST", url, body=requests.info().to_json()).status


@insecure
@pytest.mark.parametrize("fault", [Faults(drop_requests=1), Faults(drop_answers=1)])
def test_over_a_socket_a_loss_is_a_connection_that_ends(
    network: PracticeNetwork, https: urllib3.PoolManager, fault: Faults
) -> None:
    assert ask(https, network, 0) == 200
    network.nodes[0].faults = fault

    with pytest.raises(urllib3.exceptions.HTTPError):
        ask(https, network, 0)

    assert ask(https, network, 1) == 200


@insecure
def test_over_a_socket_the_limit_is_kept_for_each_node(
    practice: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    # The bucket is emptied from here; the request that finds it empty comes by the socket.
    while practice.entrances[0].answer_http(INFO).status == 200:
        pass

    assert [ask(https, practice, index) for index in (0, 1)] == [429, 200]


@insecure
def test_over_a_socket_an_answer_overtakes_the_one_before(
    practice: PracticeNetwork,
    moving_clock: VirtualClock,
    callers: ThreadPoolExecutor,
    https: urllib3.PoolManager,
) -> None:
    practice.nodes[0].faults.reorder = 1
    first = callers.submit(ask, https, practice, 0)
    moving_clock.await_sleepers()

    second = callers.submit(ask, https, practice, 0)

    # The clock stands still, so nothing but the second answer lets go of the first.
    assert (second.result(PATIENCE_S), first.result(PATIENCE_S)) == (200, 200)


@insecure
def test_a_node_stops_at_once_while_an_answer_waits(
    network: PracticeNetwork, callers: ThreadPoolExecutor, https: urllib3.PoolManager
) -> None:
    network.nodes[0].faults.delay_ms = 600_000
    asked = callers.submit(ask, https, network, 0)
    while network.entrances[0].request_count == 0:
        assert not asked.done()

    network.stop_node(0)

    assert isinstance(asked.exception(PATIENCE_S), urllib3.exceptions.HTTPError)
