"""Connections that have left waitress: each has a thread of its own (design.md §9).

A page keeps its WebSocket open for hours. In waitress's worker pool it would hold a worker for as
long, so the pool would be empty after four tabs. Here such a connection costs threads that sleep,
and the pool never sees it.
"""

import contextlib
import socket
import threading
from collections.abc import Callable

from webapp.clock import Clock
from webapp.web.errors import report_fault

# security.md S8. A person has a handful of tabs; each costs four sleeping threads.
MOST_SOCKETS = 64
# A peer that takes nothing for so long is frozen. Its tab fetches everything anew when it is back.
SEND_TIMEOUT_S = 5.0
# Time for the peer to read a last word and answer the closing handshake.
LAST_WORDS_S = 2.0
# A tab that is awake has read its last word in milliseconds; a stop waits for no other.
STOP_GRACE_S = 0.5
# Long enough for a handler to notice that its socket is dead; only a bug takes longer.
JOIN_TIMEOUT_S = 5.0


class UpgradedSocket:
    """The socket of one upgraded connection, as simple-websocket uses it.

    That library ignores short writes and writes from two threads at once, so ``send`` sends all,
    one caller at a time. It also closes the socket while another of its threads may still be
    using the file descriptor, so ``close`` only shuts the connection down; the descriptor goes
    when the thread of the connection has ended.
    """

    def __init__(self, sock: socket.socket, *, clock: Clock, send_timeout_s: float) -> None:
        sock.settimeout(send_timeout_s)
        self._socket = sock
        self._clock = clock
        self._sending = threading.Lock()
        self._ends_at_s: float | None = None

    def send(self, data: bytes) -> int:
        """Send all of ``data``. A connection that fails half-way is of no further use: aborted."""
        try:
            with self._sending:
                self._socket.sendall(data)
        except OSError:
            self.abort()
            raise
        return len(data)

    def recv(self, size: int) -> bytes:
        """Return what has arrived, empty at the end. The time-out is for sending only."""
        while True:
            try:
                return self._socket.recv(size)
            except TimeoutError:
                continue

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        """Called by the WebSocket library when it is done."""
        self.abort()

    def abort(self) -> None:
        """End the connection now; whoever reads or writes is woken."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def end_soon(self) -> None:
        """End the connection in two seconds, whether the peer answers or is frozen."""
        if self._ends_at_s is None:
            self._ends_at_s = self._clock.monotonic_s() + LAST_WORDS_S

    @property
    def is_ending(self) -> bool:
        return self._ends_at_s is not None

    def is_overdue(self) -> bool:
        """Return whether the two seconds of ``end_soon`` are over."""
        return self._ends_at_s is not None and self._clock.monotonic_s() >= self._ends_at_s

    def release(self) -> None:
        """Close the descriptor; nobody may be using it any more."""
        self.abort()
        self._socket.close()


class UpgradedConnections:
    """All upgraded connections of one server."""

    def __init__(self, *, clock: Clock, send_timeout_s: float = SEND_TIMEOUT_S) -> None:
        self._clock = clock
        self._send_timeout_s = send_timeout_s
        self._lock = threading.Condition()
        self._threads: dict[UpgradedSocket, threading.Thread] = {}

    def __len__(self) -> int:
        return len(self._threads)

    @property
    def is_full(self) -> bool:
        return len(self._threads) >= MOST_SOCKETS

    def adopt(self, sock: socket.socket, serve: Callable[[UpgradedSocket], None]) -> None:
        """Serve a connection on a thread of its own until ``serve`` returns."""
        connection = UpgradedSocket(sock, clock=self._clock, send_timeout_s=self._send_timeout_s)
        thread = threading.Thread(
            target=self._run, args=(connection, serve), name="upgraded", daemon=True
        )
        with self._lock:
            self._threads[connection] = thread
        thread.start()

    def end_overdue(self) -> None:
        """Abort the connections whose last two seconds are over; called about once a second."""
        for connection in list(self._threads):
            if connection.is_overdue():
                connection.abort()

    def await_last_words(self) -> None:
        """Wait until all connections have ended by themselves, half a second at most."""
        with self._lock:
            self._lock.wait_for(lambda: not self._threads, STOP_GRACE_S)

    def stop(self) -> None:
        """Abort every connection and wait for its thread."""
        with self._lock:
            running = dict(self._threads)
        for connection in running:
            connection.abort()
        for thread in running.values():
            thread.join(JOIN_TIMEOUT_S)

    def _run(self, connection: UpgradedSocket, serve: Callable[[UpgradedSocket], None]) -> None:
        try:
            # The peer has gone: the ordinary end of a connection.
            with contextlib.suppress(OSError):
                serve(connection)
        except Exception as error:
            report_fault(error)
        finally:
            connection.release()
            with self._lock:
                del self._threads[connection]
                self._lock.notify_all()
