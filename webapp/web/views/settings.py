"""Settings: their tree, their pages, and one setting at a time."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import lock_settings, messaging, organising, preferences, wrong_codes
from webapp.services.open_account import OpenAccount
from webapp.services.preferences import TEXT_SIZES
from webapp.web.context import runtime, with_account
from webapp.web.views import screens

blueprint = Blueprint("settings", __name__)


@blueprint.get("/settings")
@with_account
def tree(account: OpenAccount) -> ResponseReturnValue:
    """Show the first page, or where the window is too narrow for both, the tree."""
    return screens.own_account(account, part="list")


@blueprint.get("/settings/appearance")
@with_account
def appearance(account: OpenAccount) -> ResponseReturnValue:
    return render_template(
        "pages/settings/appearance.html",
        preferences=screens.chosen(account),
        sizes=[str(size) for size in TEXT_SIZES],
        part="content",
    )


@blueprint.get("/settings/chats")
@with_account
def chats(account: OpenAccount) -> ResponseReturnValue:
    return render_template(
        "pages/settings/chats.html",
        preferences=screens.chosen(account),
        blocked=screens.blocked_people(account),
        part="content",
    )


@blueprint.post("/settings/chats/unblock")
@with_account
def unblock(account: OpenAccount) -> ResponseReturnValue:
    person = messaging.parse_account_id(request.form.get("account_id", ""))
    organising.unblock_person(account, person)
    return screens.blocked(account)


@blueprint.post("/settings/<name>")
@with_account
def change(account: OpenAccount, name: str) -> ResponseReturnValue:
    value = request.form.get("value", "")
    if name == wrong_codes.NAME:
        wrong_codes.change(runtime(), value)
    elif name in lock_settings.CHOICES:
        lock_settings.change(runtime().accounts(), name, value)
    else:
        preferences.change(account, name, value)
    return screens.look(account)
