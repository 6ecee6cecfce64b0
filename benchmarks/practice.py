"""A practice network in a process of its own, so that it does not compete for the interpreter."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def practice_network() -> Iterator[Path]:
    """Start one, give the path of its network file, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.localnet", "--announce", "--data-dir", folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                yield Path(json.loads(line)["network_file"])
            finally:
                process.terminate()
