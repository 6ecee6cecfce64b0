"""Writing: from what the user typed to rows in the outbox, in one transaction.

Nothing is sent here. A message exists once its row and its sealed bytes are
committed; the sender (``sending``) does the rest, after a crash as well.
"""

from webapp.protocol import content as wire_content
from webapp.protocol import envelope
from webapp.protocol.content import BODY_LIMIT, Content, MessageRequestResponse, VisibleMessage
from webapp.protocol.identifiers import AccountId, InvalidAccountId
from webapp.protocol.requests import MESSAGE_TTL_MS
from webapp.services import reading
from webapp.services.errors import (
    AccountIdLength,
    AccountIdNotHex,
    AccountIdPrefix,
    ContactBlocked,
    EmptyMessage,
    MessageTooLong,
    UnknownMessage,
)
from webapp.services.events import ConversationChanged, MessageChanged, MessagesAdded
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, conversations, drafts, messages, outbox, send_keys
from webapp.storage.conversations import Conversation

# messages.md §7: official apps date the approval a little before the message it comes with,
# so that the recipient handles it first.
APPROVAL_LEAD_MS = 100


def parse_account_id(text: str) -> AccountId:
    """Return the Account ID in ``text``, which may hold white space and capital letters.

    Raises AccountIdLength, AccountIdNotHex, AccountIdPrefix.
    """
    compact = "".join(text.split())
    try:
        return AccountId.parse(compact)
    except InvalidAccountId as error:
        if error.reason == "length":
            raise AccountIdLength(error.length) from error
        raise {"not_hex": AccountIdNotHex, "prefix": AccountIdPrefix}[error.reason]() from error


def start_conversation(account: OpenAccount, account_id: AccountId) -> int:
    """Return the conversation with ``account_id``, made if need be; one's own is note to self."""
    with account.database.write():
        if account_id == account.account_id:
            conversation = conversations.ensure_note_to_self(account.database, account_id)
        else:
            contacts.ensure(account.database, account_id)
            conversation = conversations.ensure_private(
                account.database, account_id, active_at_ms=account.network.now_ms()
            )
    account.events.publish(ConversationChanged(conversation.id))
    return conversation.id


def send_text(
    account: OpenAccount, conversation_id: int, body: str, *, key: str | None = None
) -> int:
    """Put ``body`` into the outbox of a conversation and return the message's number.

    The draft of the conversation goes in the same transaction. An order to send that has a
    ``key`` is carried out once, however often it is given.
    Raises UnknownConversation, ContactBlocked, EmptyMessage, MessageTooLong, and UnknownMessage
    if the message of this key has been deleted since; then nothing is stored.
    """
    body = require_body(body)
    with account.database.write():
        if key is not None and send_keys.is_carried_out(account.database, key):
            return _message_of(account, key)
        conversation = _writable(account, conversation_id)
        sent_at_ms = _next_timestamp(account)
        message_id = messages.insert_outgoing(
            account.database,
            conversation_id,
            author=account.account_id,
            body=body,
            sent_at_ms=sent_at_ms,
            sort_ms=sent_at_ms,
        )
        if key is not None:
            send_keys.remember(account.database, key, message_id)
        drafts.clear(account.database, conversation_id)
        if conversation.kind == "note_to_self":
            _enqueue_note(account, conversation, message_id, body=body, sent_at_ms=sent_at_ms)
        else:
            _enqueue_approval(account, conversation, message_id, sent_at_ms=sent_at_ms)
            _enqueue_text(account, conversation, message_id, body=body, sent_at_ms=sent_at_ms)
    account.outbox_filled.set()
    account.events.publish(MessagesAdded(conversation_id, (message_id,)))
    return message_id


def retry(account: OpenAccount, message_id: int) -> None:
    """Send a failed message again, with the same bytes, so that no node stores it twice.

    Raises UnknownMessage, ContactBlocked. A message that has not failed is left as it is.
    """
    with account.database.write():
        message = messages.get(account.database, message_id)
        if message is None or not message.outgoing:
            raise UnknownMessage
        if message.state != "failed":
            return
        _writable(account, message.conversation_id)
        outbox.retry(account.database, message_id)
        messages.set_state(account.database, message_id, "sending")
    account.outbox_filled.set()
    account.events.publish(MessageChanged(message.conversation_id, message_id))


def mark_read(
    account: OpenAccount, conversation_id: int, *, through: reading.Place | None = None
) -> None:
    """Take a conversation as read, up to and including a place; tell the list if that is news.

    What has been read is decided where it is seen (static/js/models/reading-mark.js).
    Raises UnknownConversation.
    """
    with account.database.write():
        reading.conversation(account, conversation_id)
        was_marked = conversations.unmark(account.database, conversation_id)
        was_unread = messages.mark_read(account.database, conversation_id, through=through)
    if not (was_marked or was_unread):
        return
    account.events.publish(ConversationChanged(conversation_id))


def require_body(body: str) -> str:
    """Return the text as it will be sent: line ends unified, outer white space gone.

    Raises EmptyMessage, MessageTooLong.
    """
    body = with_unified_line_ends(body).strip()
    if not body:
        raise EmptyMessage
    if len(body) > BODY_LIMIT:
        raise MessageTooLong(len(body) - BODY_LIMIT)
    return body


def with_unified_line_ends(text: str) -> str:
    """Return ``text`` with every line end as the one character that fields of a page use."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _writable(account: OpenAccount, conversation_id: int) -> Conversation:
    conversation = reading.conversation(account, conversation_id)
    if conversation.blocked:
        raise ContactBlocked
    return conversation


def _message_of(account: OpenAccount, key: str) -> int:
    message_id = send_keys.message_of(account.database, key)
    if message_id is None:
        raise UnknownMessage
    return message_id


def _next_timestamp(account: OpenAccount) -> int:
    """Return the network's time, later than every message of ours (messages.md §7)."""
    last_ms = messages.latest_sent_at(account.database)
    return max(account.network.now_ms(), last_ms + 1)


def _enqueue_note(
    account: OpenAccount, conversation: Conversation, message_id: int, *, body: str, sent_at_ms: int
) -> None:
    """A note is the sync copy alone (messages.md §8)."""
    _enqueue(
        account,
        conversation,
        kind="message",
        message_id=message_id,
        recipient=account.account_id,
        content=_sync_copy(account.account_id, body=body, sent_at_ms=sent_at_ms),
    )


def _enqueue_text(
    account: OpenAccount, conversation: Conversation, message_id: int, *, body: str, sent_at_ms: int
) -> None:
    text = VisibleMessage(body=body, profile=account.profile())
    _enqueue(
        account,
        conversation,
        kind="message",
        message_id=message_id,
        recipient=conversation.account_id,
        content=Content(sent_at_ms, text),
    )
    _enqueue(
        account,
        conversation,
        kind="sync",
        message_id=message_id,
        recipient=account.account_id,
        content=_sync_copy(conversation.account_id, body=body, sent_at_ms=sent_at_ms),
    )


def _enqueue_approval(
    account: OpenAccount, conversation: Conversation, message_id: int, *, sent_at_ms: int
) -> None:
    """Writing to somebody approves them; if they wrote first, tell them so (messages.md §10)."""
    if conversation.approved:
        return
    contacts.set_approved(account.database, conversation.account_id, True)
    if not conversation.approved_me:
        return
    answer = MessageRequestResponse(approved=True, profile=account.profile())
    _enqueue(
        account,
        conversation,
        kind="approval",
        message_id=message_id,
        recipient=conversation.account_id,
        content=Content(sent_at_ms - APPROVAL_LEAD_MS, answer),
    )


def _sync_copy(target: AccountId, *, body: str, sent_at_ms: int) -> Content:
    return Content(sent_at_ms, VisibleMessage(body=body, sync_target=target))


def _enqueue(
    account: OpenAccount,
    conversation: Conversation,
    *,
    kind: outbox.Kind,
    message_id: int,
    recipient: AccountId,
    content: Content,
) -> None:
    data = envelope.wrap(
        wire_content.encode_content(content),
        sender=account.keys,
        recipient=recipient,
        sent_at_ms=content.sent_at_ms,
    )
    outbox.enqueue(
        account.database,
        message_id=message_id,
        kind=kind,
        conversation_id=conversation.id,
        recipient=recipient,
        data=data,
        sent_at_ms=content.sent_at_ms,
        ttl_ms=MESSAGE_TTL_MS,
    )
