"""Made-up nodes for tests that never call them."""

from webapp.network.paths import Path
from webapp.protocol.nodes import Node


def node(number: int, *, ip: str = "") -> Node:
    """Return a node that is told apart from others by ``number``, in a subnet of its own."""
    return Node(
        ed25519=bytes([number]) * 32,
        x25519=bytes([number, 1]) * 16,
        ip=ip or f"10.0.{number}.1",
        port=22_000 + number,
    )


def path(*numbers: int) -> Path:
    guard, middle, last = map(node, numbers)
    return Path((guard, middle, last))
