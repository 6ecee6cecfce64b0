"""Going on as a fresh process: the same one to everybody outside, without the old memory.

Python cannot overwrite what it has copied, so keys and texts stay in free memory until the
process ends. After an erase the process therefore replaces itself, with the same arguments.
What it must not lose is handed over in a pipe that has one fixed descriptor number: the lock
on the data directory and the listening sockets, which stay open all the time, the name under
which the page is served, its sessions, and the root of an account that is open. Nothing of
that is in an argument, a variable or a file. At a normal start the descriptor is closed.

Windows cannot replace a process. There the old one goes on, and so does its memory.
"""

import contextlib
import json
import os
import socket
import stat
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from webapp.vault.codes import CodeKind
from webapp.web.sessions import Heir, HostKind

IS_POSSIBLE: Final = os.name == "posix"
# Far above what any parent leaves open by mistake, and below the fewest that a system allows.
DESCRIPTOR: Final = 219
_MAGIC: Final = b"safehouse handover 1\n"
# The least that a pipe holds without a reader; sixteen sessions take two thirds of it.
_MOST_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What one process leaves to the next."""

    lock: int
    listeners: tuple[int, ...]
    label: str
    heirs: tuple[Heir, ...]
    opened_by: tuple[bytes, CodeKind] | None

    def sockets(self) -> tuple[socket.socket, ...]:
        """Return the listening sockets; from here on they are this process's own."""
        return tuple(socket.socket(fileno=_own(number)) for number in self.listeners)


def leave(inheritance: Inheritance) -> None:
    """Replace this process. Returns only by raising OSError."""
    content = _MAGIC + _encode(inheritance)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.write(writing, content)
    os.close(writing)
    os.dup2(reading, DESCRIPTOR, inheritable=True)
    os.close(reading)
    for number in (inheritance.lock, *inheritance.listeners):
        os.set_inheritable(number, True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own arguments


def receive() -> Inheritance | None:
    """Return what the process before has left, None at a normal start."""
    if not _is_pipe():
        return None
    os.set_blocking(DESCRIPTOR, False)
    with contextlib.ExitStack() as closing:
        closing.callback(os.close, DESCRIPTOR)
        try:
            content = os.read(DESCRIPTOR, _MOST_BYTES)
        except BlockingIOError:
            content = b""
    return _decode(content[len(_MAGIC) :]) if content.startswith(_MAGIC) else None


def _is_pipe() -> bool:
    try:
        return IS_POSSIBLE and stat.S_ISFIFO(os.fstat(DESCRIPTOR).st_mode)
    except OSError:
        return False


def _own(number: int) -> int:
    os.set_inheritable(number, False)
    return number


def _encode(inheritance: Inheritance) -> bytes:
    values = asdict(inheritance)
    opened_by = inheritance.opened_by
    values["opened_by"] = None if opened_by is None else (opened_by[0].hex(), opened_by[1])
    values["heirs"] = [{**heir, "kind": heir["kind"].value} for heir in values["heirs"]]
    return json.dumps(values).encode()


def _decode(content: bytes) -> Inheritance:
    values = json.loads(content)
    opened_by = values["opened_by"]
    return Inheritance(
        lock=_own(values["lock"]),
        listeners=tuple(values["listeners"]),
        label=values["label"],
        heirs=tuple(Heir(**{**heir, "kind": HostKind(heir["kind"])}) for heir in values["heirs"]),
        opened_by=opened_by and (bytes.fromhex(opened_by[0]), CodeKind(opened_by[1])),
    )


def duplicates(listeners: Sequence[socket.socket]) -> tuple[int, ...]:
    """Return descriptors of the same sockets, which stay open when these are closed."""
    return tuple(os.dup(listener.fileno()) for listener in listeners)
