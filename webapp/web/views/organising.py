"""What can be done with a conversation in the list: its menu, pins, marks, names, blocking."""

import re

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import organising, reading
from webapp.services.open_account import OpenAccount
from webapp.web.context import calendar, with_account
from webapp.web.presenters import conversation_name
from webapp.web.row_presenter import present_row
from webapp.web.texts import gettext
from webapp.web.toasts import Toast
from webapp.web.views import screens

blueprint = Blueprint("organising", __name__)


@blueprint.get("/conversations/<row:number>/menu")
@with_account
def menu(account: OpenAccount, number: int) -> ResponseReturnValue:
    return _about(account, number, "pages/conversation_menu.html")


@blueprint.post("/conversations/<row:number>/pin")
@with_account
def pin(account: OpenAccount, number: int) -> ResponseReturnValue:
    organising.pin(account, number, priority=_number("priority"))
    done = gettext("%(name)s is pinned above the others.")
    return _done(account, number, done, undo="unpin")


@blueprint.post("/conversations/<row:number>/unpin")
@with_account
def unpin(account: OpenAccount, number: int) -> ResponseReturnValue:
    priority = organising.unpin(account, number)
    done = gettext("%(name)s is no longer pinned.")
    return _done(account, number, done, undo=f"pin?priority={max(priority, 0)}")


@blueprint.post("/conversations/<row:number>/mark-read")
@with_account
def mark_read(account: OpenAccount, number: int) -> ResponseReturnValue:
    count = organising.mark_read(account, number)
    done = gettext("%(name)s is marked as read.")
    return _done(account, number, done, undo=f"mark-unread?count={count}")


@blueprint.post("/conversations/<row:number>/mark-unread")
@with_account
def mark_unread(account: OpenAccount, number: int) -> ResponseReturnValue:
    organising.mark_unread(account, number, count=_number("count"))
    done = gettext("%(name)s is marked as unread.")
    return _done(account, number, done, undo="mark-read")


@blueprint.get("/conversations/<row:number>/nickname")
@with_account
def ask_for_nickname(account: OpenAccount, number: int) -> ResponseReturnValue:
    return _about(account, number, "pages/conversation_nickname.html")


@blueprint.post("/conversations/<row:number>/nickname")
@with_account
def set_nickname(account: OpenAccount, number: int) -> ResponseReturnValue:
    organising.set_nickname(account, number, request.form.get("nickname", ""))
    return screens.row(account, number)


@blueprint.get("/conversations/<row:number>/block")
@with_account
def ask_before_blocking(account: OpenAccount, number: int) -> ResponseReturnValue:
    return _about(account, number, "pages/conversation_block.html")


@blueprint.post("/conversations/<row:number>/block")
@with_account
def block(account: OpenAccount, number: int) -> ResponseReturnValue:
    organising.block(account, number)
    return _redrawn(account, number, gettext("%(name)s is blocked."), undo="unblock")


@blueprint.post("/conversations/<row:number>/unblock")
@with_account
def unblock(account: OpenAccount, number: int) -> ResponseReturnValue:
    organising.unblock(account, number)
    return _redrawn(account, number, gettext("%(name)s is no longer blocked."), undo="block")


def _about(account: OpenAccount, number: int, template: str) -> str:
    found = reading.conversation(account, number)
    return render_template(template, conversation=present_row(found, calendar()))


def _done(account: OpenAccount, number: int, sentence: str, *, undo: str) -> str:
    return screens.row(account, number, toast=_toast(account, number, sentence, undo=undo))


def _redrawn(account: OpenAccount, number: int, sentence: str, *, undo: str) -> str:
    return screens.redrawn(account, number, toast=_toast(account, number, sentence, undo=undo))


def _toast(account: OpenAccount, number: int, sentence: str, *, undo: str) -> Toast:
    name = conversation_name(reading.conversation(account, number))
    return Toast(sentence % {"name": name}, undo=f"/conversations/{number}/{undo}")


def _number(name: str) -> int:
    """Return a number of the address that is not below nought and fits a row; otherwise 0."""
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else 0
