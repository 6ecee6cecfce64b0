"""T-V5 and T-V6: killed attempts give no guess away, and fifty at once take the memory of one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.lock_rig import Rig
from tests.virtual_clock import JumpingClock
from webapp.vault.codes import PROFILE_1

# security.md T-V5 and T-V6.
KILLS = 500
MORE_THAN_ONE_KIB = 100 * 1024

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")


def report_of(module: str, *arguments: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.services.{module}", *arguments],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    report: dict[str, int] = json.loads(done.stdout)
    return report


def test_500_kills_between_the_beginning_and_the_answer_give_no_guess_away(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, clock=JumpingClock())
    rig.locked()
    rig.end()

    report = report_of("killed_attempts", str(rig.path), str(KILLS), "1")

    assert report["free"] == 0
    assert report.get("refused", 0) == 0
    assert report["counted"] >= report["derivations"] > 0
    # The kills came before, during and after the derivation, or they would prove nothing.
    assert sum(report.get(stage, 0) for stage in ("begun", "derived", "answered")) == KILLS
    assert min(report.get(stage, 0) for stage in ("begun", "derived", "answered")) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of the process from /proc")
def test_fifty_codes_at_once_take_the_memory_of_one(tmp_path: Path) -> None:
    report = report_of("parallel_unlocks", str(tmp_path))

    assert report["opened"] >= 1
    assert report["opened"] + report["busy"] == 50
    assert report["grown_kib"] <= PROFILE_1.memory_bytes // 1024 + MORE_THAN_ONE_KIB
