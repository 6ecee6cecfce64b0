"""Attempts at a code that are killed before they are answered; run by ``test_killed_attempts``.

    python -m tests.services.killed_attempts DIRECTORY KILLS SEED

A process of its own makes each attempt and is killed (kill -9) after a moment by lot. What it
derived it has told through a pipe by then. One line of JSON says what became of all of them.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from nacl import bindings

from tests.services.lock_rig import CHEAP
from tests.virtual_clock import START_MS, JumpingClock
from webapp.services.unlocking import CodeGate
from webapp.storage import fresh
from webapp.storage.data_directory import DataDirectory
from webapp.storage.files import RealFiles
from webapp.vault import codes, throttle

# An attempt takes about a millisecond here; some are killed before it, some after it.
LONGEST_S = 0.004
LONG_WAIT_MS = 3_700_000


def attempt(path: Path, *, number: int, told: int) -> None:
    """Try a wrong code, an hour after the last one, and tell when it is derived."""
    derive = bindings.crypto_pwhash_alg

    def derived(*args: object) -> bytes:
        os.write(told, b"d")
        return derive(*args)

    clock = JumpingClock(START_MS + number * LONG_WAIT_MS)
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    gate = CodeGate(directory, profile=CHEAP, clock=clock)
    gate.answers_after_s()
    codes.crypto_pwhash_alg = derived
    os.write(told, b"b")
    result = gate.attempt("pin", "000000", accept=lambda _: True, use=lambda _: True)
    os.write(told, b"a" if result.reason == "wrong" else b"x")


def killed(path: Path, *, number: int, after_s: float) -> bytes:
    """Return what an attempt had told when it was killed."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        attempt(path, number=number, told=tell)
        os._exit(0)
    os.close(tell)
    begun = os.read(hear, 1)
    deadline = time.perf_counter() + after_s
    while time.perf_counter() < deadline:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    told = begun + os.read(hear, 64)
    os.close(hear)
    return told


def main(path: Path, kills: int, seed: int) -> None:
    source = random.Random(seed)
    derived = 0
    report: Counter[str] = Counter(free=0)
    for number in range(kills):
        told = killed(path, number=number, after_s=source.uniform(0, LONGEST_S))
        derived += told.count(b"d")
        counted = throttle.read((path / fresh.THROTTLE).read_bytes()).count
        report["free"] += counted < derived
        report["answered" if b"a" in told else "derived" if b"d" in told else "begun"] += 1
        report["refused"] += b"x" in told
    report["derivations"], report["counted"] = derived, counted
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
