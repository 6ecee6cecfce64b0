"""Opening one account: its container, its network, what guards it, and its two threads."""

import threading
from collections.abc import Callable
from typing import cast

from webapp.clock import Clock
from webapp.network.client import NOTHING, Network
from webapp.protocol.keys import AccountKeys
from webapp.services.events import AccountEvent, ConnectionChanged, Event, EventBus, OfAccount
from webapp.services.guarded_rows import GuardedRows
from webapp.services.open_account import OpenAccount, new_handle
from webapp.services.reaching import Ways
from webapp.services.receiving import Receiver
from webapp.services.remembering import remember, remembered
from webapp.services.running import Running
from webapp.services.sending import Sender
from webapp.storage import accounts, freshness
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.freshness import Head
from webapp.vault.slot_plaintext import Entry


class Opener:
    """Opens accounts of one data directory."""

    def __init__(
        self,
        directory: DataDirectory,
        *,
        ways: Ways,
        clock: Clock,
        events: EventBus,
        seal: Callable[[int, Head], None],
        changing: threading.Lock,
    ) -> None:
        """``seal`` has the vault remember what guards a container; it needs ``changing``."""
        self._directory = directory
        self._ways = ways
        self._clock = clock
        self._events = events
        self._seal = seal
        self._changing = changing

    def open(
        self, entry: Entry, *, network: Network | None = None, is_spared: bool = False
    ) -> Running:
        """Return the account of ``entry``, open, its threads not started; needs ``changing``.

        ``network`` is one that has been found to answer, otherwise the account's own is made.
        An account that was spared is believed what it says of its guarded rows, once.
        Raises InvalidProxyAddress, UnknownNetwork, NetworkUnavailable, and what the storage
        raises about a container.
        """
        database = self._directory.open_container(entry)
        handle = new_handle()
        try:
            record = accounts.load(database)
            is_worth_remembering = self._ways.is_worth_remembering(record.network)
            if network is None:
                known = remembered(database) if is_worth_remembering else NOTHING
                network = self._ways.network_of(record.network, remembered=known)
            account = OpenAccount(
                database=database,
                keys=AccountKeys.from_seed(record.seed),
                network=network,
                clock=self._clock,
                events=self._bus_of(handle),
                guarded=self._guarded(database, entry, is_spared=is_spared),
                given_proxy=self._ways.given,
                handle=handle,
            )
        except BaseException:
            database.close()
            raise
        sender = Sender(account)
        network.on_state(lambda _state: account.events.publish(ConnectionChanged()))
        network.on_state(sender.watch)
        if is_worth_remembering:
            network.on_learned(lambda learned: remember(database, learned))
        return Running(account, sender, Receiver(account), entry.container)

    def _bus_of(self, handle: str) -> EventBus:
        """Return the bus of one account, which also tells the app."""

        def tell(event: Event) -> None:
            self._events.publish(OfAccount(handle, cast(AccountEvent, event)))

        bus = EventBus()
        bus.subscribe(tell)
        return bus

    def _guarded(self, database: AccountDatabase, entry: Entry, *, is_spared: bool) -> GuardedRows:
        sealed = Head(entry.freshness_counter, entry.freshness_digest)
        if is_spared:
            sealed = freshness.head(database)
            self._seal(entry.container, sealed)

        def seal_at_opening(head: Head) -> None:
            self._seal(entry.container, head)

        def seal(head: Head) -> None:
            with self._changing:
                self._seal(entry.container, head)

        return GuardedRows(database, sealed=sealed, seal=seal, seal_at_opening=seal_at_opening)
