"""The schema only goes forward, in whole steps, and models say what the tables are."""

from pathlib import Path

import pytest

from tests.storage.conftest import KEY, SALT
from webapp.storage.connection import Connection, connect
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DatabaseFailed, DatabaseTooNew
from webapp.storage.migrations import STEPS, migrate, schema_version
from webapp.storage.models import AccountModel, ContactModel


@pytest.fixture
def writer(database_path: Path) -> Connection:
    return connect(database_path, key=KEY, salt=SALT, mode="rwc")


def tables(connection: Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}


def test_a_new_database_is_at_the_last_step(database: AccountDatabase) -> None:
    with database.read() as connection:
        assert schema_version(connection) == len(STEPS)


def test_steps_are_taken_once_and_in_order(writer: Connection) -> None:
    first, second = ("CREATE TABLE a (x)",), ("ALTER TABLE a ADD COLUMN y",)
    migrate(writer, [first])
    migrate(writer, [first, second])
    migrate(writer, [first, second])
    assert schema_version(writer) == 2
    writer.execute("INSERT INTO a (x, y) VALUES (1, 2)")
    writer.close()


def test_a_step_that_fails_half_way_leaves_the_old_schema(writer: Connection) -> None:
    migrate(writer, [("CREATE TABLE a (x)",)])
    broken = ("CREATE TABLE b (x)", "CREATE TABLE a (x)")
    with pytest.raises(DatabaseFailed):
        migrate(writer, [("CREATE TABLE a (x)",), broken])
    assert schema_version(writer) == 1
    assert "b" not in tables(writer)
    writer.close()


def test_a_newer_schema_is_refused_and_nothing_is_touched(database_path: Path) -> None:
    AccountDatabase.create(database_path, key=KEY, salt=SALT).close()
    newer = connect(database_path, key=KEY, salt=SALT)
    newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    newer.close()
    before = database_path.read_bytes()
    with pytest.raises(DatabaseTooNew):
        AccountDatabase.open(database_path, key=KEY, salt=SALT)
    assert database_path.read_bytes() == before
    assert [path.name for path in database_path.parent.iterdir()] == ["container"]


@pytest.mark.parametrize("model", [AccountModel, ContactModel])
def test_a_model_has_the_columns_of_its_table(database: AccountDatabase, model: type) -> None:
    meta = model._meta
    with database.read() as connection:
        rows = connection.execute(f"PRAGMA table_info({meta.table_name})").fetchall()
    columns = {name: (kind, not required) for _, name, kind, required, _, key in rows if not key}
    kinds = {
        "INTEGER": "INTEGER",
        "BOOL": "INTEGER",
        "TEXT": "TEXT",
        "BLOB": "BLOB",
        "INT": "INTEGER",
    }
    fields = {
        field.column_name: (kinds[field.field_type], field.null)
        for field in meta.sorted_fields
        if not field.primary_key
    }
    assert fields == columns
    [key] = [name for _, name, _, _, _, key in rows if key]
    assert meta.primary_key.column_name == key


def test_unread_messages_of_which_only_the_number_was_known_are_the_newest_ones(
    writer: Connection,
) -> None:
    migrate(writer, STEPS[:2])
    for number, unread in ((1, 2), (2, 0)):
        writer.execute(
            "INSERT INTO conversation (id, kind, account_id, last_activity_ms, unread)"
            " VALUES (?, 'private', ?, 0, ?)",
            (number, bytes([number]) * 33, unread),
        )
        writer.executemany(
            "INSERT INTO message (conversation_id, author, outgoing, body, sent_at_ms, sort_ms,"
            " state) VALUES (?, ?, ?, 'x', ?, ?, 'received')",
            [(number, bytes([number]) * 33, at == 4, at, at) for at in range(1, 6)],
        )

    migrate(writer)

    rows = writer.execute("SELECT conversation_id, sort_ms FROM message WHERE unread = 1")
    assert sorted(rows.fetchall()) == [(1, 3), (1, 5)]
    writer.close()
