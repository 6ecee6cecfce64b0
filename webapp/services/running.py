"""An account at work: its two threads, and the order in which all of it ends."""

import threading
from dataclasses import dataclass
from typing import Final

from webapp.services.open_account import OpenAccount
from webapp.services.receiving import Receiver
from webapp.services.sending import Sender

# A lock is done within two seconds (security.md C5), however long a request takes to give up.
# A thread that ends later finds the database closed, and drops what it has.
END_S: Final = 0.7
# Closing a database takes milliseconds. One that is in the middle of a write is waited for no
# longer than the moment of an answer allows (services/unlocking.py), and closes by itself.
ABANDON_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Running:
    """An open account and its two threads."""

    account: OpenAccount
    sender: Sender
    receiver: Receiver

    def start(self, *, after_s: float = 0.0) -> None:
        """Start the threads; neither uses the network before ``after_s`` have passed."""
        self.sender.start(after_s=after_s)
        self.receiver.start(after_s=after_s)

    def stop(self) -> None:
        """End the threads, then the network they wait for, then the database they write to."""
        self.sender.stop()
        self.receiver.stop()
        self.account.network.close()
        self.sender.join(END_S)
        self.receiver.join(END_S)
        self.account.database.close()

    def abandon(self) -> None:
        """End as ``stop`` does, and wait for no thread: its results find the database closed."""
        self.sender.stop()
        self.receiver.stop()
        self.account.network.close()
        closing = threading.Thread(target=self.account.database.close, name="close", daemon=True)
        closing.start()
        closing.join(ABANDON_S)
