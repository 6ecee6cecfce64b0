"""Drafts: the page saves what is being written."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.services import drafts
from webapp.services.errors import DraftMissing
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/conversations/<row:number>/draft")
@with_account
def save(account: OpenAccount, number: int) -> ResponseReturnValue:
    text = request.form.get("body")
    if text is None:
        # An empty draft is one that was taken back; a form without any is a mistake.
        raise DraftMissing
    drafts.save(account, number, text, show="show" in request.form)
    return "", 204
