"""The fuzzer of one target: ``python -m tests.fuzz.one NAME [options of libFuzzer]``.

Only ``webapp`` is instrumented: what its libraries do on the way is not searched.
"""

import sys

import atheris

with atheris.instrument_imports(include=["webapp"]):
    from tests.fuzz.every import TARGETS


def main() -> None:
    """Feed the target for as long as the options say; libFuzzer ends the process."""
    program, name, *options = sys.argv
    atheris.Setup([program, *options], TARGETS[name].feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
