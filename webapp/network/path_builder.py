"""Finds a path when one is needed: node list, guard test, table. Source: onion.md §2.

Theory of operation. A guard sees our address, so it stays the same as long as it works
(security.md X1): over restarts too, and when others behind it fail.

    what failed                   what is done
    a node behind the guard       it is exchanged, or all are if nobody says which (§8)
    either                        another path is preferred, and built if there is none
    the guard, thrice in a row    the path is dropped, and its guard with it
    others, six times in a row,   the same: it may be the guard that lets them fail
      or ten since the last list
"""

import contextlib
import random
import secrets
from collections.abc import Collection, Sequence
from typing import Final

from webapp.clock import Clock
from webapp.network.errors import NetworkClosed, NoInterface, NoRoute, TooFewNodes, Unreachable
from webapp.network.node_list import NodeList
from webapp.network.node_pool import STRIKES, NodePool
from webapp.network.one_at_a_time import OneAtATime
from webapp.network.paths import (
    WANTED_PATHS,
    Path,
    Paths,
    choose_path,
    mended_path,
    nodes_of,
)
from webapp.network.remembered import Remembered
from webapp.network.settings import NetworkSettings
from webapp.network.transport import CallLimits, Transport
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import KEY_BYTES, AccountId
from webapp.protocol.nodes import Node
from webapp.protocol.replies import parse_swarm
from webapp.protocol.requests import get_swarm
from webapp.sentence import mark

# A reply lists one swarm of about ten nodes at 500 bytes each.
GUARD_TEST: Final = CallLimits(timeout_s=10.0, answer_bytes=64 * 1024)
GUARD_TEST_PATH: Final = "/storage_rpc/v1"
# How many nodes are tried as guard before we say that there is no way.
GUARD_TRIES: Final = 4
# How often another thread's work is waited for before giving up.
BUILD_TURNS: Final = 5
HTTP_OK: Final = 200


class PathBuilder:
    """Knows the nodes and the paths of one account, and gets more when they run out.

    It has no lock: what it keeps between calls is written in one step each.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        *,
        transport: Transport,
        clock: Clock,
        source: random.Random,
    ) -> None:
        self.list = NodeList(settings, transport=transport, clock=clock)
        self.paths = Paths(source)
        self._distinct_subnets = settings.distinct_subnets
        self._transport = transport
        self._clock = clock
        self._source = source
        self._building = OneAtATime()
        self._guards: tuple[bytes, ...] = ()
        self._delays_ms: dict[bytes, int] = {}

    @property
    def pool(self) -> NodePool:
        """The nodes that may be used."""
        return self.list.pool

    def restore(self, remembered: Remembered) -> None:
        """Begin with the nodes and guards of an earlier time."""
        self.list.restore(remembered)
        self._guards = remembered.guards

    def remembered(self) -> Remembered:
        """Return what the next start should begin with."""
        return Remembered(self.pool.known(), self.list.listed_at_ms, self._guards)

    def version(self) -> tuple[int, tuple[bytes, ...]]:
        """Return something that changes whenever ``remembered`` does."""
        return self.list.listed_at_ms, self._guards

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
        raise TooFewNodes(mark("Too few nodes are known to build a path of three."))

    def needs_spare_path(self) -> bool:
        """Say whether there are fewer paths than we like to have."""
        return len(self.paths.all()) < WANTED_PATHS

    def add_spare_path(self, *, avoiding: bytes = b"") -> None:
        """Build one more path if enough nodes are known; a failure is left for later."""
        candidate = self._choose(avoiding=avoiding, excluded=frozenset())
        if candidate is not None:
            with contextlib.suppress(NoRoute, NetworkClosed):
                self._building.run(lambda: self._add_if_tested(candidate))

    def exchange_all(self) -> None:
        """Put other nodes behind every guard, because the user asked for a new route."""
        for path in self.paths.all():
            self._exchange(path)

    def leave_guards(self) -> None:
        """Use none of the present guards any more, nor the paths behind them."""
        self._guards = ()
        for path in self.paths.all():
            self.paths.drop(path)

    def nodes(self) -> tuple[Node, ...]:
        """Return all nodes that may be used, fetching the list if there is none.

        Raises NoRoute.
        """
        if not self.pool.all():
            self._building.run(self._fetch_list)
        nodes = self.pool.all()
        if not nodes:
            raise TooFewNodes(mark("No storage node is known."))
        return nodes

    def adopt(self, nodes: Sequence[Node]) -> None:
        """Know exactly ``nodes`` from now on, and use no path through others."""
        self.list.adopt(nodes)
        self.paths.start_over({node.ed25519 for node in nodes})

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

    def delay_ms(self, guard: Node) -> int | None:
        """Return how long ``guard`` took to answer its test, connecting included."""
        return self._delays_ms.get(guard.ed25519)

    def suspects_on(self, path: Path) -> frozenset[bytes]:
        """Return those nodes of ``path`` of which the last request may have failed."""
        behind = self.pool.suspects("hop") & set(path.keys[1:])
        return behind if self.paths.is_healthy(path) else behind | {path.guard.ed25519}

    def renew_from_seeds(self) -> None:
        """Ask the seeds for the node list, unless that was done of late; failures wait."""
        if self.list.may_renew():
            with contextlib.suppress(NoRoute):
                self._building.run(self._fetch_list)

    def failed(self, path: Path, *, broken: Collection[bytes], is_guards: bool) -> None:
        """Count a failure of ``path``: of its guard, or of the ``broken`` nodes behind it."""
        if self.paths.fail(path, is_guards=is_guards):
            self.pool.drop(path.guard.ed25519)
        elif self.paths.is_worn_out(path):
            self.paths.drop(path)
            self.pool.drop(path.guard.ed25519)
        elif broken:
            mended = self._mended(path, broken=broken)
            if mended is not None:
                self.paths.replace(path, mended, is_repair=True)

    def _exchange(self, path: Path) -> None:
        """Put other nodes behind the guard of ``path``, if there are any.

        A path that another thread adds meanwhile may have taken one of them: then others do.
        """
        for _ in range(BUILD_TURNS):
            mended = self._mended(path, broken=path.keys[1:])
            if mended is None or self.paths.replace(path, mended, is_repair=False):
                return

    def _mended(self, path: Path, *, broken: Collection[bytes]) -> Path | None:
        """Return ``path`` with others for the ``broken`` nodes, if there are any."""
        taken = nodes_of(self.paths.all())
        free = [node for node in self.pool.all() if node.ed25519 not in taken]
        found = (
            mended_path(
                path,
                candidates,
                broken=broken,
                distinct_subnets=self._distinct_subnets,
                source=self._source,
            )
            for candidates in self._most_trusted_first(free)
        )
        return next((mended for mended in found if mended is not None), None)

    def _existing_path(self, destination: bytes) -> Path | None:
        """Return the best path there is; if it has just failed, look for a better one first."""
        path = self.paths.choose(avoiding=destination)
        if path is None or self.paths.is_healthy(path) or not self.needs_spare_path():
            return path
        self.add_spare_path(avoiding=destination)
        return self.paths.choose(avoiding=destination)

    def _build(self, *, avoiding: bytes) -> None:
        self._require_list()
        failed: set[bytes] = set()
        for _ in range(GUARD_TRIES):
            path = self._choose(avoiding=avoiding, excluded=frozenset(failed))
            if path is None:
                # The next attempt asks a seed, and if none answers, tries them all again.
                self.list.doubt()
                self.pool.pardon_all()
                raise TooFewNodes(mark("Too few nodes are known to build a path of three."))
            if self._add_if_tested(path):
                return
            failed.add(path.guard.ed25519)
        # All of them may have moved. Or it is us who are cut off: then no guard is to blame.
        self.list.doubt()
        self.pool.pardon(self._guards)
        raise NoRoute(mark("No storage node answers."))

    def _require_list(self) -> None:
        """Fetch the list if there is none or it is in doubt; an old one is better than none."""
        if self.list.is_doubted:
            try:
                self._fetch_list()
            except NoRoute:
                if not self.pool.all():
                    raise

    def _fetch_list(self) -> None:
        self.adopt(self.list.fetch())

    def _choose(self, *, avoiding: bytes, excluded: frozenset[bytes]) -> Path | None:
        """Return a path that could be added, behind a guard of ours if one is free."""
        taken = nodes_of(self.paths.all()) | excluded | {avoiding}
        free = [node for node in self.pool.all() if node.ed25519 not in taken]
        guards = [node for node in free if node.ed25519 in self._guards]
        # A guard of ours in another place would be lost to the second path.
        others = [node for node in free if node not in guards]
        for candidates in (*self._most_trusted_first(others), free):
            path = choose_path(
                candidates,
                guards=guards,
                distinct_subnets=self._distinct_subnets,
                source=self._source,
            )
            if path is not None:
                return path
        return None

    def _most_trusted_first(self, nodes: Sequence[Node]) -> list[list[Node]]:
        """Return those of ``nodes`` that have not failed, then with those that did once, …"""
        strikes = self.pool.strikes()
        return [
            [node for node in nodes if strikes.get(node.ed25519, 0) <= tolerated]
            for tolerated in range(STRIKES)
        ]

    def _add_if_tested(self, path: Path) -> bool:
        """Use ``path`` if its guard answers; say whether it does."""
        if not self._answers(path.guard):
            self.pool.strike([path.guard.ed25519], "hop")
            return False
        if self.paths.add(path):
            self._keep_guard(path.guard.ed25519)
        return True

    def _keep_guard(self, key: bytes) -> None:
        """Put a guard that works first, and forget the one that has been of no use for longest."""
        usable = {node.ed25519 for node in self.pool.all()}
        others = [guard for guard in self._guards if guard != key and guard in usable]
        self._guards = (key, *others)[:WANTED_PATHS]

    def _answers(self, guard: Node) -> bool:
        """Ask a guard candidate for a swarm, in clear; return whether it behaves like a node.

        The question names an account that does not exist. With our own one, as
        other apps ask, every candidate would learn which account lives at our
        address. The time in the reply is not used: anyone on the way could set it.
        """
        nobody = AccountId(secrets.token_bytes(KEY_BYTES))
        url, body = guard.url + GUARD_TEST_PATH, get_swarm(nobody).to_json()
        asked_s = self._clock.monotonic_s()
        try:
            answer = self._transport.post(url, body, limits=GUARD_TEST)
            parse_swarm(answer.body)
        except NoInterface as error:
            raise NoRoute(mark("This computer is not connected to a network.")) from error
        except (Unreachable, RemoteProtocolError):
            return False
        self._delays_ms[guard.ed25519] = round((self._clock.monotonic_s() - asked_s) * 1000)
        return answer.status == HTTP_OK
