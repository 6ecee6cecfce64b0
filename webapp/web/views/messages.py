"""Messages: writing one, trying one again, looking at one, and deleting some."""

import re

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import deleting, messaging, reading
from webapp.services.errors import UnknownMessage
from webapp.services.open_account import OpenAccount
from webapp.web.context import calendar, with_account
from webapp.web.links import addresses
from webapp.web.message_presenter import present_details
from webapp.web.views import screens

# A random UUID.
KEY_CHARACTERS = 36

blueprint = Blueprint("messages", __name__)

# Numbers that SQLite can hold, as the page puts them together.
NUMBERS = re.compile(r"[0-9]{1,18}(,[0-9]{1,18})*")


@blueprint.post("/conversations/<row:number>/messages")
@with_account
def send(account: OpenAccount, number: int) -> ResponseReturnValue:
    key = request.form.get("key") or None
    if key and len(key) > KEY_CHARACTERS:
        abort(400)
    body = request.form.get("body", "")
    return screens.message(account, messaging.send_text(account, number, body, key=key))


@blueprint.post("/messages/<row:number>/retry")
@with_account
def retry(account: OpenAccount, number: int) -> ResponseReturnValue:
    messaging.retry(account, number)
    return screens.message(account, number)


@blueprint.get("/messages/<row:number>/menu")
@with_account
def menu(account: OpenAccount, number: int) -> ResponseReturnValue:
    message = reading.require_message(account, number)
    return render_template("pages/message_menu.html", message=message)


@blueprint.get("/messages/<row:number>/details")
@with_account
def details(account: OpenAccount, number: int) -> ResponseReturnValue:
    message = reading.require_message(account, number)
    conversation = reading.conversation(account, message.conversation_id)
    view = present_details(message, conversation=conversation, calendar=calendar())
    return render_template("pages/message_details.html", details=view)


@blueprint.get("/messages/<row:number>/links/<int:place>")
@with_account
def link(account: OpenAccount, number: int, place: int) -> ResponseReturnValue:
    """Show where an address of a message leads, before anything opens it."""
    found = addresses(reading.require_message(account, number).body)
    if place >= len(found):
        raise UnknownMessage
    return render_template("pages/link_open.html", address=found[place])


@blueprint.get("/messages/delete")
@with_account
def ask_before_deleting(account: OpenAccount) -> ResponseReturnValue:
    """Say what follows from it; what is gone meanwhile need not be asked about."""
    found = [reading.message(account, number) for number in _numbers(request.args.get("ids", ""))]
    messages = [message for message in found if message is not None]
    if not messages:
        raise UnknownMessage
    conversation = reading.conversation(account, messages[0].conversation_id)
    return render_template(
        "pages/message_delete.html",
        messages=messages,
        note_to_self=conversation.kind == "note_to_self",
    )


@blueprint.post("/messages/delete")
@with_account
def delete(account: OpenAccount) -> ResponseReturnValue:
    numbers = _numbers(request.form.get("ids", ""))
    removed = deleting.delete_messages(account, numbers)
    return screens.removed_messages(account, numbers, conversations=removed)


def _numbers(text: str) -> list[int]:
    """Return the numbers of messages that the page has put together. Raises UnknownMessage."""
    if not NUMBERS.fullmatch(text):
        raise UnknownMessage
    return [int(number) for number in text.split(",")]
