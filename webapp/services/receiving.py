"""The receiver: what the swarm holds for us, opened and stored.

Theory of operation (R6). One poll gives items and the cursors that go with
them. Items are opened outside any transaction, then message rows, hashes and
summaries of one batch are committed together, and the cursors with the last
batch. After a crash the swarm gives the rest again and the hashes that are
known drop out. An item that cannot be accepted is counted by its reason,
remembered as seen and never stands in the way of those behind it.
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from webapp.network.backoff import Backoff, spread
from webapp.network.client import Cursors, Polled
from webapp.network.errors import NetworkError
from webapp.protocol import envelope
from webapp.protocol.content import MessageRequestResponse, Profile, VisibleMessage
from webapp.protocol.envelope import Opened
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.replies import StoredItem
from webapp.services.events import ConversationChanged, MessagesAdded
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, conversations, messages, received
from webapp.storage.errors import StorageError
from webapp.storage.messages import ReceivedMessage

# storage-rpc.md §14: official apps ask every five seconds; security.md X2: with ±30 % jitter.
POLL_INTERVAL_S = 5.0
# design.md §12: up to 500 rows a transaction keep the interface under 15 ms.
BATCH_ITEMS = 500
# Honest apps write the network's time. A day covers any confusion of time zones; what lies
# further ahead is false and could stay on top of a conversation for ever.
FUTURE_LIMIT_MS = 24 * 60 * 60 * 1000
# No node keeps anything for longer (storage-rpc.md §13). One that says so would have us
# remember its inventions for ever.
LONGEST_TTL_MS = 30 * 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Text:
    """One visible message: whose conversation it belongs to, and who wrote it."""

    peer: AccountId
    author: AccountId
    body: str
    sent_at_ms: int
    hash: MessageHash


@dataclass(slots=True)
class Batch:
    """What a run of opened items comes to, before it is written."""

    texts: list[Text] = field(default_factory=list)
    approvals: list[AccountId] = field(default_factory=list)
    profiles: dict[AccountId, Profile] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)


class Receiver:
    """The thread that polls one account's swarm."""

    def __init__(self, account: OpenAccount, *, interval_s: float = POLL_INTERVAL_S) -> None:
        self._account = account
        self._interval_s = interval_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)
        self._quiet_s = 0.0

    def start(self, *, after_s: float = 0.0) -> None:
        """Forget what no node can give again, then begin to poll, ``after_s`` from now."""
        self._quiet_s = after_s
        received.forget_expired(self._account.database, self._account.clock.now_ms())
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; ``join`` waits for it."""
        self._stopping.set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until the thread has ended, if it was started at all."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        self._account.clock.wait(self._stopping, timeout_s=self._quiet_s)
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                more = self.poll_once()
            except (NetworkError, StorageError):
                # Neither a dead network nor a full disk ends the poller: it asks again, less often.
                pause_s = backoff.next_delay_s()
            else:
                backoff.reset()
                pause_s = 0.0 if more else spread(self._interval_s)
            self._account.clock.wait(self._stopping, timeout_s=pause_s)

    def poll_once(self) -> bool:
        """Fetch and store what is new; return whether it is worth asking again at once.

        A node that promises more but gives nothing new would keep us asking for ever.
        Raises NetworkError, StorageError.
        """
        account = self._account
        new = 0

        def take(polled: Polled) -> None:
            nonlocal new
            if not self._stopping.is_set():
                new += store_items(account, polled.items, cursors=polled.cursors)

        cursors = received.load_cursors(account.database)
        more = account.network.poll(account.keys, cursors, take=take)
        return more and new > 0


def store_items(account: OpenAccount, items: Iterable[StoredItem], *, cursors: Cursors) -> int:
    """Open ``items``, store what they say in batches, and ``cursors`` with the last batch.

    Returns how many of them were new.
    """
    forget_by_ms = account.network.now_ms() + LONGEST_TTL_MS
    new = _unknown(account, items)
    chunks = list(_chunks(new, BATCH_ITEMS)) or [[]]
    for number, chunk in enumerate(chunks, start=1):
        batch = _open(account, chunk)
        with account.database.write():
            seen = [(item.hash, min(item.expires_ms, forget_by_ms)) for item in chunk]
            received.remember(account.database, seen)
            if number == len(chunks):
                received.save_cursors(account.database, cursors)
            added, changed = _write(account, batch)
        for conversation_id, message_ids in added.items():
            account.events.publish(MessagesAdded(conversation_id, tuple(message_ids)))
        for conversation_id in changed - added.keys():
            account.events.publish(ConversationChanged(conversation_id))
    return len(new)


def _unknown(account: OpenAccount, items: Iterable[StoredItem]) -> list[StoredItem]:
    by_hash = {item.hash: item for item in items}
    for known in received.known_hashes(account.database, list(by_hash)):
        del by_hash[known]
    return list(by_hash.values())


def _chunks(items: list[StoredItem], size: int) -> Iterator[list[StoredItem]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _open(account: OpenAccount, items: Iterable[StoredItem]) -> Batch:
    batch = Batch()
    latest_ms = account.network.now_ms() + FUTURE_LIMIT_MS
    for item in items:
        try:
            opened = envelope.open_stored(item.data, recipient=account.keys)
        except RemoteProtocolError as error:
            batch.rejected.append(type(error).__name__)
            continue
        if opened is None:
            continue  # Protocol V2: seen and left alone (protocol/README.md).
        if opened.sent_at_ms > latest_ms:
            batch.rejected.append("Future")
            continue
        _sort(account, item.hash, opened, batch=batch)
    return batch


def _sort(account: OpenAccount, message_hash: MessageHash, opened: Opened, *, batch: Batch) -> None:
    """Put one opened item where it belongs (messages.md §5, §8, §10)."""
    message = opened.content.message
    own = opened.sender == account.account_id
    if isinstance(message, VisibleMessage):
        target = message.sync_target
        if own and target is None:
            return  # A message from oneself that is no copy of anything says nothing.
        peer = target or opened.sender
        batch.texts.append(Text(peer, opened.sender, message.body, opened.sent_at_ms, message_hash))
    elif isinstance(message, MessageRequestResponse):
        if own or not message.approved:
            return
        batch.approvals.append(opened.sender)
    else:
        return  # Kinds that this version does not show yet: seen, no effect.
    if not own and message.profile is not None:
        batch.profiles[opened.sender] = message.profile


def _write(account: OpenAccount, batch: Batch) -> tuple[dict[int, list[int]], set[int]]:
    """Write a batch inside the caller's transaction.

    Returns the numbers of new messages by conversation, and the conversations
    whose row changed.
    """
    database = account.database
    batch = _without_blocked(account, batch)
    for reason in batch.rejected:
        received.count_rejected(database, reason)
    changed: set[int] = set()
    for sender in batch.approvals:
        contacts.set_approved_me(database, sender, True)
    added = _write_texts(account, batch)
    for sender, profile in batch.profiles.items():
        if contacts.apply_profile(database, sender, name=profile.name, updated_s=profile.updated_s):
            conversation = conversations.by_account(database, sender)
            if conversation is not None:
                changed.add(conversation.id)
    return added, changed


def _write_texts(account: OpenAccount, batch: Batch) -> dict[int, list[int]]:
    database = account.database
    now_ms = account.network.now_ms()
    conversation_of: dict[AccountId, int] = {}
    rows: list[ReceivedMessage] = []
    for text in batch.texts:
        if text.peer not in conversation_of:
            conversation_of[text.peer] = _ensure_conversation(
                account, text.peer, incoming=text.peer == text.author
            )
        rows.append(
            ReceivedMessage(
                conversation_id=conversation_of[text.peer],
                author=text.author,
                outgoing=text.author == account.account_id,
                body=text.body,
                sent_at_ms=text.sent_at_ms,
                sort_ms=messages.sort_time_ms(text.sent_at_ms, first_seen_ms=now_ms),
                hash=text.hash,
            )
        )
    numbers = messages.insert_received_many(database, rows)
    added: dict[int, list[int]] = {}
    for row, number in zip(rows, numbers, strict=True):
        if number is not None:
            added.setdefault(row.conversation_id, []).append(number)
    return added


def _ensure_conversation(account: OpenAccount, peer: AccountId, *, incoming: bool) -> int:
    """Return the conversation with ``peer``; a visible message approves in its direction."""
    database = account.database
    if peer == account.account_id:
        return conversations.ensure_note_to_self(database, peer).id
    if incoming:
        contacts.set_approved_me(database, peer, True)
    else:
        contacts.set_approved(database, peer, True)
    return conversations.ensure_private(database, peer).id


def _without_blocked(account: OpenAccount, batch: Batch) -> Batch:
    """Return what is left of ``batch`` when blocked senders have no say (messages.md §5)."""
    senders = {text.author for text in batch.texts} | set(batch.approvals) | batch.profiles.keys()
    known = (contacts.get(account.database, sender) for sender in senders)
    blocked = {contact.account_id for contact in known if contact and contact.blocked}
    return Batch(
        texts=[text for text in batch.texts if text.author not in blocked],
        approvals=[sender for sender in batch.approvals if sender not in blocked],
        profiles={who: what for who, what in batch.profiles.items() if who not in blocked},
        rejected=batch.rejected,
    )
