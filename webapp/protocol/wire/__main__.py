"""Compile ``session.proto`` into ``session_pb2.py`` and its type stub, in place.

It needs ``grpcio-tools``, of the test dependencies. The app itself does not.
"""

import sys
from pathlib import Path

from grpc_tools import protoc  # type: ignore[import-untyped]  # it has no type information

_ROOT = Path(__file__).resolve().parents[3]
_SOURCE = "webapp/protocol/wire/session.proto"
_STUB = Path(__file__).with_name("session_pb2.pyi")
# The compiler writes bare ``Mapping`` in its stubs, which our strictness refuses.
_STUB_HEADER = "# mypy: disable-error-code=type-arg\n"


def main() -> int:
    """Compile, and return the compiler's exit status."""
    # The path is relative to the root so that the module registers under the
    # name by which it is imported, on every machine.
    options = [f"--proto_path={_ROOT}", f"--python_out={_ROOT}", f"--pyi_out={_ROOT}"]
    status = int(protoc.main(["protoc", *options, _SOURCE]))
    if status == 0:
        _STUB.write_text(_STUB_HEADER + _STUB.read_text())
    return status


if __name__ == "__main__":
    sys.exit(main())
