"""Polling: two nodes, a cursor for each, merged by hash."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from tests.network.memory_network import ALICE, MemoryNetwork
from tests.network.polling import poll
from tests.virtual_clock import PATIENCE_S, VirtualClock
from webapp.localnet.node import StorageNode
from webapp.localnet.rpc import Answer as NodeAnswer
from webapp.network.client import Cursors, Network
from webapp.network.errors import NetworkError, NodeFailed, Rejected
from webapp.network.swarm_poll import GRACE_S
from webapp.protocol.identifiers import MessageHash


def place(memory: MemoryNetwork, *texts: bytes) -> None:
    for text in texts:
        memory.place(ALICE.account_id, text)


def data(network: Network, cursors: Cursors) -> list[bytes]:
    return [item.data for item in poll(network, ALICE, cursors).items]


def members(memory: MemoryNetwork) -> list[StorageNode]:
    return memory.swarm_of(ALICE.account_id)


def two_members(memory: MemoryNetwork) -> list[StorageNode]:
    """Shrink the swarm to two nodes, so that both are always asked."""
    for node in members(memory)[2:]:
        node.swarm_id = memory.outside(ALICE.account_id)[0].swarm_id
    return members(memory)


def hash_of(text: bytes) -> MessageHash:
    return MessageHash.of(ALICE.account_id, 0, text)


def test_waiting_messages_arrive_in_order(memory: MemoryNetwork, network: Network) -> None:
    place(memory, b"one", b"two", b"three")
    polled = poll(network, ALICE, {})
    assert [item.data for item in polled.items] == [b"one", b"two", b"three"]
    assert [item.hash for item in polled.items] == [
        hash_of(b"one"),
        hash_of(b"two"),
        hash_of(b"three"),
    ]
    assert not polled.more


def test_each_node_gets_a_cursor_at_its_last_message(
    memory: MemoryNetwork, network: Network
) -> None:
    place(memory, b"one", b"two")
    cursors = poll(network, ALICE, {}).cursors
    assert len(cursors) == 2
    assert {key for key, _ in cursors} <= {node.ed25519 for node in members(memory)}
    assert {namespace for _, namespace in cursors} == {0}
    assert set(cursors.values()) == {hash_of(b"two")}


def test_what_lies_before_the_cursors_is_not_fetched_again(
    memory: MemoryNetwork, network: Network
) -> None:
    two_members(memory)
    place(memory, b"one")
    polled = poll(network, ALICE, {})
    assert data(network, polled.cursors) == []
    place(memory, b"two")
    assert data(network, polled.cursors) == [b"two"]


def test_an_empty_reply_keeps_the_cursors(memory: MemoryNetwork, network: Network) -> None:
    two_members(memory)
    place(memory, b"one")
    polled = poll(network, ALICE, {})
    assert poll(network, ALICE, polled.cursors).cursors == polled.cursors


def test_a_message_that_only_one_member_has_arrives(
    memory: MemoryNetwork, network: Network
) -> None:
    first, second = two_members(memory)
    place(memory, b"both")
    memory.place(ALICE.account_id, b"first only", only_on=first)
    memory.place(ALICE.account_id, b"second only", only_on=second)
    polled = poll(network, ALICE, {})
    assert sorted(item.data for item in polled.items) == [b"both", b"first only", b"second only"]
    assert polled.cursors == {
        (first.ed25519, 0): hash_of(b"first only"),
        (second.ed25519, 0): hash_of(b"second only"),
    }


@pytest.mark.parametrize("stopped", [0, 1, 2, 3])
def test_one_stopped_member_is_tolerated(
    memory: MemoryNetwork, network: Network, stopped: int
) -> None:
    place(memory, b"hello")
    memory.stop([members(memory)[stopped]])
    # It may lie on the first path as well, which then has to be found broken.
    for _ in range(3):
        try:
            assert data(network, {}) == [b"hello"]
        except NetworkError:
            continue
    assert data(network, {}) == [b"hello"]


LIES = [
    NodeAnswer(200, "garbage"),
    NodeAnswer(200, {"results": []}),
    NodeAnswer(200, {"results": [{"code": 200, "body": {}}]}),
    NodeAnswer(200, {"results": [{"code": 200, "body": "text"}]}),
    NodeAnswer(200, {"results": [{"code": 500, "body": "text"}]}),
    NodeAnswer(500, "database error"),
    NodeAnswer(
        200,
        {
            "results": [
                {
                    "code": 200,
                    "body": {
                        "messages": [
                            {
                                "hash": "A" * 43,
                                "timestamp": 1_740_000_000_000,
                                "expiration": 1_740_000_100_000,
                                "data": "aGVsbG8=",
                            }
                        ],
                        "more": False,
                        "t": 1_740_000_000_000,
                    },
                }
            ]
        },
    ),
]


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_member_is_tolerated(
    memory: MemoryNetwork, network: Network, lie: NodeAnswer
) -> None:
    liar, honest = two_members(memory)
    place(memory, b"hello")
    poll(network, ALICE, {})
    memory.lie(liar, lambda body: lie)
    polled = poll(network, ALICE, {})
    assert [item.data for item in polled.items] == [b"hello"]
    assert polled.cursors == {(honest.ed25519, 0): hash_of(b"hello")}


def test_a_member_that_keeps_lying_is_no_longer_asked(
    memory: MemoryNetwork, network: Network
) -> None:
    liar, _ = two_members(memory)
    poll(network, ALICE, {})
    asked: list[bytes] = []

    def lie(body: bytes) -> NodeAnswer:
        asked.append(body)
        return NodeAnswer(200, "garbage")

    memory.lie(liar, lie)
    for _ in range(10):
        poll(network, ALICE, {})
    assert len([body for body in asked if b'"retrieve"' in body]) == 3


def test_when_all_members_fail_it_is_said(memory: MemoryNetwork, network: Network) -> None:
    poll(network, ALICE, {})
    for node in members(memory):
        memory.lie(node, lambda body: NodeAnswer(500, "database error"))
    with pytest.raises(NodeFailed):
        poll(network, ALICE, {})
    assert str(network.state().last_error) == "A storage node failed (status 500)."


def test_a_refused_signature_is_passed_on(memory: MemoryNetwork, network: Network) -> None:
    poll(network, ALICE, {})
    refusal = {"results": [{"code": 401, "body": "retrieve signature verification failed"}]}
    for node in members(memory):
        memory.lie(node, lambda body: NodeAnswer(200, refusal))
    with pytest.raises(Rejected):
        poll(network, ALICE, {})


def test_a_refused_time_is_replaced_by_a_nodes(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    poll(network, ALICE, {})
    clock_of_nodes = VirtualClock(clock.now_ms() + 600_000)
    for node in memory.nodes:
        node.clock = clock_of_nodes
    poll(network, ALICE, {})
    assert network.now_ms() == clock_of_nodes.now_ms()


def test_one_node_with_another_time_moves_ours_nowhere(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    liar = members(memory)[0]
    liar.clock = VirtualClock(clock.now_ms() + 3_600_000)
    for number in range(20):
        place(memory, b"%d" % number)
        poll(network, ALICE, {})
        assert abs(network.now_ms() - clock.now_ms()) < 1000


def test_a_clock_that_is_ten_minutes_off_is_corrected_although_one_node_lies(
    memory: MemoryNetwork, clock: VirtualClock
) -> None:
    place(memory, b"hello")
    memory.nodes[0].clock = VirtualClock(clock.now_ms() - 3_600_000)
    ours = VirtualClock(clock.now_ms() + 600_000)
    for _ in range(10):
        network = Network(memory.settings, clock=ours, transport=memory.transport())
        for _ in range(3):
            assert data(network, {}) == [b"hello"]
        assert abs(network.now_ms() - clock.now_ms()) < 1000
        network.close()


def test_a_node_that_stalls_does_not_hold_up_what_another_one_has(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    stalling, _ = two_members(memory)
    place(memory, b"hello")
    poll(network, ALICE, {})
    honest = memory.services[stalling.ed25519].rpc.answer
    is_over = threading.Event()

    def stall(body: bytes) -> NodeAnswer:
        assert is_over.wait(PATIENCE_S)
        return honest(body)

    memory.lie(stalling, stall)
    with ThreadPoolExecutor(1) as aside:
        polled = aside.submit(data, network, {})
        while not wait([polled], timeout=0.01).done:
            # Whichever of the two is asked first, nobody waits for longer than this.
            clock.advance(GRACE_S)
        assert polled.result() == [b"hello"]
    is_over.set()


def test_hanging_up_ends_a_poll_that_waits(memory: MemoryNetwork, network: Network) -> None:
    poll(network, ALICE, {})
    is_over, asked = threading.Event(), threading.Semaphore(0)

    def stall(body: bytes) -> NodeAnswer:
        asked.release()
        assert is_over.wait(PATIENCE_S)
        return NodeAnswer(500, "")

    for node in members(memory):
        memory.lie(node, stall)
    with ThreadPoolExecutor(1) as aside:
        polled = aside.submit(poll, network, ALICE, {})
        assert asked.acquire(timeout=PATIENCE_S)
        network.close()
        is_over.set()
        with pytest.raises(NetworkError):
            polled.result(PATIENCE_S)


def test_a_backlog_is_finished_on_the_nodes_it_was_begun_on(
    memory: MemoryNetwork, network: Network
) -> None:
    # Three pages: a page holds 3,900,000 bytes of JSON, and each of these has 102,543.
    texts = [b"%03d" % number + bytes(76_700) for number in range(90)]
    place(memory, *texts)
    cursors: Cursors = {}
    pages: list[list[bytes]] = []
    more = True
    while more:
        polled = poll(network, ALICE, cursors)
        pages.append([item.data for item in polled.items])
        cursors, more = polled.cursors, polled.more
    assert [text for page in pages for text in page] == texts
    assert len(pages) == 3
    assert len(cursors) == 2


def test_a_node_that_promises_more_but_sends_nothing_is_not_believed(
    memory: MemoryNetwork, network: Network
) -> None:
    poll(network, ALICE, {})
    empty = {"messages": [], "more": True, "t": memory.clock.now_ms()}
    for node in members(memory):
        memory.lie(node, lambda body: NodeAnswer(200, {"results": [{"code": 200, "body": empty}]}))
    assert not poll(network, ALICE, {}).more


def test_a_node_that_always_has_more_does_not_become_the_only_one_asked(
    memory: MemoryNetwork, network: Network
) -> None:
    liar, honest = two_members(memory)
    place(memory, b"hello")
    poll(network, ALICE, {})
    endless = memory.services[liar.ed25519].rpc.answer

    def promise(body: bytes) -> NodeAnswer:
        text = endless(body).text.replace('"more":false', '"more":true')
        return NodeAnswer(200, json.loads(text))

    memory.lie(liar, promise)
    assert poll(network, ALICE, {}).more
    memory.place(ALICE.account_id, b"only here", only_on=honest)
    assert b"only here" in data(network, {})


def test_the_request_asks_two_nodes_for_half_a_page_of_one_namespace(
    memory: MemoryNetwork, network: Network
) -> None:
    poll(network, ALICE, {})
    bodies: list[bytes] = []
    for node in members(memory):
        memory.lie(node, lambda body: bodies.append(body) or NodeAnswer(500, ""))
    with pytest.raises(NodeFailed):
        poll(network, ALICE, {})
    polls = [body for body in bodies if b'"batch"' in body]
    assert len(polls) == 2
    for body in polls:
        call = json.loads(body)
        (request,) = call["params"]["requests"]
        assert (call["method"], request["method"]) == ("batch", "retrieve")
        assert request["params"]["max_size"] == -2
        assert request["params"]["namespace"] == 0


def test_a_second_path_is_built_for_later(memory: MemoryNetwork, network: Network) -> None:
    while memory.paths_used().count("/storage_rpc/v1") < 2:
        poll(network, ALICE, {})
    poll(network, ALICE, {})
    assert memory.paths_used().count("/storage_rpc/v1") == 2


def test_the_state_tells_the_size_of_the_swarm(memory: MemoryNetwork, network: Network) -> None:
    poll(network, ALICE, {})
    assert network.state().swarm_size == 4
    assert len(network.state().route) == 3
