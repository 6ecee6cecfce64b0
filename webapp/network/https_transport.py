"""Requests to seeds and guards over HTTPS, straight or through a proxy (security.md X3).

urllib3's connections are used without its pools: a bare connection knows no
redirects, no retries, no proxy of the environment, no .netrc and no cookies, so
none of them has to be switched off. One TLS context serves all connections,
because making one costs more than ten times what a handshake does.

Node certificates prove nothing (they are self-signed, and nodes are named by
their keys): what protects a request is the onion. Seeds are pinned.
"""

import contextlib
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
from webapp.network.deadlines import Deadline, DeadlineSocket, Lifeline, TlsDeadlineSocket
from webapp.network.errors import (
    AnswerTooLarge,
    ConnectionLost,
    NetworkClosed,
    NetworkError,
    NoConnection,
    NoInterface,
    Unreachable,
    WayChanged,
    WrongCertificate,
)
from webapp.network.proxy import Proxy
from webapp.network.transport import Answer, CallLimits
from webapp.network.ways import Way, is_no_interface, way_for

# Exactly what the official apps send (onion.md §4), so that we do not stand out.
HEADERS: Final = {"User-Agent": "WhatsApp", "Accept-Language": "en-us"}
# Two guards, and two polls at once to each of them.
MAX_IDLE_CONNECTIONS: Final = 4


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a connection can be used again for: the same server under the same pin."""

    scheme: str
    host: str
    port: int | None
    cert_sha256: bytes | None


class _Connection(HTTPConnection):
    """A connection that goes one way and no other, and can be cut at any moment."""

    def __init__(self, way: Way, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.way = way
        self.lifeline = Lifeline()
        self.deadline: Deadline

    def connect_by(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.connect()

    def _new_conn(self) -> DeadlineSocket:
        # The name as it was given: urllib3 keeps a dot at the end of it apart.
        return self.way.open(
            self._dns_host, self.port, deadline=self.deadline, lifeline=self.lifeline
        )

    def close(self) -> None:
        super().close()
        self.lifeline.release()


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class HttpsTransport:
    """Keeps a few connections to guards open; each carries one request at a time.

    The lock protects the lists of idle and busy connections, and the way that new
    ones take.
    """

    def __init__(self, *, clock: Clock, proxy: Proxy | None = None) -> None:
        self._clock = clock
        self._context = tls_context()
        self._lock = threading.Lock()
        self._way = way_for(proxy, clock=clock)
        self._idle: list[tuple[_Origin, _Connection]] = []
        self._busy: set[_Connection] = set()
        self._closed = False

    def post(
        self, url: str, body: bytes, *, limits: CallLimits, cert_sha256: bytes | None = None
    ) -> Answer:
        """Return the answer to a POST of ``body`` (see ``Transport``)."""
        parts = urlsplit(url)
        origin = _Origin(parts.scheme, parts.hostname or "", parts.port, cert_sha256)
        with self._connection_to(origin) as connection:
            deadline = Deadline(self._clock, timeout_s=limits.timeout_s)
            if connection.sock is None:
                with self._own_errors(connection, NoConnection):
                    _connect(connection, deadline)
            # Once more, because a way may have ended before there was a socket to cut.
            self._refuse_if_ended(connection)
            with self._own_errors(connection, Unreachable):
                return _exchange(connection, parts.path, body, deadline=deadline, limits=limits)

    def use_proxy(self, proxy: Proxy | None) -> None:
        """Go this way from now on; what is under way on the old one fails with WayChanged."""
        self._hang_up(way_for(proxy, clock=self._clock))

    def close(self) -> None:
        """Close what is idle, and wake the threads that wait for an answer."""
        self._hang_up(None)

    def _hang_up(self, way: Way | None) -> None:
        """End all connections, and go on over ``way``, or not at all."""
        with self._lock:
            if way is None:
                self._closed = True
            else:
                self._way = way
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for _, connection in idle:
            connection.close()
        for connection in busy:
            # The thread that uses it wakes up and closes it.
            connection.lifeline.cut()

    @contextlib.contextmanager
    def _connection_to(self, origin: _Origin) -> Iterator[_Connection]:
        connection = self._take(origin)
        is_reusable = False
        try:
            yield connection
            is_reusable = connection.sock is not None
        finally:
            surplus = self._give_back(origin, connection, keep=is_reusable)
            if surplus is not None:
                surplus.close()

    def _take(self, origin: _Origin) -> _Connection:
        """Return an idle connection to ``origin`` that is still good, or one not yet made."""
        gone: list[_Connection] = []
        try:
            with self._lock:
                self._refuse_if_closed()
                connection = self._pop_idle(origin, gone) or _new(origin, self._way, self._context)
                self._busy.add(connection)
            return connection
        finally:
            for stale in gone:
                stale.close()

    def _pop_idle(self, origin: _Origin, gone: list[_Connection]) -> _Connection | None:
        for entry in [entry for entry in reversed(self._idle) if entry[0] == origin]:
            self._idle.remove(entry)
            if entry[1].is_connected:
                return entry[1]
            gone.append(entry[1])
        return None

    def _give_back(
        self, origin: _Origin, connection: _Connection, *, keep: bool
    ) -> _Connection | None:
        """Return the connection to close now: this one, or the one idle for longest."""
        with self._lock:
            self._busy.discard(connection)
            if not keep or self._closed or connection.way is not self._way:
                return connection
            self._idle.append((origin, connection))
            return self._idle.pop(0)[1] if len(self._idle) > MAX_IDLE_CONNECTIONS else None

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise NetworkClosed("The connection is closed.")

    def _refuse_if_ended(self, connection: _Connection) -> None:
        self._refuse_if_closed()
        if connection.way is not self._way:
            raise WayChanged

    @contextlib.contextmanager
    def _own_errors(self, connection: _Connection, failure: type[Unreachable]) -> Iterator[None]:
        """Turn what the libraries raise into ``failure``, unless somebody else is to blame."""
        try:
            yield
        except NetworkError:
            self._refuse_if_ended(connection)
            raise
        except (urllib3.exceptions.HTTPError, HTTPException, OSError) as error:
            self._refuse_if_ended(connection)
            if isinstance(error, OSError) and is_no_interface(error):
                raise NoInterface("This computer is not connected to a network.") from error
            self._require_working_way(connection)
            if failure is Unreachable and not _is_time_out(error):
                failure = ConnectionLost
            raise failure("A computer on the network did not answer.") from error

    def _require_working_way(self, connection: _Connection) -> None:
        try:
            connection.way.require_working(lifeline=connection.lifeline)
        except NetworkError:
            self._refuse_if_ended(connection)
            raise


def _is_time_out(error: BaseException) -> bool:
    return isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError)


def tls_context() -> ssl.SSLContext:
    """Return what all connections share; making one costs more than ten handshakes."""
    # The bare constructor reads neither certificate stores nor environment variables.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = TlsDeadlineSocket
    return context


def _new(origin: _Origin, way: Way, context: ssl.SSLContext) -> _Connection:
    if origin.scheme == "http":
        return _Connection(way, origin.host, origin.port)
    return _TlsConnection(
        way,
        origin.host,
        origin.port,
        ssl_context=context,
        assert_hostname=False,
        assert_fingerprint=origin.cert_sha256.hex() if origin.cert_sha256 else None,
    )


def _connect(connection: _Connection, deadline: Deadline) -> None:
    try:
        connection.connect_by(deadline)
    except urllib3.exceptions.SSLError as error:
        # Other failures of TLS arrive as ssl.SSLError; this one is the pin.
        raise WrongCertificate("A seed server showed an unknown certificate.") from error


def _exchange(
    connection: _Connection, path: str, body: bytes, *, deadline: Deadline, limits: CallLimits
) -> Answer:
    if isinstance(connection.sock, DeadlineSocket):
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
