"""Where somebody reads in a conversation: pages of it, each way from a place.

A place is (``sort_ms``, ``id``) of a message, the order of the index ``message_page``. All
pages are found by it and begin there, so a page costs the same anywhere in a million
messages. One row more than asked for is read, to know whether anything follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.storage import messages
from webapp.storage.database import AccountDatabase
from webapp.storage.messages import PAGE_LIMIT, SELECT_MESSAGE, Message, Place, message_of

# What was read before stands above the message that a page is opened at.
CONTEXT = PAGE_LIMIT // 2
# The most that a page of the browser holds (static/js/models/log-window.js).
WINDOW_LIMIT = 4 * PAGE_LIMIT


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Neighbouring messages in reading order, and whether the conversation goes on around them."""

    messages: Sequence[Message]
    has_older: bool
    has_newer: bool


def latest(database: AccountDatabase, conversation_id: int) -> MessagePage:
    """Return the end of the conversation."""
    found, has_older = _before(database, conversation_id, None)
    return MessagePage(found, has_older, has_newer=False)


def older(database: AccountDatabase, conversation_id: int, *, before: Place) -> MessagePage:
    """Return the messages that stand directly before a place."""
    found, has_older = _before(database, conversation_id, before)
    return MessagePage(found, has_older, has_newer=True)


def newer(database: AccountDatabase, conversation_id: int, *, after: Place) -> MessagePage:
    """Return the messages that stand directly after a place."""
    found, has_newer = _after(database, conversation_id, after)
    return MessagePage(found, has_older=True, has_newer=has_newer)


def around(database: AccountDatabase, conversation_id: int, place: Place) -> MessagePage:
    """Return the messages on both sides of a place; one that stands there begins the later half."""
    with database.read():
        above, has_older = _before(database, conversation_id, place, limit=CONTEXT)
        below, has_newer = _after(
            database, conversation_id, place, limit=PAGE_LIMIT - CONTEXT, inclusive=True
        )
    return MessagePage([*above, *below], has_older, has_newer)


def between(
    database: AccountDatabase, conversation_id: int, *, first: Place, last: Place
) -> MessagePage:
    """Return what stands from one place to another, both included, and no more than a window."""
    with database.read():
        found, goes_on = _after(
            database, conversation_id, first, limit=WINDOW_LIMIT, inclusive=True
        )
        inside = [message for message in found if message.place <= last]
        older_ones, _ = _before(database, conversation_id, first, limit=1)
    return MessagePage(
        inside, has_older=bool(older_ones), has_newer=goes_on or len(inside) < len(found)
    )


def first_unread(database: AccountDatabase, conversation_id: int) -> Place | None:
    """Return where the first message stands that has not been read yet, or None."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT sort_ms, id FROM message WHERE conversation_id = ? AND unread = 1"
            " ORDER BY sort_ms, id LIMIT 1",
            (conversation_id,),
        ).fetchone()
    return (row[0], row[1]) if row else None


def _before(
    database: AccountDatabase, conversation_id: int, place: Place | None, *, limit: int = PAGE_LIMIT
) -> tuple[list[Message], bool]:
    """Return up to ``limit`` messages before a place or the end, and whether there are more."""
    found = messages.page(database, conversation_id, before=place, limit=limit + 1)
    goes_on = len(found) > limit
    return found[goes_on:], goes_on


def _after(
    database: AccountDatabase,
    conversation_id: int,
    place: Place,
    *,
    limit: int = PAGE_LIMIT,
    inclusive: bool = False,
) -> tuple[list[Message], bool]:
    with database.read() as connection:
        rows = connection.execute(
            f"{SELECT_MESSAGE} WHERE conversation_id = ?"
            f" AND (sort_ms, id) {'>=' if inclusive else '>'} (?, ?)"
            " ORDER BY sort_ms, id LIMIT ?",
            (conversation_id, *place, limit + 1),
        ).fetchall()
    return [message_of(row) for row in rows[:limit]], len(rows) > limit
