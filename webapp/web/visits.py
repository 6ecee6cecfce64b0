"""Whether a browser is being answered: a process that is to be replaced waits for a pause."""

import threading
from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from webapp.clock import Clock
from webapp.web.guards import SOCKET_KEY

# A page asks for its next module at once; after so long without a question it has them all.
PAUSE_S: Final = 1.0
# A browser that nobody closed may ask for ever, and one that was closed never asks.
PATIENCE_S: Final = 10.0
LOOK_S: Final = 0.1


class Visits:
    """A WSGI layer that counts the requests it lets through to ``app``."""

    def __init__(self, app: WSGIApplication, *, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way = 0
        self._count = 0
        self._last_s = clock.monotonic_s()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if SOCKET_KEY in environ:
            # A WebSocket is there for hours, and comes back by itself.
            return self._app(environ, start_response)
        with self._lock:
            self._under_way += 1
            self._count += 1
        try:
            return self._app(environ, start_response)
        finally:
            with self._lock:
                self._under_way -= 1
                self._last_s = self._clock.monotonic_s()

    def count_anew(self) -> None:
        """Begin to wait for a page: what was asked for before does not count."""
        with self._lock:
            self._count = 0

    def await_pause(self, stopping: threading.Event) -> None:
        """Return when a page has been loaded, or nobody seems to want one."""
        begun_s = self._clock.monotonic_s()
        while not self._is_pause():
            if self._clock.monotonic_s() - begun_s >= PATIENCE_S:
                return
            if self._clock.wait(stopping, timeout_s=LOOK_S):
                return

    def _is_pause(self) -> bool:
        with self._lock:
            quiet_s = self._clock.monotonic_s() - self._last_s
            return self._count > 0 and not self._under_way and quiet_s >= PAUSE_S
