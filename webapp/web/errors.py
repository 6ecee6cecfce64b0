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
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from webapp.process import describe
from webapp.sentence import Sentence
from webapp.web.texts import Counted, gettext, mark, say


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

    ``message`` and ``hint`` are marked, and may name attributes of the error: ``"Word %(position)s
    …"``. Where the number of something decides how ``message`` is said, it is ``Counted``, and
    ``number`` names the attribute.
    """

    status: int
    code: str
    message: str | Counted
    hint: str = ""
    number: str = ""

    def said(self, error: BaseException | None) -> tuple[str, str]:
        """Return message and hint about ``error``, in the language of the interface."""
        found: dict[str, Any] = vars(error) if error else {}
        values: dict[str, Any] = {
            name: say(value) if isinstance(value, Sentence) else value
            for name, value in found.items()
        }
        if isinstance(self.message, Counted):
            return self.message.of(values[self.number]), gettext(self.hint)
        return gettext(self.message, **values), gettext(self.hint, **values) if self.hint else ""


NOTHING_CHANGED = mark("Nothing was changed.")
INTERNAL = ErrorText(
    500,
    "internal",
    mark("Something went wrong inside Safehouse."),
    mark("What you have saved is still there."),
)
TOO_MANY_REQUESTS = ErrorText(
    429,
    "too_many_requests",
    mark("That was too much at once."),
    mark("Wait a moment, then try again."),
)
TOO_LARGE = ErrorText(413, "too_large", mark("That is too large to take in."), NOTHING_CHANGED)

# The answers that Flask itself gives; whatever else it raises is told as a bad request.
_HTTP_TEXTS = {
    404: ErrorText(404, "not_found", mark("There is nothing here."), NOTHING_CHANGED),
    405: ErrorText(405, "not_allowed", mark("That cannot be done here."), NOTHING_CHANGED),
    413: TOO_LARGE,
}
_BAD_REQUEST = ErrorText(
    400, "bad_request", mark("Safehouse could not read this."), NOTHING_CHANGED
)


def error_body(text: ErrorText, error: BaseException | None = None) -> bytes:
    """Return the JSON of the one error shape."""
    message, hint = text.said(error)
    told = {"code": text.code, "message": message, "hint": hint}
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
