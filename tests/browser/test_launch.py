"""A launch file in a real browser, and what a page on another port can do: nothing."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.stack import Stack
from webapp.clock import SystemClock
from webapp.web.sessions import HostKind

pytestmark = pytest.mark.browser

ATTACKS = """async ({ own, loopback }) => {
  const tries = [];
  for (const target of [own, loopback]) {
    for (const mode of ["cors", "no-cors"]) {
      for (const method of ["GET", "POST"]) {
        for (const path of ["/", "/private", "/echo"]) {
          tries.push(fetch(target + path, { method, mode, credentials: "include" })
            .then((answer) => answer.type === "opaque" ? "" : answer.text(), () => ""));
        }
      }
    }
    tries.push(new Promise((settle) => {
      const socket = new WebSocket(
        target.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket");
      socket.onopen = () => settle("open");
      socket.onerror = () => settle("");
    }));
    const frame = document.createElement("iframe");
    frame.src = target + "/private";
    document.body.append(frame);
    tries.push(new Promise((settle) => { frame.onload = () => settle(""); }));
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: target + "/echo", target: "aside" });
    document.body.append(form);
    form.submit();
  }
  return (await Promise.all(tries)).filter(Boolean);
}"""

OPEN_SOCKET = """(protocols) => new Promise((settle) => {
  const address = `ws://${location.host}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, protocols);
  socket.onmessage = (event) => { settle(event.data[0]); socket.close(); };
  socket.onerror = () => settle("refused");
})"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    running = Stack(tmp_path / "launch", clock=SystemClock())
    yield running
    running.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@contextmanager
def another_port() -> Iterator[str]:
    """Serve an empty page on another port of this computer; yield its address."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"<body>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def open_launch(page: Page, stack: Stack) -> None:
    page.goto(stack.launcher.create().as_uri(), wait_until="commit")


def open_fallback_launch(page: Page, stack: Stack) -> None:
    """Do as in a browser that does not know our name: start again, press the second button."""
    stack.launcher.create()  # Led to an error page of the browser.
    page.goto(stack.launcher.create().as_uri())
    page.get_by_role("button", name="Open at 127.0.0.1").click()


def test_the_file_leads_to_the_page_with_a_cookie_on_our_own_name(
    stack: Stack, context: BrowserContext
) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text + message.location["url"]))
    open_launch(page, stack)
    expect(page.locator("body")).to_have_text("private page")
    assert page.url == f"http://{stack.host()}/"
    (cookie,) = context.cookies()
    assert (cookie["domain"], cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (
        stack.host().partition(":")[0],
        True,
        "Strict",
        -1,
    )
    assert [text for text in complaints if "icon" not in text] == []


def test_a_reload_keeps_the_session_and_a_second_tab_shares_it(
    stack: Stack, context: BrowserContext
) -> None:
    page = context.new_page()
    open_launch(page, stack)
    expect(page.locator("body")).to_have_text("private page")
    page.reload()
    expect(page.locator("body")).to_have_text("private page")
    second = context.new_page()
    second.goto(f"http://{stack.host()}/")
    expect(second.locator("body")).to_have_text("private page")
    assert page.evaluate(OPEN_SOCKET, []) == "0"


def test_going_back_to_the_file_does_not_send_its_secret_again(
    stack: Stack, context: BrowserContext
) -> None:
    page = context.new_page()
    open_launch(page, stack)
    expect(page.locator("body")).to_have_text("private page")
    page.go_back()
    page.go_forward()
    expect(page.locator("body")).to_have_text("private page")
    assert stack.reached.count("/launch") == 1


def test_where_the_name_is_unknown_the_second_button_opens_the_fallback(
    stack: Stack, context: BrowserContext
) -> None:
    page = context.new_page()
    open_fallback_launch(page, stack)
    expect(page.locator("body")).to_have_text("shell")
    page.reload()
    expect(page.locator("body")).to_have_text("shell")
    name, _, secret = page.evaluate("window.name").partition(":")
    assert name == "safehouse"
    ask = "(tab) => fetch('/private', { headers: tab ? { 'X-Safehouse-Tab': tab } : {} })"
    assert page.evaluate(f"{ask[:-1]}).then((a) => a.text())", secret) == "private words"
    assert page.evaluate(f"{ask[:-1]}).then((a) => a.status)", "") == 401
    assert page.evaluate(OPEN_SOCKET, ["safehouse", secret]) == "0"
    assert page.evaluate(OPEN_SOCKET, ["safehouse", "x" * 43]) == "refused"
    assert page.evaluate(OPEN_SOCKET, []) == "refused"


@pytest.mark.parametrize("kind", list(HostKind))
def test_a_page_on_another_port_reads_nothing_and_moves_nothing(
    stack: Stack, context: BrowserContext, kind: HostKind
) -> None:
    page = context.new_page()
    (open_launch if kind is HostKind.LABEL else open_fallback_launch)(page, stack)
    expect(page.locator("body")).to_have_text("private page" if kind is HostKind.LABEL else "shell")
    stack.reached.clear()
    targets = {
        "own": f"http://{stack.host()}",
        "loopback": f"http://{stack.host(HostKind.LOOPBACK)}",
    }
    with another_port() as address:
        attacker = context.new_page()
        attacker.goto(address)
        assert attacker.evaluate(ATTACKS, targets) == []
        attacker.close()
    # The browser asks for the icon of an address by itself.
    assert [path for path in stack.reached if path != "/favicon.ico"] == []
