"""One request to one computer: all that the rest of this package knows of sockets."""

from dataclasses import dataclass
from typing import Protocol

from webapp.network.proxy import Proxy


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How long a call may take in all, and how much may come back."""

    timeout_s: float
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an HTTP status and the whole body."""

    status: int
    body: bytes


class Transport(Protocol):
    """Sends requests to seeds and guards, and to nobody else. Safe to use from many threads."""

    def post(
        self, url: str, body: bytes, *, limits: CallLimits, cert_sha256: bytes | None = None
    ) -> Answer:
        """Return the answer to a POST of ``body``, whatever its status.

        With ``cert_sha256`` only a server that shows this certificate is
        spoken to. Raises Unreachable, NoRoute if the fault lies on our side of the
        network (WayChanged, ProxyFailed), or NetworkClosed after ``close``.
        """
        ...

    def use_proxy(self, proxy: Proxy | None) -> None:
        """Send everything through ``proxy`` from now on, or nothing through any.

        Connections that go another way are closed at once.
        """
        ...

    def close(self) -> None:
        """Hang up; calls that are waiting for an answer fail at once."""
        ...
