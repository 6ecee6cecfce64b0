"""How the account reaches the network."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.services import connecting, proxying, reading
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


@blueprint.get("/connection/proxy")
@with_account
def proxy(account: OpenAccount) -> ResponseReturnValue:
    return screens.network(account)


@blueprint.post("/connection/proxy")
@with_account
def change_proxy(account: OpenAccount) -> ResponseReturnValue:
    form = request.form
    proxying.change(
        account,
        form.get("proxy", ""),
        username=form.get("proxy_username", ""),
        password=form.get("proxy_secret", ""),
    )
    return screens.network(account)


@blueprint.get("/connection/proxy/remove")
@with_account
def ask_before_removing_proxy(account: OpenAccount) -> ResponseReturnValue:
    """Say what follows from it; without a proxy there is nothing to ask."""
    if reading.proxy(account) is None:
        return screens.network(account)
    return screens.network(account, "pages/settings/proxy_remove.html")


@blueprint.post("/connection/proxy/remove")
@with_account
def remove_proxy(account: OpenAccount) -> ResponseReturnValue:
    proxying.remove(account)
    return screens.network(account)
