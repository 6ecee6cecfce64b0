"""A spy below the HTTP library: nobody but seeds and guards is ever connected to."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program saw, in an environment full of temptations."""
    home = tmp_path_factory.mktemp("home")
    (home / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"127.0.0.1:{proxy.getsockname()[1]}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
        environment = {
            **{name: value for name, value in os.environ.items() if name.lower() != "no_proxy"},
            **dict.fromkeys(names, f"http://{address}"),
            "HOME": str(home),
            "SSL_CERT_FILE": str(home / "nothing.pem"),
            "SSL_CERT_DIR": str(home / "nothing"),
            "REQUESTS_CA_BUNDLE": str(home / "nothing.pem"),
            "SSLKEYLOGFILE": str(home / "keys.log"),
        }
        program = subprocess.run(
            [sys.executable, "-m", "tests.network.contacts_program"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
    assert program.returncode == 0, program.stderr.decode()
    return {
        **json.loads(program.stdout),
        "proxy": address,
        "keys_logged": (home / "keys.log").exists(),
    }


def test_in_good_times_there_are_one_seed_and_two_guards(report: dict[str, Any]) -> None:
    contacts = set(report["in_good_times"])
    assert report["seed"] in contacts
    assert len(contacts & set(report["nodes"])) <= 2
    assert contacts <= {report["seed"], *report["nodes"]}


def test_in_bad_times_nobody_else_is_connected_to_either(report: dict[str, Any]) -> None:
    assert set(report["connected"]) <= {report["seed"], *report["nodes"]}
    assert len(report["connected"]) > len(report["in_good_times"])


def test_a_proxy_of_the_environment_is_not_used(report: dict[str, Any]) -> None:
    assert report["proxy"] not in report["connected"]


def test_no_name_is_looked_up(report: dict[str, Any]) -> None:
    assert set(report["looked_up"]) <= {"127.0.0.1"}


def test_the_keys_of_connections_are_not_written_to_a_file(report: dict[str, Any]) -> None:
    assert not report["keys_logged"]
