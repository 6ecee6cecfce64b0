"""An account at work: its two threads, and the order in which all of it ends."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from webapp.clock import Clock
from webapp.services.open_account import OpenAccount
from webapp.services.receiving import Receiver
from webapp.services.sending import Sender

# A lock is done within two seconds (security.md C5), however long a request takes to give up
# and however many accounts are open. A thread that ends later finds the database closed, and
# drops what it has.
END_S: Final = 0.7
# Closing a database takes milliseconds. One that is in the middle of a write is waited for no
# longer than the moment of an answer allows (services/unlocking.py), and closes by itself.
ABANDON_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Running:
    """An open account, its two threads, and the number of its container."""

    account: OpenAccount
    sender: Sender
    receiver: Receiver
    container: int

    def start(self, *, after_s: float = 0.0) -> None:
        """Start the threads; neither uses the network before ``after_s`` have passed."""
        self.sender.start(after_s=after_s)
        self.receiver.start(after_s=after_s)

    def stop(self) -> None:
        """End the threads, then the network they wait for, then the database they write to."""
        stop_all((self,))


def stop_all(accounts: Sequence[Running]) -> None:
    """Stop several accounts in the time of one."""
    _ask_to_end(accounts)
    if accounts:
        _join(
            [thread for each in accounts for thread in (each.sender, each.receiver)],
            accounts[0].account.clock,
        )
    _close(accounts)


def abandon_all(accounts: Sequence[Running]) -> None:
    """End as ``stop_all`` does, and wait for no thread: its results find the database closed."""
    _ask_to_end(accounts)
    closing = threading.Thread(target=_close, args=(accounts,), name="close", daemon=True)
    closing.start()
    closing.join(ABANDON_S)


def _ask_to_end(accounts: Sequence[Running]) -> None:
    for running in accounts:
        running.sender.stop()
        running.receiver.stop()
        running.account.network.close()


def _close(accounts: Sequence[Running]) -> None:
    for running in accounts:
        running.account.database.close()


def _join(threads: Sequence[Sender | Receiver], clock: Clock) -> None:
    until_s = clock.monotonic_s() + END_S
    for thread in threads:
        thread.join(max(0.0, until_s - clock.monotonic_s()))
