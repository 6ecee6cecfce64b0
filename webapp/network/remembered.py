"""What a network is worth remembering from one start to the next. Source: onion.md §1, §2."""

from dataclasses import dataclass
from typing import Final

from webapp.protocol.nodes import Node


@dataclass(frozen=True, slots=True)
class Remembered:
    """The node list, when it was made, and the nodes that stay our first ones.

    Without it, every start would ask the seeds, and would pick new guards: whoever
    owns a few nodes would only have to wait until one of them is picked.
    """

    nodes: tuple[Node, ...] = ()
    # The wall clock of this computer when the list was fetched or agreed upon.
    listed_at_ms: int = 0
    # Ed25519 keys, the one that worked last first.
    guards: tuple[bytes, ...] = ()


NOTHING: Final = Remembered()
