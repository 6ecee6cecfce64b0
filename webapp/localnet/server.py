"""HTTPS on loopback for many small sites at once, quiet and cheap when nobody calls.

Theory of operation. All listening sockets belong to one thread, which sleeps in
``select`` until somebody connects or somebody here asks it for something; it never
polls. A connection gets a thread of its own at once, so a slow TLS handshake holds
up nobody. Every read has a deadline. ``stop`` and ``close`` shut the sockets down,
which wakes the threads that read from them, and then join those threads: afterwards
no thread and no socket is left.
"""

import contextlib
import queue
import selectors
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass

from webapp.clock import Clock
from webapp.localnet.errors import HungUp, MalformedHttp
from webapp.localnet.http_messages import (
    MAX_HEAD_BYTES,
    Application,
    Head,
    HttpAnswer,
    HttpRequest,
    encode_answer,
    parse_head,
)

LOOPBACK = "127.0.0.1"
END_OF_HEAD = b"\r\n\r\n"
RECEIVE_BYTES = 64 * 1024

# One app holds a handful of connections; a test of many apps some dozens.
MAX_CONNECTIONS = 256
# When the system has no more file descriptors, a waiting caller would keep `select` awake.
ACCEPT_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long a peer may keep a thread waiting, in seconds."""

    handshake_s: float = 10.0
    # A client polls every few seconds; longer silence means it has gone away.
    idle_s: float = 120.0
    # From the first byte of a request to its last: one byte at a time must not hold a thread.
    request_s: float = 30.0
    # A refused peer may still be sending. Closing at once would reset the connection and
    # so destroy the refusal before it is read.
    linger_s: float = 2.0


@dataclass(frozen=True, slots=True)
class _Site:
    listener: socket.socket
    context: ssl.SSLContext
    application: Application

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])


class HttpsServer:
    """Serves any number of sites, each on a port of its own."""

    def __init__(self, clock: Clock, *, limits: TimeLimits | None = None) -> None:
        self._clock = clock
        self._limits = limits or TimeLimits()
        self._sites: dict[int, _Site] = {}
        self._connections: set[_Connection] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        # Made by `start`, so that a server that is never started holds nothing.
        self._selector: selectors.BaseSelector
        self._wake_reader: socket.socket
        self._wake_writer: socket.socket
        self._thread = threading.Thread(target=self._accept, name="practice-accept", daemon=True)

    def start(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        self._thread.start()

    def stop(self) -> None:
        """Close every site and connection; return when no thread and no socket is left."""
        self._stopping.set()
        self._wake_writer.send(b"\0")
        self._thread.join()
        for site in self._sites.values():
            site.listener.close()
        self._sites.clear()
        self._end_connections(lambda _: True)
        self._selector.close()
        self._wake_reader.close()
        self._wake_writer.close()

    def open(self, application: Application, context: ssl.SSLContext, *, port: int = 0) -> int:
        """Return the port that ``application`` is served on; 0 lets the system choose it."""
        listener = socket.create_server((LOOPBACK, port))
        listener.setblocking(False)
        site = _Site(listener, context, application)
        self._sites[site.port] = site
        self._order(lambda: self._selector.register(listener, selectors.EVENT_READ, site))
        return site.port

    def close(self, port: int) -> None:
        """Stop serving ``port`` and end its connections."""
        site = self._sites.pop(port)
        self._order(lambda: self._selector.unregister(site.listener))
        site.listener.close()
        self._end_connections(lambda connection: connection.site is site)

    def _order(self, action: Callable[[], object]) -> None:
        """Run ``action`` on the thread that owns the selector, and wait until it is done."""
        done = threading.Event()

        def run() -> None:
            action()
            done.set()

        self._orders.put(run)
        self._wake_writer.send(b"\0")
        done.wait()

    def _end_connections(self, chosen: Callable[["_Connection"], bool]) -> None:
        with self._lock:
            ending = [connection for connection in self._connections if chosen(connection)]
        for connection in ending:
            connection.abort()
        for connection in ending:
            connection.join()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select():
                if key.data is None:
                    self._obey()
                else:
                    self._welcome(key.data)

    def _obey(self) -> None:
        self._wake_reader.recv(RECEIVE_BYTES)
        while True:
            try:
                self._orders.get_nowait()()
            except queue.Empty:
                return

    def _welcome(self, site: _Site) -> None:
        try:
            caller, address = site.listener.accept()
        except BlockingIOError:
            return
        except OSError:
            self._clock.wait(self._stopping, timeout_s=ACCEPT_PAUSE_S)
            return
        with self._lock:
            is_full = len(self._connections) >= MAX_CONNECTIONS
        connection = None if is_full else self._connect(caller, address[0], site)
        if connection is None:
            caller.close()
            return
        # Whoever ends a connection that is listed waits for its thread, which has to be there.
        with self._lock:
            self._connections.add(connection)
            connection.start()

    def _connect(self, caller: socket.socket, ip: str, site: _Site) -> "_Connection | None":
        """Return the new connection, or None if the caller has hung up already."""
        try:
            return _Connection(
                caller,
                site,
                ip=ip,
                clock=self._clock,
                limits=self._limits,
                ended=self._forget,
            )
        except OSError:
            return None

    def _forget(self, connection: "_Connection") -> None:
        with self._lock:
            self._connections.discard(connection)


class _Connection:
    """One caller and the thread that answers it."""

    def __init__(
        self,
        caller: socket.socket,
        site: _Site,
        *,
        ip: str,
        clock: Clock,
        limits: TimeLimits,
        ended: Callable[["_Connection"], None],
    ) -> None:
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.site = site
        self._ip = ip
        self._socket = site.context.wrap_socket(
            caller, server_side=True, do_handshake_on_connect=False
        )
        self._clock = clock
        self._limits = limits
        self._ended = ended
        self._received = bytearray()
        self._thread = threading.Thread(target=self._serve, name="practice-serve", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def abort(self) -> None:
        """Wake the thread, whatever it waits for; it then closes the socket itself."""
        # The plain method, because SSLSocket.shutdown also takes the TLS state away
        # from under the thread that is using it.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _serve(self) -> None:
        try:
            self._socket.settimeout(self._limits.handshake_s)
            self._socket.do_handshake()
            self._converse()
        except (OSError, HungUp):
            # The caller went away, was too slow or does not speak TLS: nobody to tell. Or
            # the site means to leave the caller without an answer.
            pass
        finally:
            self._socket.close()
            self._ended(self)

    def _converse(self) -> None:
        """Answer requests until the caller leaves, asks to close or says something unreadable."""
        try:
            while (request := self._read_request()) is not None:
                answer = self.site.application(request)
                self._send(answer, keep_alive=request.head.keep_alive)
                if not request.head.keep_alive:
                    return
        except MalformedHttp as refusal:
            self._send(HttpAnswer.text(refusal.status, refusal.text), keep_alive=False)
            self._linger()

    def _read_request(self) -> HttpRequest | None:
        """Return the next request, or None if the caller closed between requests."""
        if not self._received and not self._receive(
            self._clock.monotonic_s() + self._limits.idle_s
        ):
            return None
        deadline_s = self._clock.monotonic_s() + self._limits.request_s
        head = self._read_head(deadline_s)
        if head is None:
            return None
        while len(self._received) < head.body_bytes:
            if not self._receive(deadline_s):
                return None
        body = bytes(self._received[: head.body_bytes])
        del self._received[: head.body_bytes]
        return HttpRequest(head, body, self._ip)

    def _read_head(self, deadline_s: float) -> Head | None:
        while (end := self._received.find(END_OF_HEAD)) < 0:
            if len(self._received) > MAX_HEAD_BYTES:
                raise MalformedHttp(431, "Request headers too large")
            if not self._receive(deadline_s):
                return None
        block = bytes(self._received[:end])
        del self._received[: end + len(END_OF_HEAD)]
        return parse_head(block)

    def _receive(self, deadline_s: float) -> bool:
        """Take in more bytes; return False at the end of the stream.

        Raises TimeoutError when ``deadline_s`` has passed.
        """
        remaining_s = deadline_s - self._clock.monotonic_s()
        if remaining_s <= 0:
            raise TimeoutError
        self._socket.settimeout(remaining_s)
        chunk = self._socket.recv(RECEIVE_BYTES)
        self._received += chunk
        return bool(chunk)

    def _send(self, answer: HttpAnswer, *, keep_alive: bool) -> None:
        self._socket.settimeout(self._limits.request_s)
        self._socket.sendall(encode_answer(answer, keep_alive=keep_alive))
        if answer.on_sent is not None:
            answer.on_sent()

    def _linger(self) -> None:
        """Swallow what a refused caller is still sending, for a bounded time."""
        socket.socket.shutdown(self._socket, socket.SHUT_WR)
        deadline_s = self._clock.monotonic_s() + self._limits.linger_s
        while self._receive(deadline_s):
            self._received.clear()
