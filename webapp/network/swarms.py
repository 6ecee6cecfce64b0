"""Which nodes keep the messages of an account. Sources: storage-rpc.md §8, §14."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from webapp.clock import Clock
from webapp.network.errors import NodeFailed, NoRoute, PathFailed, TooFewNodes, WrongSwarm
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.path_builder import PathBuilder
from webapp.protocol.identifiers import AccountId
from webapp.protocol.nodes import Node
from webapp.protocol.replies import SwarmReply, parse_swarm
from webapp.protocol.requests import get_swarm

# onion.md §9.
LOOKUP_TRIES: Final = 4
# storage-rpc.md §14: with fewer left, a swarm is looked up again …
FEWEST_MEMBERS: Final = 3
# … but a swarm may really be that small, or its other members be out of order.
LOOKUP_PAUSE_S: Final = 60.0
# Of the people one writes to; beyond that the one not written to for longest is forgotten.
SWARMS_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class _Swarm:
    members: tuple[bytes, ...]
    looked_up_s: float


class Swarms:
    """Remembers swarms, and asks for them. The lock protects the table."""

    def __init__(
        self,
        builder: PathBuilder,
        caller: OnionCaller,
        *,
        network_clock: NetworkClock,
        clock: Clock,
    ) -> None:
        self._builder = builder
        self._caller = caller
        self._network_clock = network_clock
        self._clock = clock
        self._lock = threading.Lock()
        self._swarms: OrderedDict[AccountId, _Swarm] = OrderedDict()

    def members(self, account: AccountId) -> tuple[Node, ...]:
        """Return the usable nodes that keep the messages of ``account``, in random order,
        those that are easiest to reach first.

        Raises NoRoute or NodeFailed; there is always at least one node.
        """
        nodes = self._usable(account)
        if len(nodes) < FEWEST_MEMBERS and (not nodes or self._is_lookup_due(account)):
            try:
                self._look_up(account)
            except (NoRoute, NodeFailed):
                # The few that are left may still answer.
                if not nodes:
                    raise
            nodes = self._usable(account)
        nodes = nodes or self._last_resort(account)
        if not nodes:
            raise NodeFailed("No node of the swarm can be reached.")
        return self._builder.easiest_first(nodes)

    def size(self, account: AccountId) -> int:
        """Return how many nodes keep the messages of ``account``; 0 if that is not known."""
        with self._lock:
            swarm = self._swarms.get(account)
        return len(swarm.members) if swarm else 0

    def correct(self, account: AccountId, node: Node, wrong: WrongSwarm) -> None:
        """Believe a node that says it does not keep the messages of ``account`` (§14)."""
        if wrong.swarm is not None and wrong.swarm.nodes:
            self._remember(account, wrong.swarm)
            return
        with self._lock:
            swarm = self._swarms.get(account)
            if swarm is not None:
                members = tuple(key for key in swarm.members if key != node.ed25519)
                self._swarms[account] = _Swarm(members, swarm.looked_up_s)

    def _last_resort(self, account: AccountId) -> tuple[Node, ...]:
        """Return members that had been given up, or that only a newer node list knows."""
        with self._lock:
            swarm = self._swarms.get(account)
        self._builder.pool.pardon(swarm.members if swarm else ())
        if not self._usable(account):
            self._builder.renew_old_list()
        return self._usable(account)

    def _is_lookup_due(self, account: AccountId) -> bool:
        with self._lock:
            swarm = self._swarms.get(account)
        return swarm is None or self._clock.monotonic_s() - swarm.looked_up_s >= LOOKUP_PAUSE_S

    def _usable(self, account: AccountId) -> tuple[Node, ...]:
        with self._lock:
            swarm = self._swarms.get(account)
            if swarm is None:
                return ()
            self._swarms.move_to_end(account)
        return self._builder.pool.named(swarm.members)

    def _look_up(self, account: AccountId) -> None:
        """Ask a random node; any knows all swarms."""
        failure: PathFailed | NodeFailed | TooFewNodes | None = None
        for _ in range(LOOKUP_TRIES):
            node = self._builder.easiest_first(self._builder.nodes())[0]
            try:
                self._remember(account, self._caller.call(node, get_swarm(account), parse_swarm))
            except (PathFailed, NodeFailed, TooFewNodes) as error:
                failure = error
            else:
                return
        raise failure or NodeFailed("No node knows the swarm.")

    def _remember(self, account: AccountId, reply: SwarmReply) -> None:
        self._network_clock.learn(reply.t_ms)
        with self._lock:
            self._swarms[account] = _Swarm(reply.nodes, self._clock.monotonic_s())
            self._swarms.move_to_end(account)
            if len(self._swarms) > SWARMS_KEPT:
                self._swarms.popitem(last=False)
