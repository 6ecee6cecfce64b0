"""The accounts that are open together: what the switcher says of each, and who speaks."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.services import reading
from webapp.services.open_account import OpenAccount
from webapp.services.reading import Conversation
from webapp.web.presenters import present_account
from webapp.web.row_presenter import capped


@dataclass(frozen=True, slots=True)
class OpenView:
    """One line of the switcher (`partials/_switcher.html`)."""

    handle: str
    name: str
    initials: str
    hue: int
    short_id: str
    unread: str
    unread_count: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class SpeakerView:
    """Who writes where more than one account could: its name and colour, and who else could."""

    name: str
    hue: int
    others: Sequence[str]


def present_open(account: OpenAccount, *, shown: OpenAccount) -> OpenView:
    view = present_account(account)
    unread = reading.unread_messages(account)
    return OpenView(
        handle=account.handle,
        name=view.name,
        initials=view.initials,
        hue=view.hue,
        short_id=account.account_id.short,
        unread=capped(unread),
        unread_count=unread,
        is_shown=account is shown,
    )


def present_speaker(
    account: OpenAccount, conversation: Conversation, *, others: Sequence[OpenAccount]
) -> SpeakerView | None:
    """Return who writes in a conversation with somebody whom other open accounts know too."""
    peer = conversation.account_id
    knowing = [each for each in others if each is not account and reading.knows(each, peer)]
    if conversation.kind == "note_to_self" or not knowing:
        return None
    view = present_account(account)
    names = [reading.account_record(each).name for each in knowing]
    return SpeakerView(view.name, view.hue, names)
