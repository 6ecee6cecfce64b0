"""One request to one storage node, through three others. Sources: onion.md §4, §6, §8, §9.

Theory of operation. A call ends in one of four ways, and each says who is to blame:

    what came back                  error raised             who is struck
    no connection, none any more,   GuardFailed, once more   the guard
      a guard that is too busy        on another path
    silence                         PathFailed               the guard, those behind it
                                                               and the destination
    an outer status ≠ 200           PathFailed, NodeFailed   those behind the guard and the
                                      or ClockRefused          destination, or only the one
                                                               that the message names
    a reply that does not open      PathFailed               all on the path
    no network on this computer     NoRoute                  nobody
    an inner status ≠ 200, or a     NodeFailed, WrongSwarm,  the destination, if NodeFailed
      reply that makes no sense       Rejected, ClockRefused
    a good reply                    –                        all of them are forgiven

Nobody can tell a dead destination from a dead node in the middle (storage-rpc.md
§17.3), hence the shared blame; a success soon clears the innocent.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from webapp.network.errors import (
    GuardFailed,
    NetworkError,
    NodeFailed,
    NoInterface,
    NoRoute,
    Unreachable,
    WrongSwarm,
)
from webapp.network.path_builder import PathBuilder
from webapp.network.paths import Path
from webapp.network.reactions import (
    OK,
    PathTrouble,
    damaged_answer,
    inner_failure,
    no_answer,
    outer_trouble,
)
from webapp.network.transport import CallLimits, Transport
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.nodes import Node
from webapp.protocol.onion import Onion, OnionReply, build, open_reply
from webapp.protocol.requests import Request
from webapp.sentence import mark

# The largest reply we ask for is half of what a node gives at most, 3,900,000 bytes
# of JSON (storage-rpc.md §4). Quoted within JSON it grows by less than a third, and
# base64 adds another one.
ONION_CALL: Final = CallLimits(timeout_s=10.0, answer_bytes=8 * 1024 * 1024)
ONION_PATH: Final = "/onion_req/v2"

T = TypeVar("T")


class OnionCaller:
    """Calls storage nodes over the paths of one account. It keeps no state of its own."""

    def __init__(self, builder: PathBuilder, transport: Transport) -> None:
        self._builder = builder
        self._transport = transport

    def call(self, destination: Node, request: Request, parse: Callable[[str], T]) -> T:
        """Return what ``parse`` makes of the destination's reply to ``request``.

        ``parse`` may raise RemoteProtocolError, which counts as a failure of the
        destination, or a NetworkError of its own. Raises NoRoute, NodeFailed,
        Rejected, ClockRefused or NetworkClosed.
        """
        path, reply = self._ask(destination, request)
        self._builder.paths.forgive(path)
        self._builder.pool.forgive(path.keys, "hop")
        try:
            result = _read(reply, parse)
        except WrongSwarm:
            # It answered as it should; our idea of the swarm is what is wrong.
            raise
        except NodeFailed:
            self._builder.pool.strike([destination.ed25519], "destination")
            raise
        self._builder.pool.forgive([destination.ed25519], "destination")
        return result

    def _ask(self, destination: Node, request: Request) -> tuple[Path, OnionReply]:
        """Return the destination's reply, and over which path it came.

        A guard's failure shows at once and says nothing about the destination, so another
        path is tried then. All our requests may arrive twice.
        """
        try:
            return self._ask_once(destination, request)
        except GuardFailed:
            return self._ask_once(destination, request)

    def _ask_once(self, destination: Node, request: Request) -> tuple[Path, OnionReply]:
        path = self._builder.path_to(destination.ed25519)
        onion = build(path.hops, destination=destination, body=request.to_json())
        return path, self._send(path, onion, destination=destination.ed25519)

    def _send(self, path: Path, onion: Onion, *, destination: bytes) -> OnionReply:
        try:
            answer = self._transport.post(
                path.guard.url + ONION_PATH, onion.body, limits=ONION_CALL
            )
        except NoInterface as error:
            raise NoRoute(mark("This computer is not connected to a network.")) from error
        except Unreachable as error:
            trouble = no_answer(error, path=path, destination=destination)
            raise self._blame(path, trouble, destination=destination) from error
        if answer.status != OK:
            trouble = outer_trouble(answer, path=path, destination=destination)
            raise self._blame(path, trouble, destination=destination)
        try:
            return open_reply(answer.body, onion.reply)
        except RemoteProtocolError as error:
            raise self._blame(path, damaged_answer(path), destination=destination) from error

    def _blame(self, path: Path, trouble: PathTrouble, *, destination: bytes) -> NetworkError:
        """Strike whoever may be at fault; return the error to raise."""
        behind = trouble.blamed & set(path.keys)
        self._builder.pool.strike(behind, "hop")
        self._builder.pool.strike(trouble.blamed & {destination}, "destination")
        self._builder.failed(path, broken=behind, is_guards=trouble.is_guards)
        return trouble.error


def _read(reply: OnionReply, parse: Callable[[str], T]) -> T:
    failure = inner_failure(reply.status, reply.body)
    if failure is not None:
        raise failure
    try:
        return parse(reply.body)
    except RemoteProtocolError as error:
        raise NodeFailed(mark("A storage node answered with something unreadable.")) from error
