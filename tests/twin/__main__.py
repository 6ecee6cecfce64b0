"""Compare an erased home with one in which nothing ever happened: ``make twin`` (T-W1).

    python -m tests.twin [--contacts 40] [--messages 400] [--earlier 600000]

The use goes over the addresses of the pages, and where there is a Chromium through a browser with
a profile on the disk too. What is left of a browser is only searched: no two profiles are alike.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chromium import find_chromium
from tests.twin.browsing import browse_and_erase
from tests.twin.twins import ERASES, Erase, Twins


def report(way: str, erase: Erase | None, given: argparse.Namespace) -> bool:
    """Print what is left of one way to erase, None for a browser; return whether it is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        twins = Twins(Path(folder))
        twins.start_look_stop()
        if given.earlier:
            twins.fill(given.earlier)
        canaries = twins.use_and_erase(
            erase or (lambda use: browse_and_erase(use, twins.profile)),
            contacts=given.contacts,
            messages=given.messages,
        )
        found = twins.found(canaries)
        lines = twins.differences()
    print(
        f"{way}: {len(canaries)} canaries, {len(found)} files with one, {len(lines)} differences",
        flush=True,
    )
    for path, names in found.items():
        print(f"  {path}: {', '.join(names[:5])}")
    for line in lines:
        print(f"  {line}")
    return not found and not lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.twin", description=__doc__)
    parser.add_argument("--contacts", type=int, default=40)
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--earlier", type=int, default=0, help="messages of an earlier year")
    given = parser.parse_args()
    ways: dict[str, Erase | None] = dict(ERASES)
    if find_chromium() is not None:
        ways["menu, in a browser"] = None
    are_clean = [report(way, erase, given) for way, erase in ways.items()]
    print("Nothing was found." if all(are_clean) else "NOT as it should be.")
    return 0 if all(are_clean) else 1


if __name__ == "__main__":
    sys.exit(main())
