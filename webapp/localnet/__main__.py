"""``python -m webapp.localnet``: a practice network that runs on its own."""

import argparse
import json
import os
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.clock import SystemClock
from webapp.localnet.control import ControlService
from webapp.localnet.network import PracticeNetwork

FILE_NAME = "practice-network.json"
# Waiting without end cannot be interrupted by Ctrl-C on Windows.
LOOK_UP_S = 1.0


def main() -> int:
    """Run a practice network until SIGTERM or SIGINT; return the exit code."""
    arguments = _parse_arguments()
    clock = SystemClock()
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    network = PracticeNetwork(node_count=arguments.nodes, swarm_count=arguments.swarms, clock=clock)
    network.start()
    try:
        with _published(network.network_file(), arguments.data_dir) as path:
            _say(_announcement(path, network) if arguments.announce else _invitation(path))
            while not clock.wait(ending, timeout_s=LOOK_UP_S):
                pass
    finally:
        network.stop()
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m webapp.localnet",
        description="Run a practice network on this computer. It forgets everything when it ends.",
    )
    parser.add_argument("--nodes", type=int, default=12, help="how many storage nodes (12)")
    parser.add_argument("--swarms", type=int, default=3, help="how many swarms (3)")
    parser.add_argument("--data-dir", type=Path, help="where to put the network file")
    parser.add_argument("--announce", action="store_true", help="print one JSON line when ready")
    arguments = parser.parse_args()
    if not 1 <= arguments.swarms <= arguments.nodes:
        parser.error("there must be at least one swarm, and a node for each swarm")
    return arguments


@contextmanager
def _published(network_file: dict[str, object], directory: Path | None) -> Iterator[Path]:
    """Keep the network file on disk, readable by this user only, while the block runs."""
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="safehouse-practice-") as temporary:
            with _published(network_file, Path(temporary)) as path:
                yield path
            return
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / FILE_NAME
    # A file left behind by a killed network may have any mode; a new one has ours.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(network_file, file, indent=2)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _announcement(path: Path, network: PracticeNetwork) -> str:
    """Return the line for scripts and tests, and open the control interface it names."""
    token = secrets.token_urlsafe()
    url, cert_sha256 = network.serve(ControlService(network, token=token).answer_http)
    control = {"url": url, "token": token, "cert_sha256": cert_sha256.hex()}
    return json.dumps({"network_file": str(path), "seed": network.seed_url, "control": control})


def _invitation(path: Path) -> str:
    return f"The practice network is running. Join it with: python3 run.py --network {path}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
