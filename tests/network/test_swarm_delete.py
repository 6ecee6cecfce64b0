"""Deleting everything of an account: what counts as deleted, and who is asked again."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.network.memory_network import BOB, DAY_MS, MemoryNetwork
from tests.network.polling import poll
from tests.virtual_clock import VirtualClock
from webapp.localnet.rpc import Answer as NodeAnswer
from webapp.network.client import Network
from webapp.network.errors import NetworkError, NodeFailed, Rejected
from webapp.network.swarm_delete import DELETE_S
from webapp.protocol.identifiers import AccountId

DATA = b"sealed bytes"


def keys_of(memory: MemoryNetwork, account: AccountId) -> frozenset[bytes]:
    return frozenset(node.ed25519 for node in memory.swarm_of(account))


def fill(network: Network) -> None:
    network.store(BOB.account_id, DATA, ttl_ms=DAY_MS)


class Swarm:
    """Bob's swarm, of which some members answer a deletion in a way the test chooses."""

    def __init__(self, memory: MemoryNetwork) -> None:
        self.members = memory.swarm_of(BOB.account_id)
        self.asked: list[bytes] = []
        self._memory = memory

    def let(self, answer: Callable[[NodeAnswer, bytes], NodeAnswer], *, first: int = 99) -> None:
        """Change what the first few that are asked answer; the others are only noted."""
        for node in self.members:
            honest = self._memory.services[node.ed25519].rpc.answer

            def answered(
                body: bytes,
                honest: Callable[[bytes], NodeAnswer] = honest,
                key: bytes = node.ed25519,
            ) -> NodeAnswer:
                found = honest(body)
                if b'"delete_all"' not in body:
                    return found
                self.asked.append(key)
                return answer(found, key) if len(self.asked) <= first else found

            self._memory.lie(node, answered)


def without(entry: bytes) -> Callable[[NodeAnswer, bytes], NodeAnswer]:
    """Let one member's entry be missing."""

    def change(answer: NodeAnswer, _key: bytes) -> NodeAnswer:
        body: Any = answer.body
        swarm = {name: said for name, said in body["swarm"].items() if name != entry.hex()}
        return NodeAnswer(answer.status, {**body, "swarm": swarm})

    return change


def test_everything_is_deleted_at_every_member(memory: MemoryNetwork, network: Network) -> None:
    fill(network)

    deleted = network.delete_all(BOB)

    assert deleted.done == keys_of(memory, BOB.account_id)
    assert deleted.left == frozenset()
    assert poll(network, BOB, {}).items == ()


def test_deleting_again_is_harmless(network: Network) -> None:
    fill(network)
    assert network.delete_all(BOB).left == network.delete_all(BOB).left == frozenset()


def test_a_member_that_is_not_heard_of_is_asked_itself(
    memory: MemoryNetwork, network: Network
) -> None:
    fill(network)
    swarm = Swarm(memory)
    swarm.let(lambda answer, key: without(silent(key))(answer, key), first=1)

    def silent(asked: bytes) -> bytes:
        return next(node.ed25519 for node in swarm.members if node.ed25519 != asked)

    deleted = network.delete_all(BOB)

    assert deleted.left == frozenset()
    assert len(swarm.asked) == 2
    assert swarm.asked[1] == silent(swarm.asked[0])


def test_what_is_not_signed_was_not_done(memory: MemoryNetwork, network: Network) -> None:
    fill(network)
    liar = memory.swarm_of(BOB.account_id)[0].ed25519

    def forge(answer: NodeAnswer, _key: bytes) -> NodeAnswer:
        body: Any = answer.body
        entry = {**body["swarm"][liar.hex()], "signature": "A" * 86 + "=="}
        return NodeAnswer(200, {**body, "swarm": {**body["swarm"], liar.hex(): entry}})

    Swarm(memory).let(forge)

    deleted = network.delete_all(BOB)

    assert deleted.left == {liar}
    assert deleted.done == keys_of(memory, BOB.account_id) - {liar}


def test_where_no_member_does_it_the_reason_is_told(
    memory: MemoryNetwork, network: Network
) -> None:
    fill(network)
    Swarm(memory).let(lambda _answer, _key: NodeAnswer(500, "broken"))

    with pytest.raises(NodeFailed):
        network.delete_all(BOB)


def test_a_refusal_of_one_does_not_keep_the_others_from_it(
    memory: MemoryNetwork, network: Network
) -> None:
    fill(network)
    swarm = Swarm(memory)
    swarm.let(lambda _answer, _key: NodeAnswer(400, "no"), first=1)

    assert network.delete_all(BOB).left == frozenset()
    assert len(swarm.asked) == 2


def test_a_refusal_of_all_is_told(memory: MemoryNetwork, network: Network) -> None:
    fill(network)
    Swarm(memory).let(lambda _answer, _key: NodeAnswer(400, "no"))

    with pytest.raises(Rejected):
        network.delete_all(BOB)


def test_when_the_time_is_over_nobody_else_is_asked(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    fill(network)
    swarm = Swarm(memory)

    def slow(_answer: NodeAnswer, _key: bytes) -> NodeAnswer:
        clock.advance(DELETE_S)
        return NodeAnswer(500, "broken")

    swarm.let(slow)

    with pytest.raises(NetworkError):
        network.delete_all(BOB)
    assert len(set(swarm.asked)) <= 2


def test_a_member_that_denies_to_be_one_is_passed_over(
    memory: MemoryNetwork, network: Network
) -> None:
    fill(network)
    swarm = Swarm(memory)
    swarm.let(lambda _answer, _key: NodeAnswer(421, {"snodes": []}), first=1)

    assert network.delete_all(BOB).left == frozenset()
    assert len(swarm.asked) == 2


def test_a_clock_that_is_refused_is_set_by_the_network_and_the_next_member_asked(
    memory: MemoryNetwork, network: Network
) -> None:
    fill(network)
    swarm = Swarm(memory)
    swarm.let(lambda _answer, _key: NodeAnswer(406, "clock"), first=1)

    assert network.delete_all(BOB).left == frozenset()
    assert len(swarm.asked) == 2
