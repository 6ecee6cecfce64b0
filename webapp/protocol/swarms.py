"""Which swarm keeps the messages of an account. Source: storage-rpc.md §8."""

from collections.abc import Iterable
from typing import Final

from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.identifiers import KEY_BYTES

# A node that belongs to no swarm carries this id.
NO_SWARM: Final = 2**64 - 1
_RING: Final = 2**64


def swarm_space(key: bytes) -> int:
    """Return the point of the 64-bit ring that belongs to a 32-byte key (no prefix).

    It is the exclusive-or of the key's four big-endian 64-bit words.
    """
    if len(key) != KEY_BYTES:
        raise LocalProtocolError("a swarm is looked up by a 32-byte key")
    space = 0
    for start in range(0, KEY_BYTES, 8):
        space ^= int.from_bytes(key[start : start + 8], "big")
    return space


def nearest_swarm(space: int, swarm_ids: Iterable[int]) -> int:
    """Return the swarm id closest to ``space`` on the ring; ties go to the one below.

    Raises LocalProtocolError if there is no swarm.
    """
    ids = sorted(set(swarm_ids) - {NO_SWARM})
    if not ids:
        raise LocalProtocolError("there is no swarm to choose from")
    at = next((index for index, swarm in enumerate(ids) if swarm >= space), 0)
    right, left = ids[at], ids[at - 1]
    is_right_closer = (right - space) % _RING < (space - left) % _RING
    return right if is_right_closer else left
