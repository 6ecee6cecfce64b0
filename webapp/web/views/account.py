"""The open account itself: its ID, its recovery words."""

import io

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import own_account
from webapp.services.open_account import OpenAccount
from webapp.web.context import with_account
from webapp.web.presenters import present_account
from webapp.web.texts import gettext
from webapp.web.toasts import Toast
from webapp.web.views import screens

blueprint = Blueprint("account", __name__)

# Modules of white around the picture: the least that readers are promised (ISO/IEC 18004).
QR_BORDER = 4


@blueprint.get("/account")
@with_account
def show(account: OpenAccount) -> ResponseReturnValue:
    return screens.own_account(account)


@blueprint.post("/account/name")
@with_account
def rename(account: OpenAccount) -> ResponseReturnValue:
    own_account.rename(account, request.form.get("name", ""))
    done = render_template("partials/_toast.html", toast=Toast(gettext("Name changed.")))
    return screens.account_names(account) + done


@blueprint.get("/account/qr.svg")
@with_account
def picture(account: OpenAccount) -> ResponseReturnValue:
    # Loaded when somebody wants to see it: the start need not wait for it.
    import segno

    out = io.BytesIO()
    code = segno.make_qr(account.account_id.hex, error="m")
    code.save(out, kind="svg", border=QR_BORDER, light="#fff", svgclass=None, lineclass=None)
    return out.getvalue(), {"Content-Type": "image/svg+xml"}


@blueprint.get("/account/words")
@with_account
def words(account: OpenAccount) -> ResponseReturnValue:
    view = present_account(account)
    return render_template("pages/words.html", account=view, preferences=screens.chosen(account))


@blueprint.post("/account/words/show")
@with_account
def show_words(account: OpenAccount) -> ResponseReturnValue:
    return render_template("partials/_words.html", words=own_account.recovery_words(account))


@blueprint.post("/account/words/saved")
@with_account
def words_saved(account: OpenAccount) -> ResponseReturnValue:
    own_account.confirm_words(account)
    return screens.main(account)
