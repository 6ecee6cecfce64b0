"""The end of the program: within two seconds, with nothing left open (security.md C5)."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.lock_rig import PIN, Rig
from tests.virtual_clock import JumpingClock
from webapp.app import App, create_app
from webapp.config import Config

PROJECT = Path(__file__).parents[1]
# Whoever logs off has the system wait about so long before it kills.
ENDS_WITHIN_S = 2.0


def run(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [
            *(sys.executable, str(PROJECT / "run.py"), "--no-browser", "--announce"),
            *("--network", "local", "--data-dir", str(home / "data")),
        ],
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("state", ["open", "locked"])
def test_a_terminated_program_is_gone_within_two_seconds_and_leaves_no_side_file(
    tmp_path: Path, state: str
) -> None:
    rig = Rig(tmp_path, clock=JumpingClock())
    rig.make_account() if state == "open" else rig.locked()
    rig.end()
    with run(tmp_path) as process:
        assert process.stdout is not None
        json.loads(process.stdout.readline())
        assert bool(rig.side_files()) == (state == "open")
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0

        took_s = time.monotonic() - begun
    assert rig.side_files() == []
    assert took_s < ENDS_WITHIN_S


@pytest.fixture
def app(tmp_path: Path, no_thread_left: None) -> Iterator[App]:
    """The app open behind a code, on a clock that is moved by hand."""
    clock = JumpingClock()
    rig = Rig(tmp_path, clock=clock)
    rig.locked()
    rig.end()
    app = create_app(
        Config(data_dir=rig.path, launch_dir=tmp_path / "launch", profile=rig.profile), clock=clock
    )
    app.start()
    assert app.runtime.unlock("pin", PIN).opened
    yield app
    app.stop()


def test_the_timer_of_the_app_locks_it_when_nobody_is_there(app: App) -> None:
    """The thread of the test does not wait: every wait of the timer moves its clock."""
    stopping = threading.Event()
    clock = app.runtime.clock
    wait = clock.wait

    def wait_until_locked(event: threading.Event, *, timeout_s: float) -> bool:
        if app.runtime.state == "locked":
            stopping.set()
        return wait(event, timeout_s=timeout_s)

    clock.wait = wait_until_locked  # type: ignore[method-assign]
    begun_s = clock.monotonic_s()

    app.run(stopping)

    assert app.runtime.state == "locked"
    # No tab has ever come.
    assert 60 <= clock.monotonic_s() - begun_s <= 70
