"""Fetches new messages from two nodes of a swarm. Source: storage-rpc.md §4, §9, §14.

Members of a swarm can differ for days, because a node that was away does not catch
up. So two are asked, what they have is merged by hash, and each has a cursor of its
own: the order of arrival, which a cursor counts on, is every node's own too.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from typing import Final

from webapp.clock import Clock
from webapp.network.background import CLOSED, Background
from webapp.network.errors import (
    ClockRefused,
    NetworkClosed,
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
from webapp.network.time_keeper import TimeKeeper
from webapp.protocol.identifiers import AccountId, MessageHash, Namespace
from webapp.protocol.keys import AccountKeys
from webapp.protocol.nodes import Node
from webapp.protocol.replies import ParsedItems, RetrieveReply, StoredItem, parse_retrieve
from webapp.protocol.requests import batch, retrieve

POLLED_NODES: Final = 2
# A second attempt is worth it only if the first one has told us the swarm or the time.
POLL_TRIES: Final = 2
# How long the second node waits for the first one's answer before it is asked.
HEAD_START_S: Final = 1.0
# How much longer one node may take than another before it is left behind.
GRACE_S: Final = 2.0
# Half of what a node gives at most, as the official apps ask for this namespace.
MAX_SIZE: Final = -2

# What lies behind this message, on this node (by Ed25519 key) and in this namespace, is new.
Cursors = Mapping[tuple[bytes, int], MessageHash]
Outcome = RetrieveReply | NetworkError


@dataclass(frozen=True, slots=True)
class Polled:
    """What one node gave. ``cursors`` must be stored in one transaction with ``items``."""

    items: tuple[StoredItem, ...]
    cursors: Cursors


Take = Callable[[Polled], None]


class SwarmPoll:
    """Polls the swarm of one account. The lock protects the list of unfinished nodes."""

    def __init__(
        self,
        swarms: Swarms,
        caller: OnionCaller,
        *,
        network_clock: NetworkClock,
        time_keeper: TimeKeeper,
        clock: Clock,
        background: Background,
    ) -> None:
        self._swarms = swarms
        self._caller = caller
        self._network_clock = network_clock
        self._time_keeper = time_keeper
        self._clock = clock
        self._background = background
        self._lock = threading.Lock()
        self._unfinished: frozenset[bytes] = frozenset()

    def poll(self, keys: AccountKeys, cursors: Cursors, *, take: Take) -> bool:
        """Hand over what is new in namespace 0; see ``Network.poll``."""
        failures: list[NetworkError] = []
        for _ in range(POLL_TRIES):
            harvest = _Harvest(take)
            self._reap(self._next_nodes(keys.account_id), keys, cursors, harvest=harvest)
            self._react(keys.account_id, harvest.outcomes)
            if harvest.has_reply:
                with self._lock:
                    self._unfinished = harvest.unfinished()
                return bool(harvest.unfinished())
            failures = [got for _, got in harvest.outcomes if isinstance(got, NetworkError)]
            if not any(isinstance(failure, WrongSwarm | ClockRefused) for failure in failures):
                break
        # One node's refusal says little if the other one was not even reached.
        raise next((f for f in failures if isinstance(f, NoRoute | NodeFailed)), failures[0])

    def _next_nodes(self, account: AccountId) -> Sequence[Node]:
        """Return those members that had more to give the last time, and random others.

        A node that has not been asked yet would begin with its oldest message,
        so changing nodes in the middle of a backlog would fetch it all again. But a
        node that always has more must not become the only one that is asked.
        """
        members = self._swarms.members(account)
        with self._lock:
            unfinished, self._unfinished = self._unfinished, frozenset()
        by_need = sorted(members, key=lambda node: node.ed25519 not in unfinished)
        return by_need[:POLLED_NODES]

    def _reap(
        self, nodes: Sequence[Node], keys: AccountKeys, cursors: Cursors, *, harvest: "_Harvest"
    ) -> None:
        """Ask all ``nodes`` and bring in what they say.

        The first one has a head start: what it gives is dealt with while the others, which
        mostly have the same, are still under way. After that they get a little longer: a
        node that stalls must not hold up the next poll. What it says later is left for that.
        """
        items = _SharedItems(keys.account_id)
        answers = _Answers(len(nodes))
        for node in nodes:
            ask = partial(self._retrieve, node, keys, cursors, items=items)
            self._background.submit(ask).add_done_callback(partial(answers.add, node))
            if node is nodes[0]:
                self._clock.wait(answers.anything, timeout_s=HEAD_START_S)
        harvest.bring_in(answers.outcomes())
        if not harvest.has_reply:
            answers.something.wait()
            harvest.bring_in(answers.outcomes())
        self._clock.wait(answers.everything, timeout_s=GRACE_S)
        harvest.bring_in(answers.outcomes())

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
        self._network_clock.learn(node.ed25519, reply.t_ms)
        return reply

    def _react(self, account: AccountId, outcomes: Sequence[tuple[Node, Outcome]]) -> None:
        for node, outcome in outcomes:
            if isinstance(outcome, WrongSwarm):
                self._swarms.deny(account, node, outcome)
            elif isinstance(outcome, ClockRefused):
                self._time_keeper.settle(node)


class _Harvest:
    """What the nodes of one poll have given, handed on without what another one gave before."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._given: set[MessageHash] = set()
        self.outcomes: list[tuple[Node, Outcome]] = []

    @property
    def has_reply(self) -> bool:
        return any(isinstance(outcome, RetrieveReply) for _, outcome in self.outcomes)

    def bring_in(self, outcomes: Sequence[tuple[Node, Outcome]]) -> None:
        """Hand on the replies among ``outcomes`` that were not there the last time."""
        new, self.outcomes = outcomes[len(self.outcomes) :], list(outcomes)
        for node, outcome in new:
            if isinstance(outcome, RetrieveReply) and outcome.items:
                items = tuple(item for item in outcome.items if item.hash not in self._given)
                self._given.update(item.hash for item in items)
                cursor = (node.ed25519, int(Namespace.DIRECT_MESSAGES))
                self._take(Polled(items, {cursor: outcome.items[-1].hash}))

    def unfinished(self) -> frozenset[bytes]:
        """Return the nodes that have more. One that sends nothing would be asked for ever."""
        return frozenset(
            node.ed25519
            for node, outcome in self.outcomes
            if isinstance(outcome, RetrieveReply) and outcome.more and outcome.items
        )


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


class _Answers:
    """What the nodes of one poll have said so far. The lock protects the list.

    ``anything`` is set as soon as one node has replied or failed;
    ``something`` as soon as there is a reply, or nothing more to come;
    ``everything`` when all nodes have replied or failed.
    """

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._lock = threading.Lock()
        self._outcomes: list[tuple[Node, RetrieveReply | BaseException]] = []
        self.anything = threading.Event()
        self.something = threading.Event()
        self.everything = threading.Event()

    def add(self, node: Node, answer: Future[RetrieveReply]) -> None:
        """Take in a finished call, as its callback."""
        outcome: RetrieveReply | BaseException
        try:
            outcome = answer.result()
        except (Exception, CancelledError) as error:
            outcome = error
        with self._lock:
            self._outcomes.append((node, outcome))
            is_last = len(self._outcomes) == self._expected
        self.anything.set()
        if is_last or isinstance(outcome, RetrieveReply):
            self.something.set()
        if is_last:
            self.everything.set()

    def outcomes(self) -> list[tuple[Node, Outcome]]:
        """Return what has come so far. Raises NetworkClosed, and errors that are bugs."""
        with self._lock:
            found = list(self._outcomes)
        return [(node, _require_outcome(outcome)) for node, outcome in found]


def _require_outcome(outcome: RetrieveReply | BaseException) -> Outcome:
    if isinstance(outcome, CancelledError):
        raise NetworkClosed(CLOSED)
    if isinstance(outcome, RetrieveReply | NoRoute | NodeFailed | Rejected | ClockRefused):
        return outcome
    raise outcome
