"""Transactions, snapshots and the end: what threads may rely on."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.conftest import KEY, SALT
from webapp.storage.bound_models import MODELS
from webapp.storage.connection import SHARED_VFS
from webapp.storage.database import READER_COUNT, AccountDatabase
from webapp.storage.errors import (
    DatabaseClosed,
    DatabaseFailed,
    LocalStorageError,
)
from webapp.storage.models import AccountModel, ContactModel
from webapp.vault.containers import CONTAINER_BYTES

WAIT_S = 10.0


@pytest.fixture(params=[SHARED_VFS, None], ids=["shared", "alone"])
def database(request: pytest.FixtureRequest, database_path: Path) -> Iterator[AccountDatabase]:
    """On every system with and without connections that share snapshots."""
    opened = AccountDatabase.create(database_path, key=KEY, salt=SALT, vfs=request.param)
    yield opened
    opened.close()


@pytest.fixture
def shared(database_path: Path) -> Iterator[AccountDatabase]:
    if SHARED_VFS is None:
        pytest.skip("no shared snapshots on this system")
    opened = AccountDatabase.create(database_path, key=KEY, salt=SALT)
    yield opened
    opened.close()


def add(database: AccountDatabase, reason: str) -> None:
    with database.write() as connection:
        connection.execute("INSERT INTO rejected VALUES (?, 1)", (reason,))


def reasons(database: AccountDatabase) -> set[str]:
    with database.read() as connection:
        return {row[0] for row in connection.execute("SELECT reason FROM rejected")}


def test_a_write_is_there_afterwards(database: AccountDatabase) -> None:
    add(database, "a")
    assert reasons(database) == {"a"}


def add_and_fail(database: AccountDatabase) -> None:
    with database.write():
        add(database, "inner")
        assert reasons(database) == {"inner"}
        raise RuntimeError


def add_twice_and_look_away(database: AccountDatabase) -> None:
    with database.write():
        add(database, "twice")
        with contextlib.suppress(DatabaseFailed):
            add(database, "twice")


def test_a_failed_write_leaves_nothing_of_the_writes_inside_it(
    database: AccountDatabase,
) -> None:
    with pytest.raises(RuntimeError):
        add_and_fail(database)
    assert reasons(database) == set()


def test_a_swallowed_inner_failure_undoes_the_whole(database: AccountDatabase) -> None:
    with pytest.raises(LocalStorageError):
        add_twice_and_look_away(database)
    assert reasons(database) == set()


def test_the_database_works_on_after_a_failure(database: AccountDatabase) -> None:
    add(database, "a")
    with pytest.raises(DatabaseFailed):
        add(database, "a")
    add(database, "b")
    assert reasons(database) == {"a", "b"}


def test_writing_inside_a_read_is_refused(database: AccountDatabase) -> None:
    with pytest.raises(LocalStorageError), database.read():
        add(database, "a")


def test_a_read_sees_one_state_while_another_thread_writes(shared: AccountDatabase) -> None:
    add(shared, "before")
    with shared.read():
        assert reasons(shared) == {"before"}
        writer = threading.Thread(target=add, args=(shared, "meanwhile"))
        writer.start()
        writer.join(WAIT_S)
        assert reasons(shared) == {"before"}
    assert reasons(shared) == {"before", "meanwhile"}


def test_a_read_does_not_wait_for_a_write(shared: AccountDatabase) -> None:
    seen: list[set[str]] = []
    with shared.write():
        add(shared, "not yet")
        reader = threading.Thread(target=lambda: seen.append(reasons(shared)))
        reader.start()
        reader.join(WAIT_S)
    assert seen == [set()]


def test_many_threads_lose_nothing(database: AccountDatabase) -> None:
    def work(name: str) -> None:
        for number in range(20):
            add(database, f"{name}{number}")
            assert f"{name}{number}" in reasons(database)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert len(reasons(database)) == 8 * 20


def test_more_readers_than_connections_take_turns(shared: AccountDatabase) -> None:
    inside = threading.Barrier(READER_COUNT + 1)
    turns: list[int] = []

    def hold() -> None:
        with shared.read():
            inside.wait(WAIT_S)

    holders = [threading.Thread(target=hold) for _ in range(READER_COUNT)]
    for holder in holders:
        holder.start()
    waiting = threading.Thread(target=lambda: turns.append(len(reasons(shared))))
    waiting.start()
    assert turns == []
    inside.wait(WAIT_S)
    for thread in [*holders, waiting]:
        thread.join(WAIT_S)
    assert turns == [0]


# Closing


def test_closing_leaves_nothing_beside_the_container(
    database: AccountDatabase, database_path: Path
) -> None:
    add(database, "a")
    database.close()
    assert [path.name for path in database_path.parent.iterdir()] == ["container"]
    assert database_path.stat().st_size == CONTAINER_BYTES


def test_what_was_written_is_there_after_reopening(
    database: AccountDatabase, database_path: Path
) -> None:
    add(database, "a")
    database.close()
    again = AccountDatabase.open(database_path, key=KEY, salt=SALT)
    assert reasons(again) == {"a"}
    again.close()


def test_after_closing_everything_is_refused(database: AccountDatabase) -> None:
    database.close()
    with pytest.raises(DatabaseClosed):
        add(database, "a")
    with pytest.raises(DatabaseClosed):
        reasons(database)
    with pytest.raises(DatabaseClosed):
        database.checkpoint()
    database.close()


def test_closing_interrupts_a_long_read(shared: AccountDatabase) -> None:
    started = threading.Event()
    ended: list[type[BaseException]] = []

    def count_for_ever() -> None:
        try:
            with shared.read() as connection:
                started.set()
                connection.execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                    " SELECT count(*) FROM n"
                ).fetchone()
        except DatabaseClosed as error:
            ended.append(type(error))

    reader = threading.Thread(target=count_for_ever)
    reader.start()
    assert started.wait(WAIT_S)
    shared.close()
    reader.join(WAIT_S)
    assert ended == [DatabaseClosed]


def test_closing_waits_for_the_write_under_way(
    database: AccountDatabase, database_path: Path
) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with database.write():
            add(database, "kept")
            inside.set()
            go_on.wait(WAIT_S)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert inside.wait(WAIT_S)
    closer = threading.Thread(target=database.close)
    closer.start()
    go_on.set()
    writer.join(WAIT_S)
    closer.join(WAIT_S)
    again = AccountDatabase.open(database_path, key=KEY, salt=SALT)
    assert reasons(again) == {"kept"}
    again.close()


def test_closing_waits_for_readers_so_that_no_connection_is_left(
    shared: AccountDatabase, database_path: Path
) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def read_slowly() -> None:
        with shared.read():
            inside.set()
            go_on.wait(WAIT_S)

    add(shared, "a")
    reader = threading.Thread(target=read_slowly)
    reader.start()
    assert inside.wait(WAIT_S)
    closer = threading.Thread(target=shared.close)
    closer.start()
    while not shared.closed:
        closer.join(0)
    go_on.set()
    reader.join(WAIT_S)
    closer.join(WAIT_S)
    assert [path.name for path in database_path.parent.iterdir()] == ["container"]


def test_closing_inside_a_transaction_is_refused(database: AccountDatabase) -> None:
    with database.read(), pytest.raises(LocalStorageError):
        database.close()


def test_a_checkpoint_empties_the_log(database: AccountDatabase, database_path: Path) -> None:
    add(database, "a")
    log = database_path.with_name("container-wal")
    assert log.stat().st_size > 0
    database.checkpoint()
    assert log.stat().st_size == 0


# Models


def test_a_model_without_a_database_raises(database: AccountDatabase) -> None:
    with pytest.raises(LocalStorageError):
        AccountModel.select().count()


def test_a_model_is_bound_to_one_thread_only(database: AccountDatabase) -> None:
    refused: list[type[BaseException]] = []

    def query() -> None:
        try:
            ContactModel.select().count()
        except LocalStorageError as error:
            refused.append(type(error))

    with database.read():
        assert ContactModel.select().count() == 0
        other = threading.Thread(target=query)
        other.start()
        other.join(WAIT_S)
    assert refused == [LocalStorageError]


def test_two_open_accounts_never_mix(tmp_path: Path) -> None:
    first, second = (
        AccountDatabase.create(tmp_path / name, key=KEY, salt=SALT) for name in ("1", "2")
    )
    with first.write():
        ContactModel.insert(account_id=b"\x05" + b"1" * 32).execute()
        with second.write():
            ContactModel.insert(account_id=b"\x05" + b"2" * 32).execute()
        assert [bytes(row.account_id)[1:2] for row in ContactModel.select()] == [b"1"]
    with second.read():
        assert [bytes(row.account_id)[1:2] for row in ContactModel.select()] == [b"2"]
    first.close()
    second.close()


def test_no_model_leads_to_a_connection_after_a_transaction(database: AccountDatabase) -> None:
    with database.read():
        pass
    assert MODELS._loan.connection is None
