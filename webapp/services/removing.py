"""Deleting here what a conversation holds. Nobody else is told, and nobody else's copy goes.

Deletion means that the rows are gone and the log behind them is emptied (security.md D2). What
has been received stays known by its hash, so the network does not bring it back; a message that
is not on its way yet is not sent.
"""

from dataclasses import dataclass

from webapp.services import reading
from webapp.services.errors import NoteToSelf
from webapp.services.events import ConversationCleared, ConversationRemoved
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, conversations


@dataclass(frozen=True, slots=True)
class Contents:
    """How many messages a conversation holds, and how many of them are not sent yet."""

    messages: int
    unsent: int


def contents(account: OpenAccount, conversation_id: int) -> Contents:
    """Return what would be lost. Raises UnknownConversation."""
    with account.database.read():
        reading.conversation(account, conversation_id)
        return Contents(
            conversations.message_count(account.database, conversation_id),
            conversations.unsent_count(account.database, conversation_id),
        )


def clear(account: OpenAccount, conversation_id: int) -> None:
    """Delete all messages of a conversation, which itself stays. Raises UnknownConversation."""
    with account.database.write():
        reading.conversation(account, conversation_id)
        conversations.clear(account.database, conversation_id)
    account.events.publish(ConversationCleared(conversation_id))
    account.database.checkpoint()


def delete_conversation(account: OpenAccount, conversation_id: int) -> None:
    """Delete a conversation; the contact stays, and a new message makes it again.

    Raises UnknownConversation.
    """
    with account.database.write():
        reading.conversation(account, conversation_id)
        conversations.delete(account.database, conversation_id)
    account.events.publish(ConversationRemoved(conversation_id))
    account.database.checkpoint()


def delete_contact(account: OpenAccount, conversation_id: int) -> None:
    """Delete a conversation and what is known of the person; that they are blocked stays known.

    Raises UnknownConversation, NoteToSelf.
    """
    with account.database.write():
        conversation = reading.conversation(account, conversation_id)
        if conversation.kind == "note_to_self":
            raise NoteToSelf
        conversations.delete(account.database, conversation_id)
        contacts.forget(account.database, conversation.account_id)
    account.events.publish(ConversationRemoved(conversation_id))
    account.database.checkpoint()
