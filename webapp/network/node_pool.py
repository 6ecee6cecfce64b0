"""The storage nodes we know, and which of them have failed of late."""

import threading
from collections.abc import Collection, Iterable
from typing import Final, Literal

from webapp.protocol.nodes import Node

# onion.md §2: after this many failures in a row a node is no longer used.
STRIKES: Final = 3

# What a node did, or failed to do: pass on a request, or answer one. A node that
# relays well may still be a liar when it is asked itself.
Role = Literal["hop", "destination"]
ROLES: Final[tuple[Role, ...]] = ("hop", "destination")


class NodePool:
    """Nodes by their Ed25519 keys. The lock protects the table and the counts.

    The official apps forgive strikes only when the list is fetched again. Here a
    success in the same role forgives them too, so that rare failures do not add up
    over weeks and cost us a good guard (security.md X1: guards stay).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nodes: dict[bytes, Node] = {}
        self._dropped: dict[bytes, Node] = {}
        self._strikes: dict[Role, dict[bytes, int]] = {"hop": {}, "destination": {}}

    def replace(self, nodes: Iterable[Node]) -> None:
        """Know exactly ``nodes`` from now on; all strikes are forgiven."""
        with self._lock:
            self._nodes = {node.ed25519: node for node in nodes}
            self._dropped = {}
            for strikes in self._strikes.values():
                strikes.clear()

    def all(self) -> tuple[Node, ...]:
        """Return the nodes that may be used."""
        with self._lock:
            return tuple(self._nodes.values())

    def known(self) -> tuple[Node, ...]:
        """Return all nodes of the list, those that were given up as well."""
        with self._lock:
            return (*self._nodes.values(), *self._dropped.values())

    def suspects(self, *roles: Role) -> frozenset[bytes]:
        """Return the keys of all nodes that may have failed the last time, in any role."""
        with self._lock:
            return frozenset(key for role in roles or ROLES for key in self._strikes[role])

    def named(self, keys: Iterable[bytes]) -> tuple[Node, ...]:
        """Return the nodes with these Ed25519 keys, leaving out the ones we do not know."""
        with self._lock:
            return tuple(self._nodes[key] for key in keys if key in self._nodes)

    def strikes(self) -> dict[bytes, int]:
        """Return how often nodes have failed in a row, in the role in which they do worse."""
        with self._lock:
            keys = {key for role in ROLES for key in self._strikes[role]}
            return {key: max(self._strikes[role].get(key, 0) for role in ROLES) for key in keys}

    def strike(self, keys: Collection[bytes], role: Role) -> None:
        """Count a failure of each node; the third in a row drops it."""
        with self._lock:
            strikes = self._strikes[role]
            for key in keys:
                strikes[key] = strikes.get(key, 0) + 1
                if strikes[key] >= STRIKES:
                    self._drop(key)

    def drop(self, key: bytes) -> None:
        """Use this node no more."""
        with self._lock:
            self._drop(key)

    def pardon(self, keys: Collection[bytes]) -> None:
        """Give dropped nodes another chance; there are no better ones."""
        with self._lock:
            for key in keys:
                node = self._dropped.pop(key, None)
                if node is not None:
                    self._nodes[key] = node
                    for strikes in self._strikes.values():
                        strikes.pop(key, None)

    def pardon_all(self) -> None:
        """Give all dropped nodes another chance."""
        with self._lock:
            dropped = tuple(self._dropped)
        self.pardon(dropped)

    def forgive(self, keys: Collection[bytes], role: Role) -> None:
        """Forget the failures of nodes that have just worked."""
        with self._lock:
            for key in keys:
                self._strikes[role].pop(key, None)

    def _drop(self, key: bytes) -> None:
        node = self._nodes.pop(key, None)
        if node is not None:
            self._dropped[key] = node
