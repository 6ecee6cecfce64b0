"""The list of conversations, a page at a time and in its order: pinned ones, then the latest.

A page is read from the index ``conversation_list`` and costs the same in a list of ten and
of ten thousand. Hidden conversations are in no page and are not found by name.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from webapp.storage.connection import Row
from webapp.storage.conversations import SELECT, Conversation, from_row
from webapp.storage.database import AccountDatabase

PAGE_LIMIT = 50

_FORWARD = "ORDER BY priority DESC, last_activity_ms DESC, conversation.id DESC"
_BACKWARD = "ORDER BY priority, last_activity_ms, conversation.id"
_PLACE = "(priority, last_activity_ms, conversation.id)"
# Accents and other marks that letters of Latin, Greek and Cyrillic are written with or without.
_MARKS = dict.fromkeys(range(0x300, 0x370))


class Position(NamedTuple):
    """A place in the list. The higher one of two stands above the other."""

    priority: int
    last_activity_ms: int
    id: int


class Page(NamedTuple):
    """A part of the list, and whether the list goes on in the direction that was asked for."""

    rows: list[Conversation]
    more: bool


def position(conversation: Conversation) -> Position:
    return Position(conversation.priority, conversation.last_activity_ms, conversation.id)


def first_page(database: AccountDatabase, *, limit: int = PAGE_LIMIT) -> Page:
    """Return the top of the list."""
    return _page(database, "", (), order=_FORWARD, limit=limit)


def last_page(database: AccountDatabase, *, limit: int = PAGE_LIMIT) -> Page:
    """Return the bottom of the list, in its order, and whether more stands above it."""
    return _reversed(_page(database, "", (), order=_BACKWARD, limit=limit))


def page_from(database: AccountDatabase, start: Position, *, limit: int = PAGE_LIMIT) -> Page:
    """Return the part that begins at ``start``, whether that is taken or not."""
    return _page(database, f"AND {_PLACE} <= (?, ?, ?)", start, order=_FORWARD, limit=limit)


def page_after(database: AccountDatabase, place: Position, *, limit: int = PAGE_LIMIT) -> Page:
    """Return what stands right below ``place``."""
    return _page(database, f"AND {_PLACE} < (?, ?, ?)", place, order=_FORWARD, limit=limit)


def page_before(database: AccountDatabase, place: Position, *, limit: int = PAGE_LIMIT) -> Page:
    """Return what stands right above ``place``, in the order of the list."""
    return _reversed(
        _page(database, f"AND {_PLACE} > (?, ?, ?)", place, order=_BACKWARD, limit=limit)
    )


def find(database: AccountDatabase, text: str, *, own_name: str, limit: int = PAGE_LIMIT) -> Page:
    """Return the first conversations with somebody whom ``text`` names, in the order of the list.

    It is part of the nickname or the name, whatever the case and the accents, or the beginning
    of the Account ID. ``own_name`` is how the note to self is called.
    """
    with database.read() as connection:
        rows = connection.execute(f"{SELECT} WHERE priority >= 0 {_FORWARD}")
        found = list(islice(_matching(rows, text, own_name=own_name), limit + 1))
    return Page([from_row(row) for row in found[:limit]], len(found) > limit)


def unread(database: AccountDatabase) -> int:
    """Return how many messages of the whole list are unread; a mark counts as one."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT sum(max(unread, marked_unread)) FROM conversation WHERE priority >= 0"
        ).fetchone()
    return int(row[0] or 0) if row else 0


def fold(text: str) -> str:
    """Return ``text`` as it is compared: without case, width, accents and double spaces."""
    if text.isascii():
        return " ".join(text.split()).lower()
    decomposed = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return decomposed.translate(_MARKS).casefold()


def _page(
    database: AccountDatabase, where: str, place: tuple[()] | Position, *, order: str, limit: int
) -> Page:
    with database.read() as connection:
        rows = connection.execute(
            f"{SELECT} WHERE priority >= 0 {where} {order} LIMIT ?", (*place, limit + 1)
        ).fetchall()
    return Page([from_row(row) for row in rows[:limit]], len(rows) > limit)


def _reversed(page: Page) -> Page:
    return Page(page.rows[::-1], page.more)


def _matching(rows: Iterable[Row], text: str, *, own_name: str) -> Iterator[Row]:
    """Yield the rows that fit; only of those is a conversation made, which costs more."""
    wanted, digits = fold(text), "".join(text.split()).lower()
    for row in rows:
        _, kind, account_id, name, nickname, *_ = row
        names = (own_name,) if kind == "note_to_self" else (nickname, name)
        if any(wanted in fold(each) for each in names if each) or (
            digits and account_id.hex().startswith(digits)
        ):
            yield row
