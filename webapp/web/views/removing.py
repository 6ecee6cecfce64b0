"""Questions before something of a conversation is deleted here, and doing it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.services import reading, removing
from webapp.services.open_account import OpenAccount
from webapp.web.context import calendar, with_account
from webapp.web.presenters import conversation_name
from webapp.web.row_presenter import present_row
from webapp.web.texts import gettext
from webapp.web.toasts import Toast
from webapp.web.views import screens

blueprint = Blueprint("removing", __name__)


@blueprint.get("/conversations/<row:number>/clear")
@with_account
def ask_before_clearing(account: OpenAccount, number: int) -> ResponseReturnValue:
    return _ask(account, number, "pages/conversation_clear.html")


@blueprint.post("/conversations/<row:number>/clear")
@with_account
def clear(account: OpenAccount, number: int) -> ResponseReturnValue:
    removing.clear(account, number)
    return screens.redrawn(account, number, toast=Toast(gettext("The messages are deleted here.")))


@blueprint.get("/conversations/<row:number>/delete")
@with_account
def ask_before_deleting(account: OpenAccount, number: int) -> ResponseReturnValue:
    return _ask(account, number, "pages/conversation_delete.html")


@blueprint.post("/conversations/<row:number>/delete")
@with_account
def delete(account: OpenAccount, number: int) -> ResponseReturnValue:
    toast = _about(account, number, gettext("The conversation with %(name)s is deleted here."))
    removing.delete_conversation(account, number)
    return screens.removed(account, number, toast=toast)


@blueprint.get("/conversations/<row:number>/contact/delete")
@with_account
def ask_before_deleting_contact(account: OpenAccount, number: int) -> ResponseReturnValue:
    return _ask(account, number, "pages/contact_delete.html")


@blueprint.post("/conversations/<row:number>/contact/delete")
@with_account
def delete_contact(account: OpenAccount, number: int) -> ResponseReturnValue:
    toast = _about(account, number, gettext("%(name)s is no longer a contact."))
    removing.delete_contact(account, number)
    return screens.removed(account, number, toast=toast)


def _ask(account: OpenAccount, number: int, template: str) -> str:
    found = reading.conversation(account, number)
    return render_template(
        template,
        conversation=present_row(found, calendar()),
        contents=removing.contents(account, number),
    )


def _about(account: OpenAccount, number: int, sentence: str) -> Toast:
    name = conversation_name(reading.conversation(account, number))
    return Toast(sentence % {"name": name})
