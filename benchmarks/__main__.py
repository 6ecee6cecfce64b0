"""``python -m benchmarks [topic …]``: measure, and print what it may cost beside it."""

import argparse
from collections.abc import Callable, Iterator

from benchmarks import erasing, large, live, locking, protocol, receiving, starting
from benchmarks.result import HEADING, Result

# One file for each topic; its results are printed as they come.
TOPICS: dict[str, Callable[[], Iterator[Result]]] = {
    "protocol": protocol.measure,
    "receiving": receiving.measure,
    "live": live.measure,
    "starting": starting.measure,
    "large": large.measure,
    "locking": locking.measure,
    "erasing": erasing.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="topic", help=", ".join(TOPICS))
    chosen = parser.parse_args().topics or TOPICS
    print(HEADING)
    for topic in chosen:
        for result in TOPICS[topic]():
            print(result.line(), flush=True)


if __name__ == "__main__":
    main()
