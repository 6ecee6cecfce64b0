"""The app in a process of its own, as `run.py` starts it, and what that process uses."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.people import PROJECT

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class RunningApp:
    """One running app; ``launch`` is the address that lets a browser in, once."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._pid = process.pid
        if process.stdout is None:
            raise RuntimeError("the app has no output")
        announcement = json.loads(process.stdout.readline())
        self.launch = Path(announcement["launch"]).as_uri()

    def processor_s(self) -> float:
        """Return the processor time used so far."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def memory_mb(self) -> float:
        """Return the memory in use now."""
        return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


@contextmanager
def running_app(home: Path, network_file: Path) -> Iterator[RunningApp]:
    """Start the app with the data directory below ``home``, and end it."""
    home.mkdir(exist_ok=True)
    with subprocess.Popen(
        [
            *(sys.executable, str(PROJECT / "run.py"), "--no-browser", "--announce"),
            *("--data-dir", str(home / "data"), "--network", str(network_file)),
        ],
        env=_environment(home),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield RunningApp(process)
        finally:
            process.terminate()


def _environment(home: Path) -> dict[str, str]:
    """Return ours with another home, and with Python's compiled files, as any user has them."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "HOME": str(home)}
