"""Emoji: which ones somebody likes to use."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import recent_emoji
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account

blueprint = Blueprint("emoji", __name__)


@blueprint.post("/emoji/recent")
@with_account
def used(account: OpenAccount) -> ResponseReturnValue:
    recent_emoji.note(account, request.form.get("emoji", ""))
    return render_template("partials/_recent_emoji.html", recent_emoji=recent_emoji.of(account))
