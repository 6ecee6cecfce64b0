"""One account whose container is open, with everything that acts for it.

Theory of operation: an open account has two threads. The *sender* takes rows
from the outbox, oldest first, and is woken by whoever writes one. The
*receiver* asks the swarm again and again. Both use the account's own network,
share nothing but the database and end when the account is closed; a result
that arrives later finds the database closed and is dropped.
"""

import secrets
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Final

from webapp.clock import Clock
from webapp.network.client import Network
from webapp.network.proxy import Proxy
from webapp.protocol.content import Profile
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys
from webapp.services.events import EventBus
from webapp.services.guarded_rows import GuardedRows
from webapp.storage import accounts
from webapp.storage.database import AccountDatabase

# Enough that no page guesses the account of another one, or one of before a lock.
HANDLE_BYTES: Final = 9


def new_handle() -> str:
    """Return the name by which a page says which of the open accounts it shows."""
    return secrets.token_urlsafe(HANDLE_BYTES)


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """The parts that every service of one account works with."""

    database: AccountDatabase
    keys: AccountKeys = field(repr=False)
    network: Network
    clock: Clock
    events: EventBus
    # What decides about the security of this account, checked against the vault.
    guarded: GuardedRows
    # New with every opening, so that it names nothing once the account is closed.
    handle: str = field(default_factory=new_handle)
    # Set by whoever puts a row into the outbox; the sender sleeps on it.
    outbox_filled: Event = field(default_factory=Event, repr=False)
    # The proxy of the command line, which the stored one does not count against.
    given_proxy: Proxy | None = None
    # Held while the stored proxy is changed and taken into use, so that both stay the same.
    changing_proxy: Lock = field(default_factory=Lock, repr=False)

    @property
    def account_id(self) -> AccountId:
        return self.keys.account_id

    def profile(self) -> Profile:
        """Return what contacts may see of this account, as it goes into visible messages."""
        record = accounts.load(self.database)
        return Profile(
            name=record.name,
            picture_url=None,
            picture_key=None,
            updated_s=record.profile_updated_s,
        )
