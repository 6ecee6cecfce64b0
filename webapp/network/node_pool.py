"""The storage nodes we know, and which of them have failed of late."""

import threading
from collections.abc import Collection, Iterable
from typing import Final

from webapp.protocol.nodes import Node

# onion.md §2: after this many failures in a row a node is no longer used.
STRIKES: Final = 3


class NodePool:
    """Nodes by their Ed25519 keys. The lock protects the table and the counts.

    The official apps forgive strikes only when the list is fetched again. Here a
    success forgives them too, so that rare failures do not add up over weeks and
    cost us a good guard (security.md X1: guards stay).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nodes: dict[bytes, Node] = {}
        self._strikes: dict[bytes, int] = {}

    def replace(self, nodes: Iterable[Node]) -> None:
        """Know exactly ``nodes`` from now on; all strikes are forgiven."""
        with self._lock:
            self._nodes = {node.ed25519: node for node in nodes}
            self._strikes = {}

    def all(self) -> tuple[Node, ...]:
        """Return the nodes that may be used."""
        with self._lock:
            return tuple(self._nodes.values())

    def named(self, keys: Iterable[bytes]) -> tuple[Node, ...]:
        """Return the nodes with these Ed25519 keys, leaving out the ones we do not know."""
        with self._lock:
            return tuple(self._nodes[key] for key in keys if key in self._nodes)

    def strike(self, keys: Collection[bytes]) -> None:
        """Count a failure of each node; the third in a row drops it."""
        with self._lock:
            for key in keys:
                self._strikes[key] = self._strikes.get(key, 0) + 1
                if self._strikes[key] >= STRIKES:
                    self._nodes.pop(key, None)

    def drop(self, key: bytes) -> None:
        """Use this node no more."""
        with self._lock:
            self._nodes.pop(key, None)

    def forgive(self, keys: Collection[bytes]) -> None:
        """Forget the failures of nodes that have just worked."""
        with self._lock:
            for key in keys:
                self._strikes.pop(key, None)
