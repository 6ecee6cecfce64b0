"""Install the packages that the tests need: ``python3 -m tests.environment``."""

import sys

import run

if __name__ == "__main__":
    try:
        run.prepare(run.ROOT / ".venv", run.TEST_LOCK)
    except run.SetupFailed as failure:
        sys.exit(str(failure))
