"""Finding the swarm of an account, and noticing that it is another one."""

import pytest

from tests.network.memory_network import ALICE, BOB, DAY_MS, MemoryNetwork
from tests.network.polling import poll
from tests.virtual_clock import VirtualClock
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Owner
from webapp.localnet.rpc import Answer as NodeAnswer
from webapp.network.client import Network
from webapp.network.errors import NetworkError, NodeFailed
from webapp.network.swarms import LOOKUP_PAUSE_S
from webapp.protocol.identifiers import AccountId


class Lookups:
    """Counts how often nodes are asked for a swarm through the onion."""

    def __init__(self, memory: MemoryNetwork) -> None:
        self.count = 0
        for node in memory.nodes:
            self._listen(memory, node)

    def _listen(self, memory: MemoryNetwork, node: StorageNode) -> None:
        answer = memory.services[node.ed25519].rpc.answer

        def counted(body: bytes) -> NodeAnswer:
            # The guard test asks for accounts that nobody has.
            self.count += BOB.account_id.hex.encode() in body and b'"get_swarm"' in body
            return answer(body)

        memory.lie(node, counted)


def store(network: Network, data: bytes = b"hello") -> None:
    network.store(BOB.account_id, data, ttl_ms=DAY_MS)


def move(memory: MemoryNetwork, account: AccountId) -> None:
    """Give the account's swarm to other nodes, as happens when nodes join and leave."""
    members, others = memory.swarm_of(account), memory.outside(account)
    old, new = members[0].swarm_id, others[0].swarm_id
    for node in memory.nodes:
        if node.swarm_id in (old, new):
            node.swarm_id = new if node.swarm_id == old else old


def test_a_swarm_is_looked_up_once(memory: MemoryNetwork, network: Network) -> None:
    lookups = Lookups(memory)
    for number in range(5):
        store(network, b"%d" % number)
    assert lookups.count == 2


def test_a_member_that_says_it_is_none_has_the_swarm_looked_up_again(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network, b"before")
    lookups = Lookups(memory)
    move(memory, BOB.account_id)
    store(network, b"after")
    assert lookups.count == 2


def test_one_node_cannot_name_itself_as_the_swarm(
    memory: MemoryNetwork, clock: VirtualClock
) -> None:
    liar = memory.outside(BOB.account_id)[0]
    false = {
        "snodes": [liar.contact_details()],
        "swarm": "1",
        "t": memory.clock.now_ms(),
    }
    honest = memory.services[liar.ed25519].rpc.answer
    memory.lie(liar, lambda body: NodeAnswer(200, false) if b"get_swarm" in body else honest(body))
    for _ in range(20):
        network = Network(memory.settings, clock=clock, transport=memory.transport())
        poll(network, BOB, {})
        assert network.state().swarm_size == 4
        network.close()


def test_a_member_that_denies_it_against_what_others_say_is_given_up(
    memory: MemoryNetwork, network: Network
) -> None:
    poll(network, BOB, {})
    liar = memory.swarm_of(BOB.account_id)[0]
    lookups = Lookups(memory)
    swarm = memory.directory.describe_swarm(
        Owner(bytes(ALICE.account_id)), now_ms=memory.clock.now_ms()
    )
    asked: list[bytes] = []

    def deny(body: bytes) -> NodeAnswer:
        if b"get_swarm" not in body:
            asked.append(body)
        return NodeAnswer(421, swarm)

    memory.lie(liar, deny)
    for number in range(30):
        store(network, b"%d" % number)
        poll(network, BOB, {})
    # Three strikes; a strike may come a request later than the denial.
    assert len(asked) <= 5
    assert lookups.count <= 2 * 5


def test_nodes_that_all_name_other_swarms_are_not_believed(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network, b"before")
    for number, node in enumerate(memory.nodes):
        one = {
            "snodes": [{"pubkey_ed25519": f"{number:064x}", "ip": "10.0.0.1"}],
            "swarm": "1",
            "t": memory.clock.now_ms(),
        }
        memory.lie(node, lambda body, one=one: NodeAnswer(200, one))
    with pytest.raises(NodeFailed, match="disagree"):
        network.store(ALICE.account_id, b"hello", ttl_ms=DAY_MS)


def test_a_wrong_swarm_is_noticed_when_polling_too(memory: MemoryNetwork, network: Network) -> None:
    poll(network, BOB, {})
    move(memory, BOB.account_id)
    memory.place(BOB.account_id, b"after the move")
    assert [item.data for item in poll(network, BOB, {}).items] == [b"after the move"]


def test_a_node_that_denies_without_a_list_is_left_out(
    memory: MemoryNetwork, network: Network
) -> None:
    poll(network, BOB, {})
    denying, *_ = members = memory.swarm_of(BOB.account_id)
    memory.lie(denying, lambda body: NodeAnswer(421, "not my swarm"))
    for number in range(10):
        store(network, b"%d" % number)
    poll(network, BOB, {})
    assert network.state().swarm_size in (len(members), len(members) - 1)
    assert network.state().phase == "connected"


def test_a_made_up_swarm_of_strangers_is_looked_up_again(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network, b"before")
    honest = {}
    for node in memory.swarm_of(BOB.account_id):
        honest[node.ed25519] = memory.services[node.ed25519].rpc.answer
        memory.lie(node, lambda body: NodeAnswer(421, _strangers(memory)))
    with pytest.raises(NetworkError):
        store(network, b"during")
    for node in memory.swarm_of(BOB.account_id):
        memory.lie(node, honest[node.ed25519])
    store(network, b"after")


def test_a_lying_node_at_lookup_costs_one_try(memory: MemoryNetwork, network: Network) -> None:
    store(network)
    liars = memory.outside(BOB.account_id)[:2]
    for liar in liars:
        memory.lie(liar, lambda body: NodeAnswer(200, "garbage"))
    for number in range(10):
        other = AccountId(bytes([number]) * 32)
        if not set(liars) & set(memory.swarm_of(other)):
            network.store(other, b"hello", ttl_ms=DAY_MS)


def test_a_small_swarm_is_not_looked_up_at_every_step(
    memory: MemoryNetwork, network: Network, clock: VirtualClock
) -> None:
    small = memory.swarm_of(BOB.account_id)[:2]
    for node in memory.swarm_of(BOB.account_id)[2:]:
        node.swarm_id = memory.outside(BOB.account_id)[0].swarm_id
    assert memory.swarm_of(BOB.account_id) == small
    lookups = Lookups(memory)
    for number in range(5):
        store(network, b"%d" % number)
    assert lookups.count == 2
    clock.advance(LOOKUP_PAUSE_S)
    store(network, b"later")
    assert lookups.count == 4


def test_an_account_without_a_swarm_is_said_to_be_unreachable(
    memory: MemoryNetwork, network: Network
) -> None:
    store(network, b"before")
    empty = {"snodes": [], "swarm": "ffffffffffffffff", "t": memory.clock.now_ms()}
    for node in memory.nodes:
        memory.lie(node, lambda body: NodeAnswer(200, empty))
    with pytest.raises(NodeFailed, match="No node of the swarm"):
        network.store(ALICE.account_id, b"hello", ttl_ms=DAY_MS)


def _strangers(memory: MemoryNetwork) -> dict[str, object]:
    snodes = [{"pubkey_ed25519": f"{number:064x}", "ip": "10.0.0.1"} for number in range(5)]
    return {"snodes": snodes, "swarm": "1", "t": memory.clock.now_ms()}
