"""Erasing everything: the question before it, and doing it."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import everything
from webapp.services.errors import ErasingWordMissing
from webapp.services.open_account import OpenAccount
from webapp.web.context import runtime, with_account
from webapp.web.guards import ERASE_PATH
from webapp.web.headers import CLEAR_SITE_DATA
from webapp.web.lock_presenter import present_code
from webapp.web.texts import gettext

blueprint = Blueprint("erasing", __name__)


@blueprint.get("/settings/erase")
@with_account
def ask(account: OpenAccount) -> ResponseReturnValue:
    """Say what will be gone and what will not."""
    return render_template(
        "pages/settings/erase.html",
        everything=everything.of(account),
        code=present_code(runtime().code_kind()),
        word=_word(),
        part="content",
    )


@blueprint.post(ERASE_PATH)
@with_account
def erase(_account: OpenAccount) -> ResponseReturnValue:
    """Do it. The tab then loads the page anew, and finds that of a first start."""
    if request.form.get("word", "").strip().casefold() != _word().casefold():
        raise ErasingWordMissing(_word())
    everything.erase(runtime(), current=request.form.get("current", ""))
    answer = Response(status=204)
    answer.headers.add(*CLEAR_SITE_DATA)
    return answer


def _word() -> str:
    """Return what has to be typed, so that no slip of the hand erases anything."""
    return gettext("erase")
