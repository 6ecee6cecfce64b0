"""Somebody at the running program without a browser: over raw requests, as a page makes them."""

import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from tests.browser.people import PROJECT, unmeasured
from tests.web.raw_client import Answer, connect, exchange, head, read_answer

ENDS_WITHIN_S = 20
TOO_FAST = 429


class Visitor:
    """One program on a home of its own, and one session in it."""

    def __init__(self, home: Path, *options: str, measured: bool = False) -> None:
        home.mkdir(exist_ok=True)
        self.home = home
        self.data = home / "data"
        self._options = options
        self._environment = dict(os.environ) if measured else unmeasured()
        self.cookie = ""
        self.host = ""
        self.port = 0
        self.start()

    def start(self) -> Self:
        """Start the program and be let in."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, str(PROJECT / "run.py"), "--no-browser", "--announce"),
                *("--network", "local", "--data-dir", str(self.data), *self._options),
            ],
            cwd=PROJECT,
            env={**self._environment, "HOME": str(self.home), "TMPDIR": str(self._scratch())},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the program ended before it was ready"
        self.redeem(Path(json.loads(line)["launch"]))
        return self

    def _scratch(self) -> Path:
        scratch = self.home.with_name(f"{self.home.name}-tmp")
        scratch.mkdir(exist_ok=True)
        return scratch

    def starts_again(self) -> Path:
        """Start the program once more, as a person does; return its new launch file."""
        done = subprocess.run(
            [
                *(sys.executable, str(PROJECT / "run.py"), "--no-browser", "--announce"),
                *("--data-dir", str(self.data)),
            ],
            env={**self._environment, "HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN_S,
            check=True,
        )
        return Path(json.loads(done.stdout)["launch"])

    def redeem(self, launch: Path) -> None:
        """Do what the launch file does in a browser."""
        page = launch.read_text("utf-8")
        action = re.search(r'action="http://([^"/]+)/launch"', page)
        secret = re.search(r'name="secret" value="([^"]+)"', page)
        assert action is not None
        assert secret is not None
        self.host = action[1]
        self.port = int(self.host.rpartition(":")[2])
        form = urlencode({"secret": html.unescape(secret[1])}).encode()
        headers = {"Host": self.host, "Origin": "null", "Sec-Fetch-Site": "cross-site"}
        answer = exchange(self.port, self._request("POST", "/launch", headers, form))
        assert answer.status == 200
        self.cookie = answer.cookie

    def ask(self, method: str, target: str, form: dict[str, str] | None = None) -> Answer:
        """Ask as a page does, and keep the cookie that the answer brings.

        Nobody is as fast as a test: what comes too fast is asked again until it is taken.
        """
        while True:
            answer = exchange(self.port, self.request(method, target, form))
            if answer.status != TOO_FAST:
                break
        if answer.all("set-cookie"):
            self.cookie = answer.cookie
        return answer

    def request(self, method: str, target: str, form: dict[str, str] | None = None) -> bytes:
        headers = {
            "Host": self.host,
            "Sec-Fetch-Site": "same-origin",
            "Cookie": self.cookie,
            "X-Safehouse": "1",
        }
        return self._request(method, target, headers, urlencode(form or {}).encode())

    def stays_connected(self) -> socket.socket:
        """Return a connection that the server keeps open until this process of it ends."""
        connection = connect(self.port)
        connection.sendall(self.request("GET", "/static/icons/icon.svg"))
        assert read_answer(connection).status == 200
        return connection

    def makes_an_account(self, name: str) -> Self:
        assert self.ask("POST", "/accounts", {"name": name, "network": "practice"}).status == 200
        return self

    def sets_a_pin(self, pin: str) -> Self:
        form = {"kind": "pin", "pin": pin, "pin_again": pin}
        assert self.ask("POST", "/settings/lock/code", form).status == 200
        return self

    def words(self) -> str:
        page = self.ask("POST", "/account/words/show").body.decode()
        return " ".join(re.findall(r"<span[^>]*>([a-z]+)</span>", page))

    def erases(self, pin: str = "") -> Answer:
        return self.ask("POST", "/erase", {"word": "erase", "current": pin})

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        with self.process:
            return self.process.wait(ENDS_WITHIN_S)

    def close(self) -> None:
        """Let nothing of the program be left, however it ended."""
        with self.process:
            self.process.kill()

    @staticmethod
    def _request(method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        if method == "POST":
            headers["Content-Length"] = str(len(body))
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return head(method, target, headers) + body
        return head(method, target, headers)
