"""One request to one storage node, through three others. Sources: onion.md §4, §6, §8, §9.

Theory of operation. A call ends in one of four ways, and each says who is to blame:

    what came back                  error raised             who is struck
    nothing, an outer status        PathFailed, NodeFailed   the path; its nodes behind the guard
      ≠ 200, a reply that             or ClockRefused          and the destination, or only the
      does not open                                            one that the message names
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
    NodeFailed,
    NoInterface,
    NoRoute,
    PathFailed,
    Unreachable,
    WrongSwarm,
)
from webapp.network.path_builder import PathBuilder
from webapp.network.paths import Path
from webapp.network.reactions import OK, inner_failure, named_node, outer_failure
from webapp.network.transport import CallLimits, Transport
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.nodes import Node
from webapp.protocol.onion import Onion, OnionReply, build, open_reply
from webapp.protocol.requests import Request

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
        path = self._builder.path_to(destination.ed25519)
        onion = build(path.hops, destination=destination, body=request.to_json())
        reply = self._send(path, onion, destination=destination.ed25519)
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

    def _send(self, path: Path, onion: Onion, *, destination: bytes) -> OnionReply:
        url = path.guard.url + ONION_PATH
        try:
            answer = self._transport.post(url, onion.body, limits=ONION_CALL)
        except NoInterface as error:
            raise NoRoute("This computer is not connected to a network.") from error
        except Unreachable as error:
            self._blame(path, destination, named=None)
            raise PathFailed("The path to the swarm broke.") from error
        if answer.status != OK:
            named = named_node(answer.body, path=path, destination=destination)
            self._blame(path, destination, named=named)
            raise outer_failure(answer.status, is_destination_named=named == destination)
        try:
            return open_reply(answer.body, onion.reply)
        except RemoteProtocolError as error:
            self._blame(path, destination, named=None)
            raise PathFailed("A reply was damaged on its way.") from error

    def _blame(self, path: Path, destination: bytes, *, named: bytes | None) -> None:
        """Strike the path and the node named by an error, or else all that may be at fault."""
        self._builder.strike(path)
        if named != destination:
            self._builder.pool.strike([named] if named else path.keys[1:], "hop")
        if named in (None, destination):
            self._builder.pool.strike([destination], "destination")


def _read(reply: OnionReply, parse: Callable[[str], T]) -> T:
    failure = inner_failure(reply.status, reply.body)
    if failure is not None:
        raise failure
    try:
        return parse(reply.body)
    except RemoteProtocolError as error:
        raise NodeFailed("A storage node answered with something unreadable.") from error
