"""The lock around an account with a million messages: what an unlock takes, what memory stays."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import generate
from benchmarks.practice import practice_network
from benchmarks.result import Result
from webapp.app import App, create_app
from webapp.clock import SystemClock
from webapp.config import Config
from webapp.network.settings import load_network_file
from webapp.services import codes, reading
from webapp.services.runtime import Runtime
from webapp.storage.space import Space

UNLOCKS = 9
PIN = "314159"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def measure() -> Iterator[Result]:
    """Yield the time of an unlock beyond its derivation, and the memory of the locked app."""
    with practice_network() as network_file, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        generate(
            home / "data",
            now_ms=SystemClock().now_ms(),
            network={"kind": "file", "settings": load_network_file(network_file).to_json()},
        )
        app = _start(home, network_file)
        codes.set_code(app.runtime, kind="pin", text=PIN, repeated=PIN)
        app.stop()
        # In a process of its own, whose memory is that of the app alone.
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.locking", folder, str(network_file)],
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout)
    yield Result("open what a right code opens, median", found["opening_ms"], "ms", 100)
    yield Result("the same, longest of nine", found["longest_ms"], "ms")
    yield Result("lock, median", found["locking_ms"], "ms")
    yield Result("memory, locked since the start", found["started_mb"], "MB", 90)
    yield Result("memory, open", found["open_mb"], "MB", 150)
    yield Result("memory, locked again", found["locked_mb"], "MB", 90)


def _start(home: Path, network_file: Path) -> App:
    app = create_app(
        Config(
            data_dir=home / "data",
            launch_dir=home / "launch",
            network="file",
            network_file=network_file,
        )
    )
    app.start()
    return app


class _Stopwatch:
    """Notes how long a runtime takes for what depends on the code."""

    def __init__(self, runtime: Runtime) -> None:
        self.taken_ms: list[float] = []
        self._open = runtime.gate._directory.open_space
        self._let_in = runtime._let_in
        self._begun = 0.0
        runtime.gate._directory.open_space = self._begin  # type: ignore[method-assign]
        runtime._let_in = self._end  # type: ignore[method-assign]

    def _begin(self, root: bytes) -> Space | None:
        self._begun = time.perf_counter()
        return self._open(root)

    def _end(self, *space: object, **about: object) -> bool:
        is_open: bool = self._let_in(*space, **about)  # type: ignore[arg-type]
        self.taken_ms.append((time.perf_counter() - self._begun) * 1e3)
        return is_open


def _memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_BYTES / 1e6


def _report(home: Path, network_file: Path) -> None:
    app = _start(home, network_file)
    runtime = app.runtime
    runtime.gate.answers_after_s()
    report = {"started_mb": _memory_mb()}
    stopwatch, locking_ms = _Stopwatch(runtime), []
    for _ in range(UNLOCKS):
        if not runtime.unlock("pin", PIN).opened:
            raise RuntimeError("the right code was refused")
        for row in reading.first_conversations(runtime.account()).rows:
            reading.latest(runtime.account(), row.id)
        report["open_mb"] = _memory_mb()
        begun = time.perf_counter()
        runtime.lock()
        locking_ms.append((time.perf_counter() - begun) * 1e3)
    report["locked_mb"] = _memory_mb()
    report["opening_ms"] = statistics.median(stopwatch.taken_ms)
    report["longest_ms"] = max(stopwatch.taken_ms)
    report["locking_ms"] = statistics.median(locking_ms)
    app.stop()
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    _report(Path(sys.argv[1]), Path(sys.argv[2]))
