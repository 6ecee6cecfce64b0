"""What all nodes know about each other: who is there, and who keeps whose messages."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from webapp.localnet.node import HARD_FORK, StorageNode
from webapp.localnet.owners import Owner
from webapp.localnet.store import Message
from webapp.protocol.swarms import nearest_swarm, swarm_space

# Some height of the chain; clients only compare it with unlock heights, which are 0 here.
CHAIN_HEIGHT = 1_700_000

RING = 2**64


def spread_swarm_ids(count: int) -> list[int]:
    """Return ``count`` swarm ids at equal distances on the ring, so swarms are equally busy."""
    return [(2 * index + 1) * RING // (2 * count) for index in range(count)]


@dataclass(slots=True)
class Directory:
    """The nodes of one network. Who stops stays listed: the chain learns of it much later."""

    nodes: list[StorageNode]
    # Called with each message that is new to the network, after it was stored.
    on_stored: list[Callable[[Message], None]] = field(default_factory=list)
    # Decides about faults, and only about these: a test that seeds it sees the same again.
    rng: random.Random = field(default_factory=random.Random)

    def announce(self, message: Message) -> None:
        for listener in self.on_stored:
            listener(message)

    def swarm_of(self, owner: Owner) -> list[StorageNode]:
        swarm_id = self.swarm_id_of(owner)
        return [node for node in self.nodes if node.swarm_id == swarm_id]

    def swarm_id_of(self, owner: Owner) -> int:
        return nearest_swarm(swarm_space(owner.key), {node.swarm_id for node in self.nodes})

    def describe_swarm(self, owner: Owner, *, now_ms: int) -> dict[str, object]:
        """Return the reply to `get_swarm`, which is also the body of a 421 (storage-rpc.md §8)."""
        return {
            "snodes": [node.contact_details() for node in self.swarm_of(owner)],
            "swarm": f"{self.swarm_id_of(owner):x}",
            "t": now_ms,
            "hf": list(HARD_FORK),
        }

    def chain_states(self, params: Mapping[str, object]) -> dict[str, object]:
        """Return the chain's list of nodes, with the fields and the number asked for (§1)."""
        fields, limit = params.get("fields"), params.get("limit")
        nodes = self.nodes
        if isinstance(limit, int) and 0 < limit < len(nodes):
            # Which ones is of no consequence for secrecy: all of them are public.
            nodes = random.sample(nodes, limit)
        states = [_select(node.chain_state(), fields) for node in nodes]
        answer: dict[str, object] = {"service_node_states": states, "status": "OK"}
        return _select({"height": CHAIN_HEIGHT}, fields) | answer


def _select(state: Mapping[str, object], fields: object) -> dict[str, object]:
    """Return the wanted ``fields`` of ``state``: an object of booleans, or none for all."""
    if not isinstance(fields, dict) or not fields:
        return dict(state)
    return {name: value for name, value in state.items() if fields.get(name) is True}
