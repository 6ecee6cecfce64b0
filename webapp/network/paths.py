"""Paths: three nodes in a row, and which of them are in use. Source: onion.md §2."""

import random
import threading
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from typing import Final

from webapp.network.node_pool import STRIKES
from webapp.protocol.nodes import Node

HOPS: Final = 3
# With two, a request can go round a destination that lies on one of them.
WANTED_PATHS: Final = 2
# How often the nodes behind one guard are exchanged before the guard goes too. A guard that
# fails on purpose until it likes the nodes behind it gets no more than these attempts.
MAX_MENDS: Final = 10
# A failure of somebody behind the guard says half as much against it as one of its own: it
# may be the guard that lets them fail, and it may be chance.
GUARDS_FAULT: Final = 2
ANYBODYS_FAULT: Final = 1


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
    candidates: Sequence[Node],
    *,
    distinct_subnets: bool,
    source: random.Random,
    guards: Sequence[Node] = (),
) -> Path | None:
    """Return a random path through ``candidates``, or None if they are too few.

    One of ``guards`` comes first, if there are any. With ``distinct_subnets`` no two
    of its nodes share a /24, because whoever owns a subnet could otherwise own the
    whole path.
    """
    guard = source.choice(guards) if guards else None
    return _complete([guard, None, None], candidates, distinct_subnets, source)


def mended_path(
    path: Path,
    candidates: Sequence[Node],
    *,
    broken: Collection[bytes],
    distinct_subnets: bool,
    source: random.Random,
) -> Path | None:
    """Return ``path`` with others of ``candidates`` in the place of the ``broken`` nodes."""
    kept = [None if node.ed25519 in broken else node for node in path.hops]
    return _complete(kept, candidates, distinct_subnets, source)


@dataclass(slots=True)
class _Standing:
    """How a path in use is doing: weight of its failures in a row, and how often it was mended."""

    faults: int = 0
    mends: int = 0


class Paths:
    """The paths in use; no node is on two of them. The lock protects the table."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._standings: dict[Path, _Standing] = {}

    def add(self, path: Path) -> bool:
        """Use ``path`` from now on, unless it shares a node with another; say whether."""
        with self._lock:
            if not self._is_free(path, self._standings):
                return False
            self._standings[path] = _Standing()
            return True

    def replace(self, path: Path, mended: Path, *, is_repair: bool) -> bool:
        """Use ``mended`` in the place of ``path``, under the same suspicion; say whether.

        It is as old as ``path``: the route that is shown stays the one behind the same guard.
        A repair counts against the guard. Nothing is done if ``path`` is gone, or if
        ``mended`` shares a node with another path.
        """
        with self._lock:
            standing = self._standings.get(path)
            others = [other for other in self._standings if other != path]
            if standing is None or not self._is_free(mended, others):
                return False
            if is_repair:
                standing.mends += 1
            self._standings = {
                mended if each == path else each: standing
                for each, standing in self._standings.items()
            }
            return True

    def is_worn_out(self, path: Path) -> bool:
        """Say whether ``path`` has been mended so often that its guard must be the reason."""
        with self._lock:
            standing = self._standings.get(path)
            return standing is not None and standing.mends >= MAX_MENDS

    def start_over(self, known: Set[bytes]) -> None:
        """After a new node list, drop paths with nodes that are gone, and forgive the others."""
        with self._lock:
            self._standings = {
                path: _Standing() for path in self._standings if known >= set(path.keys)
            }

    def choose(self, *, avoiding: bytes) -> Path | None:
        """Return a random one of the best paths that do not contain ``avoiding``."""
        with self._lock:
            usable = {
                path: standing.faults
                for path, standing in self._standings.items()
                if avoiding not in path.keys
            }
        best = [path for path in usable if usable[path] == min(usable.values())]
        return self._source.choice(best) if best else None

    def all(self) -> tuple[Path, ...]:
        """Return the paths in use, the best first, of equally good ones the oldest."""
        with self._lock:
            return tuple(sorted(self._standings, key=lambda path: self._standings[path].faults))

    def fail(self, path: Path, *, is_guards: bool) -> bool:
        """Count a failure of ``path``; drop it after too many in a row, and say whether it was.

        Three are too many if they are the guard's, twice as many if they need not be.
        """
        with self._lock:
            standing = self._standings.get(path)
            if standing is None:
                return False
            standing.faults += GUARDS_FAULT if is_guards else ANYBODYS_FAULT
            if standing.faults < STRIKES * GUARDS_FAULT:
                return False
            del self._standings[path]
            return True

    def drop(self, path: Path) -> None:
        """Use ``path`` no more."""
        with self._lock:
            self._standings.pop(path, None)

    def is_healthy(self, path: Path) -> bool:
        """Say whether the last request over ``path`` has worked, if there was one."""
        with self._lock:
            standing = self._standings.get(path)
            return standing is not None and standing.faults == 0

    def forgive(self, path: Path) -> None:
        """Forget the failures of a path that has just worked."""
        with self._lock:
            if path in self._standings:
                self._standings[path].faults = 0

    @staticmethod
    def _is_free(path: Path, others: Collection[Path]) -> bool:
        return not any(set(path.keys) & set(other.keys) for other in others)


def nodes_of(paths: Collection[Path]) -> frozenset[bytes]:
    """Return the Ed25519 keys of all nodes on ``paths``."""
    return frozenset(key for path in paths for key in path.keys)


def _complete(
    kept: Sequence[Node | None],
    candidates: Sequence[Node],
    distinct_subnets: bool,
    source: random.Random,
) -> Path | None:
    """Return a path of the ``kept`` nodes with random others in the gaps."""
    hops = list(kept)
    fitting = [
        node
        for node in candidates
        if all(_fits(node, hop, distinct_subnets) for hop in hops if hop is not None)
    ]
    for place, hop in enumerate(hops):
        if hop is not None:
            continue
        if not fitting:
            return None
        chosen = hops[place] = source.choice(fitting)
        fitting = [node for node in fitting if _fits(node, chosen, distinct_subnets)]
    guard, middle, last = (hop for hop in hops if hop is not None)
    return Path((guard, middle, last))


def _fits(node: Node, chosen: Node, distinct_subnets: bool) -> bool:
    if node.ed25519 == chosen.ed25519:
        return False
    return not distinct_subnets or _subnet(node) != _subnet(chosen)


def _subnet(node: Node) -> str:
    return node.ip.rpartition(".")[0]
