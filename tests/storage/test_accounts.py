"""The one row that makes a container an account."""

from dataclasses import replace

import pytest

from webapp.protocol.keys import Seed
from webapp.storage import accounts
from webapp.storage.accounts import AccountRecord
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DatabaseFailed, LocalStorageError

RECORD = AccountRecord(
    Seed.from_bytes(b"s" * 16),
    "Ann 🙂",
    1_767_225_600,
    {"name": "local", "seeds": [{"url": "https://127.0.0.1:1", "cert_sha256": None}]},
)


def test_what_was_created_is_loaded(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)
    assert accounts.load(database) == RECORD


def test_a_container_takes_one_account_only(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)
    with pytest.raises(DatabaseFailed):
        accounts.create(database, RECORD)


def test_name_and_confirmation_change(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)
    accounts.set_name(database, "Anna", updated_s=1_767_225_700)
    accounts.confirm_words(database)
    loaded = accounts.load(database)
    assert (loaded.name, loaded.profile_updated_s) == ("Anna", 1_767_225_700)
    assert loaded.words_confirmed
    assert loaded.seed == RECORD.seed


def test_a_container_without_account_is_our_mistake(database: AccountDatabase) -> None:
    with pytest.raises(LocalStorageError):
        accounts.load(database)


def test_the_network_changes_and_nothing_else(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)
    network = {"kind": "session", "proxy": {"host": "127.0.0.1", "port": 9050}}
    accounts.set_network(database, network)
    assert accounts.load(database) == replace(RECORD, network=network)
