"""Fifty codes at once, at their real price; run by ``test_killed_attempts``.

    python -m tests.services.parallel_unlocks FOLDER

One line of JSON says how they ended and how much memory the process took on top.
"""

import json
import sys
import threading
from collections import Counter
from pathlib import Path

from tests.services.lock_rig import PIN, Rig
from webapp.clock import SystemClock
from webapp.services.errors import UnlockBusy
from webapp.vault.codes import PROFILE_1

AT_ONCE = 50


def memory_kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def main(folder: Path) -> None:
    before = memory_kib("VmRSS")
    rig = Rig(folder, clock=SystemClock(), profile=PROFILE_1)
    runtime = rig.locked()
    ended: Counter[str] = Counter()
    ready = threading.Barrier(AT_ONCE)

    def try_one() -> None:
        ready.wait()
        try:
            ended[runtime.unlock("pin", PIN).reason] += 1
        except UnlockBusy:
            ended["busy"] += 1

    threads = [threading.Thread(target=try_one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended["grown_kib"] = memory_kib("VmHWM") - before
    rig.end()
    sys.stdout.write(json.dumps(ended) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
