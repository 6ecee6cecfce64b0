"""The account of a container: the seed all its keys come from, its name, its network."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from webapp.protocol.keys import Seed
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError
from webapp.storage.models import AccountModel

# The table's only key: a container holds one account and never another.
_ONLY = 1


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """What is kept about the account itself.

    ``profile_updated_s`` is when the name was last changed, in Unix seconds: contacts
    take over a profile only if it is newer (messages.md §13). ``network`` says which
    network the account lives in, and through which proxy it goes there.
    """

    seed: Seed
    name: str
    profile_updated_s: int
    network: dict[str, Any]
    words_confirmed: bool = False


class Totals(NamedTuple):
    """How much there is in a container."""

    conversations: int
    messages: int
    unsent: int


def create(database: AccountDatabase, record: AccountRecord) -> None:
    """Write the account into a new database. A second one is refused."""
    with database.write():
        AccountModel.insert(
            id=_ONLY,
            seed=bytes(record.seed),
            name=record.name,
            profile_updated_s=record.profile_updated_s,
            network=json.dumps(record.network),
            words_confirmed=record.words_confirmed,
        ).execute()


def load(database: AccountDatabase) -> AccountRecord:
    """Return the account of this database."""
    with database.read():
        row = AccountModel.get_or_none(AccountModel.id == _ONLY)
    if row is None:
        raise LocalStorageError("a container was opened that holds no account")
    return AccountRecord(
        seed=Seed.from_bytes(bytes(row.seed)),
        name=row.name,
        profile_updated_s=row.profile_updated_s,
        network=json.loads(row.network),
        words_confirmed=row.words_confirmed,
    )


def totals(database: AccountDatabase) -> Totals:
    """Return how much there is in this database, all of it counted."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM conversation), (SELECT count(*) FROM message),"
            " (SELECT count(DISTINCT message_id) FROM outbox)"
        ).fetchone()
    return Totals(*row or (0, 0, 0))


def set_name(database: AccountDatabase, name: str, *, updated_s: int) -> None:
    """Change the name that contacts see."""
    with database.write():
        AccountModel.update(name=name, profile_updated_s=updated_s).execute()


def set_network(database: AccountDatabase, network: dict[str, Any]) -> None:
    """Change how the account reaches its network."""
    with database.write():
        AccountModel.update(network=json.dumps(network)).execute()


def confirm_words(database: AccountDatabase) -> None:
    """Remember that the user has written the recovery password down."""
    with database.write():
        AccountModel.update(words_confirmed=True).execute()
