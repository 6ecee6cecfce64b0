"""Keeping the list in order: pins, marks, nicknames, and whom one does not want to hear."""

from webapp.protocol.identifiers import AccountId
from webapp.services import messaging, reading
from webapp.services.errors import NoteToSelf
from webapp.services.events import BlockingChanged, ConversationChanged
from webapp.services.names import optional_name
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, conversations, messages
from webapp.storage.conversations import Conversation


def pin(account: OpenAccount, conversation_id: int, *, priority: int = 0) -> None:
    """Put a conversation above all others, or with a ``priority`` back where it was.

    The newest pin stands first, so that one row changes and no other.
    Raises UnknownConversation.
    """
    with account.database.write():
        reading.conversation(account, conversation_id)
        highest = conversations.highest_priority(account.database)
        conversations.set_priority(account.database, conversation_id, priority or highest + 1)
    account.events.publish(ConversationChanged(conversation_id))


def unpin(account: OpenAccount, conversation_id: int) -> int:
    """Let a conversation sort by its time again; return the priority it had.

    Raises UnknownConversation.
    """
    with account.database.write():
        had = reading.conversation(account, conversation_id).priority
        conversations.set_priority(account.database, conversation_id, 0)
    account.events.publish(ConversationChanged(conversation_id))
    return had


def unmark(account: OpenAccount, conversation_id: int) -> None:
    """Take the mark of a conversation away, now that it is opened. Raises UnknownConversation."""
    with account.database.write():
        reading.conversation(account, conversation_id)
        if not conversations.unmark(account.database, conversation_id):
            return
    account.events.publish(ConversationChanged(conversation_id))


def mark_read(account: OpenAccount, conversation_id: int) -> int:
    """Take count and mark away without looking; return what the count was.

    Raises UnknownConversation.
    """
    had = reading.conversation(account, conversation_id).unread
    messaging.mark_read(account, conversation_id)
    return had


def mark_unread(account: OpenAccount, conversation_id: int, *, count: int = 0) -> None:
    """Mark a conversation for later, or give it the ``count`` back that it had.

    Raises UnknownConversation.
    """
    with account.database.write():
        reading.conversation(account, conversation_id)
        if count:
            messages.mark_unread(account.database, conversation_id, count=count)
        else:
            conversations.mark_unread(account.database, conversation_id)
    account.events.publish(ConversationChanged(conversation_id))


def set_nickname(account: OpenAccount, conversation_id: int, text: str) -> None:
    """Call a person by another name, here only; without any text by their own.

    Raises UnknownConversation, NoteToSelf, NameTooLong.
    """
    nickname = optional_name(text)
    with account.database.write():
        person = _with_somebody(account, conversation_id)
        contacts.set_nickname(account.database, person.account_id, nickname)
    account.events.publish(ConversationChanged(conversation_id))


def block(account: OpenAccount, conversation_id: int) -> None:
    """Drop from now on what this person sends (``receiving``), and write nothing to them.

    Raises UnknownConversation, NoteToSelf.
    """
    _set_blocked(account, conversation_id, True)


def unblock(account: OpenAccount, conversation_id: int) -> None:
    """Take from now on what this person sends. Raises UnknownConversation, NoteToSelf."""
    _set_blocked(account, conversation_id, False)


def unblock_person(account: OpenAccount, account_id: AccountId) -> None:
    """The same for somebody whose conversation may be gone; nobody else becomes known by it."""
    with account.database.write():
        known = contacts.get(account.database, account_id)
        if known is None or not known.blocked:
            return
        contacts.set_blocked(account.database, account_id, False)
        conversation = conversations.by_account(account.database, account_id)
    if conversation is not None:
        account.events.publish(BlockingChanged(conversation.id))


def _set_blocked(account: OpenAccount, conversation_id: int, blocked: bool) -> None:
    with account.database.write():
        person = _with_somebody(account, conversation_id)
        contacts.set_blocked(account.database, person.account_id, blocked)
    account.events.publish(BlockingChanged(conversation_id))


def _with_somebody(account: OpenAccount, conversation_id: int) -> Conversation:
    conversation = reading.conversation(account, conversation_id)
    if conversation.kind == "note_to_self":
        raise NoteToSelf
    return conversation
