"""Deletes all that an account has in its swarm. Sources: storage-rpc.md §5, §17.2.

One member is asked, and passes the request on to the others. Each signs what it did, and what
is not signed was not done, whoever says so. Members that did not do it are asked themselves,
until all have, or the time is over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from webapp.clock import Clock
from webapp.network.errors import (
    ClockRefused,
    NetworkError,
    NodeFailed,
    PathFailed,
    Rejected,
    TooFewNodes,
    WrongSwarm,
)
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.swarms import Swarms
from webapp.network.time_keeper import TimeKeeper
from webapp.protocol.identifiers import MessageHash
from webapp.protocol.keys import AccountKeys
from webapp.protocol.nodes import Node
from webapp.protocol.requests import delete_all
from webapp.protocol.swarm_replies import SwarmOutcome, parse_delete_all

# A request of ten seconds that was begun before this is waited for (design.md §7).
DELETE_S: Final = 20.0
ALL: Final = "all"

Outcome = SwarmOutcome[Mapping[int, tuple[MessageHash, ...]]]


@dataclass(frozen=True, slots=True)
class DeletedAt:
    """Which members of a swarm, by their Ed25519 keys, have deleted everything, and which not."""

    done: frozenset[bytes]
    left: frozenset[bytes]


class SwarmDelete:
    """Deletes over the paths of one account. It keeps no state of its own."""

    def __init__(
        self,
        swarms: Swarms,
        caller: OnionCaller,
        *,
        network_clock: NetworkClock,
        time_keeper: TimeKeeper,
        clock: Clock,
    ) -> None:
        self._swarms = swarms
        self._caller = caller
        self._network_clock = network_clock
        self._time_keeper = time_keeper
        self._clock = clock

    def delete_all(self, keys: AccountKeys) -> DeletedAt:
        """Delete everything in every namespace; see ``Network.delete_all``."""
        begun_s = self._clock.monotonic_s()
        nodes = list(self._swarms.members(keys.account_id))
        done: set[bytes] = set()
        failure: NetworkError | None = None
        while nodes and self._clock.monotonic_s() - begun_s < DELETE_S:
            node = nodes.pop(0)
            if node.ed25519 in done:
                continue
            try:
                done |= self._ask(node, keys).done.keys()
            except WrongSwarm as error:
                self._swarms.deny(keys.account_id, node, error)
                failure = error
            except ClockRefused as error:
                self._time_keeper.settle(node)
                failure = error
            except (PathFailed, NodeFailed, TooFewNodes, Rejected) as error:
                failure = error
        if failure is not None and not done:
            raise failure
        return DeletedAt(frozenset(done), self._members(keys) - done)

    def _ask(self, node: Node, keys: AccountKeys) -> Outcome:
        timestamp_ms = self._network_clock.now_ms()
        request = delete_all(keys, timestamp_ms=timestamp_ms, namespace=ALL)
        outcome = self._caller.call(node, request, self._parser(keys, timestamp_ms))
        self._network_clock.learn(node.ed25519, outcome.t_ms)
        return outcome

    def _parser(self, keys: AccountKeys, timestamp_ms: int) -> Callable[[str], Outcome]:
        members = self._members(keys)

        def parse(body: str) -> Outcome:
            return parse_delete_all(
                body,
                account=keys.account_id,
                timestamp_ms=timestamp_ms,
                namespace=ALL,
                members=members,
            )

        return parse

    def _members(self, keys: AccountKeys) -> frozenset[bytes]:
        return frozenset(self._swarms.keys(keys.account_id))
