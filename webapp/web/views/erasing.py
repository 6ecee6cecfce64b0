"""Erasing everything: the question before it, and doing it, on the network first if asked."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import everything
from webapp.services.errors import ErasingWordMissing
from webapp.services.everything import OnNetwork
from webapp.services.open_account import OpenAccount
from webapp.web.context import current_session, runtime, with_account
from webapp.web.headers import CLEAR_SITE_DATA
from webapp.web.lock_presenter import present_code
from webapp.web.texts import gettext, say

blueprint = Blueprint("erasing", __name__)


@blueprint.get("/settings/erase")
@with_account
def ask(_account: OpenAccount) -> ResponseReturnValue:
    """Say what will be gone and what will not."""
    return render_template(
        "pages/settings/erase.html",
        everything=everything.of(runtime().accounts()),
        code=present_code(runtime().code_kind()),
        word=_word(),
        part="content",
    )


@blueprint.post("/erase")
@with_account
def erase(_account: OpenAccount) -> ResponseReturnValue:
    """Do it. The tab then loads the page anew, and finds that of a first start."""
    if request.form.get("word", "").strip().casefold() != _word().casefold():
        raise ErasingWordMissing(_word())
    current = request.form.get("current", "")
    if request.form.get("scope") == "network":
        current_session().may_erase_in = everything.confirm(runtime(), current=current)
        return _on_network_first()
    everything.erase(runtime(), current=current)
    return _done()


@blueprint.post("/erase/rest")
@with_account
def erase_rest(_account: OpenAccount) -> ResponseReturnValue:
    """Ask the network once more, for whoever has confirmed the erase."""
    return _on_network_first()


@blueprint.post("/erase/anyway")
@with_account
def erase_anyway(_account: OpenAccount) -> ResponseReturnValue:
    """Erase here, whatever is left on the network."""
    everything.erase_confirmed(runtime(), confirmed=current_session().may_erase_in)
    return _done()


def _on_network_first() -> ResponseReturnValue:
    confirmed = current_session().may_erase_in
    found = everything.delete_on_network(runtime(), confirmed=confirmed)
    if not found.is_complete:
        return _told(found)
    everything.erase_confirmed(runtime(), confirmed=confirmed)
    return _done()


def _told(found: OnNetwork) -> str:
    return render_template(
        "pages/settings/erase_network.html",
        done=found.done,
        left=found.left,
        reason=say(found.reason) if found.reason else "",
        part="content",
    )


def _done() -> Response:
    answer = Response(status=204)
    answer.headers.add(*CLEAR_SITE_DATA)
    return answer


def _word() -> str:
    """Return what has to be typed, so that no slip of the hand erases anything."""
    return gettext("erase")
