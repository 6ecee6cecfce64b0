"""Guarded rows in the database: written with their head, or not at all."""

from pathlib import Path

import pytest

from tests.storage.conftest import KEY, SALT
from webapp.storage import freshness
from webapp.storage.connection import connect
from webapp.storage.database import AccountDatabase
from webapp.storage.freshness import Head
from webapp.storage.migrations import STEPS, migrate


def test_a_new_database_has_no_guarded_row_and_is_current(database: AccountDatabase) -> None:
    assert freshness.load(database) == {}
    assert freshness.head(database) == Head()
    assert freshness.verdict(database, Head()) == "current"


def test_a_database_from_before_the_chain_is_current_for_a_slot_from_before(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old"
    old = connect(path, key=KEY, salt=SALT, mode="rwc")
    migrate(old, STEPS[:3])
    old.close()

    database = AccountDatabase.open(path, key=KEY, salt=SALT)

    assert freshness.verdict(database, Head()) == "current"
    database.close()


def test_replaced_rows_are_read_and_lead_one_step_on(database: AccountDatabase) -> None:
    first = freshness.replace(database, {"a": "1", "b": "2"}, sealed=Head())
    second = freshness.replace(database, {"a": "3"}, sealed=first)

    assert freshness.load(database) == {"a": "3"}
    assert freshness.head(database) == second
    assert (first.counter, second.counter) == (1, 2)
    assert freshness.verdict(database, second) == "current"
    assert freshness.verdict(database, first) == "ahead"
    assert freshness.verdict(database, Head()) == "rolled_back"


def test_two_changes_after_one_sealing_are_one_step(database: AccountDatabase) -> None:
    freshness.replace(database, {"a": "1"}, sealed=Head())
    freshness.replace(database, {"a": "2"}, sealed=Head())

    assert freshness.verdict(database, Head()) == "ahead"


def test_a_change_that_fails_leaves_rows_and_head(database: AccountDatabase) -> None:
    head = freshness.replace(database, {"a": "1"}, sealed=Head())

    def change_and_fail() -> None:
        with database.write():
            freshness.replace(database, {"a": "2"}, sealed=head)
            raise KeyError

    with pytest.raises(KeyError):
        change_and_fail()

    assert freshness.load(database) == {"a": "1"}
    assert freshness.verdict(database, head) == "current"


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE guarded SET value = '2'",
        "DELETE FROM guarded",
        "INSERT INTO guarded VALUES ('b', '1')",
        "UPDATE freshness SET counter = counter + 1",
        "UPDATE freshness SET counter = counter - 1",
        "UPDATE freshness SET previous = zeroblob(12)",
        "UPDATE freshness SET digest = zeroblob(12)",
    ],
)
def test_whatever_differs_from_what_was_sealed_is_seen(
    database: AccountDatabase, tamper: str
) -> None:
    head = Head()
    for value in ("0", "1"):
        head = freshness.replace(database, {"a": value}, sealed=head)
    with database.write() as connection:
        connection.execute(tamper)

    assert freshness.verdict(database, head) == "rolled_back"
