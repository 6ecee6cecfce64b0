"""The addresses that the page of the lock needs: they open the app, close it, or begin anew.

Right, wrong and empty codes are answered alike: the same status, the same body, the same headers, a
new cookie each time, at a moment that the services choose. What became of the code is kept with the
session, and the page that the answer leads on to says it once (security.md V6). Both tell the
browser to forget what it keeps of us, because after a code that erases they have to.

Whoever has forgotten the code erases in three steps (services/forgotten.py). They are forms of a
page that works without scripts, so each is answered with the way back to it.
"""

import contextlib
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import lock_settings
from webapp.services.errors import (
    ErasingWordMissing,
    LockNeedsCode,
    NoAccount,
    NotYetErasable,
    UnlockBusy,
)
from webapp.services.lock_settings import Depth
from webapp.services.runtime import Runtime
from webapp.services.unlocking import UnlockResult
from webapp.web.erase_form import require_erase_word
from webapp.web.guards import FORGOT_PATH, LOCK_PATH, SESSION_KEY, UNLOCK_PATH
from webapp.web.headers import CLEAR_SITE_DATA
from webapp.web.sessions import LastTry, Session, Sessions

_PAGES = Path(__file__).with_name("pages")


def unlock_routes(runtime: Runtime, *, sessions: Sessions) -> Blueprint:
    """Return the routes of the lock."""
    routes = Blueprint("unlock", __name__, template_folder=str(_PAGES))

    @routes.post(UNLOCK_PATH)
    def unlock() -> ResponseReturnValue:
        session: Session = request.environ[SESSION_KEY]
        try:
            answer = _tried(runtime, session)
        except UnlockBusy as error:
            answer = current_app.make_response(current_app.handle_user_exception(error))
        answer.headers["Set-Cookie"] = sessions.rotate(session)
        answer.headers.add(*CLEAR_SITE_DATA)
        session.clears = True
        return answer

    @routes.post(FORGOT_PATH)
    def forgot() -> ResponseReturnValue:
        session: Session = request.environ[SESSION_KEY]
        _go_on_erasing(runtime, session)
        answer = _way_back()
        answer.headers.add(*CLEAR_SITE_DATA)
        return answer

    @routes.post(LOCK_PATH)
    def lock() -> ResponseReturnValue:
        runtime.lock(depth="deep" if "deep" in request.form else _depth(runtime))
        return "", 204

    return routes


def _tried(runtime: Runtime, session: Session) -> Response:
    """Try the code of this request. Raises UnlockBusy."""
    kind = request.form.get("kind", "")
    result = runtime.unlock(kind, request.form.get(kind, ""))
    if result.opened:
        session.unlocked_in = result.generation
    # After an erase there is no lock that could say anything.
    is_told = result.reason not in ("opened", "erased")
    session.last_try = _last_try(runtime, kind, result) if is_told else None
    return _way_back()


def _way_back() -> Response:
    """Return the page that leads on to what the app shows now."""
    return Response(render_template("tried.html"))


def _go_on_erasing(runtime: Runtime, session: Session) -> None:
    """Do what the form is for. The page that follows shows how far it has come."""
    match request.form.get("step"):
        case "ask":
            _begin_to_wait(runtime, session)
        case "erase":
            _erase_forgotten(runtime, session)
        case _:
            runtime.forgotten.cancel()


def _erase_forgotten(runtime: Runtime, session: Session) -> None:
    # Before its time the page that follows shows how long it takes.
    with contextlib.suppress(NotYetErasable):
        session.forgot_problem = None if runtime.erase_forgotten() else "disk"


def _begin_to_wait(runtime: Runtime, session: Session) -> None:
    """Wait behind a lock: who has it open in another browser is to notice."""
    try:
        require_erase_word(request.form.get("word", ""))
        if runtime.state != "locked":
            runtime.lock()
    except ErasingWordMissing:
        session.forgot_problem = "word"
    except LockNeedsCode:
        return  # There is nothing to forget.
    else:
        runtime.forgotten.ask()


def _last_try(runtime: Runtime, kind: str, result: UnlockResult) -> LastTry:
    return LastTry(kind, result.reason, runtime.clock.monotonic_s() + result.wait_s)


def _depth(runtime: Runtime) -> Depth:
    """Return how deep the owner wants a lock that no danger has caused."""
    try:
        return lock_settings.load(*runtime.accounts()).depth
    except NoAccount:
        return "deep"
