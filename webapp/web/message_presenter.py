"""What the dialogs about messages show: flat values, no decisions left."""

from dataclasses import dataclass

from webapp.services.reading import Conversation, Message
from webapp.web.presenters import Calendar, conversation_name

# Enough of a hash to compare two of them by eye.
HASH_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class DetailsView:
    """Everything that is known of one message (`pages/message_details.html`)."""

    id: int
    outgoing: bool
    note_to_self: bool
    author_name: str
    author_id: str
    state: str
    sent_label: str
    sent_iso: str
    hash_short: str
    characters: int


def present_details(
    message: Message, *, conversation: Conversation, calendar: Calendar
) -> DetailsView:
    moment = calendar.local(message.sent_at_ms)
    text = message.hash.text if message.hash else ""
    return DetailsView(
        id=message.id,
        outgoing=message.outgoing,
        note_to_self=conversation.kind == "note_to_self",
        author_name=conversation_name(conversation),
        author_id=message.author.short,
        state=message.state,
        sent_label=calendar.full(message.sent_at_ms),
        sent_iso=moment.isoformat(timespec="seconds"),
        hash_short=f"{text[:HASH_CHARACTERS]}…" if text else "",
        characters=len(message.body),
    )
