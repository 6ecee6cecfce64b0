"""Asks the network for the time when a node finds ours wrong. Source: onion.md §8."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from webapp.network.background import Background
from webapp.network.errors import NetworkClosed, NetworkError
from webapp.network.network_clock import NetworkClock
from webapp.network.onion_calls import OnionCaller
from webapp.network.path_builder import PathBuilder
from webapp.protocol.nodes import Node
from webapp.protocol.replies import parse_info
from webapp.protocol.requests import info

# Enough for one of them to lie.
NODES_ASKED: Final = 3
# Nodes refuse times that are a minute off (storage-rpc.md §13). If asking moves ours by
# less than half of that, the refusal was not our clock's fault.
NOTICEABLE_MS: Final = 30_000


class TimeKeeper:
    """Settles disputes about the time. It keeps no state of its own."""

    def __init__(
        self,
        builder: PathBuilder,
        caller: OnionCaller,
        *,
        network_clock: NetworkClock,
        background: Background,
    ) -> None:
        self._builder = builder
        self._caller = caller
        self._network_clock = network_clock
        self._background = background

    def settle(self, complaining: Node) -> None:
        """Ask others what time it is; strike the node that complained if they agree with us.

        Raises NetworkClosed; other failures leave things as they are.
        """
        others = [node for node in self._builder.pool.all() if node != complaining]
        asked = self._builder.easiest_first(others)[:NODES_ASKED]
        told = self._ask(asked) if asked else {}
        if not told:
            return
        before_ms = self._network_clock.ahead_ms()
        self._network_clock.forget()
        for node, t_ms in told.items():
            self._network_clock.learn(node.ed25519, t_ms)
        moved_ms = abs(self._network_clock.ahead_ms() - before_ms)
        if moved_ms < NOTICEABLE_MS:
            self._builder.pool.strike([complaining.ed25519], "destination")

    def _ask(self, nodes: Sequence[Node]) -> dict[Node, int]:
        """Return the times of those of ``nodes`` that answer."""
        times = self._background.run_all([partial(self._ask_one, node) for node in nodes])
        return {node: t_ms for node, t_ms in zip(nodes, times, strict=True) if t_ms is not None}

    def _ask_one(self, node: Node) -> int | None:
        try:
            return self._caller.call(node, info(), parse_info).t_ms
        except NetworkClosed:
            raise
        except NetworkError:
            return None
