"""Emergencies: the page that opens with a code, the duress code, and the panic shortcut."""

from functools import wraps

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import codes, emergency
from webapp.services.emergency import Outcome, Rehearsal
from webapp.services.errors import DuressNotRehearsed, InvalidSetting
from webapp.services.open_account import OpenAccount
from webapp.web.context import View, current_session, runtime, with_account
from webapp.web.emergency_presenter import possible_covers, present_prepared
from webapp.web.erase_form import erased
from webapp.web.lock_presenter import present_code
from webapp.web.texts import gettext
from webapp.web.toasts import Toast
from webapp.web.views import screens

blueprint = Blueprint("emergency", __name__)


def _with_code(view: View[[]]) -> View[[]]:
    """Ask for the code first, once after each lock: an unlocked computer is not enough."""

    @wraps(view)
    @with_account
    def wrapped(_account: OpenAccount) -> ResponseReturnValue:
        is_open = not runtime().code_is_set or current_session().prepares_in == runtime().generation
        if is_open:
            return view()
        code = present_code(runtime().code_kind())
        return render_template("pages/settings/emergency_proof.html", code=code, part="content")

    return wrapped


@blueprint.get("/settings/emergency")
@_with_code
def show() -> ResponseReturnValue:
    return _page()


@blueprint.post("/settings/emergency")
@with_account
def prove(_account: OpenAccount) -> ResponseReturnValue:
    generation = runtime().generation
    codes.require_current(runtime(), request.form.get("current", ""))
    current_session().prepares_in = generation
    return _page()


@blueprint.get("/settings/emergency/code")
@_with_code
def code_form() -> ResponseReturnValue:
    return render_template(
        "pages/settings/emergency_code.html",
        code=present_code(runtime().code_kind()),
        accounts=possible_covers(runtime().accounts()),
        part="content",
        **screens.kept_codes(),
    )


@blueprint.post("/settings/emergency/code")
@_with_code
def begin() -> ResponseReturnValue:
    """Begin a rehearsal. Nothing is kept anywhere yet."""
    current_session().rehearsal = emergency.begin(
        runtime(),
        text=request.form.get("duress", ""),
        repeated=request.form.get("duress_again", ""),
        current=request.form.get("current", ""),
        cover=request.form.get("cover") or None,
    )
    return _rehearsal_page(_rehearsal(), None)


@blueprint.post("/settings/emergency/rehearsal")
@_with_code
def rehearse() -> ResponseReturnValue:
    rehearsal = _rehearsal()
    result = emergency.rehearse(runtime(), rehearsal, request.form.get("rehearsed", ""))
    return _rehearsal_page(rehearsal, result)


@blueprint.post("/settings/emergency/on")
@_with_code
def switch_on() -> ResponseReturnValue:
    emergency.switch_on(runtime(), _rehearsal())
    current_session().rehearsal = None
    return _page(toast=Toast(gettext("The duress code is on.")))


@blueprint.get("/settings/emergency/off")
@_with_code
def ask_before_switching_off() -> ResponseReturnValue:
    code = present_code(runtime().code_kind())
    return render_template("pages/settings/emergency_off.html", code=code, part="content")


@blueprint.post("/settings/emergency/off")
@_with_code
def switch_off() -> ResponseReturnValue:
    emergency.switch_off(runtime(), current=request.form.get("current", ""))
    return _page(toast=Toast(gettext("The duress code is off.")))


@blueprint.post("/settings/panic_chord")
@_with_code
def set_panic_chord() -> ResponseReturnValue:
    value = request.form.get("value", "")
    if value not in ("on", "off"):
        raise InvalidSetting
    emergency.set_panic_chord(runtime(), is_on=value == "on")
    return screens.look(runtime().account())


@blueprint.post("/panic")
@with_account
def panic(_account: OpenAccount) -> ResponseReturnValue:
    """Destroy everything. The tab then loads the page anew, and finds that of a first start."""
    emergency.panic(runtime())
    return erased()


def _rehearsal() -> Rehearsal:
    rehearsal = current_session().rehearsal
    if rehearsal is None:
        raise DuressNotRehearsed
    return rehearsal


def _page(*, toast: Toast | None = None) -> str:
    page = render_template(
        "pages/settings/emergency.html",
        prepared=present_prepared(emergency.prepared(runtime()), runtime().accounts()),
        code=present_code(runtime().code_kind()),
        part="content",
    )
    return page + screens.said(toast)


def _rehearsal_page(rehearsal: Rehearsal, result: Outcome | None) -> str:
    covers = {each.handle: each.name for each in possible_covers(runtime().accounts())}
    return render_template(
        "pages/settings/emergency_rehearsal.html",
        code=present_code(runtime().code_kind()),
        result=result,
        is_practised=rehearsal.is_practised,
        cover_name=covers.get(rehearsal.cover or "", ""),
        part="content",
    )
