"""Paths: three nodes in a row, and which of them are in use. Source: onion.md §2."""

import random
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from webapp.network.node_pool import STRIKES
from webapp.protocol.nodes import Node

HOPS: Final = 3
# With two, a request can go round a destination that lies on one of them.
WANTED_PATHS: Final = 2


@dataclass(frozen=True, slots=True)
class Path:
    """Guard, middle and last node; the guard is the only one that sees our address."""

    hops: tuple[Node, Node, Node]

    @property
    def guard(self) -> Node:
        return self.hops[0]

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The Ed25519 keys of its nodes, guard first."""
        return tuple(node.ed25519 for node in self.hops)


def choose_path(
    candidates: Sequence[Node], *, distinct_subnets: bool, source: random.Random
) -> Path | None:
    """Return a random path through ``candidates``, or None if they are too few.

    With ``distinct_subnets`` no two of its nodes share a /24, because whoever
    owns a subnet could otherwise own the whole path.
    """
    hops: list[Node] = []
    fitting = list(candidates)
    while len(hops) < HOPS:
        if not fitting:
            return None
        chosen = source.choice(fitting)
        hops.append(chosen)
        fitting = [node for node in fitting if _fits(node, chosen, distinct_subnets)]
    guard, middle, last = hops
    return Path((guard, middle, last))


class Paths:
    """The paths in use; no node is on two of them. The lock protects the table."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._strikes: dict[Path, int] = {}

    def add(self, path: Path) -> bool:
        """Use ``path`` from now on, unless it shares a node with another; say whether."""
        with self._lock:
            if any(set(path.keys) & set(other.keys) for other in self._strikes):
                return False
            self._strikes[path] = 0
            return True

    def choose(self, *, avoiding: bytes) -> Path | None:
        """Return a random one of the best paths that do not contain ``avoiding``."""
        with self._lock:
            usable = {
                path: strikes
                for path, strikes in self._strikes.items()
                if avoiding not in path.keys
            }
        best = [path for path in usable if usable[path] == min(usable.values())]
        return self._source.choice(best) if best else None

    def all(self) -> tuple[Path, ...]:
        """Return the paths in use, the best first, of equally good ones the oldest."""
        with self._lock:
            return tuple(sorted(self._strikes, key=self._strikes.__getitem__))

    def strike(self, path: Path) -> bool:
        """Count a failure of ``path``; the third in a row drops it. Say whether it did."""
        with self._lock:
            if path not in self._strikes:
                return False
            self._strikes[path] += 1
            if self._strikes[path] < STRIKES:
                return False
            del self._strikes[path]
            return True

    def is_healthy(self, path: Path) -> bool:
        """Say whether the last request over ``path`` has worked, if there was one."""
        with self._lock:
            return self._strikes.get(path) == 0

    def forgive(self, path: Path) -> None:
        """Forget the failures of a path that has just worked."""
        with self._lock:
            if path in self._strikes:
                self._strikes[path] = 0


def nodes_of(paths: Collection[Path]) -> frozenset[bytes]:
    """Return the Ed25519 keys of all nodes on ``paths``."""
    return frozenset(key for path in paths for key in path.keys)


def _fits(node: Node, chosen: Node, distinct_subnets: bool) -> bool:
    if node.ed25519 == chosen.ed25519:
        return False
    return not distinct_subnets or _subnet(node) != _subnet(chosen)


def _subnet(node: Node) -> str:
    return node.ip.rpartition(".")[0]
