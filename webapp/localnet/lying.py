"""The lies a node tells clients when a test makes it (``faults.Lie``).

A lie takes the place of an answer or changes a true one; inside a batch each part is
answered by itself and so is each lie. Other nodes are not lied to: what a member says
to another member is true, but for the clock and the signatures, which are its own.
"""

import base64
from collections.abc import Mapping, Set

from webapp.localnet.directory import Directory
from webapp.localnet.errors import Refused
from webapp.localnet.faults import Lie
from webapp.localnet.node import HARD_FORK, StorageNode
from webapp.localnet.owners import Owner
from webapp.localnet.parameters import Parameters
from webapp.localnet.storing import EMPTY_DATA, Store
from webapp.protocol import signed_text
from webapp.protocol.keys import AccountKeys

SEED_BYTES = 32
# Far beyond what any check of a time allows.
FALSE_TIME_MS = 3_600_000
STRANGERS = 5
# Nobody listens there.
STRANGE_PORT = 1

# Whoever asks these need not belong to the swarm.
FOR_ANYBODY = {"get_swarm", "get_snodes_for_pubkey", "info", "oxend_request"}


class Liar:
    """One node, and the lies it tells about one request."""

    def __init__(self, node: StorageNode, directory: Directory, lies: Set[Lie]) -> None:
        self._node = node
        self._directory = directory
        self._lies = lies

    def instead_of(self, method: str, parameters: Parameters) -> dict[str, object] | None:
        """Return what is said without doing anything, or None. Raises Refused for a false 421."""
        if method not in FOR_ANYBODY:
            self._deny(parameters)
        match method:
            case "get_swarm" | "get_snodes_for_pubkey" if Lie.MEMBERS in self._lies:
                return self._false_swarm(parameters.owner())
            case "oxend_request":
                return self._false_nodes(parameters)
            case "store" if Lie.ALL_FAILED in self._lies:
                return {"swarm": self._all_failed(Store.parse(parameters))}
            case "store" if Lie.STORED in self._lies:
                command = Store.parse(parameters)
                return {"swarm": self._all_stored(command), "hash": command.message.hash.text}
        return None

    def distort(self, method: str, reply: Mapping[str, object]) -> dict[str, object]:
        """Return what is said instead of a true ``reply``."""
        false = dict(reply)
        if Lie.TIME in self._lies and "t" in reply:
            false["t"] = self._node.now_ms() + FALSE_TIME_MS
        messages = reply.get("messages")
        if method != "retrieve" or not isinstance(messages, list):
            return false
        if Lie.MISSING_MESSAGES in self._lies:
            messages = messages[1::2]
        if Lie.RUBBISH in self._lies:
            messages = [item | {"data": self._rubbish(item["data"])} for item in messages]
        if Lie.ENDLESS in self._lies:
            false["more"] = True
        return false | {"messages": messages}

    def _deny(self, parameters: Parameters) -> None:
        if Lie.SWARM in self._lies:
            raise Refused(421, self._false_swarm(parameters.owner()))
        if Lie.NO_SWARM in self._lies:
            raise Refused(421, {"t": self._node.now_ms(), "hf": list(HARD_FORK)})

    def _false_swarm(self, owner: Owner) -> dict[str, object]:
        """Return a well-formed reply to `get_swarm` in which no member is one."""
        members = self._directory.swarm_of(owner)
        others = [node for node in self._directory.nodes if node not in members]
        false = others or self._strangers()
        return self._directory.describe_swarm(owner, now_ms=self._node.now_ms()) | {
            "snodes": [node.contact_details() for node in false],
            "swarm": f"{false[0].swarm_id:x}",
        }

    def _false_nodes(self, parameters: Parameters) -> dict[str, object] | None:
        if self._lies.isdisjoint({Lie.INVENTED_NODES, Lie.MISSING_NODES}):
            return None
        if parameters.raw("endpoint") != "get_service_nodes":
            return None
        nodes = self._directory.nodes
        if Lie.MISSING_NODES in self._lies:
            nodes = nodes[::2]
        if Lie.INVENTED_NODES in self._lies:
            nodes = nodes + self._strangers()
        params = parameters.raw("params")
        return {"result": Directory(nodes).chain_states(params if isinstance(params, dict) else {})}

    def _strangers(self) -> list[StorageNode]:
        strangers = [
            StorageNode(
                AccountKeys.from_seed32(self._directory.rng.randbytes(SEED_BYTES)),
                swarm_id=self._node.swarm_id,
                clock=self._node.clock,
            )
            for _ in range(STRANGERS)
        ]
        for stranger in strangers:
            stranger.port = STRANGE_PORT
        return strangers

    def _all_failed(self, command: Store) -> dict[str, object]:
        failed: dict[str, object] = {"failed": 1, "timeout": 1}
        return {member.name: failed for member in self._directory.swarm_of(command.owner)}

    def _all_stored(self, command: Store) -> dict[str, object]:
        """Return an entry for each member; a liar can sign its own only."""
        hash_ = command.message.hash
        signed = self._node.sign_b64(signed_text.stored_text(hash_))
        return {
            member.name: {
                "hash": hash_.text,
                "expiry": command.expiry_ms,
                "signature": signed if member is self._node else self._rubbish(signed),
            }
            for member in self._directory.swarm_of(command.owner)
        }

    def _rubbish(self, data_b64: str) -> str:
        """Return base64 of as many bytes as ``data_b64`` holds, but of others."""
        if data_b64 == EMPTY_DATA:
            return data_b64
        length = len(base64.b64decode(data_b64))
        return base64.b64encode(self._directory.rng.randbytes(length)).decode()
