"""``python -m webapp.localnet``, as a program."""

import json
import signal
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.localnet.control import Control, ControlError

PATIENCE_S = 20


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "webapp.localnet", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_announces_itself_serves_and_ends_cleanly_on_a_signal(
    tmp_path: Path, number: signal.Signals
) -> None:
    with start("--nodes", "4", "--swarms", "2", "--data-dir", str(tmp_path), "--announce") as it:
        announced = json.loads(it.stdout.readline())
        path = Path(announced["network_file"])
        file = json.loads(path.read_text(encoding="utf-8"))
        mode = stat.S_IMODE(path.stat().st_mode)
        port = int(announced["seed"].rpartition(":")[2])
        certificate = ssl.get_server_certificate(("127.0.0.1", port), timeout=PATIENCE_S)

        it.send_signal(number)
        rest, errors = it.communicate(timeout=PATIENCE_S)

    assert file["seeds"][0]["url"] == announced["seed"]
    assert file["min_nodes"] == 4
    assert mode == 0o600
    assert certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert (it.returncode, rest, errors) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_what_it_announces_leads_to_the_control_interface() -> None:
    with start("--nodes", "2", "--swarms", "1", "--announce") as it:
        announced = json.loads(it.stdout.readline())
        with Control(announced) as control:
            control.stop(1)
            running = [node["running"] for node in control.nodes()]
        guess = {**announced["control"], "token": "guessed"}
        with Control({"control": guess}) as stranger, pytest.raises(ControlError) as refused:
            stranger.nodes()
        it.terminate()
        _, errors = it.communicate(timeout=PATIENCE_S)

    assert running == [True, False]
    assert refused.value.status == 401
    assert (it.returncode, errors) == (0, "")


def test_a_file_left_by_a_killed_network_is_replaced(tmp_path: Path) -> None:
    left = tmp_path / "practice-network.json"
    left.write_text("old", encoding="utf-8")
    left.chmod(0o644)

    with start("--nodes", "1", "--swarms", "1", "--data-dir", str(tmp_path), "--announce") as it:
        it.stdout.readline()
        mode = stat.S_IMODE(left.stat().st_mode)
        content = left.read_text(encoding="utf-8")
        it.terminate()
        it.communicate(timeout=PATIENCE_S)

    assert mode == 0o600
    assert json.loads(content)["min_nodes"] == 1


def test_without_a_directory_the_file_is_put_where_only_this_user_can_go() -> None:
    with start("--nodes", "1", "--swarms", "1") as it:
        path = Path(it.stdout.readline().split()[-1])
        directory_mode = stat.S_IMODE(path.parent.stat().st_mode)
        it.terminate()
        it.communicate(timeout=PATIENCE_S)

    assert directory_mode == 0o700
    assert not path.parent.exists()


def test_more_swarms_than_nodes_are_refused_in_a_sentence() -> None:
    with start("--nodes", "2", "--swarms", "3") as it:
        _, errors = it.communicate(timeout=PATIENCE_S)

    assert it.returncode == 2
    assert "a node for each swarm" in errors
