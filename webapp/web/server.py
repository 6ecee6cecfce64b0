"""The HTTP server: waitress, with WebSockets taken out of its loop (design.md §9, decision 0001).

Theory of operation. One thread runs waitress's loop over both listening sockets and all plain
connections; a few workers run the app. Three things differ from waitress as it comes:

* The *parser* refuses what two programs could read differently (duplicate or folded headers,
  absolute targets, transfer codings) and asks the gate as soon as the headers are there. waitress
  reads a body before it calls the app, so a stranger's must not be read at all.
* The *channel* notices ``Upgrade: websocket``. If that is the only request on the connection and
  nothing is left to send, the connection leaves the loop, on the loop's own thread, where nobody
  else touches it, and goes to ``UpgradedConnections`` with its socket in the WSGI environ. If the
  app answers instead of upgrading, that answer is written. When all places are taken, the request
  stays an ordinary one, and the guard refuses it for want of a socket.
* The *refusals* of the server itself look like all others (``refusals``) and carry the same
  security headers.

Rules: only the loop's thread touches channels, except ``stop``, which ends the loop first. Bodies
stay in memory: waitress would put large ones into a temporary file.
"""

import re
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from webapp.clock import Clock
from webapp.web import refusals
from webapp.web.errors import quiet_libraries, report_fault
from webapp.web.guards import BODY_BYTES, SOCKET_KEY
from webapp.web.headers import secured
from webapp.web.refusals import Refusal
from webapp.web.upgrades import (
    JOIN_TIMEOUT_S,
    SEND_TIMEOUT_S,
    UpgradedConnections,
    UpgradedSocket,
)

Admit = Callable[[WSGIEnvironment], Refusal | None]

# A page loads its modules over six connections at most; views answer in milliseconds.
WORKERS = 4
# security.md S13
HEADER_BYTES = 16 * 1024
SLOW_REQUEST_S = 15.0
# Idle keep-alive connections end after this; a browser opens a new one without anybody noticing.
IDLE_S = 60
# Past this many the longest idle connection makes room, so that a stranger who opens connections
# and says nothing cannot lock the page out. Well under the 256 descriptors macOS allows.
MOST_CONNECTIONS = 100
# The loop wakes this often without traffic, to look at the clock.
LOOP_TICK_S = 1
# waitress moves larger bodies to a temporary file on the disk, which we never want.
NEVER_TO_DISK = 1 << 40

_REQUEST_LINE = re.compile(rb"[A-Z]{1,16} /(?!/)[!$-~]* HTTP/1\.1")
_REFUSED_HEADERS = frozenset({b"transfer-encoding", b"expect", b"proxy-connection", b"trailer"})


class Server:
    """Serves ``app`` on the given listening sockets.

    ``admit`` is asked about every request once its headers are read (``Guard.admit``). A tab that
    takes nothing for ``send_timeout_s`` is cut off.
    """

    def __init__(
        self,
        app: WSGIApplication,
        listeners: Sequence[socket.socket],
        *,
        admit: Admit,
        clock: Clock,
        send_timeout_s: float = SEND_TIMEOUT_S,
    ) -> None:
        quiet_libraries()
        self.connections = UpgradedConnections(clock=clock, send_timeout_s=send_timeout_s)
        # Reentrant, because a signal handler may stop the server on the thread that runs it.
        self._lock = threading.RLock()
        self._stopping = False
        self._running = False
        self._thread: threading.Thread | None = None
        self._workers = _Workers()
        self._map: dict[int, Any] = {}
        adjustments = Adjustments(
            sockets=list(listeners),
            threads=WORKERS,
            ident=None,
            asyncore_use_poll=True,
            cleanup_interval=LOOP_TICK_S,
            channel_timeout=IDLE_S,
            connection_limit=2 * MOST_CONNECTIONS,
            log_socket_errors=False,
            max_request_header_size=HEADER_BYTES,
            max_request_body_size=BODY_BYTES + 1,
            inbuf_overflow=NEVER_TO_DISK,
            outbuf_overflow=NEVER_TO_DISK,
        )
        self._listening = [
            _Listening(
                app,
                listener,
                adjustments=adjustments,
                workers=self._workers,
                loop_map=self._map,
                admit=admit,
                clock=clock,
                connections=self.connections,
            )
            for listener in listeners
        ]

    def start(self) -> None:
        """Run on a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="web-loop", daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Serve on this thread until ``stop`` is called; return at once if it has been."""
        with self._lock:
            if self._stopping:
                return
            self._running = True
        self._workers.set_thread_count(WORKERS)
        try:
            while not self._stopping:
                wasyncore.loop(timeout=LOOP_TICK_S, use_poll=True, map=self._map, count=1)
                self.connections.end_overdue()
        finally:
            self._shut()

    def stop(self) -> None:
        """End the server: after this no socket is open and, if ``start`` was used, no thread left.

        May be called from a signal handler while ``run`` is running; that then returns.
        """
        with self._lock:
            is_first, self._stopping = not self._stopping, True
            if is_first and self._running:
                self._listening[0].pull_trigger()
        if is_first and not self._running:
            self._shut()  # It never ran; the listening sockets are open all the same.
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _shut(self) -> None:
        with self._lock:
            self._stopping = True  # From here on nobody may pull the trigger.
        for listening in self._listening:
            listening.accepting = False
        self.connections.stop()
        self._workers.shutdown(timeout=JOIN_TIMEOUT_S)
        wasyncore.close_all(self._map, ignore_all=True)


class _Workers(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress is untyped
    """waitress's worker pool, which forgets its threads, with a way to wait for their end."""

    def __init__(self) -> None:
        super().__init__()
        self._running: list[threading.Thread] = []

    def start_new_thread(self, target: Callable[[int], None], thread_no: int) -> None:
        thread = threading.Thread(
            target=target, args=(thread_no,), name=f"web-worker-{thread_no}", daemon=True
        )
        self._running.append(thread)
        thread.start()

    def shutdown(self, cancel_pending: bool = True, timeout: float = JOIN_TIMEOUT_S) -> bool:
        emptied: bool = super().shutdown(cancel_pending, timeout)
        for thread in self._running:
            thread.join(timeout)
        return emptied


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress is untyped
    """Reads one request, and refuses it at the end of its headers if it may not come in."""

    refusal: Refusal | None = None

    def __init__(self, adj: Adjustments, *, admit: Admit) -> None:
        super().__init__(adj)
        self._admit = admit

    def parse_header(self, header_plus: bytes) -> None:
        if self.header_bytes_received >= self.adj.max_request_header_size:
            # waitress feeds itself a stand-in for a head it has given up reading.
            super().parse_header(header_plus)
            return
        if not is_unambiguous(header_plus):
            self._refuse(refusals.MALFORMED)
        super().parse_header(header_plus)
        refusal = self._admit(self._environ())
        if refusal is not None:
            self._refuse(refusal)

    def _refuse(self, refusal: Refusal) -> None:
        self.refusal = refusal
        raise ParsingError("refused")

    def _environ(self) -> WSGIEnvironment:
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
        }
        for name, value in self.headers.items():
            environ[name if name == "CONTENT_LENGTH" else f"HTTP_{name}"] = value
        return environ


def is_unambiguous(head: bytes) -> bool:
    """Return whether every program would read this request head alike (security.md S3).

    Refused are: any method, target or version out of the ordinary (so CONNECT, absolute targets,
    HTTP/1.0), folded lines, a header given twice, transfer codings, and names with an underscore,
    which WSGI cannot tell from a hyphen. No browser sends any of these to us.
    """
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    if not _REQUEST_LINE.fullmatch(first):
        return False
    names = [line.partition(b":")[0].lower() for line in lines]
    return (
        len(set(names)) == len(names)
        and _REFUSED_HEADERS.isdisjoint(names)
        and not any(name[:1] in (b" ", b"\t", b"") or b"_" in name for name in names)
    )


class _RefusalTask(ErrorTask):  # type: ignore[misc]  # waitress is untyped
    """Answers what the parser refused, or what broke, like every other refusal."""

    def execute(self) -> None:
        refusal = getattr(self.request, "refusal", None)
        if refusal is None:
            refusal = refusals.BY_NUMBER.get(self.request.error.code, refusals.MALFORMED)
        self.status = refusal.status
        self.response_headers.extend(secured(refusal.headers()))
        # The rest of the request is unread, so nothing after it could be understood.
        self.set_close_on_finish()
        self.content_length = len(refusal.body)
        self.write(refusal.body)


class _Task(WSGITask):  # type: ignore[misc]  # waitress is untyped
    """Answers one request; the app itself sends its files.

    Given a file, waitress leaves it open when the browser has gone meanwhile, as at each reload.
    """

    def get_environment(self) -> WSGIEnvironment:
        environ: WSGIEnvironment = super().get_environment()
        environ.pop("wsgi.file_wrapper", None)
        return environ


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress is untyped
    """One plain connection."""

    task_class = _Task
    error_task_class = _RefusalTask

    def __init__(
        self,
        server: "_Listening",
        sock: socket.socket,
        addr: tuple[str, int],
        adj: Adjustments,
        map: dict[int, Any],
    ) -> None:
        super().__init__(server, sock, addr, adj, map=map)
        self.parser_class = partial(_Parser, admit=server.admit)
        self.clock = server.clock
        self.socket: Any
        self.is_leaving = False
        # When the request that is incomplete now began; the first one begins with the connection.
        self._request_began_s: float | None = self.clock.monotonic_s()

    def received(self, data: bytes) -> bool:
        took: bool = super().received(data)
        if self.request is None:
            self._request_began_s = None
        elif self._request_began_s is None:
            self._request_began_s = self.clock.monotonic_s()
        if self.is_leaving:
            self._leave()
        return took

    def is_slow(self) -> bool:
        """Return whether a request has been incomplete for longer than anybody needs."""
        began_s = self._request_began_s
        return began_s is not None and self.clock.monotonic_s() - began_s > SLOW_REQUEST_S

    def wants_upgrade(self) -> bool:
        """Return whether the one request on this connection asks to become a WebSocket."""
        request = self.requests[0]
        return (
            not request.error
            and request.headers.get("UPGRADE", "").lower() == "websocket"
            and not self.total_outbufs_len
        )

    def handle_error(self) -> None:
        _report_and_close(self)

    def _leave(self) -> None:
        """Hand the socket over. What waitress does to this object afterwards has no effect."""
        sock: socket.socket = self.socket
        request, unread = self.requests.pop(0), self.request
        environ = WSGITask(self, request).get_environment()
        server: _Listening = self.server
        self.del_channel()
        self.socket = None
        self.handle_close()
        if unread is not None or self.requests:
            sock.close()  # Bytes behind the handshake that nobody may send before its answer.
            return
        server.connections.adopt(sock, partial(_serve_upgraded, server.application, environ))


class _Listening(TcpWSGIServer):  # type: ignore[misc]  # waitress is untyped
    """One listening socket in the loop."""

    channel_class = _Channel

    def __init__(
        self,
        app: WSGIApplication,
        listener: socket.socket,
        *,
        adjustments: Adjustments,
        workers: _Workers,
        loop_map: dict[int, Any],
        admit: Admit,
        clock: Clock,
        connections: UpgradedConnections,
    ) -> None:
        super().__init__(
            app,
            loop_map,
            _sock=listener,
            dispatcher=workers,
            adj=adjustments,
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        )
        self.admit = admit
        self.clock = clock
        self.connections = connections

    def add_task(self, task: _Channel) -> None:
        """Queue a request for the workers, unless its connection is to leave.

        A request behind another one is queued from a worker; that one never leaves.
        """
        # While ``received`` runs, the loop's thread holds the lock on the channel's requests.
        on_loop = len(task.requests) == 1 and task.request is task.requests[0]
        if on_loop and task.wants_upgrade() and not self.connections.is_full:
            task.is_leaving = True
        else:
            super().add_task(task)

    def handle_accept(self) -> None:
        if len(self.active_channels) >= MOST_CONNECTIONS:
            self._make_room()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_slow():
                channel.will_close = True

    def handle_error(self) -> None:
        # A listening socket lives on: one failed accept must not end the server.
        report_fault(sys.exc_info()[1] or RuntimeError())

    def _make_room(self) -> None:
        idle = [
            channel
            for channel in self.active_channels.values()
            if not channel.requests and not channel.total_outbufs_len
        ]
        if idle:
            min(idle, key=lambda channel: float(channel.last_activity)).handle_close()


def _report_and_close(channel: _Channel) -> None:
    error = sys.exc_info()[1]
    if error is not None and not isinstance(error, OSError):
        report_fault(error)
    channel.handle_close()


def _serve_upgraded(
    app: WSGIApplication, environ: WSGIEnvironment, connection: UpgradedSocket
) -> None:
    """Call the app with the socket in its environ; write its answer if it gives one."""
    # Compression on loopback costs more than it saves, and lets lengths tell of contents.
    environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    environ[SOCKET_KEY] = connection
    started: list[str] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        lines = [f"{name}: {value}" for name, value in [*headers, ("Connection", "close")]]
        started[:] = [f"HTTP/1.1 {status}", *lines]
        return connection.send

    chunks = app(environ, start_response)
    if started:
        head = "\r\n".join([*started, "", ""])
        connection.send(head.encode("latin-1") + b"".join(chunks))
