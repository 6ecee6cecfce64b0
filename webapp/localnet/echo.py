"""Echo: a contact that repeats what it is told, so that one person can see messages travel.

Echo has no privileges. It learns that something was stored for it, opens that with
its own keys, and stores its answer through the same requests as any client.
"""

import queue
import threading
from typing import Protocol

from webapp.clock import Clock
from webapp.localnet.store import Message
from webapp.protocol import requests
from webapp.protocol.content import (
    BODY_LIMIT,
    Content,
    MessageRequestResponse,
    Profile,
    VisibleMessage,
    encode_content,
)
from webapp.protocol.envelope import open_stored, wrap
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import PUBLIC_INBOX_MAX_TTL_MS, AccountId, Namespace
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.requests import Request

NAME = "Echo"
# Official clients date the approval this much before the answer it comes with (messages.md §10).
APPROVAL_LEAD_MS = 100
# Whoever is forgotten is approved once more with the next answer, which does no harm.
MAX_REMEMBERED = 10_000


class Send(Protocol):
    """How Echo hands a request to the network."""

    def __call__(self, request: Request, *, recipient: AccountId) -> None: ...


class Echo:
    """The account and the thread that answers. ``send`` stores a request in someone's swarm."""

    def __init__(self, clock: Clock, *, seed: Seed, send: Send) -> None:
        self._keys = AccountKeys.from_seed(seed)
        self._clock = clock
        self._send = send
        self._profile = Profile(name=NAME, updated_s=clock.now_ms() // 1000)
        self._approved: dict[AccountId, None] = {}
        self._last_sent_ms = 0
        # None ends the thread.
        self._arrived: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._answer_all, name="practice-echo", daemon=True)

    @property
    def account_id(self) -> AccountId:
        return self._keys.account_id

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._arrived.put(None)
        self._thread.join()

    def notice(self, message: Message) -> None:
        """Take note of a message that the network has stored for someone."""
        is_for_me = bytes(message.owner) == bytes(self.account_id)
        if is_for_me and message.namespace == Namespace.DIRECT_MESSAGES:
            self._arrived.put(message.data)

    def _answer_all(self) -> None:
        while (data := self._arrived.get()) is not None:
            self._answer(data)

    def _answer(self, data: bytes) -> None:
        """Answer one stored item; whatever is not a text from someone else is passed over."""
        try:
            opened = open_stored(data, recipient=self._keys)
        except RemoteProtocolError:
            return
        if opened is None or opened.sender == self.account_id:
            return
        match opened.content.message:
            case VisibleMessage(body=body):
                self._repeat(body, opened.sender)

    def _repeat(self, body: str, recipient: AccountId) -> None:
        is_new = recipient not in self._approved
        lead_ms = APPROVAL_LEAD_MS if is_new else 0
        # Timestamps identify messages: no two of ours may be equal (messages.md §7).
        sent_at_ms = max(self._clock.now_ms(), self._last_sent_ms + 1 + lead_ms)
        self._last_sent_ms = sent_at_ms
        if is_new:
            approval = MessageRequestResponse(approved=True, profile=self._profile)
            self._store(Content(sent_at_ms - lead_ms, approval), recipient)
            self._remember(recipient)
        answer = VisibleMessage(body=body[:BODY_LIMIT], profile=self._profile)
        self._store(Content(sent_at_ms, answer), recipient)

    def _store(self, content: Content, recipient: AccountId) -> None:
        data = wrap(
            encode_content(content),
            sender=self._keys,
            recipient=recipient,
            sent_at_ms=content.sent_at_ms,
        )
        request = requests.store(
            recipient,
            data,
            timestamp_ms=self._clock.now_ms(),
            ttl_ms=PUBLIC_INBOX_MAX_TTL_MS,
        )
        self._send(request, recipient=recipient)

    def _remember(self, recipient: AccountId) -> None:
        if len(self._approved) >= MAX_REMEMBERED:
            self._approved.pop(next(iter(self._approved)))
        self._approved[recipient] = None
