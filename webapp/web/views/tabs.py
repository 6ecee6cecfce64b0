"""What a tab leaves behind for its next load (``webapp.web.tabs``)."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from webapp.web.context import current_session, page_is_current
from webapp.web.tabs import MOST_CHARACTERS

blueprint = Blueprint("tabs", __name__)


@blueprint.get("/tabs/<uuid:tab>")
def recall(tab: object) -> ResponseReturnValue:
    text = current_session().tabs.recall(str(tab))
    if text is None:
        return "", 204
    return text, {"Content-Type": "application/json"}


@blueprint.post("/tabs/<uuid:tab>")
def keep(tab: object) -> ResponseReturnValue:
    text = request.form.get("memory", "")
    if len(text) > MOST_CHARACTERS:
        abort(413)
    if not page_is_current():
        return "", 204  # Its places are not those of the account that is shown now.
    current_session().tabs.keep(str(tab), text)
    return "", 204
