"""What is written into the container of a new account."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys
from webapp.services import hues
from webapp.services.open_account import OpenAccount
from webapp.storage import accounts
from webapp.storage.accounts import AccountRecord
from webapp.storage.database import AccountDatabase


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is in no container yet."""

    record: AccountRecord

    @property
    def account_id(self) -> AccountId:
        """Its Account ID."""
        return AccountKeys.from_seed(self.record.seed).account_id

    def is_among(self, others: Sequence[OpenAccount]) -> bool:
        """Return whether it is one of these."""
        return any(each.account_id == self.account_id for each in others)

    def written_beside(self, others: Sequence[OpenAccount]) -> Callable[[AccountDatabase], None]:
        """Return what writes it, with a colour that none of ``others`` has."""
        hue = hues.choose(self.account_id, taken=[hues.of_account(each) for each in others])

        def write(database: AccountDatabase) -> None:
            accounts.create(database, self.record)
            hues.keep(database, hue)

        return write
