"""What goes wrong at the web's edge, and the one place that turns errors into answers (R15).

Every refusal that a page may show is JSON of one shape:

    {"ok": false, "error": {"code": str, "message": str, "hint": str}}

The sentences live in tables, error class → ``ErrorText``; app.py hands in the table of the
services. An error nobody listed is answered neutrally, and told to stderr by type and place only
(security.md L2).
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from webapp.process import describe


class WebError(Exception):
    """Base of everything this package raises."""


class PortTaken(WebError):
    """Another program already listens on this loopback address and port."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__(address, port)
        self.address = address
        self.port = port


class PortForbidden(WebError):
    """The system does not let this user listen on this port."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__(address, port)
        self.address = address
        self.port = port


class LaunchFolderUnusable(WebError):
    """The folder for launch files is not a folder of ours that only we can read."""


class LaunchRefused(WebError):
    """A launch secret is unknown, wrong, too old, or void after wrong attempts."""


class LaunchReused(WebError):
    """A launch secret came a second time: somebody else has read the file."""


class NobodyAnswers(WebError):
    """No running process of ours answers at the door that the data directory names."""


@dataclass(frozen=True, slots=True)
class ErrorText:
    """How one class of errors is answered.

    ``message`` and ``hint`` may name attributes of the error: ``"Word {error.position} …"``.
    """

    status: int
    code: str
    message: str
    hint: str = ""


INTERNAL = ErrorText(
    500, "internal", "Something went wrong inside Safehouse.", "What you have saved is still there."
)
TOO_MANY_REQUESTS = ErrorText(
    429, "too_many_requests", "That was too much at once.", "Wait a moment, then try again."
)
TOO_LARGE = ErrorText(413, "too_large", "That is too large to take in.", "Nothing was changed.")

# The answers that Flask itself gives; whatever else it raises is told as a bad request.
_HTTP_TEXTS = {
    404: ErrorText(404, "not_found", "There is nothing here.", "Nothing was changed."),
    405: ErrorText(405, "not_allowed", "That cannot be done here.", "Nothing was changed."),
    413: TOO_LARGE,
}
_BAD_REQUEST = ErrorText(
    400, "bad_request", "Safehouse could not read this.", "Nothing was changed."
)


def error_body(text: ErrorText, error: BaseException | None = None) -> bytes:
    """Return the JSON of the one error shape."""
    told = {
        "code": text.code,
        "message": text.message.format(error=error),
        "hint": text.hint.format(error=error),
    }
    return json.dumps({"ok": False, "error": told}, ensure_ascii=False).encode()


def register_errors(app: Flask, table: Mapping[type[Exception], ErrorText]) -> None:
    """Answer the errors in ``table`` with their texts, and every other one neutrally.

    A class not in the table is answered like its nearest listed base class.
    """
    for kind, text in table.items():
        app.register_error_handler(kind, _answer_with(text))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def report_fault(error: BaseException) -> None:
    """Tell stderr the type of an unexpected error and the place in our code, never its values."""
    sys.stderr.write(describe(error) + "\n")


def quiet_libraries() -> None:
    """Silence the loggers of the web libraries, except for the place of unexpected errors (L1).

    They log paths, addresses and message texts, some of them unasked.
    """
    for name in ("waitress", "waitress.queue", "engineio", "socketio", "werkzeug", "wsproto"):
        make_quiet(logging.getLogger(name))


def make_quiet(logger: logging.Logger) -> logging.Logger:
    """Return ``logger``, which from now on only reports faults."""
    logger.handlers = [_FaultsOnly()]
    logger.propagate = False
    logger.setLevel(logging.ERROR)
    return logger


class _FaultsOnly(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            report_fault(record.exc_info[1])


def _answer_with(text: ErrorText) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        return Response(error_body(text, error), text.status, content_type="application/json")

    return answer


def _answer_http(error: HTTPException) -> Response:
    return _answer_with(_HTTP_TEXTS.get(error.code or 0, _BAD_REQUEST))(error)


def _answer_unexpected(error: Exception) -> Response:
    report_fault(error)
    return _answer_with(INTERNAL)(error)
