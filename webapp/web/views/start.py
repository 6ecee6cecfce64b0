"""The first pages: welcome, making an account, bringing one back."""

import re
from collections.abc import Mapping
from functools import wraps

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import proxying, pseudonyms, restoring
from webapp.services.codes import CodeKind
from webapp.services.making import Apart
from webapp.services.reading import Proxy
from webapp.web.context import (
    BEFORE_AN_ACCOUNT,
    RESET_CONTENT,
    View,
    page_is_current,
    runtime,
)
from webapp.web.guards import BARE_PAGE_KEY, LOCKED_KEY
from webapp.web.lock_presenter import present_code
from webapp.web.presenters import id_groups
from webapp.web.refusals import NO_SESSION
from webapp.web.texts import gettext
from webapp.web.toasts import Toast
from webapp.web.views import screens

# What static/js/lib/request.js sends with everything.
OWN_SCRIPT = "X-Safehouse"

blueprint = Blueprint("start", __name__)


def _before_an_account(view: View[[]]) -> View[[]]:
    """Show the app instead of a first page once there is an account: Back still leads to them."""

    @wraps(view)
    def wrapped() -> ResponseReturnValue:
        is_first = runtime().state in BEFORE_AN_ACCOUNT
        return view() if is_first or _beside() else screens.screen()

    return wrapped


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """The one address: the whole document, whatever state the app is in.

    The scripts ask here too, for the screen alone, and say so by their header.
    """
    if request.environ.get(BARE_PAGE_KEY):
        # A script without the secret of its tab would ask for ever.
        return NO_SESSION.response() if OWN_SCRIPT in request.headers else screens.bare_document()
    if request.environ.get(LOCKED_KEY):
        return screens.lock(whole=OWN_SCRIPT not in request.headers)
    if not page_is_current():
        return "", RESET_CONTENT
    return screens.screen() if OWN_SCRIPT in request.headers else screens.document()


@blueprint.get("/welcome")
@_before_an_account
def welcome() -> ResponseReturnValue:
    return screens.welcome(request.args.get("network"))


@blueprint.get("/accounts/new")
@_before_an_account
def new() -> ResponseReturnValue:
    return _form("pages/create.html", request.args)


@blueprint.post("/accounts")
def create() -> ResponseReturnValue:
    runtime().create_account(
        request.form.get("name", ""),
        network=screens.chosen_network(request.form),
        proxy=_chosen_proxy(request.form),
        beside=_beside(),
        apart=(apart := _own_code(request.form)),
    )
    return _made(apart)


@blueprint.get("/accounts/restore")
@_before_an_account
def restore_form() -> ResponseReturnValue:
    return _form("pages/restore.html", request.args)


@blueprint.post("/accounts/restore/check")
def check() -> ResponseReturnValue:
    """Show which account the words open, before anything is made of them."""
    found = restoring.check_words(request.form.get("words", ""))
    return _form(
        "pages/restore_confirm.html",
        request.form,
        words=found.password,
        completed=found.completed,
        id_groups=id_groups(found.account_id.hex),
    )


@blueprint.post("/accounts/restore")
def restore() -> ResponseReturnValue:
    runtime().restore_account(
        request.form.get("words", ""),
        name=request.form.get("name", ""),
        network=screens.chosen_network(request.form),
        proxy=_chosen_proxy(request.form),
        beside=_beside(),
        apart=(apart := _own_code(request.form)),
    )
    return _made(apart)


def _form(template: str, values: Mapping[str, str], **more: object) -> str:
    """Return one of the forms that lead to an account; where a code is set it may go apart."""
    beside = _beside()
    return render_template(
        template,
        network=screens.chosen_network(values),
        beside=beside,
        code=present_code(runtime().code_kind()) if beside else None,
        kind=CodeKind.PIN,
        strength=None,
        suggestion=None,
        **more,
    )


def _made(apart: Apart | None) -> ResponseReturnValue:
    """Show the new account: in the place of the first pages, or in every tab that is open.

    One that went apart is not open: the page says how to get there and goes on as it was.
    """
    if apart is not None:
        said = gettext("It is there. Lock Safehouse and type its code to open it.")
        account = runtime().account()
        return screens.nothing_open(account, toast=Toast(said)) + screens.warnings(account)
    return ("", RESET_CONTENT) if _beside() else screens.main(runtime().account())


def _own_code(form: Mapping[str, str]) -> Apart | None:
    """Return the code of its own that a form gives to a new account; None if it gives none."""
    kind = form.get("kind", "")
    text, repeated = form.get(kind, ""), form.get(f"{kind}_again", "")
    if not (_beside() and (text or repeated)):
        return None
    current = form.get("current", "")
    return pseudonyms.own_code(runtime(), kind=kind, text=text, repeated=repeated, current=current)


def _beside() -> int:
    """Return how many accounts were open when a page or a form was drawn that makes another."""
    text = request.values.get("beside", "")
    return int(text) if re.fullmatch(r"[0-8]", text, re.ASCII) else 0


def _chosen_proxy(values: Mapping[str, str]) -> Proxy | None:
    """Return the proxy that a form describes; None if all its fields are empty."""
    text, username, password = (
        values.get(field, "") for field in ("proxy", "proxy_username", "proxy_secret")
    )
    if not (text.strip() or username or password):
        return None
    return proxying.parse(text, username=username, password=password)
