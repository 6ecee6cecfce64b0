"""The list of all storage nodes: where it comes from, and how long it is believed.

Theory of operation (onion.md §1). The first list comes from a seed server. After that,
the nodes themselves are asked: three of them, and what all three say counts, if it is
nearly all that any of them says. Seeds are asked again only if the nodes do not agree,
or if no node of the list can be reached any more.
"""

from collections.abc import Sequence
from typing import Final

from webapp.clock import Clock
from webapp.network.node_pool import NodePool
from webapp.network.remembered import Remembered
from webapp.network.seeds import fetch_nodes
from webapp.network.settings import NetworkSettings
from webapp.network.transport import Transport
from webapp.protocol.nodes import Node

# The official library renews a list that is older.
MAX_AGE_MS: Final = 2 * 60 * 60 * 1000
# A swarm that names nodes we do not know means that our list is old. Renewing it at every
# such hint would let one lying node make us ask all the time.
RENEWAL_PAUSE_S: Final = 600.0
# So many nodes must be known before they are asked about each other (onion.md §1).
FEWEST_TO_ASK: Final = 9
VOICES: Final = 3
# Official apps accept what three nodes have in common if it is this many nodes …
FEWEST_IN_COMMON: Final = 24
# … but then one liar among the three could leave out all nodes except its own. Honest
# answers differ by the few nodes that came or went in between.
COMMON_SHARE: Final = 0.9


class NodeList:
    """Keeps the pool of one account filled.

    It has no lock: one thread at a time renews the list, and what it keeps is
    written in one step each.
    """

    def __init__(self, settings: NetworkSettings, *, transport: Transport, clock: Clock) -> None:
        self.pool = NodePool()
        self.listed_at_ms = 0
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._is_doubted = True
        self._renewed_s = -RENEWAL_PAUSE_S

    def restore(self, remembered: Remembered) -> None:
        """Use a list from an earlier time, until nobody on it answers."""
        if len(remembered.nodes) >= self._settings.min_nodes:
            self.pool.replace(remembered.nodes)
            self.listed_at_ms = remembered.listed_at_ms
            self._is_doubted = False

    @property
    def is_doubted(self) -> bool:
        """Whether there is no list yet, or nobody on it seems to answer."""
        return self._is_doubted

    def doubt(self) -> None:
        """Have the list fetched again before the next path is built."""
        self._is_doubted = True

    def fetch(self) -> tuple[Node, ...]:
        """Return the list of the seeds. Raises NoRoute."""
        self.postpone()
        return fetch_nodes(self._settings, self._transport)

    def adopt(self, nodes: Sequence[Node]) -> None:
        """Know exactly ``nodes`` from now on."""
        self.pool.replace(nodes)
        self.listed_at_ms = self._clock.now_ms()
        self.postpone()
        self._is_doubted = False

    def may_renew(self) -> bool:
        """Say whether the last attempt to renew the list is long enough ago."""
        return self._clock.monotonic_s() - self._renewed_s >= RENEWAL_PAUSE_S

    def is_due(self) -> bool:
        """Say whether the list is old, and it is time to try to renew it."""
        age_ms = self._clock.now_ms() - self.listed_at_ms
        # A list from the future says that the clock was turned back: its age is unknown.
        return self.may_renew() and not 0 <= age_ms < MAX_AGE_MS

    def postpone(self) -> None:
        """Let some time pass before the next attempt to renew the list."""
        self._renewed_s = self._clock.monotonic_s()

    def agreed(self, voices: Sequence[Sequence[Node]]) -> tuple[Node, ...] | None:
        """Return the nodes that all ``voices`` name, or None if these are too few."""
        fewest = min(FEWEST_IN_COMMON, self._settings.min_nodes)
        common = set(voices[0]).intersection(*voices[1:])
        longest = max(map(len, voices))
        if len(common) < max(fewest, COMMON_SHARE * longest):
            return None
        return tuple(node for node in voices[0] if node in common)
