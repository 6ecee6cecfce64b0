"""Finds a path when one is needed: node list, guard test, table. Source: onion.md §2."""

import contextlib
import random
import secrets
from collections.abc import Sequence
from typing import Final

from webapp.clock import Clock
from webapp.network.errors import NetworkClosed, NoInterface, NoRoute, TooFewNodes, Unreachable
from webapp.network.node_pool import NodePool
from webapp.network.one_at_a_time import OneAtATime
from webapp.network.paths import WANTED_PATHS, Path, Paths, choose_path, nodes_of
from webapp.network.seeds import fetch_nodes
from webapp.network.settings import NetworkSettings
from webapp.network.transport import CallLimits, Transport
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import KEY_BYTES, AccountId
from webapp.protocol.nodes import Node
from webapp.protocol.replies import parse_swarm
from webapp.protocol.requests import get_swarm

# A reply lists one swarm of about ten nodes at 500 bytes each.
GUARD_TEST: Final = CallLimits(timeout_s=10.0, answer_bytes=64 * 1024)
GUARD_TEST_PATH: Final = "/storage_rpc/v1"
# How many nodes are tried as guard before we say that there is no way.
GUARD_TRIES: Final = 4
# How often another thread's work is waited for before giving up.
BUILD_TURNS: Final = 5
# A swarm that names nodes we do not know means that our list is old. Asking the
# seeds at every such hint would let one lying node make us ask all the time.
LIST_REFRESH_PAUSE_S: Final = 600.0
HTTP_OK: Final = 200


class PathBuilder:
    """Knows the nodes and the paths of one account, and gets more when they run out.

    It has no lock: what it keeps between calls is whether the node list is in
    doubt and when it was fetched, each written in one step.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        *,
        transport: Transport,
        clock: Clock,
        source: random.Random,
    ) -> None:
        self.pool = NodePool()
        self.paths = Paths(source)
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._source = source
        self._building = OneAtATime()
        self._is_list_in_doubt = True
        self._list_fetched_s = -LIST_REFRESH_PAUSE_S

    def path_to(self, destination: bytes) -> Path:
        """Return a path that does not contain ``destination``, building one if need be.

        Raises NoRoute.
        """
        # What another thread does at the same time may not help us: its path may
        # contain our destination. Then it is our turn.
        for _ in range(BUILD_TURNS):
            path = self._existing_path(destination)
            if path is not None:
                return path
            self._building.run(lambda: self._build(avoiding=destination))
        raise TooFewNodes("Too few nodes are known to build a path of three.")

    def needs_spare_path(self) -> bool:
        """Say whether there are fewer paths than we like to have."""
        return len(self.paths.all()) < WANTED_PATHS

    def add_spare_path(self, *, avoiding: bytes = b"") -> None:
        """Build one more path if enough nodes are known; a failure is left for later."""
        candidate = self._choose(avoiding=avoiding, excluded=frozenset())
        if candidate is not None:
            with contextlib.suppress(NoRoute, NetworkClosed):
                self._building.run(lambda: self._add_if_tested(candidate))

    def nodes(self) -> tuple[Node, ...]:
        """Return all nodes that may be used, fetching the list if there is none.

        Raises NoRoute.
        """
        if not self.pool.all():
            self._building.run(self._fetch_list)
        nodes = self.pool.all()
        if not nodes:
            raise TooFewNodes("No storage node is known.")
        return nodes

    def easiest_first(self, nodes: Sequence[Node]) -> tuple[Node, ...]:
        """Return ``nodes`` in random order, but first the healthy ones to which a path exists.

        While there is only one path this saves building a second one just because
        chance picked a destination that lies on the first.
        """
        paths, suspects = self.paths.all(), self.pool.suspects()

        def difficulty(node: Node) -> tuple[bool, bool]:
            is_blocked = all(node.ed25519 in path.keys for path in paths)
            return node.ed25519 in suspects, is_blocked

        return tuple(sorted(self._source.sample(nodes, len(nodes)), key=difficulty))

    def renew_old_list(self) -> None:
        """Fetch the node list again if that is not too soon; a failure is left for later."""
        if self._clock.monotonic_s() - self._list_fetched_s >= LIST_REFRESH_PAUSE_S:
            with contextlib.suppress(NoRoute):
                self._building.run(self._fetch_list)

    def strike(self, path: Path) -> None:
        """Count a failure of ``path``; its third in a row drops it, and the guard with it."""
        if self.paths.strike(path):
            self.pool.drop(path.guard.ed25519)

    def _existing_path(self, destination: bytes) -> Path | None:
        """Return the best path there is; if it has just failed, look for a better one first."""
        path = self.paths.choose(avoiding=destination)
        if path is None or self.paths.is_healthy(path) or not self.needs_spare_path():
            return path
        self.add_spare_path(avoiding=destination)
        return self.paths.choose(avoiding=destination)

    def _build(self, *, avoiding: bytes) -> None:
        self._renew_list()
        failed: set[bytes] = set()
        for _ in range(GUARD_TRIES):
            path = self._choose(avoiding=avoiding, excluded=frozenset(failed))
            if path is None:
                # The next attempt asks a seed, and if none answers, tries them all again.
                self._is_list_in_doubt = True
                self.pool.pardon_all()
                raise TooFewNodes("Too few nodes are known to build a path of three.")
            if self._add_if_tested(path):
                return
            failed.add(path.guard.ed25519)
        # All of them may have moved, or had a bad hour and been dropped for it.
        self._is_list_in_doubt = True
        raise NoRoute("No storage node answers.")

    def _renew_list(self) -> None:
        """Fetch the list if it is in doubt; an old list is still better than none."""
        if not self._is_list_in_doubt:
            return
        try:
            self._fetch_list()
        except NoRoute:
            if not self.pool.all():
                raise

    def _fetch_list(self) -> None:
        self.pool.replace(fetch_nodes(self._settings, self._transport))
        self._is_list_in_doubt = False
        self._list_fetched_s = self._clock.monotonic_s()

    def _choose(self, *, avoiding: bytes, excluded: frozenset[bytes]) -> Path | None:
        taken = nodes_of(self.paths.all()) | excluded | {avoiding}
        free = [node for node in self.pool.all() if node.ed25519 not in taken]
        suspects = self.pool.suspects()
        healthy = [node for node in free if node.ed25519 not in suspects]
        return self._path_through(healthy) or self._path_through(free)

    def _path_through(self, candidates: Sequence[Node]) -> Path | None:
        return choose_path(
            candidates,
            distinct_subnets=self._settings.distinct_subnets,
            source=self._source,
        )

    def _add_if_tested(self, path: Path) -> bool:
        """Use ``path`` if its guard answers; say whether it does."""
        if not self._answers(path.guard):
            self.pool.strike([path.guard.ed25519], "hop")
            return False
        self.paths.add(path)
        return True

    def _answers(self, guard: Node) -> bool:
        """Ask a guard candidate for a swarm, in clear; return whether it behaves like a node.

        The question names an account that does not exist. With our own one, as
        other apps ask, every candidate would learn which account lives at our
        address. The time in the reply is not used: anyone on the way could set it.
        """
        nobody = AccountId(secrets.token_bytes(KEY_BYTES))
        url, body = guard.url + GUARD_TEST_PATH, get_swarm(nobody).to_json()
        try:
            answer = self._transport.post(url, body, limits=GUARD_TEST)
            parse_swarm(answer.body)
        except NoInterface as error:
            raise NoRoute("This computer is not connected to a network.") from error
        except (Unreachable, RemoteProtocolError):
            return False
        return answer.status == HTTP_OK
