"""Puts a message into its recipient's swarm. Sources: messages.md §6, storage-rpc.md §3, §17.1."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from webapp.network.errors import NodeFailed, PathFailed, TooFewNodes, WrongSwarm
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.reactions import only_result
from webapp.network.swarms import Swarms
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import AccountId, MessageHash, Namespace
from webapp.protocol.nodes import Node
from webapp.protocol.replies import NotStored, StoreReply, parse_store
from webapp.protocol.requests import sequence, store

# onion.md §9.
STORE_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Stored:
    """A message is in its swarm, under this hash, since this network time."""

    hash: MessageHash
    stored_at_ms: int


class SwarmStore:
    """Stores over the paths of one account. It keeps no state of its own."""

    def __init__(self, swarms: Swarms, caller: OnionCaller, *, network_clock: NetworkClock) -> None:
        self._swarms = swarms
        self._caller = caller
        self._network_clock = network_clock

    def store(self, recipient: AccountId, data: bytes, *, ttl_ms: int) -> Stored:
        """Store ``data``, trying three different nodes of the swarm; see ``Network.store``."""
        expected = MessageHash.of(recipient, Namespace.DIRECT_MESSAGES, data)
        failure: PathFailed | NodeFailed | TooFewNodes | None = None
        tried: set[bytes] = set()
        for _ in range(STORE_TRIES):
            node = self._next_node(recipient, tried)
            tried.add(node.ed25519)
            request = store(
                recipient,
                data,
                timestamp_ms=self._network_clock.now_ms(),
                ttl_ms=ttl_ms,
            )
            try:
                reply = self._caller.call(node, sequence([request]), _expecting(expected))
            except WrongSwarm as error:
                self._swarms.correct(recipient, node, error)
                failure = error
            except (PathFailed, NodeFailed, TooFewNodes) as error:
                failure = error
            else:
                self._network_clock.learn(reply.t_ms)
                return Stored(reply.hash, reply.t_ms)
        raise failure or NodeFailed("No node of the swarm stored the message.")

    def _next_node(self, recipient: AccountId, tried: set[bytes]) -> Node:
        members = self._swarms.members(recipient)
        return next((node for node in members if node.ed25519 not in tried), members[0])


def _expecting(expected: MessageHash) -> Callable[[str], StoreReply]:
    """Return a parser for a reply that says that the message with this hash is stored.

    A node that says so of another hash has not understood the request, or lies;
    the hash would later pass for that of a message we know.
    """

    def parse(body: str) -> StoreReply:
        try:
            reply = parse_store(only_result(body))
        except NotStored as error:
            raise NodeFailed("No node of the swarm stored the message.") from error
        if reply.hash != expected:
            raise RemoteProtocolError("a node stored something else")
        return reply

    return parse
