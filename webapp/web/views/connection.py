"""How the account reaches the network."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from webapp.services import connecting
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account
from webapp.web.views import screens

blueprint = Blueprint("connection", __name__)


@blueprint.get("/connection")
@with_account
def show(account: OpenAccount) -> ResponseReturnValue:
    return screens.connection(account)


@blueprint.post("/connection/route")
@with_account
def new_route(account: OpenAccount) -> ResponseReturnValue:
    connecting.new_route(account)
    return screens.connection(account)
