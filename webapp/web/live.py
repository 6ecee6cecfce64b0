"""Live updates: HTML pushed into every open tab over Socket.IO (security.md S8).

WebSockets only; the guard has seen the session before the library sees the handshake, and every
push and every event looks at it again, and at the lock: a tab that may not see what is private any
more is told so and cut off, and what was drawn before a lock reaches nobody after it. Pages have
nothing to say on this channel, so a tab that sends an event is cut off.

Pushes are gathered. ``push`` only lays the HTML down; one thread sends what has come together, at
once when it was idle, otherwise a hundredth of a second later. So a backlog of thousands of
messages reaches the browser in a few large patches, and no poller ever waits for a tab.
"""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask, request
from flask_socketio import SocketIO

from webapp.clock import Clock
from webapp.web.errors import make_quiet
from webapp.web.guards import SESSION_KEY, SOCKET_KEY
from webapp.web.sessions import HostKind, Session, Sessions
from webapp.web.shutter import Shutter
from webapp.web.upgrades import UpgradedSocket
from webapp.web.websocket import FRAME_BYTES, LibraryThread, WebSocket, rest

# A tab that sleeps is noticed within half a minute (design.md §9).
PING_INTERVAL_S = 10
PING_TIMEOUT_S = 20
# Below what an eye can tell, and long enough to join what a busy poller says.
GATHER_S = 0.01
# One patch of this size is drawn without a stutter; a larger backlog goes in several.
PATCH_CHARACTERS = 256 * 1024

PATCH_EVENT = "patch"
REFRESH_EVENT = "refresh"
GONE_EVENT = "gone"
LOCKED_EVENT = "locked"
SWITCHED_EVENT = "switched"


class Live:
    """The open tabs. ``start`` before the server runs, ``stop`` after it has stopped."""

    def __init__(
        self,
        app: Flask,
        *,
        sessions: Sessions,
        shutter: Shutter,
        clock: Clock,
        on_tabs: Callable[[int], None] = lambda _count: None,
    ) -> None:
        """``on_tabs`` is told how many tabs are open whenever that changes."""
        self._clock = clock
        self._shutter = shutter
        self._on_tabs = on_tabs
        self._lock = threading.RLock()
        self._connections: dict[UpgradedSocket, Session] = {}
        self._tabs: dict[str, UpgradedSocket] = {}
        # What is to be sent, and the view in which it was drawn.
        self._waiting: list[tuple[tuple[int, str], str]] = []
        self._refresh_waits = False
        self._switch_waits = False
        self._something_waits = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._io = self._make_socket_io(app, sessions)
        sessions.on_end(self._drop_ended)

    def start(self) -> None:
        """Begin to send what is pushed."""
        self._thread = threading.Thread(target=self._send_waiting, name="live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sending, and end the library's own thread."""
        self._stopping.set()
        self._something_waits.set()
        if self._thread is not None:
            self._thread.join()
        self._io.server.shutdown()

    def has_listeners(self) -> bool:
        """Return whether any tab is connected; if none is, nothing needs rendering."""
        return bool(self._tabs)

    def push(self, html: str, *, view: tuple[int, str]) -> None:
        """Send ``html`` to all tabs, in the order of the calls. Returns at once.

        ``view`` is the one that its drawing began in: its generation, and whose account it shows.
        """
        with self._lock:
            if not self._tabs:
                return  # A tab that connects later fetches its state anew.
            self._waiting.append((view, html))
        self._something_waits.set()

    def ask_to_refresh(self) -> None:
        """Let all tabs fetch what they show: more has changed than is worth sending."""
        with self._lock:
            self._refresh_waits = bool(self._tabs)
        self._something_waits.set()

    def ask_to_switch(self) -> None:
        """Let all tabs load the page anew: another account is shown."""
        with self._lock:
            self._switch_waits = bool(self._tabs)
        self._something_waits.set()

    def drop_locked(self) -> None:
        """Tell every tab that may not see anything any more, and end its connection."""
        with self._lock:
            self._drop_ended()

    def start_over(self) -> None:
        """Let every tab begin anew, whatever it may see, and forget what was not sent."""
        with self._lock:
            self._waiting.clear()
            for connection in list(self._connections):
                self._drop(connection, self._end_of(connection))

    def drop_all(self) -> None:
        """Tell every tab that it is over, forget what was not sent, and end every connection.

        After this call no tab receives anything any more.
        """
        with self._lock:
            self._waiting.clear()
            for connection in list(self._connections):
                self._drop(connection)

    def _make_socket_io(self, app: Flask, sessions: Sessions) -> SocketIO:
        quiet = make_quiet(logging.Logger("live"))
        socket_io = SocketIO(
            app,
            async_mode="threading",
            transports=["websocket"],
            # An empty list would switch the check off altogether.
            cors_allowed_origins=[sessions.hosts.origin(kind) for kind in HostKind],
            cors_credentials=False,
            max_http_buffer_size=FRAME_BYTES,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            manage_session=False,
            async_handlers=False,
            http_compression=False,
            logger=quiet,
            engineio_logger=quiet,
        )
        engine = socket_io.server.eio
        # A copy: the original dictionary belongs to all servers of the library.
        engine._async = engine._async | {
            "thread": LibraryThread,
            "sleep": rest,
            "websocket": partial(WebSocket, opened=self._opened, closed=self._closed),
        }
        socket_io.on_event("connect", self._tab_connected)
        socket_io.on_event("disconnect", self._tab_disconnected)
        socket_io.on_event("*", self._tab_spoke)
        return socket_io

    def _opened(self, connection: UpgradedSocket, environ: WSGIEnvironment) -> None:
        with self._lock:
            self._connections[connection] = environ[SESSION_KEY]

    def _closed(self, connection: UpgradedSocket) -> None:
        with self._lock:
            self._connections.pop(connection, None)

    def _tab_connected(self, _auth: Any = None) -> bool:
        connection: UpgradedSocket = request.environ[SOCKET_KEY]
        with self._lock:
            if not self._may_listen(connection):
                connection.end_soon()
                return False
            self._tabs[_tab_id()] = connection
            self._on_tabs(len(self._tabs))
        return True

    def _tab_disconnected(self, _reason: str) -> None:
        with self._lock:
            connection = self._tabs.pop(_tab_id(), None)
            self._on_tabs(len(self._tabs))
        if connection is not None:
            connection.end_soon()

    def _tab_spoke(self, *_said: Any) -> None:
        with self._lock:
            self._drop(request.environ[SOCKET_KEY])

    def _may_listen(self, connection: UpgradedSocket) -> bool:
        session = self._connections.get(connection)
        may_see = session is not None and session.alive and self._shutter.may_see(session)
        return may_see and not connection.is_ending

    def _drop_ended(self) -> None:
        with self._lock:
            for connection in list(self._connections):
                if not self._may_listen(connection):
                    self._drop(connection, self._end_of(connection))

    def _end_of(self, connection: UpgradedSocket) -> str:
        """Return whether it is over for this tab, or only locked."""
        session = self._connections.get(connection)
        is_locked = session is not None and session.alive and not self._shutter.is_closed
        return LOCKED_EVENT if is_locked else GONE_EVENT

    def _drop(self, connection: UpgradedSocket, event: str = GONE_EVENT) -> None:
        connection.end_soon()
        for tab in [tab for tab, its in self._tabs.items() if its is connection]:
            self._io.emit(event, to=tab)
            self._io.server.disconnect(tab)

    def _send_waiting(self) -> None:
        while not self._stopping.is_set():
            self._something_waits.wait()
            self._something_waits.clear()
            self._send_patches()
            self._clock.wait(self._stopping, timeout_s=GATHER_S)

    def _send_patches(self) -> None:
        with self._lock:
            self._drop_ended()
            if self._switch_waits:
                self._switch_waits = False
                self._io.emit(SWITCHED_EVENT, self._shutter.view[1])
            while self._waiting:
                view, patch = self._take_patch()
                if patch:
                    # One tuple: the library takes a further argument for a room.
                    self._io.emit(PATCH_EVENT, (patch, view[1]))
            if self._refresh_waits:
                self._refresh_waits = False
                self._io.emit(REFRESH_EVENT)

    def _take_patch(self) -> tuple[tuple[int, str], str]:
        """Return the oldest pieces that fit one patch, at least one, without what is too late.

        A tab is told whose they are: it may not know yet that another account is shown.
        """
        size = count = 0
        for _, piece in self._waiting:
            size += len(piece)
            if count and size > PATCH_CHARACTERS:
                break
            count += 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        now = self._shutter.view
        return now, "\n".join(piece for view, piece in taken if view == now)


def _tab_id() -> str:
    tab: str = request.sid  # type: ignore[attr-defined]  # set by Flask-SocketIO
    return tab
