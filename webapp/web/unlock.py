"""The two addresses that the page of the lock needs: they open the app, and close it.

Right, wrong and empty codes are answered alike: the same status, the same body, the same headers, a
new cookie each time, at a moment that the services choose. What became of the code is kept with the
session, and the page that the answer leads on to says it once (security.md V6). Both tell the
browser to forget what it keeps of us, because after a code that erases they have to.
"""

from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import lock_settings
from webapp.services.errors import NoAccount, UnlockBusy
from webapp.services.lock_settings import Depth
from webapp.services.runtime import Runtime
from webapp.services.unlocking import UnlockResult
from webapp.web.guards import LOCK_PATH, SESSION_KEY, UNLOCK_PATH
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
    return Response(render_template("tried.html"))


def _last_try(runtime: Runtime, kind: str, result: UnlockResult) -> LastTry:
    return LastTry(kind, result.reason, runtime.clock.monotonic_s() + result.wait_s)


def _depth(runtime: Runtime) -> Depth:
    """Return how deep the owner wants a lock that no danger has caused."""
    try:
        return lock_settings.load(*runtime.accounts()).depth
    except NoAccount:
        return "deep"
