"""Several accounts: switching, adding one, keeping one behind another code, erasing one."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import pseudonyms, reading
from webapp.services.codes import CodeKind
from webapp.services.open_account import OpenAccount
from webapp.web.context import RESET_CONTENT, runtime, switching, with_account
from webapp.web.erase_form import erase_word, require_erase_word
from webapp.web.lock_presenter import present_code
from webapp.web.presenters import present_account
from webapp.web.views import screens

blueprint = Blueprint("accounts", __name__)


@blueprint.post("/accounts/<handle>/show")
@with_account
def show(account: OpenAccount, handle: str) -> ResponseReturnValue:
    if account.handle == handle == runtime().view[1]:
        return "", 204
    with switching():
        runtime().show(handle)
    return "", RESET_CONTENT


@blueprint.get("/accounts/add")
@with_account
def add(_account: OpenAccount) -> ResponseReturnValue:
    """Ask for the codes to keep, and which account it is to be."""
    return render_template(
        "pages/account_add.html",
        beside=len(runtime().accounts()),
        **screens.kept_codes(),
        **screens.offered_networks(request.args.get("network")),
    )


@blueprint.post("/accounts/keep")
@with_account
def keep(_account: OpenAccount) -> ResponseReturnValue:
    """Take note of what one code opens; nothing but that is told of it."""
    kind = request.form.get("kept_kind", "")
    pseudonyms.keep_code(runtime(), kind=kind, text=request.form.get(f"kept_{kind}", ""))
    return screens.keep_codes()


@blueprint.get("/account/move")
@with_account
def move_form(account: OpenAccount) -> ResponseReturnValue:
    return render_template(
        "pages/settings/account_move.html",
        account=present_account(account),
        code=present_code(runtime().code_kind()),
        kind=CodeKind.PIN,
        strength=None,
        suggestion=None,
        part="content",
        **screens.kept_codes(),
    )


@blueprint.post("/account/move")
@with_account
def move(account: OpenAccount) -> ResponseReturnValue:
    form = request.form
    kind = form.get("kind", "")
    pseudonyms.move(
        runtime(),
        account.handle,
        kind=kind,
        text=form.get(kind, ""),
        repeated=form.get(f"{kind}_again", ""),
        current=form.get("current", ""),
    )
    return "", RESET_CONTENT


@blueprint.get("/account/erase")
@with_account
def ask_before_erasing(account: OpenAccount) -> ResponseReturnValue:
    """Say what goes with it, and what stays."""
    return render_template(
        "pages/settings/account_erase.html",
        account=present_account(account),
        totals=reading.account_totals(account),
        is_last=len(runtime().accounts()) + runtime().unopened == 1,
        code=present_code(runtime().code_kind()),
        word=erase_word(),
        part="content",
        **screens.kept_codes(),
    )


@blueprint.post("/account/erase")
@with_account
def erase(account: OpenAccount) -> ResponseReturnValue:
    require_erase_word(request.form.get("word", ""))
    pseudonyms.erase(runtime(), account.handle, current=request.form.get("current", ""))
    return "", RESET_CONTENT
