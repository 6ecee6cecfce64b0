"""From what the services return to what the templates show: flat values, no decisions left.

Times become words in this computer's time zone here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.services import hues
from webapp.services.open_account import OpenAccount
from webapp.services.reading import (
    Contact,
    Conversation,
    Message,
    MessagePage,
    Place,
    account_record,
)
from webapp.web.links import Piece, pieces
from webapp.web.texts import gettext, spoken

WEEK_DAYS = 7
ID_GROUP_LENGTH = 4


@dataclass(frozen=True, slots=True)
class MessageView:
    """One bubble (`partials/_message.html`)."""

    id: int
    conversation_id: int
    sort: str
    outgoing: bool
    author: str
    author_name: str
    pieces: tuple[Piece, ...]
    state: str
    time_label: str
    time_iso: str
    day: str
    unread: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """Some messages of a conversation in reading order, and on which sides it goes on."""

    messages: Sequence[MessageView]
    lacks_older: bool
    lacks_newer: bool
    unread_from: str

    @property
    def lacks(self) -> str:
        """What of the conversation is not here: words for an attribute."""
        sides = {"older": self.lacks_older, "newer": self.lacks_newer}
        return " ".join(side for side, is_lacking in sides.items() if is_lacking)


@dataclass(frozen=True, slots=True)
class AccountView:
    """An open account, as its owner sees it."""

    handle: str
    name: str
    initials: str
    hue: int
    id_hex: str
    id_groups: tuple[str, ...]
    words_saved: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The moment a page is drawn, to which "today" and "yesterday" refer."""

    now_ms: int

    def local(self, time_ms: int) -> datetime:
        return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone()

    def days_ago(self, time_ms: int) -> int:
        return (self.local(self.now_ms).date() - self.local(time_ms).date()).days

    def short(self, time_ms: int) -> str:
        """Return the time of a list row: hour today, then weekday, then date.

        The rule is that of ``LABELS.row`` in static/js/lib/dates.js, which goes on from here.
        """
        moment = self.local(time_ms)
        days = self.days_ago(time_ms)
        if days <= 0:
            return spoken().date(moment, "time")
        if days == 1:
            return gettext("Yesterday")
        if days < WEEK_DAYS:
            return spoken().date(moment, "weekday")
        is_this_year = moment.year == self.local(self.now_ms).year
        return spoken().date(moment, "day" if is_this_year else "date")

    def clock(self, time_ms: int) -> str:
        """Return the time of day."""
        return spoken().date(self.local(time_ms), "time")

    def full(self, time_ms: int) -> str:
        """Return day and time, with nothing left out."""
        return spoken().date(self.local(time_ms), "full")


def initials(name: str | None) -> str:
    """Return two characters for an avatar (ui/README.md: words, else letters, else prefix)."""
    words = (name or "").split()
    if not words:
        return "05"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[1][0]).upper()


def present_account(account: OpenAccount) -> AccountView:
    record, text = account_record(account), account.account_id.hex
    return AccountView(
        handle=account.handle,
        name=record.name,
        initials=initials(record.name),
        hue=hues.of_account(account),
        id_hex=text,
        id_groups=id_groups(text),
        words_saved=record.words_confirmed,
    )


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody in a list of people."""

    name: str
    initials: str
    hue: int
    id_hex: str
    short_id: str


def present_person(person: Contact) -> PersonView:
    name = person.nickname or person.name
    return PersonView(
        name=name or person.account_id.short,
        initials=initials(name),
        hue=hues.of_person(person.account_id),
        id_hex=person.account_id.hex,
        short_id=person.account_id.short,
    )


def id_groups(text: str) -> tuple[str, ...]:
    """Return an Account ID cut in pieces that a person can compare."""
    step = ID_GROUP_LENGTH
    return tuple(text[start : start + step] for start in range(0, len(text), step))


def conversation_name(conversation: Conversation) -> str:
    if conversation.kind == "note_to_self":
        return gettext("Note to self")
    return conversation.nickname or conversation.name or conversation.account_id.short


def present_message(message: Message, *, peer_name: str, calendar: Calendar) -> MessageView:
    moment = calendar.local(message.sort_ms)
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        sort=sort_key(message.place),
        outgoing=message.outgoing,
        author="out" if message.outgoing else message.author.short,
        author_name=gettext("You") if message.outgoing else peer_name,
        pieces=pieces(message.body),
        state=message.state,
        time_label=calendar.clock(message.sort_ms),
        time_iso=moment.isoformat(timespec="seconds"),
        day=f"{moment:%Y-%m-%d}",
        unread=message.unread,
    )


def sort_key(place: Place) -> str:
    """Return a place as two numbers of fixed width: as texts they stand in the same order."""
    sort_ms, number = place
    return f"{sort_ms:015d}.{number:012d}"


def present_page(
    page: MessagePage, *, conversation: Conversation, first_unread: Place | None, calendar: Calendar
) -> PageView:
    name = conversation_name(conversation)
    return PageView(
        messages=[
            present_message(message, peer_name=name, calendar=calendar) for message in page.messages
        ],
        lacks_older=page.has_older,
        lacks_newer=page.has_newer,
        unread_from=sort_key(first_unread) if first_unread else "",
    )
