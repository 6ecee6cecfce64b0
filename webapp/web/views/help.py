"""Help: the version, what to tell of a fault, and the keyboard."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.services import diagnosing
from webapp.services.open_account import OpenAccount
from webapp.version import VERSION
from webapp.web.context import with_account
from webapp.web.credits import CREDITS

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@with_account
def show(account: OpenAccount) -> ResponseReturnValue:
    told = {"Safehouse": VERSION, **diagnosing.report(account)}
    return render_template(
        "pages/settings/help.html",
        version=VERSION,
        # In English in every language: it is meant for those who look for the fault.
        report="\n".join(f"{name}: {value}" for name, value in told.items()),
        credits=CREDITS,
        part="content",
    )


@blueprint.get("/help/shortcuts")
def shortcuts() -> ResponseReturnValue:
    return render_template("pages/shortcuts.html")
