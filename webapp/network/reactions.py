"""What to make of an answer that is not a success. Pure. Source: onion.md §8.

Two kinds of status arrive. The *outer* one is that of the guard's HTTP answer and
anything but 200 means the path failed; it travels in clear, so any node on the path
can forge it, and no such answer may cost a node its place at once. The *inner* one
was sealed by the destination and speaks for it alone.
"""

import re
from dataclasses import dataclass
from typing import Final

from webapp.network.errors import (
    ClockRefused,
    ConnectionLost,
    GuardFailed,
    NetworkError,
    NoConnection,
    NodeFailed,
    PathFailed,
    Rejected,
    Unreachable,
    WrongSwarm,
)
from webapp.network.paths import Path
from webapp.network.transport import Answer
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.json_reading import JsonObject
from webapp.protocol.replies import SwarmReply, parse_batch, parse_swarm
from webapp.sentence import mark

OK: Final = 200
WRONG_SWARM: Final = 421
CLOCK: Final = frozenset({406, 425})
# What a guard says when it has too much to do or we ask too much (storage-rpc.md §11).
BUSY: Final = frozenset({429, 503})
# Asking again brings the same refusal: the request itself is at fault.
REFUSALS: Final = frozenset({400, 401, 403, 404, 410, 413})

BROKEN_PATH: Final = mark("The path to the swarm broke.")
WRONG_CLOCK: Final = mark("The network says that the clock of this computer is wrong.")

# The sentences in which nodes name another one, with its Ed25519 key at the end.
_NAMING: Final = re.compile(
    rb"(?:Next node not found|Next node is currently unreachable|Snode not ready): "
    rb"([0-9a-fA-F]{64})"
)


@dataclass(frozen=True, slots=True)
class PathTrouble:
    """What an outer failure means, and who may be to blame for it.

    ``is_guards`` says that the guard is, and ``blamed`` holds others that may be.
    """

    error: NetworkError
    is_guards: bool
    blamed: frozenset[bytes] = frozenset()


def no_answer(failure: Unreachable, *, path: Path, destination: bytes) -> PathTrouble:
    """Return what it means that the guard gave no answer.

    A guard that cannot be reached or hangs up has trouble of its own. One that stays
    silent may be waiting for somebody behind it: it would do so for longer than we do.
    """
    if isinstance(failure, NoConnection | ConnectionLost):
        return PathTrouble(GuardFailed(mark("The first node does not answer.")), is_guards=True)
    blamed = frozenset((*path.keys[1:], destination))
    return PathTrouble(PathFailed(BROKEN_PATH), is_guards=True, blamed=blamed)


def damaged_answer(path: Path) -> PathTrouble:
    """Return what it means that a reply does not open: somebody on the way has changed it."""
    return PathTrouble(PathFailed(BROKEN_PATH), is_guards=True, blamed=frozenset(path.keys[1:]))


def outer_trouble(answer: Answer, *, path: Path, destination: bytes) -> PathTrouble:
    """Return what an answer with an outer status other than 200 means (onion.md §8)."""
    if answer.status in CLOCK:
        return PathTrouble(ClockRefused(WRONG_CLOCK), is_guards=True)
    broken = _named_node(answer.body, path=path, destination=destination)
    if broken is not None:
        failure = _named_failure(broken == destination)
        return PathTrouble(failure, is_guards=False, blamed=frozenset([broken]))
    if answer.status in BUSY:
        # The guard speaks of itself here; the others have not even seen the request.
        return PathTrouble(GuardFailed(mark("The first node is too busy.")), is_guards=True)
    # The guard works, or else it would not have answered.
    blamed = frozenset((*path.keys[1:], destination))
    return PathTrouble(PathFailed(BROKEN_PATH), is_guards=False, blamed=blamed)


def inner_failure(status: int, body: str | JsonObject) -> NetworkError | None:
    """Return the error that a destination's status stands for; None for success."""
    if status == OK:
        return None
    if status == WRONG_SWARM:
        return WrongSwarm(_swarm_in(body))
    if status in CLOCK:
        return ClockRefused(WRONG_CLOCK)
    if status in REFUSALS:
        return Rejected(status, body if isinstance(body, str) else "")
    return NodeFailed(mark("A storage node failed (status %(status)s)."), status=status)


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


def _named_node(body: bytes, *, path: Path, destination: bytes) -> bytes | None:
    """Return the node that an error message blames, if that node had a part in the request.

    A message about any other node is an attempt to talk us out of using it.
    The guard is not blamed by others either: nobody passes a request on to it.
    """
    match = _NAMING.fullmatch(body.strip())
    if match is None:
        return None
    key = bytes.fromhex(match[1].decode())
    return key if key in (*path.keys[1:], destination) else None


def _named_failure(is_destination: bool) -> NetworkError:
    if is_destination:
        return NodeFailed(mark("A storage node of the swarm cannot be reached."))
    return PathFailed(BROKEN_PATH)
