"""Conversations: one of them, a new one."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import messaging, organising
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account
from webapp.web.views import screens

blueprint = Blueprint("conversations", __name__)


@blueprint.get("/conversations/new")
@with_account
def new(account: OpenAccount) -> ResponseReturnValue:
    return render_template(
        "pages/new_conversation.html",
        echo=account.network.settings.echo,
        own_id=account.account_id.hex,
    )


@blueprint.post("/conversations")
@with_account
def start(account: OpenAccount) -> ResponseReturnValue:
    account_id = messaging.parse_account_id(request.form.get("account_id", ""))
    return screens.conversation(account, messaging.start_conversation(account, account_id))


@blueprint.get("/conversations/<row:number>")
@with_account
def show(account: OpenAccount, number: int) -> ResponseReturnValue:
    around = request.args.get("around")
    at = screens.position(around) if around else None
    organising.unmark(account, number)
    return screens.conversation(account, number, at=at)
