"""The whole web stack of the app around a few views of the test's own, over real sockets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, abort, request

from tests.virtual_clock import VirtualClock
from tests.web.raw_client import Answer, Tab, exchange, handshake_headers, head
from webapp.clock import Clock
from webapp.web.door import Door, door_routes
from webapp.web.errors import register_errors
from webapp.web.guards import BARE_PAGE_KEY, LOCKED_KEY, Guard
from webapp.web.headers import SecureHeaders
from webapp.web.launch import Launcher, launch_routes
from webapp.web.live import Live
from webapp.web.server import Server
from webapp.web.sessions import HostKind, Session, Sessions
from webapp.web.shutter import Shutter
from webapp.web.sockets import listen_on_loopback
from webapp.web.texts import use_texts


@dataclass
class HandLock:
    """The lock of an app that the test opens and closes by hand; without a code at first."""

    state: str = "open"
    generation: int = 0
    code_is_set: bool = False
    # Whose rows are shown.
    handle: str = ""
    # How often it was asked whether a lock is due.
    ticks: int = 0

    @property
    def view(self) -> tuple[int, str]:
        return self.generation, self.handle

    def tick(self) -> None:
        self.ticks += 1


@dataclass
class Stack:
    """Everything app.py wires, in the order in which it must."""

    folder: Path
    clock: Clock = field(default_factory=VirtualClock)
    door_file: bytes = b""
    # The paths whose views have run.
    reached: list[str] = field(default_factory=list)
    lock: HandLock = field(default_factory=HandLock)
    during: Callable[[], None] = lambda: None
    # A frozen tab is frozen for good in a test, so there is no need to wait as long for it.
    send_timeout_s: float = 0.5

    def __post_init__(self) -> None:
        listeners = listen_on_loopback()
        self.port: int = listeners[0].getsockname()[1]
        self.addresses = [listener.getsockname()[0] for listener in listeners]
        self.sessions = Sessions(port=self.port, clock=self.clock)
        self.launcher = Launcher(self.folder, sessions=self.sessions, clock=self.clock)
        self.door = Door(
            port=self.port, open_launch=self.launcher.create, write=self._write_door_file
        )
        app = make_app(self.reached, during=self._draw_slowly)
        app.register_blueprint(launch_routes(self.launcher, sessions=self.sessions))
        app.register_blueprint(door_routes(self.door))
        shutter = Shutter(self.lock)
        self.tabs_seen: list[int] = []
        self.live = Live(
            app,
            sessions=self.sessions,
            shutter=shutter,
            clock=self.clock,
            on_tabs=self.tabs_seen.append,
        )
        guard = Guard(app.wsgi_app, sessions=self.sessions, shutter=shutter)
        self.server = Server(
            SecureHeaders(guard),
            listeners,
            admit=guard.admit,
            clock=self.clock,
            send_timeout_s=self.send_timeout_s,
        )
        self.live.start()
        self.server.start()

    def stop(self) -> None:
        self.server.stop()
        self.live.stop()
        self.launcher.close()
        self.door.close()

    def _draw_slowly(self) -> None:
        self.during()

    def _write_door_file(self, content: bytes) -> None:
        self.door_file = content

    def host(self, kind: HostKind = HostKind.LABEL) -> str:
        return self.sessions.hosts.name(kind)

    def enter(self, kind: HostKind = HostKind.LABEL) -> Session:
        """Return a new session, as a redeemed launch would begin it."""
        return self.sessions.begin(kind)

    def headers(self, session: Session, **more: str) -> dict[str, str]:
        """Return what the fetches of a page of ours carry."""
        host = self.host(session.kind)
        own = {"Host": host, "Sec-Fetch-Site": "same-origin", "Cookie": cookie(session)}
        if session.tab:
            own["X-Safehouse-Tab"] = session.tab.reveal()
        return own | more

    def ask(
        self,
        method: str,
        target: str,
        headers: dict[str, str] | list[tuple[str, str]],
        body: bytes = b"",
        **address: str,
    ) -> Answer:
        """Make one request. The length of a body is added, unless a header gives another one."""
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        if body and "Content-Length" not in dict(pairs):
            pairs.append(("Content-Length", str(len(body))))
        return exchange(self.port, head(method, target, pairs) + body, **address)

    def get(self, target: str, session: Session) -> Answer:
        return self.ask("GET", target, self.headers(session))

    def push(self, html: str) -> None:
        """Push what was drawn just now."""
        self.live.push(html, view=self.lock.view)

    def tab(self, session: Session, *, join: bool = True) -> Tab:
        """Open a tab."""
        more = {"Cookie": cookie(session)}
        if session.tab:
            more["Sec-WebSocket-Protocol"] = f"safehouse, {session.tab.reveal()}"
        return Tab(self.port, handshake_headers(self.host(session.kind), **more), join=join)


# Marks an answer of a view, whatever its status; a refusal of the gate has no such header.
REACHED = "X-Reached"


class Sabotage(Exception):
    """An error that nobody has listed."""


def make_app(reached: list[str], *, during: Callable[[], None] = lambda: None) -> Flask:
    """Return an app with a view for every kind of answer, which notes in ``reached`` who ran.

    ``during`` happens while ``/slow`` is being drawn, and ``/`` too.
    """
    app = Flask("a test", static_folder=str(Path(__file__).parent / "static"))
    use_texts(app.jinja_env)

    @app.get("/")
    def page() -> str:
        if request.environ[BARE_PAGE_KEY]:
            return "shell"
        during()
        return "the lock" if request.environ[LOCKED_KEY] else "private page"

    @app.get("/private")
    def private() -> str:
        return "private words"

    @app.post("/echo")
    def echo() -> bytes:
        return request.get_data()

    @app.post("/unlock")
    @app.post("/lock")
    @app.post("/erase")
    def turn() -> str:
        return "turned"

    @app.get("/slow")
    def slow() -> str:
        during()
        return "private words"

    @app.get("/environ")
    def environ() -> dict[str, str]:
        return {key: str(value) for key, value in request.environ.items() if "HTTP" in key}

    @app.get("/missing")
    def missing() -> None:
        abort(404)

    @app.get("/sabotage")
    def sabotage() -> None:
        raise Sabotage("a secret value")

    @app.get("/generous")
    def generous() -> tuple[str, dict[str, str]]:
        return "mine", {"Server": "banner", "Access-Control-Allow-Origin": "*", "Via": "me"}

    @app.after_request
    def mark(answer: Response) -> Response:
        answer.headers[REACHED] = "yes"
        reached.append(request.path)
        return answer

    register_errors(app, {})
    return app


def cookie(session: Session) -> str:
    return f"safehouse={session.cookie.reveal()}"
