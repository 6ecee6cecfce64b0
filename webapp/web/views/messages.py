"""Messages: writing one, trying one again."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.services import messaging
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account
from webapp.web.views import screens

blueprint = Blueprint("messages", __name__)


@blueprint.post("/conversations/<row:number>/messages")
@with_account
def send(account: OpenAccount, number: int) -> ResponseReturnValue:
    message_id = messaging.send_text(account, number, request.form.get("body", ""))
    return screens.message(account, message_id)


@blueprint.post("/messages/<row:number>/retry")
@with_account
def retry(account: OpenAccount, number: int) -> ResponseReturnValue:
    messaging.retry(account, number)
    return screens.message(account, number)
