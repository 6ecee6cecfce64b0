"""What becomes of messages when a node changes its swarm (storage-rpc.md §9)."""

import contextlib
from collections.abc import Iterable

from webapp.localnet.directory import Directory
from webapp.localnet.errors import StoreFull
from webapp.localnet.node import StorageNode
from webapp.localnet.store import Message

Copies = Iterable[tuple[Message, int]]


def move(node: StorageNode, swarm_id: int, directory: Directory) -> None:
    """Make ``node`` a member of another swarm, or the first of a new one.

    Members push all they have to a node that joins them. A new swarm gets what is its own
    now from everybody; a swarm that loses its last node pushes what it had to the new
    owners. A node keeps what it had, although nobody asks it for that any more, and one
    that is stopped neither pushes nor receives.
    """
    former_id, existing = node.swarm_id, {other.swarm_id for other in directory.nodes}
    members = [other for other in directory.nodes if other.swarm_id == swarm_id]
    node.swarm_id = swarm_id
    if swarm_id not in existing:
        for other in directory.nodes:
            _push(other, _of_swarm(other, swarm_id, directory), to=node)
    for member in members:
        _push(member, _all_of(member), to=node)
    if not any(other.swarm_id == former_id for other in directory.nodes):
        _hand_over(node, directory)


def _hand_over(node: StorageNode, directory: Directory) -> None:
    """Push what a dissolved swarm kept to the members of the swarms that answer for it now."""
    for swarm_id in {other.swarm_id for other in directory.nodes}:
        copies = _of_swarm(node, swarm_id, directory)
        for other in directory.nodes:
            if other.swarm_id == swarm_id:
                _push(node, copies, to=other)


def _all_of(node: StorageNode) -> list[tuple[Message, int]]:
    return node.store.copies(now_ms=node.now_ms())


def _of_swarm(node: StorageNode, swarm_id: int, directory: Directory) -> list[tuple[Message, int]]:
    return [
        (message, expiry_ms)
        for message, expiry_ms in _all_of(node)
        if directory.swarm_id_of(message.owner) == swarm_id
    ]


def _push(node: StorageNode, copies: Copies, *, to: StorageNode) -> None:
    if node is to or not (node.running and to.running):
        return
    # Whoever is full keeps what it has; nobody is told, as on real nodes.
    with contextlib.suppress(StoreFull):
        to.store.receive(copies, now_ms=to.now_ms())
