"""How the account reaches the network."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.services import reading
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account
from webapp.web.presenters import present_connection

blueprint = Blueprint("connection", __name__)


@blueprint.get("/connection")
@with_account
def show(account: OpenAccount) -> ResponseReturnValue:
    return render_template(
        "partials/_connection.html", connection=present_connection(reading.connection(account))
    )
