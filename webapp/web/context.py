"""What a view is given: the runtime of this app, and the account that is open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from flask import current_app, has_request_context, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import IntegerConverter, Map

from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime
from webapp.web.guards import SESSION_KEY
from webapp.web.presenters import Calendar
from webapp.web.sessions import Session

EXTENSION = "safehouse"
# What static/js/lib/request.js says with everything: the account that the page shows.
ACCOUNT_HEADER = "X-Safehouse-Account"
# Tells a page to load itself anew (static/js/lib/request.js).
RESET_CONTENT = 205
# SQLite counts rows with 64 bits, sign included; a larger number names nothing.
LARGEST_ROW = 2**63 - 1

# While this is the state of the app, the first page is what there is to see.
BEFORE_AN_ACCOUNT = ("fresh", "erasing")

Params = ParamSpec("Params")
View = Callable[Params, ResponseReturnValue]


class RowConverter(IntegerConverter):
    """``<row:number>`` in an address: the number of a row."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, min=1, max=LARGEST_ROW)


def runtime() -> Runtime:
    """Return the runtime that app.py has wired into this Flask app."""
    return cast(Runtime, current_app.extensions[EXTENSION])


def current_session() -> Session:
    """Return the session of the request, which the guard has found."""
    return cast(Session, request.environ[SESSION_KEY])


def asking_session() -> Session | None:
    """Return the session whose request this thread answers, None if it answers none."""
    return request.environ.get(SESSION_KEY) if has_request_context() else None


@contextmanager
def switching() -> Iterator[None]:
    """Let the next page of this browser begin where it names the account that the block shows.

    Noted before: the page may be told of the switch, and load itself, before the block ends.
    """
    session = current_session()
    session.has_switched = True
    try:
        yield
    except BaseException:
        session.has_switched = False
        raise


def take_switch() -> bool:
    """Return whether that was noted, once."""
    session: Session | None = request.environ.get(SESSION_KEY)
    if session is None or not session.has_switched:
        return False
    session.has_switched = False
    return True


def page_is_current() -> bool:
    """Return whether the page that asks shows the account that is shown now.

    It does not right after a switch, and when it slept during one.
    """
    asking = request.headers.get(ACCOUNT_HEADER)
    return asking is None or asking == runtime().view[1]


def calendar() -> Calendar:
    """Return the calendar of this moment."""
    return Calendar(runtime().clock.now_ms())


def with_account(
    view: Callable[Concatenate[OpenAccount, Params], ResponseReturnValue],
) -> View[Params]:
    """Hand an open account to the view as its first argument: the one that the page shows.

    Rows of two accounts have the same numbers. So what a page does just as another account is
    shown still happens in the account that its owner has before their eyes.
    Raises NoAccount, AccountClosed.
    """

    @wraps(view)
    def wrapped(*args: Params.args, **kwargs: Params.kwargs) -> ResponseReturnValue:
        asking = request.headers.get(ACCOUNT_HEADER)
        return view(runtime().account(asking), *args, **kwargs)

    return wrapped
