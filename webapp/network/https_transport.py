"""Direct requests over HTTPS (security.md X3).

urllib3's connections are used without its pools: a bare connection knows no
redirects, no retries, no proxy of the environment, no .netrc and no cookies, so
none of them has to be switched off. One TLS context serves all connections,
because making one costs more than ten times what a handshake does.

Node certificates prove nothing (they are self-signed, and nodes are named by
their keys): what protects a request is the onion. Seeds are pinned.
"""

import contextlib
import errno
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3.exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection

from webapp.clock import Clock
from webapp.network.errors import (
    AnswerTooLarge,
    NetworkClosed,
    NoInterface,
    Unreachable,
    WrongCertificate,
)
from webapp.network.transport import Answer, CallLimits

# Exactly what the official apps send (onion.md §4), so that we do not stand out.
HEADERS: Final = {"User-Agent": "WhatsApp", "Accept-Language": "en-us"}
# A node that has not even accepted the connection by now will not answer in time either.
CONNECT_TIMEOUT_S: Final = 5.0
# Two guards, and two polls at once to each of them.
MAX_IDLE_CONNECTIONS: Final = 4

_NO_INTERFACE: Final = frozenset({errno.ENETUNREACH, errno.ENETDOWN})


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a connection can be used again for: the same server under the same pin."""

    scheme: str
    host: str
    port: int | None
    cert_sha256: bytes | None


class _Deadline:
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


class _DeadlineSocket(ssl.SSLSocket):
    """A TLS socket whose deadline counts for all reads and writes together.

    An ordinary time-out starts anew with every byte, so a node that sends one
    byte every few seconds could hold the poller for days.
    """

    deadline: _Deadline | None = None

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._arm()
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        self._arm()
        return super().send(data, flags)

    def _arm(self) -> None:
        if self.deadline is not None:
            self.settimeout(self.deadline.remaining_s())


class HttpsTransport:
    """Keeps a few connections to guards open; each carries one request at a time.

    The lock protects the lists of idle and busy connections.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._context = _tls_context()
        self._lock = threading.Lock()
        self._idle: list[tuple[_Origin, HTTPConnection]] = []
        self._busy: set[HTTPConnection] = set()
        self._closed = False

    def post(
        self, url: str, body: bytes, *, limits: CallLimits, cert_sha256: bytes | None = None
    ) -> Answer:
        """Return the answer to a POST of ``body`` (see ``Transport``)."""
        parts = urlsplit(url)
        origin = _Origin(parts.scheme, parts.hostname or "", parts.port, cert_sha256)
        with self._connection_to(origin) as connection, self._own_errors():
            deadline = _Deadline(self._clock, timeout_s=limits.timeout_s)
            if connection.sock is None:
                _connect(connection, deadline)
                self._refuse_if_closed()
            return _exchange(connection, parts.path, body, deadline=deadline, limits=limits)

    def close(self) -> None:
        """Close what is idle, and wake the threads that wait for an answer."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for _, connection in idle:
            connection.close()
        for connection in busy:
            _abort(connection)

    @contextlib.contextmanager
    def _connection_to(self, origin: _Origin) -> Iterator[HTTPConnection]:
        connection = self._take(origin)
        is_reusable = False
        try:
            yield connection
            is_reusable = connection.sock is not None
        finally:
            surplus = self._give_back(origin, connection, keep=is_reusable)
            if surplus is not None:
                surplus.close()

    def _take(self, origin: _Origin) -> HTTPConnection:
        """Return an idle connection to ``origin`` that is still good, or one not yet made."""
        gone: list[HTTPConnection] = []
        try:
            with self._lock:
                self._refuse_if_closed()
                connection = self._pop_idle(origin, gone) or _new(origin, self._context)
                self._busy.add(connection)
            return connection
        finally:
            for stale in gone:
                stale.close()

    def _pop_idle(self, origin: _Origin, gone: list[HTTPConnection]) -> HTTPConnection | None:
        for entry in [entry for entry in reversed(self._idle) if entry[0] == origin]:
            self._idle.remove(entry)
            if entry[1].is_connected:
                return entry[1]
            gone.append(entry[1])
        return None

    def _give_back(
        self, origin: _Origin, connection: HTTPConnection, *, keep: bool
    ) -> HTTPConnection | None:
        """Return the connection to close now: this one, or the one idle for longest."""
        with self._lock:
            self._busy.discard(connection)
            if not keep or self._closed:
                return connection
            self._idle.append((origin, connection))
            return self._idle.pop(0)[1] if len(self._idle) > MAX_IDLE_CONNECTIONS else None

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise NetworkClosed("The connection is closed.")

    @contextlib.contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except (urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            if self._closed:
                raise NetworkClosed("The connection is closed.") from error
            if _errno(error) in _NO_INTERFACE:
                raise NoInterface("This computer is not connected to a network.") from error
            raise Unreachable("A computer on the network did not answer.") from error


def _tls_context() -> ssl.SSLContext:
    # The bare constructor reads neither certificate stores nor environment variables.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = _DeadlineSocket
    return context


def _new(origin: _Origin, context: ssl.SSLContext) -> HTTPConnection:
    if origin.scheme == "http":
        return HTTPConnection(origin.host, origin.port)
    return HTTPSConnection(
        origin.host,
        origin.port,
        ssl_context=context,
        assert_hostname=False,
        assert_fingerprint=origin.cert_sha256.hex() if origin.cert_sha256 else None,
    )


def _connect(connection: HTTPConnection, deadline: _Deadline) -> None:
    connection.timeout = min(CONNECT_TIMEOUT_S, deadline.remaining_s())
    try:
        connection.connect()
    except urllib3.exceptions.SSLError as error:
        # Other failures of TLS arrive as ssl.SSLError; this one is the pin.
        raise WrongCertificate("A seed server showed an unknown certificate.") from error


def _exchange(
    connection: HTTPConnection, path: str, body: bytes, *, deadline: _Deadline, limits: CallLimits
) -> Answer:
    if isinstance(connection.sock, _DeadlineSocket):
        connection.sock.deadline = deadline
    connection.timeout = deadline.remaining_s()
    connection.request("POST", path, body, HEADERS, preload_content=False, decode_content=False)
    response = connection.getresponse()
    content = response.read(limits.answer_bytes + 1, decode_content=False)
    if len(content) > limits.answer_bytes:
        connection.close()
        raise AnswerTooLarge("A computer on the network answered with too much.")
    if response.length_remaining:
        raise ConnectionError("the answer ends early")
    if not response.closed:
        connection.close()
    return Answer(response.status, content)


def _abort(connection: HTTPConnection) -> None:
    """Wake the thread that waits on ``connection``; it then closes the connection itself."""
    sock = connection.sock
    if isinstance(sock, socket.socket):
        # The plain method, because SSLSocket.shutdown takes the TLS state away from
        # under the thread that is using it.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _errno(error: BaseException) -> int | None:
    cause = error if isinstance(error, OSError) else error.__cause__
    return cause.errno if isinstance(cause, OSError) else None
