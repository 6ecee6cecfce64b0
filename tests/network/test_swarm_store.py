"""Storing a message: what counts as stored, and what is tried when it is not."""

import contextlib
import json
from collections.abc import Callable

import pytest

from tests.network.memory_network import ALICE, BOB, DAY_MS, MemoryNetwork, poll_until_idle
from tests.network.polling import poll
from tests.virtual_clock import VirtualClock
from webapp.localnet.node import StorageNode
from webapp.localnet.rpc import Answer as NodeAnswer
from webapp.localnet.store import MessageStore
from webapp.network.client import Network
from webapp.network.errors import ClockRefused, NetworkError, NodeFailed, Rejected
from webapp.network.node_pool import STRIKES
from webapp.network.swarm_store import QUICK_S, QUICK_TRIES, STORE_TRIES
from webapp.network.transport import Answer
from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.identifiers import MessageHash

DATA = b"sealed bytes"
HASH = MessageHash.of(BOB.account_id, 0, DATA)


class Members:
    """The recipient's swarm, of which some nodes answer in a way the test chooses."""

    def __init__(self, memory: MemoryNetwork) -> None:
        self.asked: list[bytes] = []
        self._memory = memory
        self._members = memory.swarm_of(BOB.account_id)
        for node in self._members:
            self._set(node, memory.services[node.ed25519].rpc.answer)

    def answer(self, answer: NodeAnswer, *, first: int = 99) -> None:
        """Let the first few that are asked give ``answer``, and the others behave."""
        for node in self._members:
            honest = self._memory.services[node.ed25519].rpc.answer
            self._set(
                node,
                lambda body, honest=honest: answer if len(self.asked) <= first else honest(body),
            )

    def _set(self, node: StorageNode, answer: Callable[[bytes], NodeAnswer]) -> None:
        def noted(body: bytes) -> NodeAnswer:
            if b'"store"' not in body:
                return honest(body)
            if not self.asked or self.asked[-1] != node.ed25519:
                self.asked.append(node.ed25519)
            return answer(body)

        honest = self._memory.services[node.ed25519].rpc.answer
        self._memory.lie(node, noted)


def store(network: Network, data: bytes = DATA) -> MessageHash:
    return network.store(BOB.account_id, data, ttl_ms=DAY_MS).hash


def result(code: int, body: object) -> NodeAnswer:
    return NodeAnswer(200, {"results": [{"code": code, "body": body}]})


def test_a_stored_message_lies_on_every_member(memory: MemoryNetwork, network: Network) -> None:
    stored = network.store(BOB.account_id, DATA, ttl_ms=DAY_MS)
    assert stored.hash == HASH
    assert stored.stored_at_ms == memory.clock.now_ms()
    polled = poll(network, BOB, {})
    assert [item.data for item in polled.items] == [DATA]


def test_storing_again_makes_no_second_message(memory: MemoryNetwork, network: Network) -> None:
    assert store(network) == store(network)
    assert len(poll(network, BOB, {}).items) == 1


def test_the_time_to_live_counts_from_now(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    clock.advance(3600)
    store(network)
    (item,) = poll(network, BOB, {}).items
    assert item.timestamp_ms == clock.now_ms()
    assert item.expires_ms == clock.now_ms() + DAY_MS


@pytest.mark.parametrize(
    "answer",
    [
        # storage-rpc.md §17.1: status 200, and no member has it.
        result(200, {"swarm": {"ab" * 32: {"failed": True}}, "t": 1_740_000_000_000}),
        result(500, "database error"),
        result(503, "Service node is not ready"),
        result(429, "Too Many Requests"),
        result(200, {"hash": "A" * 43, "t": 1_740_000_000_000}),
        result(200, {"hash": HASH.text}),
        result(200, {}),
        result(200, "stored, trust me"),
        NodeAnswer(200, {"results": []}),
        NodeAnswer(200, {}),
        NodeAnswer(200, "garbage"),
        NodeAnswer(500, "request failed"),
        NodeAnswer(502, "oxend returned unparsable data"),
    ],
)
def test_what_is_not_stored_is_tried_on_another_node(
    memory: MemoryNetwork, network: Network, answer: NodeAnswer
) -> None:
    members = Members(memory)
    members.answer(answer, first=2)
    assert store(network) == HASH
    assert len(members.asked) == len(set(members.asked)) == 3


def test_failures_that_show_at_once_leave_time_for_all_nodes(
    memory: MemoryNetwork, network: Network
) -> None:
    members = Members(memory)
    members.answer(result(500, "database error"))
    with pytest.raises(NodeFailed):
        store(network)
    assert len(set(members.asked)) == 4
    assert len(members.asked) <= QUICK_TRIES


def test_after_three_slow_failures_it_is_given_up(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    members = Members(memory)
    members.answer(result(500, "database error"))

    def take_long(url: str, answer: Answer) -> Answer:
        clock.advance(QUICK_S / 2)
        return answer

    memory.interfere = take_long
    with pytest.raises(NodeFailed):
        store(network)
    assert len(members.asked) == STORE_TRIES


@pytest.mark.parametrize("code", [400, 401, 403])
def test_a_refusal_is_not_tried_elsewhere(
    memory: MemoryNetwork, network: Network, code: int
) -> None:
    members = Members(memory)
    members.answer(result(code, "no"))
    with pytest.raises(Rejected) as caught:
        store(network)
    assert (caught.value.status, caught.value.text) == (code, "no")
    assert len(members.asked) == 1


def test_a_wrong_clock_is_set_by_the_first_reply(clock: VirtualClock, network: Network) -> None:
    ahead = VirtualClock(clock.now_ms() + 600_000)
    memory = MemoryNetwork(ahead)
    client = Network(memory.settings, clock=clock, transport=memory.transport())
    store(client)
    assert client.now_ms() == ahead.now_ms()
    client.close()


@pytest.mark.parametrize("code", [406, 425])
def test_a_refused_time_is_asked_for_and_tried_again_elsewhere(
    memory: MemoryNetwork, network: Network, clock: VirtualClock, code: int
) -> None:
    store(network)
    members = Members(memory)
    members.answer(result(code, "Timestamp error: check your clock"), first=1)
    # The computer was asleep, or someone set its clock.
    clock_of_nodes = VirtualClock(clock.now_ms() + 600_000)
    for node in memory.nodes:
        node.clock = clock_of_nodes
    store(network)
    assert len(members.asked) == 2
    assert network.now_ms() == clock_of_nodes.now_ms()
    assert network.state().phase == "connected"


def test_a_node_that_always_refuses_a_good_time_is_given_up(
    memory: MemoryNetwork, network: Network
) -> None:
    poll_until_idle(network)
    store(network)
    liar = memory.swarm_of(BOB.account_id)[0]
    asked: list[bytes] = []

    def refuse(body: bytes) -> NodeAnswer:
        asked.append(body)
        return NodeAnswer(406, "Timestamp error: check your clock")

    memory.lie(liar, refuse)
    for _ in range(40):
        store(network)
    assert 1 <= len([body for body in asked if b"store" in body]) <= STRIKES


def test_a_node_that_throws_messages_away_is_not_believed(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network, b"before")
    liar = memory.swarm_of(BOB.account_id)[0]
    honest = memory.services[liar.ed25519].rpc.answer

    def pretend(body: bytes) -> NodeAnswer:
        """Answer as after a store that reached nobody else, signed as it should be."""
        if b'"store"' not in body:
            return honest(body)
        for node in memory.nodes:
            node.running = node is liar
        answer = honest(body)
        for node in memory.nodes:
            node.running = True
        liar.store = MessageStore()
        return answer

    memory.lie(liar, pretend)
    texts = [b"%d" % number for number in range(20)]
    for text in texts:
        store(network, text)
    for node in memory.swarm_of(BOB.account_id)[1:]:
        assert set(memory.kept_by(node, BOB.account_id)) >= set(texts)


def test_in_a_swarm_of_two_one_signature_is_enough(memory: MemoryNetwork, network: Network) -> None:
    for node in memory.swarm_of(BOB.account_id)[2:]:
        node.swarm_id = memory.outside(BOB.account_id)[0].swarm_id
    first, second = memory.swarm_of(BOB.account_id)
    store(network)
    memory.stop([first])
    for _ in range(5):
        with contextlib.suppress(NetworkError):
            store(network, b"later")
    store(network, b"later")
    assert memory.kept_by(second, BOB.account_id)[-1] == b"later"


def test_a_message_for_which_nobody_else_signs_is_not_called_sent(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network)
    _alone, *others = memory.swarm_of(BOB.account_id)
    memory.stop(others)
    for _ in range(6):
        with pytest.raises(NetworkError):
            store(network, b"only one has it")


def test_when_nobody_tells_the_time_the_local_one_counts(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll_until_idle(network)
    store(network)
    for node in memory.nodes:
        memory.lie(node, lambda body: NodeAnswer(406, "Timestamp error: check your clock"))
    clock.advance(5)
    with pytest.raises(ClockRefused):
        store(network)
    assert network.now_ms() == clock.now_ms()


def test_one_stopped_member_does_not_matter(memory: MemoryNetwork, network: Network) -> None:
    store(network, b"before")
    route = network.state().route
    members = memory.swarm_of(BOB.account_id)
    memory.stop([next(node for node in members if node.ed25519 not in route)])
    for number in range(8):
        store(network, b"%d" % number)


def test_too_long_a_message_is_our_own_mistake(network: Network) -> None:
    with pytest.raises(LocalProtocolError):
        store(network, bytes(76_801))


def test_the_largest_message_is_stored(memory: MemoryNetwork, network: Network) -> None:
    store(network, bytes(76_800))
    assert len(poll(network, BOB, {}).items[0].data) == 76_800


def test_the_request_is_one_sequence_of_one_store(memory: MemoryNetwork, network: Network) -> None:
    bodies: list[dict[str, object]] = []
    for node in memory.swarm_of(BOB.account_id):
        honest = memory.services[node.ed25519].rpc.answer

        def overheard(body: bytes, honest: Callable[[bytes], NodeAnswer] = honest) -> NodeAnswer:
            bodies.append(json.loads(body))
            return honest(body)

        memory.lie(node, overheard)
    store(network)
    sequences = [body for body in bodies if body["method"] == "sequence"]
    assert len(sequences) == 1
    (request,) = sequences[0]["params"]["requests"]  # type: ignore[index]
    assert request["method"] == "store"
    assert ALICE.account_id.hex not in json.dumps(request)
