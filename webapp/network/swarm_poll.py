"""Fetches new messages from two nodes of a swarm. Source: storage-rpc.md §4, §9, §14.

Members of a swarm can differ for days, because a node that was away does not catch
up. So two are asked, what they have is merged by hash, and each has a cursor of its
own: the order of arrival, which a cursor counts on, is every node's own too.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Final

from webapp.network.errors import (
    ClockRefused,
    NetworkError,
    NodeFailed,
    NoRoute,
    Rejected,
    WrongSwarm,
)
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.reactions import only_result
from webapp.network.swarms import Swarms
from webapp.protocol.identifiers import AccountId, MessageHash, Namespace
from webapp.protocol.keys import AccountKeys
from webapp.protocol.nodes import Node
from webapp.protocol.replies import ParsedItems, RetrieveReply, StoredItem, parse_retrieve
from webapp.protocol.requests import batch, retrieve

POLLED_NODES: Final = 2
# A second attempt is worth it only if the first one has told us the right swarm.
POLL_TRIES: Final = 2
# Half of what a node gives at most, as the official apps ask for this namespace.
MAX_SIZE: Final = -2

# What lies behind this message, on this node (by Ed25519 key) and in this namespace, is new.
Cursors = Mapping[tuple[bytes, int], MessageHash]
Submit = Callable[[Callable[[], RetrieveReply]], Future[RetrieveReply]]


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll found. ``cursors`` must be stored in one transaction with ``items``."""

    items: tuple[StoredItem, ...]
    cursors: Cursors
    more: bool


class SwarmPoll:
    """Polls the swarm of one account. The lock protects the list of unfinished nodes."""

    def __init__(
        self,
        swarms: Swarms,
        caller: OnionCaller,
        *,
        network_clock: NetworkClock,
        submit: Submit,
    ) -> None:
        self._swarms = swarms
        self._caller = caller
        self._network_clock = network_clock
        self._submit = submit
        self._lock = threading.Lock()
        self._unfinished: frozenset[bytes] = frozenset()

    def poll(self, keys: AccountKeys, cursors: Cursors) -> Polled:
        """Return what is new in namespace 0; see ``Network.poll``."""
        failures: list[NetworkError] = []
        for _ in range(POLL_TRIES):
            nodes = self._next_nodes(keys.account_id)
            outcomes = self._ask(nodes, keys, cursors)
            self._correct_swarm(keys.account_id, outcomes)
            replies = [(node, got) for node, got in outcomes if isinstance(got, RetrieveReply)]
            if replies:
                return self._merge(replies, cursors)
            failures = [got for _, got in outcomes if isinstance(got, NetworkError)]
            if not any(isinstance(failure, WrongSwarm) for failure in failures):
                break
        # One node's refusal says little if the other one was not even reached.
        raise next((f for f in failures if isinstance(f, NoRoute | NodeFailed)), failures[0])

    def _next_nodes(self, account: AccountId) -> Sequence[Node]:
        """Return two random members, or those that had more to give the last time.

        A node that has not been asked yet would begin with its oldest message,
        so changing nodes in the middle of a backlog would fetch it all again.
        """
        members = self._swarms.members(account)
        with self._lock:
            unfinished, self._unfinished = self._unfinished, frozenset()
        return [node for node in members if node.ed25519 in unfinished] or members[:POLLED_NODES]

    def _ask(
        self, nodes: Sequence[Node], keys: AccountKeys, cursors: Cursors
    ) -> list[tuple[Node, RetrieveReply | NetworkError]]:
        """Return each node's reply or failure; all are asked at once, one by this thread."""
        items = _SharedItems(keys.account_id)
        first, *others = (
            partial(self._retrieve, node, keys, cursors, items=items) for node in nodes
        )
        under_way = [self._submit(other) for other in others]
        outcomes = [_settle(first), *(_settle(other.result) for other in under_way)]
        return list(zip(nodes, outcomes, strict=True))

    def _retrieve(
        self, node: Node, keys: AccountKeys, cursors: Cursors, *, items: "_SharedItems"
    ) -> RetrieveReply:
        namespace = Namespace.DIRECT_MESSAGES
        request = retrieve(
            keys,
            timestamp_ms=self._network_clock.now_ms(),
            namespace=namespace,
            last_hash=cursors.get((node.ed25519, namespace)),
            max_size=MAX_SIZE,
        )
        reply = self._caller.call(node, batch([request]), items.parse_reply)
        self._network_clock.learn(reply.t_ms)
        return reply

    def _correct_swarm(
        self, account: AccountId, outcomes: Sequence[tuple[Node, RetrieveReply | NetworkError]]
    ) -> None:
        for node, outcome in outcomes:
            if isinstance(outcome, WrongSwarm):
                self._swarms.correct(account, node, outcome)

    def _merge(self, replies: Sequence[tuple[Node, RetrieveReply]], cursors: Cursors) -> Polled:
        items = {item.hash: item for _, reply in replies for item in reply.items}
        moved = {
            (node.ed25519, int(Namespace.DIRECT_MESSAGES)): reply.items[-1].hash
            for node, reply in replies
            if reply.items
        }
        # A node that promises more but sends nothing would keep us asking for ever.
        unfinished = frozenset(
            node.ed25519 for node, reply in replies if reply.more and reply.items
        )
        with self._lock:
            self._unfinished = unfinished
        return Polled(tuple(items.values()), {**cursors, **moved}, more=bool(unfinished))


class _SharedItems:
    """What the nodes of one poll give, parsed once where they give the same.

    The lock makes one reply wait for the other: at once they would both do the work,
    and on one interpreter that is no faster.
    """

    def __init__(self, account: AccountId) -> None:
        self._items = ParsedItems(account, Namespace.DIRECT_MESSAGES)
        self._lock = threading.Lock()

    def parse_reply(self, body: str) -> RetrieveReply:
        result = only_result(body)
        with self._lock:
            return parse_retrieve(result, self._items)


def _settle(ask: Callable[[], RetrieveReply]) -> RetrieveReply | NetworkError:
    try:
        return ask()
    except (NoRoute, NodeFailed, Rejected, ClockRefused) as error:
        return error
