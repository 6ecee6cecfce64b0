"""Compare an erased home with one in which nothing ever happened: ``make twin`` (T-W1).

    python -m tests.twin [--contacts 40] [--messages 400] [--earlier 700000] [--way "duress"]

Where a duress code leaves a cover account, the other home is one of somebody who never had more
than one. The use goes over the addresses of the pages, and where there is a Chromium through a
browser with a profile on the disk too. What is left of a browser is only searched: no two profiles
are alike.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.generate import generate
from tests.chromium import find_chromium
from tests.twin.browsing import IN_A_BROWSER
from tests.twin.twins import WAYS, Twins, Way
from webapp.clock import SystemClock


def report(name: str, way: Way, given: argparse.Namespace, *, earlier: Path) -> bool:
    """Print what is left of one way to erase; return whether it is nothing."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        twins = Twins(Path(folder))
        if earlier.exists():
            twins.fill(earlier)
        canaries = twins.use_and_erase(way, contacts=given.contacts, messages=given.messages)
        found = twins.found(canaries)
        lines = twins.differences()
        kept = twins.kept_by_the_browser()
    print(
        f"{name}: {twins.used_bytes / 1e6:.0f} MB used, {len(canaries)} canaries, {len(found)} "
        f"files with one, {len(lines)} differences, in {time.monotonic() - begun:.0f} s"
    )
    for path, names in found.items():
        print(f"  {path}: {', '.join(names[:5])}")
    for line in lines:
        print(f"  {line}")
    for path, count in kept.items():
        print(f"  kept by the browser, with the address: {path} ({count})")
    sys.stdout.flush()
    return not found and not lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.twin", description=__doc__)
    parser.add_argument("--contacts", type=int, default=40)
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--earlier", type=int, default=0, help="messages of an earlier year")
    parser.add_argument("--way", default="", help="only the ways with this in their name")
    given = parser.parse_args()
    ways = {**WAYS, **(IN_A_BROWSER if find_chromium() else {})}
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder) / "data"
        if given.earlier:
            generate(earlier, messages_count=given.earlier, now_ms=SystemClock().now_ms())
        are_clean = [
            report(name, way, given, earlier=earlier)
            for name, way in ways.items()
            if given.way in name
        ]
    is_clean = bool(are_clean) and all(are_clean)
    print("Nothing was found." if is_clean else "NOT as it should be.")
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
