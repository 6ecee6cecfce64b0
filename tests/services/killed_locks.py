"""An app that is unlocked, used and locked until it is killed; run by ``test_killed_locks``.

    python -m tests.services.killed_locks FOLDER

It prints a line whenever a change of a guarded setting is done, before it locks again.
"""

import itertools
import sys
from pathlib import Path

from tests.services.lock_rig import PIN, Rig
from tests.virtual_clock import JumpingClock
from webapp.services import lock_settings
from webapp.services.lock_settings import IDLE_MINUTES


def main(folder: Path) -> None:
    runtime = Rig(folder, clock=JumpingClock()).start()
    for minutes in itertools.cycle(IDLE_MINUTES):
        if not runtime.unlock("pin", PIN).opened:
            raise SystemExit("the right code was refused")
        lock_settings.change(runtime.accounts(), "idle_minutes", str(minutes))
        sys.stdout.write(f"{minutes}\n")
        sys.stdout.flush()
        runtime.lock()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
