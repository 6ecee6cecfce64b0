"""One row of the conversation list, and the peer above an open conversation."""

from dataclasses import dataclass

from webapp.services import hues
from webapp.services.reading import Conversation, ListPosition
from webapp.web.presenters import Calendar, conversation_name, initials
from webapp.web.texts import count

UNREAD_CAP = 999


@dataclass(frozen=True, slots=True)
class RowView:
    """One row (`partials/_conversation_row.html`).

    ``line`` is what the second line says and ``status`` why: "failed", "draft", "sending",
    "own" (written here or on another device), "" (by the other side) or "empty".
    """

    id: int
    name: str
    own_name: str
    nickname: str
    initials: str
    hue: int
    note_to_self: bool
    id_hex: str
    short_id: str
    line: str
    status: str
    unread: str
    marked_unread: bool
    pinned: bool
    blocked: bool
    hidden: bool
    time_label: str
    time_iso: str
    sort: str


def present_row(conversation: Conversation, calendar: Calendar) -> RowView:
    active = conversation.last_activity_ms
    status, line = _second_line(conversation)
    return RowView(
        id=conversation.id,
        name=conversation_name(conversation),
        own_name=conversation.name or "",
        nickname=conversation.nickname or "",
        initials=initials(conversation.nickname or conversation.name),
        hue=hues.of_person(conversation.account_id),
        note_to_self=conversation.kind == "note_to_self",
        id_hex=conversation.account_id.hex,
        short_id=conversation.account_id.short,
        line=line,
        status=status,
        unread=capped(conversation.unread),
        marked_unread=conversation.marked_unread and not conversation.unread,
        pinned=conversation.priority > 0,
        blocked=conversation.blocked,
        hidden=conversation.priority < 0,
        time_label=calendar.short(active) if active else "",
        time_iso=calendar.local(active).isoformat(timespec="minutes") if active else "",
        sort=list_key(ListPosition(conversation.priority, active, conversation.id)),
    )


def list_key(position: ListPosition) -> str:
    """Return a place in the list as the page writes it: three numbers, the weightiest first."""
    return ".".join(map(str, position))


def _second_line(conversation: Conversation) -> tuple[str, str]:
    """Return why the second line says what it says, and what it says.

    What was not sent asks for the owner first; then what is new; then what was begun.
    """
    snippet = conversation.snippet
    if conversation.last_state == "failed":
        return "failed", snippet
    if conversation.draft.strip() and not conversation.unread:
        return "draft", conversation.draft
    if conversation.last_state is None:
        return "empty", ""
    if conversation.last_state == "sending":
        return "sending", snippet
    is_own = conversation.last_outgoing and conversation.kind != "note_to_self"
    return "own" if is_own else "", snippet


def capped(unread: int) -> str:
    """Return a number of unread messages as it is shown: nothing for none."""
    if unread > UNREAD_CAP:
        return f"{count(UNREAD_CAP)}+"
    return count(unread) if unread else ""
