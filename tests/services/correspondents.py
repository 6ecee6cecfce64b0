"""People of the service tests: an account each, on a real practice network, without threads.

What the sender and the receiver do in the app happens here when a test says so.
"""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Self

from tests.virtual_clock import VirtualClock
from webapp.localnet.network import PracticeNetwork
from webapp.network.backoff import JITTER
from webapp.network.client import Network
from webapp.network.settings import NetworkSettings, SeedServer
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import messaging, reading
from webapp.services.events import Event, EventBus
from webapp.services.guarded_rows import GuardedRows
from webapp.services.open_account import OpenAccount
from webapp.services.receiving import Receiver
from webapp.services.sending import RETRY_PAUSES_MS, Sender
from webapp.storage import accounts, conversation_list, conversations, outbox
from webapp.storage.accounts import AccountRecord
from webapp.storage.conversations import Conversation
from webapp.storage.database import AccountDatabase
from webapp.storage.freshness import Head
from webapp.storage.outbox import OutboxItem

SALT = bytes(16)
KEY = bytes(range(32))


class Correspondent:
    """One account, and one device of it."""

    def __init__(
        self, name: str, *, seed: Seed, path: Path, settings: NetworkSettings, clock: VirtualClock
    ) -> None:
        self.clock = clock
        self.events: list[Event] = []
        self.path = path
        self._settings = settings
        self._keys = AccountKeys.from_seed(seed)
        database = AccountDatabase.create(path, key=KEY, salt=SALT)
        record = AccountRecord(
            seed=seed, name=name, profile_updated_s=1, network={"kind": "practice"}
        )
        with database.write():
            accounts.create(database, record)
        self._begin(database)

    def _begin(self, database: AccountDatabase) -> None:
        bus = EventBus()
        bus.subscribe(self.events.append)
        self.account = OpenAccount(
            database=database,
            keys=self._keys,
            network=Network(self._settings, clock=self.clock),
            clock=self.clock,
            events=bus,
            guarded=GuardedRows(
                database, sealed=Head(), seal=lambda _: None, seal_at_opening=lambda _: None
            ),
        )
        self.sender = Sender(self.account)
        self.receiver = Receiver(self.account)

    @staticmethod
    def stranger() -> AccountId:
        """Return the Account ID of somebody whom nobody has met."""
        return AccountKeys.from_seed(Seed.generate()).account_id

    @property
    def account_id(self) -> AccountId:
        return self._keys.account_id

    def closes(self) -> None:
        self.account.network.close()
        self.account.database.close()

    def starts_again(self) -> None:
        """Close everything and open it from what is on the disk."""
        self.closes()
        self._begin(AccountDatabase.open(self.path, key=KEY, salt=SALT))
        with self.account.database.write():
            outbox.recover(self.account.database)

    def writes(self, to: Self, text: str) -> int:
        number = messaging.start_conversation(self.account, to.account_id)
        return messaging.send_text(self.account, number, text)

    def sends_all(self) -> None:
        while self.sender.send_next():
            pass

    def begins_to_send(self) -> OutboxItem:
        item = outbox.next_due(self.account.database, self.clock.now_ms())
        assert item is not None
        with self.account.database.write():
            outbox.mark_sending(self.account.database, item.id)
        return item

    def gives_up(self) -> None:
        """Try to send until nothing is due within the longest pause."""
        for pause_ms in (*RETRY_PAUSES_MS, *RETRY_PAUSES_MS):
            self.sends_all()
            self.clock.advance(pause_ms * (1 + JITTER) / 1000)

    def polls(self) -> None:
        while self.receiver.poll_once():
            pass

    def outbox(self) -> list[OutboxItem]:
        """Return all items, whatever their state."""
        items = (outbox.get(self.account.database, number) for number in range(1, 200))
        return [item for item in items if item is not None]

    def conversations(self) -> list[Conversation]:
        return conversation_list.first_page(self.account.database).rows

    def conversation(self, peer: Self) -> Conversation:
        return self.conversation_id(peer.account_id)

    def conversation_id(self, account_id: AccountId) -> Conversation:
        found = conversations.by_account(self.account.database, account_id)
        assert found is not None
        return found

    def reads(self, peer: Self) -> list[tuple[str, str, str]]:
        """Return (direction, text, state) of the conversation with ``peer``."""
        return self.reads_id(peer.account_id)

    def reads_id(self, account_id: AccountId) -> list[tuple[str, str, str]]:
        page = reading.latest(self.account, self.conversation_id(account_id).id).messages
        return [("out" if m.outgoing else "in", m.body, m.state) for m in page]


class PracticeSwitch:
    """The practice network of the tests, which can be switched off and on."""

    def __init__(self, clock: VirtualClock) -> None:
        self.network = PracticeNetwork(clock=clock)
        self._off: set[int] = set()
        self.has_seed = True

    def off(self) -> None:
        for number in range(len(self.network.nodes)):
            if number not in self._off:
                self.network.stop_node(number)
                self._off.add(number)

    def on(self) -> None:
        for number in sorted(self._off):
            self.network.start_node(number)
        self._off.clear()

    def settings(self) -> NetworkSettings:
        settings = NetworkSettings.from_json(self.network.network_file())
        if self.has_seed:
            return settings
        return replace(settings, seeds=(SeedServer("https://127.0.0.1:1"),))

    @contextlib.contextmanager
    def running(self):  # type: ignore[no-untyped-def]
        self.network.start()
        try:
            yield self
        finally:
            self.network.stop()
