"""Deleting messages on this computer. Nobody else is asked to do the same.

What was received stays known by its hash, so it is not fetched again. What was not sent yet is
never sent; a copy that may lie in our own swarm already, because its answer was lost, is marked as
known as well, or it would come back as a message from another device.
"""

import contextlib
from collections.abc import Collection, Iterable

from webapp.protocol.identifiers import MessageHash, Namespace
from webapp.services.events import MessagesRemoved
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, messages, outbox, received
from webapp.storage.errors import StorageError
from webapp.storage.outbox import OutboxItem


def delete_messages(account: OpenAccount, message_ids: Collection[int]) -> dict[int, list[int]]:
    """Delete messages here and return the ids of those that were there, by conversation."""
    database = account.database
    with database.write():
        unsent = outbox.of_messages(database, message_ids)
        _know_own_copies(account, unsent)
        removed = messages.delete(database, message_ids)
        _take_back_approvals(account, unsent)
    if unsent:
        account.outbox_filled.set()  # What waited for these may go now.
    for conversation_id, ids in removed.items():
        account.events.publish(MessagesRemoved(conversation_id, tuple(ids)))
    # security.md D2: nothing lingers in the log. The rows are gone already, so a disk that is full
    # at this moment must not make it look as if they were not.
    with contextlib.suppress(StorageError):
        database.checkpoint()
    return removed


def _know_own_copies(account: OpenAccount, unsent: Iterable[OutboxItem]) -> None:
    received.remember(
        account.database,
        [
            (
                MessageHash.of(item.recipient, Namespace.DIRECT_MESSAGES, item.data),
                item.sent_at_ms + item.ttl_ms,
            )
            for item in unsent
            if item.recipient == account.account_id
        ],
    )


def _take_back_approvals(account: OpenAccount, unsent: Iterable[OutboxItem]) -> None:
    """Who was to be accepted by a message that is never sent is not accepted (messages.md §10)."""
    for item in unsent:
        if item.kind == "approval" and not messages.has_outgoing(
            account.database, item.conversation_id
        ):
            contacts.set_approved(account.database, item.recipient, False)
