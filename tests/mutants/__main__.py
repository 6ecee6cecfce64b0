"""Plant each sabotage in a copy of the tree and see the tests catch it: ``make mutants``.

python -m tests.mutants [--list] [--begin N] [words of a name …]
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.sabotage import Sabotage
from tests.mutants.sabotages import SABOTAGES

ROOT = Path(__file__).parents[2]
COPIED = ("webapp", "templates", "static", "tests", "benchmarks", "docs")
FILES = ("run.py", "pyproject.toml", "Makefile", "README.md")
# For one test. A sabotage may make it wait for ever; that is noticed, too.
PATIENCE_S = 240
SKIPPED = shutil.ignore_patterns("__pycache__", "screenshots")


def copy_of_the_tree(folder: Path) -> Path:
    tree = folder / "tree"
    tree.mkdir()
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=SKIPPED)
    for name in (*FILES, *(path.name for path in ROOT.glob("requirements*.lock"))):
        shutil.copy(ROOT / name, tree / name)
    (tree / ".venv").symlink_to(Path(sys.prefix))
    return tree


def passes(tree: Path, tests: tuple[str, ...], *, says_why: bool = False) -> bool:
    """Return whether these tests pass in ``tree``. Raises SystemExit if there are none."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
    ]
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=tree,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S * len(tests),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1):
        # Neither passed nor failed: the tests were not found, or do not even begin.
        raise SystemExit(f"pytest ended with {done.returncode}:\n{done.stdout[-2000:]}")
    if says_why and done.returncode:
        print(done.stdout[-4000:])
    return done.returncode == 0


def is_caught(tree: Path, sabotage: Sabotage) -> bool:
    """Return whether at least one of the tests fails while the sabotage is planted."""
    file = tree / sabotage.file
    sound = file.read_text("utf-8")
    file.write_text(sound.replace(sabotage.old, sabotage.new), encoding="utf-8")
    try:
        return not all(passes(tree, (test,)) for test in sabotage.tests)
    finally:
        file.write_text(sound, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only sabotages with one of these in their name")
    parser.add_argument("--begin", type=int, default=1, metavar="N", help="go on with number N")
    parser.add_argument("--list", action="store_true", help="name them and end")
    given = parser.parse_args()
    chosen = [
        each
        for each in SABOTAGES[given.begin - 1 :]
        if not given.words or any(word in each.name for word in given.words)
    ]
    if given.list:
        print(*(each.name for each in chosen), sep="\n")
        return 0
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of_the_tree(Path(folder))
        needed = tuple(sorted({test for each in chosen for test in each.tests}))
        if not passes(tree, needed, says_why=True):
            raise SystemExit("These tests fail without any sabotage. Mend them first.")
        for number, sabotage in enumerate(chosen, start=1):
            begun = time.monotonic()
            caught = is_caught(tree, sabotage)
            took = time.monotonic() - begun
            verdict = "caught" if caught else "MISSED"
            print(
                f"{number:3}/{len(chosen)}  {verdict}  {took:5.1f} s  {sabotage.name}", flush=True
            )
            missed += [] if caught else [sabotage.name]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} were caught.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
