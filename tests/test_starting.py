"""Starts that cannot succeed: one clear sentence, exit code 1, and nothing changed."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import start_errors
from webapp.config import Config, parse
from webapp.network.proxy import Proxy
from webapp.process import describe
from webapp.storage import errors as storage
from webapp.storage import fresh

PROJECT = Path(__file__).parents[1]
ENDS_WITHIN_S = 20


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(PROJECT / "run.py"), "--no-browser", *arguments],
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )


def start(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "run.py"), "--no-browser", "--announce", *arguments],
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_refused(done: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_port_that_is_taken_is_named(tmp_path: Path, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as other:
        other.bind((address, 0))
        other.listen()
        port = other.getsockname()[1]

        done = run(tmp_path, "--data-dir", str(tmp_path / "data"), "--port", str(port))

    assert_refused(done, address, str(port), "--port")
    assert snapshot(tmp_path / "data") == {}


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "holiday.txt").write_text("not ours")

    done = run(tmp_path, "--data-dir", str(tmp_path / "data"))

    assert_refused(done, "not Safehouse's")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["holiday.txt"]


def test_a_file_in_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    done = run(tmp_path, "--data-dir", str(tmp_path / "data"))

    assert_refused(done, "something else in its place")


def test_a_damaged_vault_ends_the_start_and_stays(tmp_path: Path) -> None:
    first = start(tmp_path, "--data-dir", str(tmp_path / "data"))
    with first:
        assert first.stdout is not None
        json.loads(first.stdout.readline())
        first.send_signal(signal.SIGTERM)
    vault = tmp_path / "data" / fresh.VAULT
    vault.write_bytes(b"\xff" + vault.read_bytes()[1:])
    before = snapshot(tmp_path / "data")

    done = run(tmp_path, "--data-dir", str(tmp_path / "data"))

    assert_refused(done, "damaged", "recovery words")
    assert snapshot(tmp_path / "data") == before


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"name": "x"}', '{"seeds": 1}'])
def test_a_network_file_that_makes_no_sense_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "network.json").write_text(content)

    done = run(
        tmp_path,
        *("--data-dir", str(tmp_path / "data"), "--network", str(tmp_path / "network.json")),
    )

    assert_refused(done, "network file")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_and_takes_the_launch_file_along(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = start(tmp_path, "--data-dir", str(tmp_path / "data"))
    with process:
        assert process.stdout is not None
        launch = Path(json.loads(process.stdout.readline())["launch"])
        assert launch.stat().st_mode & 0o777 == 0o600
        process.send_signal(number)
        assert process.wait(ENDS_WITHIN_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""

    assert not launch.exists()


def test_nothing_lies_outside_the_data_directory_after_a_stop(tmp_path: Path) -> None:
    process = start(tmp_path, "--data-dir", str(tmp_path / "data"))
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()

    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--network", "mars"],
        ["--kiosk"],
        ["--proxy", "http://127.0.0.1:8080"],
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)

    assert ended.value.code == 2


def test_a_proxy_is_taken_from_the_command_line() -> None:
    assert parse(["--proxy", "socks5h://127.0.0.1:9050"]).proxy == Proxy("127.0.0.1", 9050)
    assert parse([]).proxy is None


def test_a_login_on_the_command_line_is_refused_because_others_can_read_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse(["--proxy", "socks5h://marit:hunter2@127.0.0.1:9050"])

    told = capsys.readouterr().err
    assert "other users of this computer can read it" in told
    assert "hunter2" not in told


def test_the_defaults_open_the_browser_on_the_session_network() -> None:
    config = parse([])

    assert (config.port, config.network, config.open_browser) == (0, "session", True)
    assert isinstance(config, Config)


@pytest.mark.parametrize("kind", start_errors.START_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_a_start_has_a_sentence(kind: type[Exception]) -> None:
    if kind in (start_errors.PortTaken, start_errors.PortForbidden):
        error = kind("127.0.0.1", 80)
    else:
        error = kind()

    assert start_errors.sentence_of(error).endswith(".")


@pytest.mark.parametrize("reason", start_errors.DIRECTORY_REASONS)
def test_every_reason_against_a_directory_has_words(reason: str) -> None:
    error = storage.DataDirectoryUnusable(reason)  # type: ignore[arg-type]

    assert start_errors.DIRECTORY_REASONS[reason] in start_errors.sentence_of(error)


def test_an_unexpected_error_is_told_without_its_values() -> None:
    try:
        raise ValueError("05ca03b8 is a secret")
    except ValueError as error:
        told = describe(error)

    assert told == "unexpected ValueError in a library"
