"""The list of conversations: a part of it, or those with a name."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.services import reading
from webapp.services.open_account import OpenAccount
from webapp.web.context import calendar, with_account
from webapp.web.row_presenter import present_row
from webapp.web.views import list_parts, screens

blueprint = Blueprint("listing", __name__)


@blueprint.get("/list")
@with_account
def show(account: OpenAccount) -> ResponseReturnValue:
    """The list in front, with nothing open beside it; its rows are in the page already."""
    return screens.nothing_open(account)


@blueprint.get("/list/rows")
@with_account
def rows(account: OpenAccount) -> ResponseReturnValue:
    """A part of the list, or what was found, and how the account is connected."""
    return screens.list_of(account, list_parts.asked_for(account, request.args))


@blueprint.get("/list/after")
@with_account
def after(account: OpenAccount) -> ResponseReturnValue:
    page = reading.conversations_after(account, list_parts.position(request.args))
    return _page(page, side="after", edge=page.rows[-1:])


@blueprint.get("/list/before")
@with_account
def before(account: OpenAccount) -> ResponseReturnValue:
    page = reading.conversations_before(account, list_parts.position(request.args))
    return _page(page, side="before", edge=page.rows[:1])


def _page(
    page: reading.ListPage, *, side: str, edge: list[reading.Conversation]
) -> ResponseReturnValue:
    """Return one page, and where the next one in the same direction begins."""
    now = calendar()
    return render_template(
        "partials/_list_page.html",
        rows=[present_row(row, now) for row in page.rows],
        side=side,
        position=list_parts.edge_of(edge, more=page.more),
    )
