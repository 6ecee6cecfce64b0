"""The sender: outbox rows to the recipients' swarms.

Theory of operation. Each row is `waiting`, `sending`, `failed` or `stranded`; it is
gone once a swarm has stored it. The state is committed *before* each network call,
so a crash leaves a row in `sending`, which the next start turns back into
`waiting`: the same bytes go out again, and the same bytes have the same hash,
so the swarm keeps one copy (storage-rpc.md §7).

    state      event          next       what the message shows
    waiting    its turn       sending    clock
    sending    stored         (gone)     one tick
    sending    no answer      waiting    clock, tried again after a pause
    sending    given up       failed     "Not sent", with a way to try again
    sending    refused        failed     the same: asking again as it is would not help
    sending    cut off        stranded   "Not sent", until the network is back
    failed     retry          waiting    clock
    stranded   retry, back    waiting    clock
    sending    crash, start   waiting    clock
"""

import threading
from collections.abc import Callable

from webapp.network.backoff import spread
from webapp.network.client import ConnectionState, Stored
from webapp.network.errors import NetworkClosed, NetworkError, NoRoute, PathFailed, Rejected
from webapp.services.events import MessageChanged
from webapp.services.open_account import OpenAccount
from webapp.storage import messages, outbox, received, send_keys
from webapp.storage.conversations import MessageState
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import StorageError
from webapp.storage.outbox import OutboxItem

# Each attempt is up to three tries on different nodes already (network). The pauses give a
# network that comes back within seconds a chance before the user is asked to act.
RETRY_PAUSES_MS = (1_000, 3_000, 8_000, 15_000, 30_000, 60_000)
# Where no node answers at all, that is known after fewer of them, and it is the return of the
# network that starts the next try. Where some do, going on pays: each attempt takes other paths
# and other nodes.
PAUSES_WITHOUT_NETWORK = 3
# How long the sender sleeps when nothing is due; it is woken when something is.
IDLE_WAIT_S = 3_600.0
# A full disk does not fill the log with attempts; nothing is lost while it lasts.
STORAGE_PAUSE_S = 10.0


class Sender:
    """The thread that empties one account's outbox."""

    def __init__(self, account: OpenAccount) -> None:
        self._account = account
        self._stopping = threading.Event()
        self._has_come_back = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._quiet_s = 0.0

    def start(self, *, after_s: float = 0.0) -> None:
        """Put right what a crash left, then begin to send, ``after_s`` from now."""
        self._quiet_s = after_s
        with self._account.database.write():
            outbox.recover(self._account.database)
            send_keys.forget_all(self._account.database)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; ``join`` waits for it."""
        self._stopping.set()
        self._account.outbox_filled.set()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until the thread has ended, if it was started at all."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def watch(self, state: ConnectionState) -> None:
        """Take note of the state of the network: what it kept from going out goes out again."""
        if state.phase == "connected":
            self._has_come_back.set()
            self._account.outbox_filled.set()

    def _run(self) -> None:
        self._account.clock.wait(self._stopping, timeout_s=self._quiet_s)
        while not self._stopping.is_set():
            self._account.outbox_filled.clear()
            try:
                self.take_up_stranded()
                pause_s = 0.0 if self.send_next() else self._pause_s()
            except StorageError:
                self._has_come_back.set()  # Nobody says it again.
                pause_s = STORAGE_PAUSE_S
            self._account.clock.wait(self._account.outbox_filled, timeout_s=pause_s)

    def _pause_s(self) -> float:
        wake_ms = outbox.next_wake_ms(self._account.database)
        if wake_ms is None:
            return IDLE_WAIT_S
        return max(0.0, (wake_ms - self._account.clock.now_ms()) / 1000)

    def send_next(self) -> bool:
        """Try the row whose turn it is; return whether there was one."""
        account = self._account
        with account.database.write():
            item = outbox.next_due(account.database, account.clock.now_ms())
            if item is None:
                return False
            outbox.mark_sending(account.database, item.id)
        try:
            stored = account.network.store(item.recipient, item.data, ttl_ms=item.ttl_ms)
        except NetworkClosed:
            return False  # The row stays in `sending`: the next start takes it up.
        except Rejected:
            self._give_up(item)
        except NetworkError as error:
            self._postpone(item, error)
        else:
            self._finish(item, stored)
        return True

    def take_up_stranded(self) -> None:
        """If the network is back, make due what was given up for the lack of it."""
        if not self._has_come_back.is_set():
            return
        self._has_come_back.clear()
        database = self._account.database
        with database.write():
            taken_up = outbox.reconnect(database)
            for item in taken_up:
                self._show(item, "sending")
        for item in taken_up:
            self._tell(item)

    def _finish(self, item: OutboxItem, stored: Stored) -> None:
        database = self._account.database
        with database.write():
            outbox.finish(database, item.id)
            # Our own copies come back with the next poll; they are known already.
            received.remember(database, [(stored.hash, item.sent_at_ms + item.ttl_ms)])
            if item.kind == "message" and item.message_id is not None:
                messages.set_state(database, item.message_id, "sent", message_hash=stored.hash)
        self._tell(item)

    def _postpone(self, item: OutboxItem, error: NetworkError) -> None:
        """Try again after a pause; after the last pause give up, except on a copy for oneself."""
        is_cut_off = isinstance(error, NoRoute) and not isinstance(error, PathFailed)
        pauses = PAUSES_WITHOUT_NETWORK if is_cut_off else len(RETRY_PAUSES_MS)
        if item.attempts >= pauses and item.kind != "sync":
            self._give_up(item, mark=outbox.mark_stranded if is_cut_off else outbox.mark_failed)
            # It may have come back for the other thread in the meantime.
            self.watch(self._account.network.state())
            return
        pause_ms = spread(RETRY_PAUSES_MS[min(item.attempts, len(RETRY_PAUSES_MS) - 1)])
        outbox.mark_waiting(
            self._account.database,
            item.id,
            attempts=item.attempts + 1,
            next_attempt_ms=self._account.clock.now_ms() + round(pause_ms),
        )

    def _give_up(
        self, item: OutboxItem, *, mark: Callable[[AccountDatabase, int], None] = outbox.mark_failed
    ) -> None:
        """Leave the row until there is a reason for another try, and show that it was not sent."""
        database = self._account.database
        with database.write():
            mark(database, item.id)
            self._show(item, "failed")
        self._tell(item)

    def _show(self, item: OutboxItem, state: MessageState) -> None:
        if item.kind == "message" and item.message_id is not None:
            messages.set_state(self._account.database, item.message_id, state)

    def _tell(self, item: OutboxItem) -> None:
        if item.kind == "message" and item.message_id is not None:
            self._account.events.publish(MessageChanged(item.conversation_id, item.message_id))
