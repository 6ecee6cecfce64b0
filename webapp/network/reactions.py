"""What to make of an answer that is not a success. Pure. Source: onion.md §8.

Two kinds of status arrive. The *outer* one is that of the guard's HTTP answer and
anything but 200 means the path failed; it travels in clear, so any node on the path
can forge it, and no such answer may cost a node its place at once. The *inner* one
was sealed by the destination and speaks for it alone.
"""

import re
from typing import Final

from webapp.network.errors import (
    ClockRefused,
    NetworkError,
    NodeFailed,
    PathFailed,
    Rejected,
    WrongSwarm,
)
from webapp.network.paths import Path
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.json_reading import JsonObject
from webapp.protocol.replies import SwarmReply, parse_batch, parse_swarm

OK: Final = 200
WRONG_SWARM: Final = 421
CLOCK: Final = frozenset({406, 425})
# Asking again brings the same refusal: the request itself is at fault.
REFUSALS: Final = frozenset({400, 401, 403, 404, 410, 413})

# The sentences in which nodes name another one, with its Ed25519 key at the end.
_NAMING: Final = re.compile(
    rb"(?:Next node not found|Next node is currently unreachable|Snode not ready): "
    rb"([0-9a-fA-F]{64})"
)


def outer_failure(status: int, *, is_destination_named: bool) -> NetworkError:
    """Return the error that an outer status other than 200 stands for."""
    if status in CLOCK:
        return ClockRefused("The network says that the clock of this computer is wrong.")
    if is_destination_named:
        return NodeFailed("A storage node of the swarm cannot be reached.")
    return PathFailed("The path to the swarm broke.")


def named_node(body: bytes, *, path: Path, destination: bytes) -> bytes | None:
    """Return the node that an error message blames, if that node had a part in the request.

    A message about any other node is an attempt to talk us out of using it.
    The guard is not blamed by others either: nobody passes a request on to it.
    """
    match = _NAMING.fullmatch(body.strip())
    if match is None:
        return None
    key = bytes.fromhex(match[1].decode())
    return key if key in (*path.keys[1:], destination) else None


def inner_failure(status: int, body: str | JsonObject) -> NetworkError | None:
    """Return the error that a destination's status stands for; None for success."""
    if status == OK:
        return None
    if status == WRONG_SWARM:
        return WrongSwarm(_swarm_in(body))
    if status in CLOCK:
        return ClockRefused("The network says that the clock of this computer is wrong.")
    if status in REFUSALS:
        return Rejected(status, body if isinstance(body, str) else "")
    return NodeFailed(f"A storage node failed (status {status}).")


def only_result(body: str) -> str | JsonObject:
    """Return the body of the one result in a batch of one.

    Raises the error its status stands for, or RemoteProtocolError.
    """
    results = parse_batch(body)
    if len(results) != 1:
        raise RemoteProtocolError("one request has one result")
    failure = inner_failure(results[0].code, results[0].body)
    if failure is not None:
        raise failure
    return results[0].body


def _swarm_in(body: str | JsonObject) -> SwarmReply | None:
    try:
        return parse_swarm(body)
    except RemoteProtocolError:
        return None
