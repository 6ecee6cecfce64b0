"""The little of HTTP/1.1 that storage nodes and the seed speak: pure, bytes in and out.

Storage nodes take a POST with a Content-Length and answer with one; there are no
chunks, no ranges, no compression. What else arrives is refused, not interpreted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from webapp.localnet.errors import MalformedHttp

# A real request has half a kilobyte of headers; more is an attempt to fill memory.
MAX_HEAD_BYTES = 16 * 1024
# storage-rpc.md §13.
MAX_BODY_BYTES = 10 * 1024 * 1024
# More digits than the largest allowed length has can only be too large.
MAX_LENGTH_DIGITS = 12

SERVER_NAME = "Oxen Storage Server/2.8.0"
JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain"


@dataclass(frozen=True, slots=True)
class Head:
    """The part of a request before its body; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body_bytes: int
    keep_alive: bool


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request that has arrived in full."""

    head: Head
    body: bytes
    # Empty where there is no connection.
    client_ip: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What goes back: a status, a content type, a body and rarely another header."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    # How much later a real node would have had it.
    wait_s: float = 0.0
    # Called when the last byte is on its way.
    on_sent: Callable[[], None] | None = None

    @classmethod
    def text(cls, status: int, text: str) -> "HttpAnswer":
        # A refusal quotes the request, which may hold half of a surrogate pair.
        return cls(status, text.encode("utf-8", "replace"))

    def later(self, seconds: float) -> "HttpAnswer":
        """Return the same answer, had ``seconds`` later."""
        return replace(self, wait_s=self.wait_s + seconds) if seconds else self


# What answers at an address.
Application = Callable[[HttpRequest], HttpAnswer]


def parse_head(block: bytes) -> Head:
    """Return the head read from ``block``, which ends before the empty line.

    Raises MalformedHttp, whose status and text are the answer to give.
    """
    request_line, *header_lines = block.decode("latin-1").split("\r\n")
    parts = request_line.split(" ")
    if len(parts) != 3 or parts[2] not in ("HTTP/1.1", "HTTP/1.0") or not all(parts):
        raise MalformedHttp(400, "Bad Request")
    headers = dict(_parse_header(line) for line in header_lines)
    if "transfer-encoding" in headers:
        raise MalformedHttp(411, "Length Required")
    closing = headers.get("connection", "").lower() == "close"
    return Head(
        method=parts[0],
        target=parts[1],
        headers=headers,
        body_bytes=_content_length(headers.get("content-length", "0")),
        keep_alive=parts[2] == "HTTP/1.1" and not closing,
    )


def encode_answer(answer: HttpAnswer, *, keep_alive: bool) -> bytes:
    """Return the bytes of ``answer`` as they go over the connection."""
    lines = [
        f"HTTP/1.1 {answer.status} {_reason(answer.status)}",
        f"Server: {SERVER_NAME}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(answer.body)}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    if not keep_alive:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body


def _parse_header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise MalformedHttp(400, "Bad Request")
    return name.lower(), value.strip()


def _content_length(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise MalformedHttp(400, "Bad Request")
    if len(text) > MAX_LENGTH_DIGITS or int(text) > MAX_BODY_BYTES:
        raise MalformedHttp(413, "Request body too large")
    return int(text)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
