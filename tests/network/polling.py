"""A whole poll at once, as tests want to look at it."""

from dataclasses import dataclass

from webapp.network.client import Cursors, Network, Polled
from webapp.protocol.keys import AccountKeys
from webapp.protocol.replies import StoredItem


@dataclass(frozen=True)
class Found:
    """Everything that the nodes of one poll gave, and where the next one should begin."""

    items: tuple[StoredItem, ...]
    cursors: Cursors
    more: bool


def poll(network: Network, keys: AccountKeys, cursors: Cursors) -> Found:
    taken: list[Polled] = []
    more = network.poll(keys, cursors, take=taken.append)
    moved = dict(cursors)
    for polled in taken:
        moved.update(polled.cursors)
    return Found(tuple(item for polled in taken for item in polled.items), moved, more)
