"""The lock in the settings: the code, and when it locks; and that a person is there."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import codes, lock_settings, preferences
from webapp.services.errors import ServiceError
from webapp.services.open_account import OpenAccount
from webapp.web.context import current_session, runtime, with_account
from webapp.web.equal_size_presenter import present_equal_size
from webapp.web.lock_presenter import present_code, present_strength
from webapp.web.texts import gettext
from webapp.web.toasts import Toast
from webapp.web.views import screens

blueprint = Blueprint("lock", __name__)


@blueprint.get("/settings/lock")
@with_account
def show(account: OpenAccount) -> ResponseReturnValue:
    return screens.lock_settings_page()


@blueprint.get("/settings/lock/code")
@with_account
def code_form(_account: OpenAccount) -> ResponseReturnValue:
    """Ask for a new code, and for the one there is."""
    return render_template(
        "pages/settings/lock_code.html",
        code=present_code(runtime().code_kind()),
        kind=codes.CodeKind.PIN,
        strength=None,
        suggestion=None,
        part="content",
    )


@blueprint.post("/settings/lock/code")
@with_account
def set_code(account: OpenAccount) -> ResponseReturnValue:
    form = request.form
    kind = form.get("kind", "")
    session = current_session()
    done = gettext("The code is changed.") if runtime().code_is_set else gettext("The code is set.")
    before = session.unlocked_in
    # Whoever sets a code has shown to know it; their other tabs are asked before this returns.
    session.unlocked_in = runtime().generation
    try:
        codes.set_code(
            runtime(),
            kind=kind,
            text=form.get(kind, ""),
            repeated=form.get(f"{kind}_again", ""),
            current=form.get("current"),
        )
    except BaseException:
        session.unlocked_in = before
        raise
    return screens.lock_settings_page(toast=Toast(done))


@blueprint.get("/settings/lock/remove")
@with_account
def ask_before_removing(account: OpenAccount) -> ResponseReturnValue:
    """Say what follows from it; without a code there is nothing to ask."""
    code = present_code(runtime().code_kind())
    if code is None:
        return screens.lock_settings_page()
    return render_template("pages/settings/lock_remove.html", code=code, part="content")


@blueprint.post("/settings/lock/remove")
@with_account
def remove_code(account: OpenAccount) -> ResponseReturnValue:
    codes.remove_code(runtime(), current=request.form.get("current", ""))
    return screens.lock_settings_page(toast=Toast(gettext("The code is removed.")))


@blueprint.post("/settings/lock/strength")
@with_account
def strength(_account: OpenAccount) -> ResponseReturnValue:
    """Say how long a code would last; of what cannot be one yet there is nothing to say."""
    try:
        found = codes.strength_of(request.form.get("kind", ""), request.form.get("text", ""))
    except ServiceError:
        return render_template("partials/_strength.html", strength=None)
    return render_template("partials/_strength.html", strength=present_strength(found))


@blueprint.post("/settings/lock/words")
@with_account
def words(_account: OpenAccount) -> ResponseReturnValue:
    return render_template("partials/_suggested.html", suggestion=codes.suggest_passphrase())


@blueprint.post("/settings/lock/acknowledge")
@with_account
def acknowledge(account: OpenAccount) -> ResponseReturnValue:
    """Take note that the settings of the lock were put back to an older state."""
    lock_settings.acknowledge(*runtime().accounts())
    return screens.look(account) + screens.warnings(account)


@blueprint.post("/settings/lock/later")
@with_account
def later(account: OpenAccount) -> ResponseReturnValue:
    """Offer a code no more; the pages go on saying that there is none."""
    preferences.change(account, "code_offer", "later")
    return screens.warnings(account)


@blueprint.get("/settings/lock/equal-size")
@with_account
def ask_before_making_equal(_account: OpenAccount) -> ResponseReturnValue:
    """Say what files of one size take, and that it cannot be taken back."""
    return render_template(
        "pages/settings/equal_size.html", equal_size=present_equal_size(runtime()), part="content"
    )


@blueprint.post("/equal-size")
@with_account
def keep_equal_size(_account: OpenAccount) -> ResponseReturnValue:
    runtime().keep_equal_size(generation=runtime().generation)
    return "", 204


@blueprint.post("/settings/lock/equal-size/later")
@with_account
def leave_sizes(account: OpenAccount) -> ResponseReturnValue:
    """Offer files of one size no more; the settings go on doing it."""
    preferences.change(account, "equal_size_offer", "later")
    return screens.warnings(account)


@blueprint.post("/activity")
def activity() -> ResponseReturnValue:
    """Take note that somebody is there. Nothing else counts as a sign of them.

    Whoever is there may have a page of an account that has just been closed.
    """
    runtime().touch()
    return "", 204
