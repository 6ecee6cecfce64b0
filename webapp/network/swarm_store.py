"""Puts a message into its recipient's swarm. Sources: messages.md §6, storage-rpc.md §3, §17.1.

A node can say that it has stored a message and throw it away. But members of a swarm
sign what they store, so a node that passes a message on can show another one's signature.
A message counts as stored when two members have signed for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from webapp.clock import Clock
from webapp.network.errors import (
    ClockRefused,
    NetworkError,
    NodeFailed,
    PathFailed,
    TooFewNodes,
    WrongSwarm,
)
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.reactions import only_result
from webapp.network.swarms import Swarms
from webapp.network.time_keeper import TimeKeeper
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import AccountId, MessageHash, Namespace
from webapp.protocol.nodes import Node
from webapp.protocol.replies import NotStored, StoreReply, parse_store
from webapp.protocol.requests import sequence, store
from webapp.sentence import mark

# onion.md §9.
STORE_TRIES: Final = 3
# Failures that show at once are mostly those of paths, which are mended after each. Before
# the message has to wait for its next turn, it may have as many tries as fit into one time-out.
QUICK_TRIES: Final = 8
QUICK_S: Final = 10.0
# Members that must have signed for a message, and the size of swarms in which one will do:
# of two nodes one may well be away for hours.
SIGNATURES: Final = 2
TINY_SWARM: Final = 2
NOT_STORED: Final = mark("No node of the swarm stored the message.")


@dataclass(frozen=True, slots=True)
class Stored:
    """A message is in its swarm, under this hash, since this network time."""

    hash: MessageHash
    stored_at_ms: int


class SwarmStore:
    """Stores over the paths of one account. It keeps no state of its own."""

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

    def store(self, recipient: AccountId, data: bytes, *, ttl_ms: int) -> Stored:
        """Store ``data``, trying other nodes of the swarm; see ``Network.store``."""
        expected = MessageHash.of(recipient, Namespace.DIRECT_MESSAGES, data)
        failure: NetworkError = NodeFailed(NOT_STORED)
        tries: list[bytes] = []
        begun_s = self._clock.monotonic_s()
        while self._may_try(len(tries), begun_s=begun_s):
            node = self._next_node(recipient, tries)
            tries.append(node.ed25519)
            try:
                reply = self._ask(node, recipient, data, ttl_ms=ttl_ms, expected=expected)
            except WrongSwarm as error:
                self._swarms.deny(recipient, node, error)
                failure = error
            except ClockRefused as error:
                self._time_keeper.settle(node)
                failure = error
            except (PathFailed, NodeFailed, TooFewNodes) as error:
                failure = error
            else:
                return Stored(reply.hash, reply.t_ms)
        raise failure

    def _may_try(self, tries: int, *, begun_s: float) -> bool:
        is_quick = self._clock.monotonic_s() - begun_s < QUICK_S
        return tries < STORE_TRIES or (is_quick and tries < QUICK_TRIES)

    def _next_node(self, recipient: AccountId, tries: Sequence[bytes]) -> Node:
        """Return the member that was tried least often; of several, the easiest to reach."""
        return min(self._swarms.members(recipient), key=lambda node: tries.count(node.ed25519))

    def _ask(
        self,
        node: Node,
        recipient: AccountId,
        data: bytes,
        *,
        ttl_ms: int,
        expected: MessageHash,
    ) -> StoreReply:
        request = store(
            recipient,
            data,
            timestamp_ms=self._network_clock.now_ms(),
            ttl_ms=ttl_ms,
        )
        members = frozenset(self._swarms.keys(recipient))
        parse = _expecting(expected, members=members)
        reply = self._caller.call(node, sequence([request]), parse)
        self._network_clock.learn(node.ed25519, reply.t_ms)
        return reply


def _expecting(expected: MessageHash, *, members: frozenset[bytes]) -> Callable[[str], StoreReply]:
    """Return a parser for a reply that proves that the message with this hash is stored.

    A node that says so of another hash has not understood the request, or lies;
    the hash would later pass for that of a message we know.
    """

    needed = SIGNATURES if len(members) > TINY_SWARM else 1

    def parse(body: str) -> StoreReply:
        try:
            reply = parse_store(only_result(body), members=members)
        except NotStored as error:
            raise NodeFailed(NOT_STORED) from error
        if reply.hash != expected:
            raise RemoteProtocolError("a node stored something else")
        if len(reply.signers) < needed:
            raise NodeFailed(mark("Too few nodes of the swarm have signed for the message."))
        return reply

    return parse
