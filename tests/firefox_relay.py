"""Firefox for Playwright: between the two, for what Playwright asks of newer versions only.

    python -m tests.firefox_relay FIREFOX ARGUMENTS…

Theory of operation. Playwright starts a program, waits until it says on stderr where WebDriver
BiDi listens, and connects there. This program starts Firefox and says the same of itself. What one
side says is passed on to the other, except the commands that this Firefox does not know and no
test needs: another one goes in their place, whose answer nobody reads. It ends with Firefox.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simple_websocket import Client, ConnectionClosed, Server

# Playwright sends it for every context, whatever is wanted, and takes an error as the end.
UNKNOWN_TO_FIREFOX = {"emulation.setMediaFeaturesOverride"}
HARMLESS = "session.status"
LISTENING = re.compile(r"(?<=WebDriver BiDi listening on )ws://\S+")


class Firefox(Client):  # type: ignore[misc]  # simple_websocket has no types
    """A connection to Firefox, which refuses a Host header without its port."""

    def handshake(self) -> None:
        self.host = f"{self.host}:{self.port}"
        super().handshake()


class Relay(ThreadingHTTPServer):
    """Where Playwright connects."""

    def __init__(self, firefox: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.firefox = firefox


class _Connection(BaseHTTPRequestHandler):
    server: Relay

    def do_GET(self) -> None:
        headers = {
            f"HTTP_{name.upper().replace('-', '_')}": self.headers[name] for name in self.headers
        }
        playwright = Server({"werkzeug.socket": self.connection, **headers})
        firefox = Firefox(self.server.firefox + self.path)
        back = threading.Thread(target=pass_on, args=(firefox, playwright))
        back.start()
        pass_on(playwright, firefox, understandable)
        back.join()

    def log_message(self, *_: object) -> None:
        pass


def understandable(command: str) -> str:
    """Return ``command``, or a harmless one that is answered in the place of an unknown one."""
    asked = json.loads(command)
    if asked["method"] not in UNKNOWN_TO_FIREFOX:
        return command
    return json.dumps({"id": asked["id"], "method": HARMLESS, "params": {}})


def pass_on(
    source: Client | Server, target: Client | Server, change: Callable[[str], str] = str
) -> None:
    """Send to ``target`` what ``source`` says, until one of them has gone; close the other."""
    with suppress(ConnectionClosed, OSError):
        while True:
            target.send(change(source.receive()))
    with suppress(ConnectionClosed, OSError):
        target.close()


def start_relay(firefox: str) -> str:
    """Return where a relay to the address ``firefox`` listens from now on."""
    relay = Relay(firefox)
    threading.Thread(target=relay.serve_forever, daemon=True).start()
    return f"ws://127.0.0.1:{relay.server_port}"


def main(command: list[str]) -> int:
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as firefox:
        assert firefox.stderr is not None
        for line in firefox.stderr:
            listening = LISTENING.search(line)
            sys.stderr.write(LISTENING.sub(start_relay(listening[0]), line) if listening else line)
            sys.stderr.flush()
    return firefox.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
