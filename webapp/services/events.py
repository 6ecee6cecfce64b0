"""What happened, told to whoever draws it.

Services publish after their transaction has been committed (R6), so a
subscriber that reads the database sees at least what the event speaks of.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from webapp.storage.errors import StorageError


@dataclass(frozen=True, slots=True)
class MessagesAdded:
    """New rows of one conversation, in the order they were stored."""

    conversation_id: int
    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """One message has another state."""

    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class MessagesRemoved:
    """Messages of one conversation are no longer here."""

    conversation_id: int
    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """The row of one conversation reads differently (name, unread count, snippet)."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class ConversationCleared:
    """One conversation has lost all its messages."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class ConversationRemoved:
    """One conversation is gone, with everything in it."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class BlockingChanged:
    """The person of one conversation is blocked, or no longer."""

    conversation_id: int


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The way into the network is up, down or being built."""


@dataclass(frozen=True, slots=True)
class PreferencesChanged:
    """The owner has set a setting of the interface."""


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """The account has another name."""


@dataclass(frozen=True, slots=True)
class AccountShown:
    """Another account is shown from now on, or another set of accounts is open.

    Rows of two accounts have the same numbers: whoever shows something asks for the page anew.
    """


@dataclass(frozen=True, slots=True)
class Locked:
    """The app is locked: whoever shows something stops showing it, and asks for the page anew.

    Told before keys and database go, so that no tab waits for a thread that is slow to end.
    """


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A right code has opened the app."""


@dataclass(frozen=True, slots=True)
class Erased:
    """The keys are gone: every tab begins anew, and whoever did not ask for it is not let in."""


@dataclass(frozen=True, slots=True)
class EraseFinished:
    """What an erase leaves for later is done."""


@dataclass(frozen=True, slots=True)
class CodeChanged:
    """A code was set, changed or removed: who may see what is to be asked anew."""


@dataclass(frozen=True, slots=True)
class LockSettingsChanged:
    """When the app locks by itself has changed, or a warning about that was acknowledged."""


# What happens inside one account.
AccountEvent = (
    MessagesAdded
    | MessageChanged
    | MessagesRemoved
    | ConversationChanged
    | ConversationCleared
    | ConversationRemoved
    | BlockingChanged
    | ConnectionChanged
    | PreferencesChanged
    | AccountChanged
    | LockSettingsChanged
)


@dataclass(frozen=True, slots=True)
class OfAccount:
    """Something happened inside the open account that ``handle`` names."""

    handle: str
    event: AccountEvent


# What the app as a whole is told.
AppEvent = OfAccount | AccountShown | Locked | Unlocked | Erased | EraseFinished | CodeChanged
Event = AccountEvent | AppEvent
Subscriber = Callable[[Event], None]


class EventBus:
    """Hands each event to every subscriber, on the thread that published it.

    Each open account has one, and the app has one that is told of all of them (``OfAccount``).

    A subscriber that finds the database closed or failing misses the event. The
    publisher's work is committed by then, and must not look as if it had failed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: tuple[Subscriber, ...] = ()

    def subscribe(self, subscriber: Subscriber) -> None:
        with self._lock:
            self._subscribers = (*self._subscribers, subscriber)

    def publish(self, event: Event) -> None:
        for subscriber in self._subscribers:
            with contextlib.suppress(StorageError):
                subscriber(event)
