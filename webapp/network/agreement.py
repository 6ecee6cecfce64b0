"""Asks nodes which nodes there are. Source: onion.md §1."""

from typing import Final

from webapp.network.errors import NetworkClosed, NetworkError
from webapp.network.node_list import FEWEST_TO_ASK, VOICES
from webapp.network.onion_calls import OnionCaller
from webapp.network.path_builder import PathBuilder
from webapp.protocol.nodes import Node, parse_node_list
from webapp.protocol.requests import oxend_service_nodes

# How many times three nodes are asked before the seeds are (onion.md §1).
AGREEMENT_TRIES: Final = 4


def renew_list(builder: PathBuilder, caller: OnionCaller) -> None:
    """Replace an old node list by what nodes agree on, or else by that of the seeds.

    The nodes are asked one after the other: nobody waits for this. A failure leaves
    the old list. Raises NetworkClosed.
    """
    if len(builder.pool.all()) >= FEWEST_TO_ASK:
        for _ in range(AGREEMENT_TRIES):
            nodes = _agreed(builder, caller)
            if nodes is not None:
                builder.adopt(nodes)
                return
    builder.renew_from_seeds()
    builder.list.postpone()


def _agreed(builder: PathBuilder, caller: OnionCaller) -> tuple[Node, ...] | None:
    asked = builder.easiest_first(builder.pool.all())[:VOICES]
    voices: list[tuple[Node, ...]] = []
    for node in asked:
        try:
            voices.append(caller.call(node, oxend_service_nodes(), parse_node_list))
        except NetworkClosed:
            raise
        except NetworkError:
            return None
    return builder.list.agreed(voices) if len(voices) == VOICES else None
