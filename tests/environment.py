"""Install the packages that the tests need: ``python3 -m tests.environment``.

With ``fuzz`` behind it, those of the fuzzer instead, in an environment of their own.
"""

import platform
import sys

import run

FUZZ_LOCK = "requirements-fuzz.lock"
# For these the authors of the fuzzer publish it; building it takes a compiler of their kind.
FUZZED_SYSTEM = ("Linux", "x86_64")
FUZZED_PYTHONS = ((3, 11), (3, 12), (3, 13))


def main(arguments: list[str]) -> None:
    """Raises SetupFailed if the environment cannot be made."""
    if arguments != ["fuzz"]:
        run.prepare(run.ROOT / ".venv", run.TEST_LOCK)
        return
    require_fuzzer((platform.system(), platform.machine()), sys.version_info[:2])
    run.prepare(run.ROOT / ".venv-fuzz", FUZZ_LOCK)


def require_fuzzer(system: tuple[str, str], python: tuple[int, int]) -> None:
    """Raises SetupFailed where there is no fuzzer to install."""
    if system != FUZZED_SYSTEM or python not in FUZZED_PYTHONS:
        raise run.SetupFailed(
            "The fuzzer exists for Linux on x86-64 with Python 3.11 to 3.13 only, and this is "
            f"{' '.join(system)} with Python {python[0]}.{python[1]}. Choose another Python with "
            "PYTHON=python3.12. `make test` feeds the same parsers without the fuzzer."
        )


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except run.SetupFailed as failure:
        sys.exit(str(failure))
