"""What the interface reads of an open account, in the types it may use."""

from webapp.network.client import ConnectionState
from webapp.network.proxy import Proxy
from webapp.services import proxying
from webapp.services.errors import UnknownConversation
from webapp.services.open_account import OpenAccount
from webapp.storage import accounts, conversations, messages
from webapp.storage.accounts import AccountRecord
from webapp.storage.conversations import Conversation
from webapp.storage.messages import PAGE_LIMIT, Message

__all__ = [
    "PAGE_LIMIT",
    "AccountRecord",
    "ConnectionState",
    "Conversation",
    "Message",
    "Proxy",
    "account_record",
    "all_conversations",
    "connection",
    "conversation",
    "message",
    "page",
    "proxy",
]


def account_record(account: OpenAccount) -> AccountRecord:
    """Return the account's own row."""
    return accounts.load(account.database)


def all_conversations(account: OpenAccount) -> list[Conversation]:
    """Return every conversation, the latest active first."""
    return conversations.list_all(account.database)


def conversation(account: OpenAccount, conversation_id: int) -> Conversation:
    """Return one conversation. Raises UnknownConversation."""
    found = conversations.get(account.database, conversation_id)
    if found is None:
        raise UnknownConversation
    return found


def message(account: OpenAccount, message_id: int) -> Message | None:
    """Return one message, or None if it is gone."""
    return messages.get(account.database, message_id)


def page(
    account: OpenAccount, conversation_id: int, *, before: tuple[int, int] | None = None
) -> list[Message]:
    """Return up to PAGE_LIMIT messages, oldest first, that stand before ``before``."""
    return messages.page(account.database, conversation_id, before=before)


def connection(account: OpenAccount) -> ConnectionState:
    """Return how the account reaches the network at this moment."""
    return account.network.state()


def proxy(account: OpenAccount) -> Proxy | None:
    """Return the proxy that everything of the account goes through, if there is one."""
    return proxying.current(account)
