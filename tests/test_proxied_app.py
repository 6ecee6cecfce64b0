"""The whole app behind a proxy that was given at start, on a practice network of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.network.socks_server import SocksServer, proxying

ROOT = Path(__file__).parents[1]


@contextmanager
def program(*arguments: str, home: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def network(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The network file, and the path at which it is."""
    folder = tmp_path / "network"
    arguments = ("webapp.localnet", "--announce", "--data-dir", str(folder))
    with program(*arguments, home=tmp_path) as process:
        assert process.stdout is not None
        path = json.loads(process.stdout.readline())["network_file"]
        yield {"path": path, **json.loads(Path(path).read_text("utf-8"))}


class Teller:
    """Gives the app orders, and remembers everything it was seen doing."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.connected: set[str] = set()
        self.looked_up: set[str] = set()

    def __call__(self, **order: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the app ended at {order}"
        report: dict[str, Any] = json.loads(answer)
        assert report["others"] == []
        self.connected |= set(report["connected"])
        self.looked_up |= set(report["looked_up"])
        return report


def test_everything_goes_through_the_proxy_and_nothing_when_it_is_dead(
    network: dict[str, Any], tmp_path: Path
) -> None:
    with proxying(SocksServer()) as proxy:
        arguments = ["--data-dir", str(tmp_path / "data"), "--network", network["path"]]
        arguments += ["--proxy", f"socks5h://{proxy.address}"]
        with program("tests.app_program", *arguments, home=tmp_path) as process:
            tell = Teller(process)

            tell(create="Marit")
            answered = tell(write="hello")
            assert len(answered["answers"]) == 1
            assert answered["phase"] == "connected"
            seed = network["seeds"][0]["url"].removeprefix("https://")
            assert seed in {f"{host}:{port}" for host, port in proxy.requested}
            requested = len(proxy.requested)

            proxy.die()
            lost = tell(lose="is anybody there?")
            assert lost["error"] == (
                f"The proxy at {proxy.address} does not answer. "
                "Nothing is sent without it, as you chose."
            )
            assert len(proxy.requested) == requested
            assert tell.connected == {proxy.address}
            assert tell.looked_up == set()


def test_a_login_on_the_command_line_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "run.py", "--proxy", "socks5h://marit:hunter2@127.0.0.1:9050"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 2
    assert "other users of this computer can read it" in done.stderr
    assert "hunter2" not in done.stderr
