"""What is written into the container of a new account, and where an account goes apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from webapp.clock import Clock
from webapp.network.proxy import Proxy
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import hues
from webapp.services.names import require_name
from webapp.services.open_account import OpenAccount
from webapp.services.reaching import Ways
from webapp.storage import accounts
from webapp.storage.accounts import AccountRecord
from webapp.storage.database import AccountDatabase


@dataclass(frozen=True, slots=True)
class Apart:
    """A code of its own for one account: its root, and the generation in which it was given."""

    root: bytes = field(repr=False)
    generation: int


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


class Maker:
    """Prepares new accounts; none of them is written or sent anywhere yet."""

    def __init__(self, ways: Ways, clock: Clock) -> None:
        self._ways = ways
        self._clock = clock

    def new(
        self,
        seed: Seed,
        name: str,
        network: str,
        proxy: Proxy | None,
        *,
        words_confirmed: bool = False,
    ) -> NewAccount:
        """Return the account of ``seed`` on this network, which it reaches through ``proxy``.

        Raises NameMissing, NameTooLong, UnknownNetwork.
        """
        return NewAccount(
            AccountRecord(
                seed=seed,
                name=require_name(name),
                profile_updated_s=self._clock.now_ms() // 1000,
                network=self._ways.record(network, proxy),
                words_confirmed=words_confirmed,
            )
        )
