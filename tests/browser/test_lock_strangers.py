"""Pages and programs that want to unlock, or to hear what unlocks (security.md T-S2, T-S3)."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, expect

from tests.browser.locking import PIN, Keeper
from webapp.app import App

pytestmark = pytest.mark.browser

# Everything a page may try with an address of another origin. None of it may read an answer.
TRIES = """async (origin) => {
    const body = "kind=pin&pin=111111";
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const read = [];
    for (const mode of ["cors", "no-cors"]) {
        for (const path of ["/unlock", "/lock", "/"]) {
            const method = path === "/" ? "GET" : "POST";
            const options = { method, mode, credentials: "include", headers };
            if (method === "POST") options.body = body;
            try {
                const answer = await fetch(origin + path, options);
                if (answer.status) read.push(`${mode} ${path} ${answer.status}`);
            } catch {}
        }
    }
    navigator.sendBeacon(origin + "/unlock", new URLSearchParams(body));
    const opened = await new Promise((resolve) => {
        const live = "/socket.io/?EIO=4&transport=websocket";
        const socket = new WebSocket(origin.replace("http", "ws") + live);
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
    });
    return { read, opened };
}"""
FORM = """<form id=f method=post action="{origin}/unlock" target="{target}">
<input name=kind value=pin><input name=pin value=111111></form><iframe name=frame></iframe>"""


class Neighbour:
    """A program of somebody else on a port beside ours, which keeps what it is sent."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.page = ""
        self.heard: list[str] = []
        neighbour = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                neighbour.heard.append(f"{self.requestline}\n{self.headers}")
                content = neighbour.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815  # the library calls it so

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer((address, port), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    program = Neighbour()
    yield program
    program.close()


@pytest.fixture
def marit(app: App, browser: Browser) -> Iterator[Keeper]:
    person = Keeper(app, browser=browser)
    person.opens_the_app()
    person.sets_a_code("pin")
    person.locks()
    yield person
    person.context.close()


def origins(app: App, marit: Keeper) -> tuple[str, ...]:
    return (
        marit.page.url.rstrip("/"),
        f"http://127.0.0.1:{app.port}",
        f"http://localhost:{app.port}",
    )


def nothing_was_tried(app: App) -> bool:
    """Say whether the next code need not wait and no count has been begun."""
    return not any(app._directory.read_throttle())


def strangers(
    marit: Keeper, neighbour: Neighbour, folder: Path, *, sandbox: bool = True
) -> Iterator[Frame]:
    """Open what a stranger may show in the same browser, next to a tab of ours."""
    local = folder / "stranger.html"
    local.write_text("<p>a file</p>")
    for address in (
        f"http://127.0.0.1:{neighbour.port}/",
        f"http://localhost:{neighbour.port}/",
        f"http://a.localhost:{neighbour.port}/",
        local.as_uri(),
    ):
        page = marit.context.new_page()
        page.goto(address)
        yield page.main_frame
        page.close()
    if sandbox:
        neighbour.page = (
            "<iframe sandbox='allow-scripts allow-forms' srcdoc='<p>inside</p>'></iframe>"
        )
        page = marit.context.new_page()
        page.goto(f"http://127.0.0.1:{neighbour.port}/")
        yield page.frames[1]
        page.close()


def test_no_foreign_page_tries_a_code_locks_or_reads_anything(
    app: App, marit: Keeper, neighbour: Neighbour, tmp_path: Path
) -> None:
    app._directory.write_throttle(bytes(len(app._directory.read_throttle())))
    for stranger in strangers(marit, neighbour, tmp_path):
        for origin in origins(app, marit):
            found = stranger.evaluate(TRIES, origin)
            assert found == {"read": [], "opened": False}, stranger.url
    assert nothing_was_tried(app)
    assert app.runtime.state == "locked"
    marit.tries("pin", "111111")
    assert not nothing_was_tried(app)  # One of our own counts.


@pytest.mark.parametrize("target", ["_self", "frame", "_blank"])
def test_no_foreign_form_tries_a_code(
    app: App, marit: Keeper, neighbour: Neighbour, tmp_path: Path, target: str
) -> None:
    app._directory.write_throttle(bytes(len(app._directory.read_throttle())))
    for stranger in strangers(marit, neighbour, tmp_path, sandbox=target != "_blank"):
        form = FORM.format(origin=origins(app, marit)[0], target=target)
        stranger.evaluate("(html) => { document.body.innerHTML = html; }", form)
        with marit.context.expect_event("response", lambda found: "/unlock" in found.url) as sent:
            stranger.evaluate("setTimeout(() => document.getElementById('f').submit())")
        assert sent.value.status == 403
    assert nothing_was_tried(app)


def test_a_program_on_a_neighbouring_port_hears_nothing_that_opens_the_app(
    app: App, marit: Keeper, neighbour: Neighbour
) -> None:
    neighbour.page = "<p>hello</p>"
    marit.unlocks("pin")
    secret = app.sessions._sessions[0].cookie.reveal()
    label = app.sessions.hosts.label
    page = marit.context.new_page()
    for host in ("127.0.0.1", "localhost", "a.localhost"):
        page.goto(f"http://{host}:{neighbour.port}/")
    page.close()

    heard = "\n".join(neighbour.heard)
    assert neighbour.heard
    for private in (secret, label, PIN):
        assert private not in heard
    expect(marit.page.locator("#conversations")).to_be_attached()
