"""What is fuzzed: a parser, the errors it may raise, and what must hold for its values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from webapp.protocol.errors import RemoteProtocolError


def hold_nothing(data: bytes, value: Any) -> None:
    """Ask nothing more of a value than that it is one."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parser of untrusted bytes.

    ``parse`` returns a value or raises one of ``refusals``; then ``hold``, given the
    bytes and the value, raises nothing at all. ``seeds`` are where the search begins.
    """

    name: str
    parse: Callable[[bytes], Any]
    seeds: Callable[[], Iterable[bytes]]
    hold: Callable[[bytes, Any], None] = hold_nothing
    refusals: tuple[type[Exception], ...] = (RemoteProtocolError,)

    def feed(self, data: bytes) -> None:
        """Parse ``data``; whatever this raises is a finding."""
        try:
            value = self.parse(data)
        except self.refusals:
            return
        self.hold(data, value)


def as_typed(data: bytes) -> str:
    """Return ``data`` as text that may hold halves of surrogate pairs, as JSON may."""
    return data.decode("utf-8", "surrogateescape")


def cut(data: bytes, *sizes: int) -> tuple[bytes, ...]:
    """Return parts of ``data`` of these sizes, short or empty at its end, and the rest."""
    parts = []
    for size in sizes:
        parts.append(data[:size])
        data = data[size:]
    return (*parts, data)
