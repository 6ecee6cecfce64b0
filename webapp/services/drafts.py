"""Drafts: what was written and not sent yet, kept in the container and nowhere else.

The page saves while somebody types; the last one to save wins. Sending clears the draft in the
transaction that stores the message (``messaging``): a crash leaves one of the two, never both.
"""

from typing import Final

from webapp.services.errors import DraftTooLong, UnknownConversation
from webapp.services.events import ConversationChanged
from webapp.services.messaging import with_unified_line_ends
from webapp.services.open_account import OpenAccount
from webapp.storage import drafts

# Ten messages: a long letter that is pasted in to be cut into pieces. In a form a character takes
# up to twelve bytes, so this is also what fits into a request (guards.BODY_BYTES).
DRAFT_LIMIT: Final = 20_000


def save(account: OpenAccount, conversation_id: int, text: str, *, show: bool = False) -> None:
    """Keep ``text`` as the draft of a conversation, exactly as it was typed but for line ends.

    The list is told when a draft comes or goes, and otherwise only if ``show`` asks for it: a row
    drawn anew with every letter would be a flood.
    Raises UnknownConversation, DraftTooLong; then nothing has changed.
    """
    text = with_unified_line_ends(text)
    if len(text) > DRAFT_LIMIT:
        raise DraftTooLong(len(text) - DRAFT_LIMIT)
    with account.database.write():
        before = of(account, conversation_id)
        drafts.store(account.database, conversation_id, text)
    if show or bool(before.strip()) != bool(text.strip()):
        account.events.publish(ConversationChanged(conversation_id))


def of(account: OpenAccount, conversation_id: int) -> str:
    """Return the draft of a conversation, empty if there is none. Raises UnknownConversation."""
    found = drafts.get(account.database, conversation_id)
    if found is None:
        raise UnknownConversation
    return found
