"""What the interface reads of an open account, in the types it may use."""

from webapp.network.client import ConnectionState
from webapp.network.proxy import Proxy
from webapp.protocol.identifiers import AccountId
from webapp.services import proxying
from webapp.services.errors import UnknownConversation, UnknownMessage
from webapp.services.open_account import OpenAccount
from webapp.storage import (
    accounts,
    contacts,
    conversation_list,
    conversations,
    message_pages,
    messages,
)
from webapp.storage.accounts import AccountRecord, Totals
from webapp.storage.contacts import Contact
from webapp.storage.conversation_list import Page as ListPage
from webapp.storage.conversation_list import Position as ListPosition
from webapp.storage.conversations import Conversation
from webapp.storage.message_pages import MessagePage
from webapp.storage.messages import PAGE_LIMIT, Message, Place

__all__ = [
    "PAGE_LIMIT",
    "AccountRecord",
    "ConnectionState",
    "Contact",
    "Conversation",
    "ListPage",
    "ListPosition",
    "Message",
    "MessagePage",
    "Place",
    "Proxy",
    "Totals",
    "account_record",
    "account_totals",
    "around",
    "between",
    "blocked",
    "connection",
    "conversation",
    "conversations_after",
    "conversations_before",
    "conversations_from",
    "conversations_named",
    "first_conversations",
    "first_unread",
    "knows",
    "last_conversations",
    "latest",
    "message",
    "newer",
    "older",
    "proxy",
    "require_message",
    "unread_messages",
]


def account_record(account: OpenAccount) -> AccountRecord:
    """Return the account's own row."""
    return accounts.load(account.database)


def account_totals(account: OpenAccount) -> Totals:
    """Return how much there is in the account. Counts it, which takes a moment."""
    return accounts.totals(account.database)


def unread_messages(account: OpenAccount) -> int:
    """Return how many messages wait in the whole list."""
    return conversation_list.unread(account.database)


def knows(account: OpenAccount, person: AccountId) -> bool:
    """Return whether the account has a conversation with this person in its list."""
    found = conversations.by_account(account.database, person)
    return found is not None and found.priority >= 0


def blocked(account: OpenAccount) -> list[Contact]:
    """Return the people who are blocked, by the names under which they are known here."""
    people = contacts.blocked(account.database)
    return sorted(people, key=lambda each: (each.nickname or each.name or "").casefold())


def first_conversations(account: OpenAccount, *, limit: int = PAGE_LIMIT) -> ListPage:
    """Return the top of the list of conversations."""
    return conversation_list.first_page(account.database, limit=limit)


def last_conversations(account: OpenAccount) -> ListPage:
    """Return the bottom of the list, and whether more stands above it."""
    return conversation_list.last_page(account.database)


def conversations_from(
    account: OpenAccount, start: ListPosition, *, limit: int = PAGE_LIMIT
) -> ListPage:
    """Return the part of the list that begins at ``start``."""
    return conversation_list.page_from(account.database, start, limit=limit)


def conversations_after(account: OpenAccount, place: ListPosition) -> ListPage:
    """Return the page of the list below ``place``."""
    return conversation_list.page_after(account.database, place)


def conversations_before(account: OpenAccount, place: ListPosition) -> ListPage:
    """Return the page of the list above ``place``."""
    return conversation_list.page_before(account.database, place)


def conversations_named(account: OpenAccount, text: str, *, own_name: str) -> ListPage:
    """Return the first conversations with somebody whom ``text`` names."""
    return conversation_list.find(account.database, text, own_name=own_name)


def conversation(account: OpenAccount, conversation_id: int) -> Conversation:
    """Return one conversation. Raises UnknownConversation."""
    found = conversations.get(account.database, conversation_id)
    if found is None:
        raise UnknownConversation
    return found


def message(account: OpenAccount, message_id: int) -> Message | None:
    """Return one message, or None if it is gone."""
    return messages.get(account.database, message_id)


def require_message(account: OpenAccount, message_id: int) -> Message:
    """Return one message. Raises UnknownMessage."""
    found = message(account, message_id)
    if found is None:
        raise UnknownMessage
    return found


def latest(account: OpenAccount, conversation_id: int) -> MessagePage:
    """Return the end of a conversation."""
    return message_pages.latest(account.database, conversation_id)


def older(account: OpenAccount, conversation_id: int, before: Place) -> MessagePage:
    """Return the messages directly before a place."""
    return message_pages.older(account.database, conversation_id, before=before)


def newer(account: OpenAccount, conversation_id: int, after: Place) -> MessagePage:
    """Return the messages directly after a place."""
    return message_pages.newer(account.database, conversation_id, after=after)


def around(account: OpenAccount, conversation_id: int, place: Place) -> MessagePage:
    """Return the messages on both sides of a place."""
    return message_pages.around(account.database, conversation_id, place)


def between(account: OpenAccount, conversation_id: int, first: Place, last: Place) -> MessagePage:
    """Return the messages from one place to another, as many as a window holds."""
    return message_pages.between(account.database, conversation_id, first=first, last=last)


def first_unread(account: OpenAccount, conversation_id: int) -> Place | None:
    """Return where the first message stands that has not been read, or None."""
    return message_pages.first_unread(account.database, conversation_id)


def connection(account: OpenAccount) -> ConnectionState:
    """Return how the account reaches the network at this moment."""
    return account.network.state()


def proxy(account: OpenAccount) -> Proxy | None:
    """Return the proxy that everything of the account goes through, if there is one."""
    return proxying.current(account)
