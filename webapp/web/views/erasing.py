"""Erasing everything: the question before it, and doing it, on the network first if asked."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import everything
from webapp.services.everything import OnNetwork
from webapp.services.open_account import OpenAccount
from webapp.web.context import current_session, runtime, with_account
from webapp.web.erase_form import erase_word, erased, require_erase_word
from webapp.web.lock_presenter import present_code
from webapp.web.texts import say

blueprint = Blueprint("erasing", __name__)


@blueprint.get("/settings/erase")
@with_account
def ask(_account: OpenAccount) -> ResponseReturnValue:
    """Say what will be gone and what will not."""
    return render_template(
        "pages/settings/erase.html",
        everything=everything.of(runtime().accounts()),
        code=present_code(runtime().code_kind()),
        word=erase_word(),
        part="content",
    )


@blueprint.post("/erase")
@with_account
def erase(_account: OpenAccount) -> ResponseReturnValue:
    """Do it. The tab then loads the page anew, and finds that of a first start."""
    require_erase_word(request.form.get("word", ""))
    current = request.form.get("current", "")
    if request.form.get("scope") == "network":
        current_session().may_erase_in = everything.confirm(runtime(), current=current)
        return _on_network_first()
    everything.erase(runtime(), current=current)
    return erased()


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
    return erased()


def _on_network_first() -> ResponseReturnValue:
    confirmed = current_session().may_erase_in
    found = everything.delete_on_network(runtime(), confirmed=confirmed)
    if not found.is_complete:
        return _told(found)
    everything.erase_confirmed(runtime(), confirmed=confirmed)
    return erased()


def _told(found: OnNetwork) -> str:
    return render_template(
        "pages/settings/erase_network.html",
        done=found.done,
        left=found.left,
        reason=say(found.reason) if found.reason else "",
        part="content",
    )
