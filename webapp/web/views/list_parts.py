"""The parts of the list that a page can hold: from the top, from a place on, or what was found."""

import re
from collections.abc import Mapping, Sequence

from webapp.protocol.identifiers import AccountId
from webapp.services import messaging, reading
from webapp.services.errors import ServiceError, UnknownConversation
from webapp.services.open_account import OpenAccount
from webapp.services.reading import Conversation, ListPage, ListPosition
from webapp.web.context import calendar
from webapp.web.row_presenter import list_key, present_row
from webapp.web.texts import gettext

Values = dict[str, object]

# Three numbers that SQLite can hold.
POSITION = re.compile(r"([0-9]{1,9})\.([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)
# What a page holds at most (static/js/models/list-window.js).
MOST_ROWS = 200


def asked_for(account: OpenAccount, arguments: Mapping[str, str]) -> Values:
    """Return the variables of ``partials/_list.html``.

    ``name``: the conversations with somebody called so; ``end``: the last ones; otherwise
    ``rows`` of them from the place ``from`` on, or from the top. Raises UnknownConversation
    if ``from`` is no place.
    """
    name = arguments.get("name", "").strip()
    if name:
        return _found(account, name)
    if "end" in arguments:
        return _bottom(account)
    limit = _limit(arguments.get("rows", ""))
    if "from" not in arguments:
        return top(account, limit=limit)
    start = position(arguments, "from")
    page = reading.conversations_from(account, start, limit=limit)
    if not page.rows:
        return top(account, limit=limit)
    above = reading.conversations_before(account, start)
    return {**_part(page), "before": edge_of(page.rows[:1], more=bool(above.rows))}


def top(account: OpenAccount, *, limit: int = reading.PAGE_LIMIT) -> Values:
    """Return the variables of ``partials/_list.html`` for the top of the list."""
    return _part(reading.first_conversations(account, limit=limit))


def position(arguments: Mapping[str, str], name: str = "position") -> ListPosition:
    """Return the place in the list that ``data-sort`` of a row names.

    Raises UnknownConversation.
    """
    found = POSITION.fullmatch(arguments.get(name, ""))
    if found is None:
        raise UnknownConversation
    return ListPosition(*map(int, found.groups()))


def edge_of(rows: Sequence[Conversation], *, more: bool) -> str:
    """Return the place of the outermost row of a page, or nothing where the list ends."""
    if not (rows and more):
        return ""
    [row] = rows
    return list_key(ListPosition(row.priority, row.last_activity_ms, row.id))


def _bottom(account: OpenAccount) -> Values:
    page = reading.last_conversations(account)
    return {**_part(page), "before": edge_of(page.rows[:1], more=page.more), "after": ""}


def _part(page: ListPage) -> Values:
    now = calendar()
    return {
        "rows": [present_row(row, now) for row in page.rows],
        "before": "",
        "after": edge_of(page.rows[-1:], more=page.more),
        "query": "",
        "more": False,
        "unmet": None,
    }


def _found(account: OpenAccount, name: str) -> Values:
    page = reading.conversations_named(account, name, own_name=gettext("Note to self"))
    return {
        **_part(page),
        "after": "",
        "query": name,
        "more": page.more,
        "unmet": None if page.rows else _account_id(name),
    }


def _account_id(text: str) -> AccountId | None:
    try:
        return messaging.parse_account_id(text)
    except ServiceError:
        return None


def _limit(text: str) -> int:
    asked = int(text) if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) else 0
    return min(max(asked, reading.PAGE_LIMIT), MOST_ROWS)
