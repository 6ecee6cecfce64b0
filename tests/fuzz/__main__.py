"""Fuzz the parsers of strangers' bytes, one after the other, and tell what was found.

Each target runs in a process of its own, which a finding ends. What reached new code
is kept in the corpus, so that the next run goes on where this one stopped.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.every import TARGETS

ROOT = Path(__file__).parents[2]
# An input that takes longer hangs whoever reads it (security.md T-N1).
MAX_INPUT_S = 1
# Python with the instrumented code takes some 60 of it.
MAX_RSS_MB = 512
MAX_INPUT_BYTES = 65_536
TAIL_LINES = 25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of fuzzing one target."""

    executions: int
    features: int
    peak_rss_mb: int
    findings: tuple[str, ...]
    ended_well: bool

    @property
    def is_clean(self) -> bool:
        return self.ended_well and not self.findings

    def __str__(self) -> str:
        verdict = "clean" if self.is_clean else f"FOUND {' '.join(self.findings)}"
        return (
            f"{self.executions:>10} runs  {self.features:>6} features"
            f"  {self.peak_rss_mb:>4} MB  {verdict}"
        )


def main() -> int:
    options = parse_options()
    are_clean = []
    for name in [options.target] if options.target else TARGETS:
        outcome = fuzz(name, seconds=options.seconds, corpus=options.corpus / name)
        print(f"{name:<22}{outcome}", flush=True)
        are_clean.append(outcome.is_clean)
    return 0 if all(are_clean) else 1


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--target", choices=TARGETS, help="only this one")
    parser.add_argument("--seconds", type=int, default=120, help="for each target (120)")
    parser.add_argument(
        "--corpus", type=Path, default=default_corpus(), help="folder of what was found so far"
    )
    return parser.parse_args()


def default_corpus() -> Path:
    """Return a folder outside the checkout: a corpus is large, and findings may be secret."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "safehouse-fuzz"


def fuzz(name: str, *, seconds: int, corpus: Path) -> Outcome:
    """Fuzz one target; its findings stay in the folder ``findings`` beside its inputs."""
    inputs, findings = corpus / "inputs", corpus / "findings"
    for folder in (inputs, findings):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as seeds:
        for number, seed in enumerate(TARGETS[name].seeds()):
            (Path(seeds) / str(number)).write_bytes(seed)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.one", name),
                f"-max_total_time={seconds}",
                f"-timeout={MAX_INPUT_S}",
                f"-rss_limit_mb={MAX_RSS_MB}",
                f"-max_len={MAX_INPUT_BYTES}",
                f"-artifact_prefix={findings}{os.sep}",
                "-print_final_stats=1",
                # What was found before is tried first, so that it is found until it is repaired.
                *(str(inputs), str(findings), seeds),
            ],
            cwd=ROOT,
            check=False,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    if done.returncode != 0:
        print("\n".join(done.stdout.splitlines()[-TAIL_LINES:]))
    return Outcome(
        executions=last_number(r"stat::number_of_executed_units:\s*(\d+)", done.stdout),
        features=last_number(r"\bft: (\d+)", done.stdout),
        peak_rss_mb=last_number(r"stat::peak_rss_mb:\s*(\d+)", done.stdout),
        findings=tuple(re.findall(r"Test unit written to (.+)$", done.stdout, re.MULTILINE)),
        ended_well=done.returncode == 0,
    )


def last_number(pattern: str, text: str) -> int:
    """Return the last number of the kind in the report of libFuzzer, or 0 if there is none."""
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
