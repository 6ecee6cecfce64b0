"""What this process must not leave behind: core dumps, traces with values, open files.

security.md L1–L2: an unexpected error is told by its type and the place in our
code, never by its message, which can hold a name, an id or a path.
"""

import contextlib
import ctypes
import os
import sys
import threading
import traceback
from types import TracebackType

# prctl(2): with this cleared no other process of the user may read our memory or dump it.
PR_SET_DUMPABLE = 4


def harden() -> None:
    """Forbid core dumps and readable files, and shorten what an unexpected error prints."""
    os.umask(0o077)
    sys.excepthook = _tell
    threading.excepthook = _tell_thread
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def describe(error: BaseException) -> str:
    """Return the type of ``error`` and the innermost place in this program, and nothing else."""
    places = [
        f"{frame.name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if f"{os.sep}webapp{os.sep}" in frame.filename
    ]
    return f"unexpected {type(error).__name__} in {places[-1] if places else 'a library'}"


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    sys.stderr.write(describe(error) + "\n")


def _tell_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _tell(args.exc_type, args.exc_value, args.exc_traceback)
