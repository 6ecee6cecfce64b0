"""An answer that is complete before the first byte of it leaves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """What a WSGI app would answer, in memory: our pages are small."""

    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes

    @classmethod
    def of(cls, app: WSGIApplication, environ: WSGIEnvironment) -> "HeldAnswer":
        """Return what ``app`` answers to ``environ``."""
        started: list[tuple[str, Sequence[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start(
            status: str,
            headers: Sequence[tuple[str, str]],
            exc_info: tuple[type[BaseException], BaseException, TracebackType]
            | tuple[None, None, None]
            | None = None,
            /,
        ) -> object:
            started.append((status, headers))
            return written.append

        found = app(environ, start)  # type: ignore[arg-type]  # its write() is the server's
        try:
            body = b"".join([*written, *found])
        finally:
            close = getattr(found, "close", None)
            if close is not None:
                close()
        status, headers = started[-1]
        return cls(status, headers, body)

    def give(
        self, start_response: StartResponse, *, more: Sequence[tuple[str, str]] = ()
    ) -> Iterable[bytes]:
        """Answer with it, and with ``more`` headers."""
        start_response(self.status, [*self.headers, *more])
        return [self.body]
