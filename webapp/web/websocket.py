"""The WebSocket that Engine.IO is given: simple-websocket on a socket out of waitress's loop.

Engine.IO comes with an adapter for this library. Ours differs in what happens at the end of a
connection and in limits: a message of any length is cut off while it arrives, a frozen peer cannot
keep a reader waiting, and every thread the connection has had is over when its handler returns.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import engineio
import simple_websocket
from engineio.socket import Socket

from webapp.web.guards import LIVE_SUBPROTOCOL, SOCKET_KEY
from webapp.web.upgrades import LAST_WORDS_S, UpgradedSocket

# security.md S8. Pages send a few bytes; this only bounds what a broken one can make us hold.
FRAME_BYTES = 1_000_000
_ENDED = "safehouse.ended"


class LibraryThread(threading.Thread):
    """A thread that Engine.IO starts. One that sleeps for a socket wakes when the socket ends.

    Engine.IO has a thread sleep for ten seconds before each ping. Without this, two hundred closed
    tabs would leave two hundred sleeping threads.
    """

    def __init__(
        self,
        *,
        target: Callable[..., object],
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(target=target, args=args, kwargs=kwargs, daemon=True)
        owner = getattr(target, "__self__", None)
        self.socket_ended = _ended(owner) if isinstance(owner, Socket) else None


class _ReaderThread(LibraryThread):
    """The thread in which simple-websocket reads. Whatever ends it ends the wait of its user.

    The library announces some ends (a message too large, a broken frame) before it notes them,
    so whoever waits looks too early and then waits for ever.
    """

    def __init__(self, *, target: Callable[..., object]) -> None:
        super().__init__(target=target)
        reader: Any = target
        self._websocket: simple_websocket.Server = reader.__self__

    def run(self) -> None:
        try:
            super().run()
        finally:
            self._websocket.connected = False
            self._websocket.event.set()


def rest(seconds: float) -> None:
    """Sleep on a thread of Engine.IO, no longer than its socket lives."""
    thread = threading.current_thread()
    ended = thread.socket_ended if isinstance(thread, LibraryThread) else None
    (ended or threading.Event()).wait(seconds)


class WebSocket:
    """One WebSocket. Engine.IO makes it, calls it with the request, and talks through it."""

    def __init__(
        self,
        talk: Callable[["WebSocket"], object],
        _server: engineio.Server,
        *,
        opened: Callable[[UpgradedSocket, WSGIEnvironment], None],
        closed: Callable[[UpgradedSocket], None],
    ) -> None:
        self._talk = talk
        handler: Any = talk
        self._engine_socket: Socket = handler.__self__
        self._opened = opened
        self._closed = closed

    def __call__(self, environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
        """Shake hands and talk until either side ends it. The answer has been given by then."""
        self._connection: UpgradedSocket = environ[SOCKET_KEY]
        try:
            self._websocket = simple_websocket.Server(
                environ,
                subprotocols=[LIVE_SUBPROTOCOL],
                max_message_size=FRAME_BYTES,
                thread_class=_ReaderThread,
            )
            self._opened(self._connection, environ)
            try:
                self._talk(self)
            finally:
                self._closed(self._connection)
                self._connection.abort()
                self._websocket.thread.join()
        finally:
            self._engine_socket.close(wait=False, abort=True)
            _end_threads_of(self._engine_socket)
        return []

    def send(self, message: str | bytes) -> None:
        """Send one message.

        Raises OSError when the connection is over.
        """
        try:
            self._websocket.send(message)
        except simple_websocket.ConnectionClosed as error:
            raise OSError from error

    def wait(self) -> str | bytes | None:
        """Return the next message, None when the connection is over."""
        try:
            message: str | bytes = self._websocket.receive()
        except simple_websocket.ConnectionClosed:
            return None
        return message

    def close(self) -> None:
        """Say goodbye, give the peer two seconds to answer, and end the connection."""
        with contextlib.suppress(OSError, simple_websocket.ConnectionClosed):
            self._websocket.close()
        # Saying goodbye does not wake a reader whose peer is frozen; ending the connection does.
        self._websocket.thread.join(LAST_WORDS_S)
        self._connection.abort()


def _ended(socket: Socket) -> threading.Event:
    event: threading.Event = socket.session.setdefault(_ENDED, threading.Event())
    return event


def _end_threads_of(socket: Socket) -> None:
    ended = _ended(socket)
    ended.set()
    for thread in threading.enumerate():
        if isinstance(thread, LibraryThread) and thread.socket_ended is ended:
            thread.join()
