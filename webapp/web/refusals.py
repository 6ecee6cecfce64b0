"""What a request gets that is not let in: as little as possible.

Every refusal of a stranger has the same text of at most 64 bytes and no cookie, whether the path
exists or not. Only who has a session is told more, in the one error shape.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse

from flask import Response

from webapp.web.errors import INTERNAL, TOO_LARGE, TOO_MANY_REQUESTS, ErrorText, error_body

# What a person sees who opens an old address by hand. It does not say whose port this is.
_STRANGER_TEXT = b"Please start the app again."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to be refused; with a ``text`` only for who has a session."""

    status: str
    stranger_body: bytes = _STRANGER_TEXT
    text: ErrorText | None = None

    @property
    def body(self) -> bytes:
        return error_body(self.text) if self.text else self.stranger_body

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers besides the security headers."""
        return [("Content-Type", self._content_type), ("Content-Length", str(len(self.body)))]

    def answer(self, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a WSGI request with this refusal."""
        start_response(self.status, self.headers())
        return [self.body]

    def response(self) -> Response:
        """Return this refusal as the answer of a view."""
        return Response(self.body, self.status, content_type=self._content_type)

    @property
    def _content_type(self) -> str:
        return "application/json" if self.text else "text/plain; charset=utf-8"


def _told(status: str, text: ErrorText) -> Refusal:
    return Refusal(status, text=text)


MALFORMED = Refusal("400 Bad Request")
NO_SESSION = Refusal("401 Unauthorized")
FOREIGN = Refusal("403 Forbidden")
WRONG_METHOD = Refusal("405 Method Not Allowed")
MISDIRECTED = Refusal("421 Misdirected Request", b"")
HEADERS_TOO_LARGE = Refusal("431 Request Header Fields Too Large")
NO_SOCKET_LEFT = Refusal("503 Service Unavailable")

TOO_MUCH_AT_ONCE = _told("429 Too Many Requests", TOO_MANY_REQUESTS)
BODY_TOO_LARGE = _told("413 Content Too Large", TOO_LARGE)
FAILED = _told("500 Internal Server Error", INTERNAL)

# waitress names what it refuses by itself with a number only.
BY_NUMBER = {431: HEADERS_TOO_LARGE, 500: FAILED}
