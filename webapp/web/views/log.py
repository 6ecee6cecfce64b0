"""The log of an open conversation: its pages, and what of it has been read."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.services import messaging, reading
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account
from webapp.web.views import screens

blueprint = Blueprint("log", __name__)


@blueprint.get("/conversations/<row:number>/latest")
@with_account
def latest(account: OpenAccount, number: int) -> ResponseReturnValue:
    return screens.log_page(account, number, reading.latest(account, number))


@blueprint.get("/conversations/<row:number>/older")
@with_account
def older(account: OpenAccount, number: int) -> ResponseReturnValue:
    before = screens.position(request.args.get("before", ""))
    return screens.log_page(account, number, reading.older(account, number, before))


@blueprint.get("/conversations/<row:number>/newer")
@with_account
def newer(account: OpenAccount, number: int) -> ResponseReturnValue:
    after = screens.position(request.args.get("after", ""))
    return screens.log_page(account, number, reading.newer(account, number, after))


@blueprint.get("/conversations/<row:number>/around")
@with_account
def around(account: OpenAccount, number: int) -> ResponseReturnValue:
    place = screens.position(request.args.get("place", ""))
    return screens.log_page(account, number, reading.around(account, number, place))


@blueprint.get("/conversations/<row:number>/between")
@with_account
def between(account: OpenAccount, number: int) -> ResponseReturnValue:
    first = screens.position(request.args.get("first", ""))
    last = screens.position(request.args.get("last", ""))
    return screens.log_page(account, number, reading.between(account, number, first, last))


@blueprint.post("/conversations/<row:number>/read")
@with_account
def read(account: OpenAccount, number: int) -> ResponseReturnValue:
    through = screens.position(request.form.get("through", ""))
    messaging.mark_read(account, number, through=through)
    return "", 204
