"""How many rows there are of each kind."""

from webapp.protocol.identifiers import AccountId
from webapp.storage import contacts, conversations, counters
from webapp.storage.database import AccountDatabase


def test_nothing_is_counted_in_a_new_account(database: AccountDatabase) -> None:
    assert set(counters.count(database).values()) == {0}


def test_conversations_are_counted(
    database: AccountDatabase, alice: AccountId, bob: AccountId
) -> None:
    contacts.ensure(database, alice)
    conversations.ensure_private(database, alice)
    conversations.ensure_private(database, bob)

    assert counters.count(database)["conversations"] == 2
