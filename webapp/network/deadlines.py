"""Sockets that end in time and can be ended by another thread, from the first byte on."""

import contextlib
import socket
import ssl
import threading
from typing import Any, Self

from webapp.clock import Clock


class Deadline:
    """A moment after which nothing more is waited for."""

    def __init__(self, clock: Clock, *, timeout_s: float) -> None:
        self._clock = clock
        self._at_s = clock.monotonic_s() + timeout_s

    def remaining_s(self) -> float:
        """Return the time that is left. Raises TimeoutError if there is none."""
        remaining_s = self._at_s - self._clock.monotonic_s()
        if remaining_s <= 0:
            raise TimeoutError
        return remaining_s

    def at_most(self, timeout_s: float) -> Self:
        """Return this deadline or one in ``timeout_s``, whichever is sooner."""
        return type(self)(self._clock, timeout_s=min(timeout_s, self.remaining_s()))


class DeadlineSocket(socket.socket):
    """A socket whose deadline counts for all reads and writes together.

    An ordinary time-out starts anew with every byte, so a server that sends one
    byte every few seconds could hold the poller for days.
    """

    deadline: Deadline | None = None

    def arm(self) -> None:
        """Let the next operation wait for what is left. Raises TimeoutError if nothing is."""
        if self.deadline is not None:
            self.settimeout(self.deadline.remaining_s())

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.arm()
        return super().recv_into(buffer, nbytes or 0, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        self.arm()
        return super().send(data, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.arm()
        super().sendall(data, flags)


class TlsDeadlineSocket(DeadlineSocket, ssl.SSLSocket):
    """The same over TLS."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Return bytes that came outside TLS; ``ssl`` asks for them once, and nobody else does.

        If the server has reset the connection by then, ``ssl`` forgets the new socket
        without closing it.
        """
        try:
            return super().recv(buflen, flags)
        except OSError:
            self.close()
            raise


class Lifeline:
    """Ends a connection from another thread, also while it is still being made.

    It holds a second descriptor of the socket, because TLS takes the first one away
    and may be using it at this moment. The lock protects that descriptor.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    def hold(self, sock: socket.socket) -> None:
        """Let ``cut`` end ``sock`` from now on. Raises ConnectionAbortedError if it was cut."""
        with self._lock:
            if self._is_cut:
                raise ConnectionAbortedError
            self._drop()
            self._socket = sock.dup()

    def cut(self) -> None:
        """Wake whoever waits for the connection; it gets no more bytes, and sends none."""
        with self._lock:
            self._is_cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Let go, so that closing the connection hangs up."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
