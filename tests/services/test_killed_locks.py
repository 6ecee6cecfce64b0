"""T-V7 for the files that are SQLite's own: kill -9 between, within and after real locks."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from tests.services.lock_rig import PIN, Rig
from tests.virtual_clock import JumpingClock
from webapp.services import lock_settings
from webapp.services.lock_settings import IDLE_MINUTES

KILLS = 8
# An unlock, a change and a lock take about this long together.
CYCLE_S = 0.15


def kill_after(folder: Path, *, cycles: int, more_s: float) -> list[int]:
    """Return the changes that were told before the kill."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.services.killed_locks", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(cycles)]
        deadline = time.monotonic() + more_s
        while time.monotonic() < deadline:
            pass
        os.kill(process.pid, signal.SIGKILL)
        told += process.stdout.readlines()
    return [int(line) for line in told]


def test_a_kill_anywhere_around_a_lock_leaves_an_account_that_opens_with_what_was_told(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, clock=JumpingClock())
    rig.locked()
    rig.end()
    source = Random(1)
    for _ in range(KILLS):
        told = kill_after(tmp_path, cycles=source.randint(1, 3), more_s=source.uniform(0, CYCLE_S))
        runtime = rig.start()

        assert runtime.unlock("pin", PIN).opened

        account = runtime.account()
        following = IDLE_MINUTES[(IDLE_MINUTES.index(told[-1]) + 1) % len(IDLE_MINUTES)]
        # What was told is there, or the one change that nobody heard of.
        assert lock_settings.load(account).idle_minutes in {told[-1], following}
        assert not lock_settings.rolled_back(account)
        with account.database.read() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        runtime.lock()
        assert rig.side_files() == []
        rig.end()
