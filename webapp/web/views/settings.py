"""Settings of the interface, one at a time."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.services import preferences
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account
from webapp.web.views import screens

blueprint = Blueprint("settings", __name__)


@blueprint.post("/settings/<name>")
@with_account
def change(account: OpenAccount, name: str) -> ResponseReturnValue:
    preferences.change(account, name, request.form.get("value", ""))
    return screens.look(account)
