"""Which nodes keep the messages of an account. Sources: storage-rpc.md §8, §14.

Any node knows all swarms, and any node may lie about them: who names itself as the swarm
gets to see when messages come and can make them vanish. So a swarm is believed when two
nodes that were picked at random name the same members. A member that says that it is none
starts another lookup; whom it names instead is not believed.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from webapp.clock import Clock
from webapp.network.background import Background
from webapp.network.errors import (
    ClockRefused,
    NetworkError,
    NodeFailed,
    NoRoute,
    PathFailed,
    Rejected,
    TooFewNodes,
    WrongSwarm,
)
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.path_builder import PathBuilder
from webapp.protocol.identifiers import AccountId
from webapp.protocol.nodes import Node
from webapp.protocol.replies import parse_swarm
from webapp.protocol.requests import get_swarm
from webapp.sentence import mark

# How many nodes must name the same swarm.
VOICES: Final = 2
# Of official apps each lookup takes up to four tries (onion.md §9); here these are other nodes.
LOOKUP_NODES: Final = 6
# storage-rpc.md §14: with fewer left, a swarm is looked up again …
FEWEST_MEMBERS: Final = 3
# … but a swarm may really be that small, or its other members be out of order.
LOOKUP_PAUSE_S: Final = 60.0
# Any path will do.
NOBODY: Final = b""
# Of the people one writes to; beyond that the one not written to for longest is forgotten.
SWARMS_KEPT: Final = 500

Members = tuple[bytes, ...]
Answer = Members | NoRoute | NodeFailed


@dataclass(frozen=True, slots=True)
class _Swarm:
    members: Members
    looked_up_s: float
    # Members that say that they are none.
    denials: frozenset[bytes] = frozenset()


class Swarms:
    """Remembers swarms, and asks for them. The lock protects the table."""

    def __init__(
        self,
        builder: PathBuilder,
        caller: OnionCaller,
        *,
        network_clock: NetworkClock,
        clock: Clock,
        background: Background,
    ) -> None:
        self._builder = builder
        self._caller = caller
        self._network_clock = network_clock
        self._clock = clock
        self._background = background
        self._lock = threading.Lock()
        self._swarms: OrderedDict[AccountId, _Swarm] = OrderedDict()

    def members(self, account: AccountId) -> tuple[Node, ...]:
        """Return the usable nodes that keep the messages of ``account``, in random order,
        those that are easiest to reach first.

        Raises NoRoute or NodeFailed; there is always at least one node.
        """
        nodes = self._usable(account)
        if self._is_lookup_due(account, usable=len(nodes)):
            try:
                self._look_up(account)
            except (NoRoute, NodeFailed):
                # The few that are left may still answer.
                if not nodes:
                    raise
            nodes = self._usable(account)
        nodes = nodes or self._last_resort(account)
        if not nodes:
            raise NodeFailed(mark("No node of the swarm can be reached."))
        return self._builder.easiest_first(nodes)

    def keys(self, account: AccountId) -> Members:
        """Return the Ed25519 keys of all members, usable or not; none if not known."""
        swarm = self._get(account)
        return swarm.members if swarm else ()

    def deny(self, account: AccountId, node: Node, wrong: WrongSwarm) -> None:
        """Take note that ``node`` says that it does not keep the messages of ``account`` (§14).

        If it knows who does, the next request looks the swarm up.
        """
        with self._lock:
            swarm = self._swarms.get(account)
            if swarm is None:
                return
            is_doubted = wrong.swarm is not None
            self._swarms[account] = replace(
                swarm,
                denials=swarm.denials | {node.ed25519},
                looked_up_s=-LOOKUP_PAUSE_S if is_doubted else swarm.looked_up_s,
            )

    def _get(self, account: AccountId) -> _Swarm | None:
        with self._lock:
            return self._swarms.get(account)

    def _usable(self, account: AccountId) -> tuple[Node, ...]:
        with self._lock:
            swarm = self._swarms.get(account)
            if swarm is None:
                return ()
            self._swarms.move_to_end(account)
        return self._builder.pool.named(key for key in swarm.members if key not in swarm.denials)

    def _last_resort(self, account: AccountId) -> tuple[Node, ...]:
        """Return members that had been given up, or that only a newer node list knows."""
        self._builder.pool.pardon(self.keys(account))
        if not self._usable(account):
            self._builder.renew_from_seeds()
        return self._usable(account)

    def _is_lookup_due(self, account: AccountId, *, usable: int) -> bool:
        swarm = self._get(account)
        if swarm is None or not usable:
            return True
        has_reason = usable < FEWEST_MEMBERS or bool(swarm.denials)
        return has_reason and self._clock.monotonic_s() - swarm.looked_up_s >= LOOKUP_PAUSE_S

    def _look_up(self, account: AccountId) -> None:
        """Ask random nodes until two of them agree. Raises NoRoute or NodeFailed."""
        # A path first: the threads that ask would each try to build one, after one another.
        self._builder.path_to(NOBODY)
        candidates = self._builder.easiest_first(self._builder.nodes())[:LOOKUP_NODES]
        answers = self._ask(candidates[:VOICES], account)
        for node in candidates[VOICES:]:
            if _majority(answers) is not None:
                break
            answers += self._ask([node], account)
        named = [answer for answer in answers if not isinstance(answer, NetworkError)]
        members = _majority(answers)
        # If all others are out of order, one answer is all there is.
        if members is None and len(set(map(frozenset, named))) == 1:
            members = named[0]
        if members is None:
            raise _failure(answers)
        self._remember(account, members)

    def _ask(self, nodes: Sequence[Node], account: AccountId) -> list[Answer]:
        return self._background.run_all([partial(self._ask_one, node, account) for node in nodes])

    def _ask_one(self, node: Node, account: AccountId) -> Answer:
        """Return whom ``node`` names, or why it does not; without any path, asking on is vain."""
        try:
            reply = self._caller.call(node, get_swarm(account), parse_swarm)
        except (PathFailed, TooFewNodes, NodeFailed) as error:
            return error
        except (Rejected, ClockRefused) as error:
            # No honest node has a reason to refuse this question.
            return NodeFailed(error.sentence.english, **error.sentence.values)
        self._network_clock.learn(node.ed25519, reply.t_ms)
        return reply.nodes

    def _remember(self, account: AccountId, members: Members) -> None:
        """Know the members; strike those that deny it against what others say."""
        with self._lock:
            known = self._swarms.get(account)
            self._swarms[account] = _Swarm(members, self._clock.monotonic_s())
            self._swarms.move_to_end(account)
            if len(self._swarms) > SWARMS_KEPT:
                self._swarms.popitem(last=False)
        if known is not None:
            self._builder.pool.strike(known.denials & set(members), "destination")


def _majority(answers: Sequence[Answer]) -> Members | None:
    """Return the members that two answers name, in whatever order."""
    named = [answer for answer in answers if not isinstance(answer, NetworkError)]
    votes = Counter(map(frozenset, named))
    return next((answer for answer in named if votes[frozenset(answer)] >= VOICES), None)


def _failure(answers: Sequence[Answer]) -> NoRoute | NodeFailed:
    errors = [answer for answer in answers if isinstance(answer, NoRoute | NodeFailed)]
    if len(errors) < len(answers):
        return NodeFailed(mark("The storage nodes disagree about who keeps these messages."))
    return errors[-1]
