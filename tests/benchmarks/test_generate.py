"""A generated account is one that the app could have come to by itself."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.generate import DirectoryInUse, generate
from benchmarks.large_account import DAY_MS, PINNED_RANKS, plan, sizes
from tests.virtual_clock import VirtualClock
from webapp.app import create_app
from webapp.config import Config
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys
from webapp.storage import accounts, conversations
from webapp.storage.connection import Row
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.files import RealFiles
from webapp.web.row_presenter import UNREAD_CAP

NOW_MS = 1_763_700_000_000
MESSAGES = 3_000
CONVERSATIONS = 60

Rows = Callable[[str], list[Row]]


def opened(directory: Path) -> AccountDatabase:
    data = DataDirectory(directory, RealFiles())
    space = data.read_space()
    assert space is not None
    [entry] = space.entries
    return data.open_container(entry)


def small(directory: Path, *, seed: int = 1) -> Path:
    generate(
        directory,
        messages_count=MESSAGES,
        conversations_count=CONVERSATIONS,
        seed=seed,
        now_ms=NOW_MS,
    )
    return directory


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("generated") / "data")


@pytest.fixture
def database(directory: Path) -> Iterator[AccountDatabase]:
    database = opened(directory)
    yield database
    database.close()


@pytest.fixture
def rows(database: AccountDatabase) -> Rows:
    def rows_(sql: str) -> list[Row]:
        with database.read() as connection:
            return connection.execute(sql).fetchall()

    return rows_


def everything(directory: Path) -> list[Row]:
    database = opened(directory)
    with database.read() as connection:
        found = [
            row
            for table in ("account", "contact", "conversation", "message", "received")
            for row in connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        ]
    database.close()
    return found


def test_the_account_has_as_many_messages_and_conversations_as_asked_for(rows: Rows) -> None:
    assert rows("SELECT count(*) FROM message") == [(MESSAGES,)]
    assert rows("SELECT count(*) FROM conversation") == [(CONVERSATIONS,)]
    assert rows("SELECT count(DISTINCT conversation_id) FROM message") == [(CONVERSATIONS,)]


def test_every_summary_says_what_its_messages_say(database: AccountDatabase, rows: Rows) -> None:
    before = rows("SELECT * FROM conversation")
    with database.write():
        for number in range(1, CONVERSATIONS + 1):
            conversations.refresh_summary(database, number)
    assert rows("SELECT * FROM conversation") == before


def test_what_is_unread_is_at_the_end_and_from_the_other_side(rows: Rows) -> None:
    unread = rows("SELECT id, unread FROM conversation WHERE unread > 0")
    assert unread
    for conversation, count in unread:
        newest = rows(
            f"SELECT outgoing FROM message WHERE conversation_id = {conversation}"  # noqa: S608
            f" ORDER BY sort_ms DESC, id DESC LIMIT {count}"
        )
        assert newest == [(0,)] * count


def test_only_the_owner_writes_outgoing_messages_and_only_the_peer_the_others(
    database: AccountDatabase, rows: Rows
) -> None:
    own_id = bytes(AccountKeys.from_seed(accounts.load(database).seed).account_id)
    written = rows(
        "SELECT message.author, conversation.account_id, outgoing, kind FROM message"
        " JOIN conversation ON conversation.id = conversation_id"
    )
    for author, peer, outgoing, kind in written:
        assert author == (own_id if outgoing else peer)
        assert outgoing or kind == "private"


def test_messages_are_stored_in_the_order_in_which_they_were_written(rows: Rows) -> None:
    times = [time for (time,) in rows("SELECT sent_at_ms FROM message ORDER BY id")]
    # A failed message is stored a little before those of its batch.
    assert sum(one > other for one, other in pairwise(times)) < 10
    assert max(times) <= NOW_MS


def test_a_failed_message_is_in_the_outbox_and_nothing_else_is(rows: Rows) -> None:
    failed = rows("SELECT id FROM message WHERE state = 'failed'")
    assert failed
    assert rows("SELECT message_id FROM outbox WHERE state = 'failed' ORDER BY 1") == failed
    assert rows("SELECT count(*) FROM outbox") == [(len(failed),)]


def test_there_is_something_of_everything_that_the_list_can_show(rows: Rows) -> None:
    for condition in (
        "unread > 0",
        "marked_unread = 1",
        "draft <> ''",
        "kind = 'note_to_self'",
        "last_state = 'failed'",
        "last_state = 'sent'",
        "last_state = 'received'",
    ):
        assert rows(f"SELECT 1 FROM conversation WHERE {condition} LIMIT 1"), condition  # noqa: S608
    assert rows("SELECT count(*) FROM conversation WHERE priority > 0") == [(len(PINNED_RANKS),)]
    for condition in ("nickname NOTNULL", "name IS NULL", "approved = 0", "approved_me = 0"):
        assert rows(f"SELECT 1 FROM contact WHERE {condition} LIMIT 1"), condition  # noqa: S608


def test_hashes_are_known_for_as_long_as_a_node_may_have_the_message(rows: Rows) -> None:
    recent = f"sent_at_ms > {NOW_MS - 14 * DAY_MS} AND state <> 'failed'"
    known = rows("SELECT hash FROM received")
    assert Counter(known) == Counter(
        rows(f"SELECT substr(hash, 1, 22) FROM message WHERE {recent}")  # noqa: S608
    )


def test_the_same_seed_gives_the_same_account_and_another_one_another(
    directory: Path, tmp_path: Path
) -> None:
    assert everything(small(tmp_path / "again")) == everything(directory)
    assert everything(small(tmp_path / "other", seed=2)) != everything(directory)


def test_an_account_that_is_there_already_is_left_alone(directory: Path) -> None:
    before = everything(directory)
    with pytest.raises(DirectoryInUse):
        small(directory, seed=2)
    assert everything(directory) == before


def test_the_app_opens_the_account(tmp_path: Path, no_thread_left: None) -> None:
    directory = small(tmp_path / "data")
    app = create_app(
        Config(data_dir=directory, launch_dir=tmp_path, network="local"), clock=VirtualClock()
    )
    app.start()
    try:
        client = app.flask.test_client()
        assert client.get("/list").status_code == 200
        assert client.get("/conversations/1").status_code == 200
    finally:
        app.stop()


@pytest.mark.parametrize(("messages", "number"), [(1_000_000, 1_000), (7, 7), (1, 1), (10, 3)])
def test_sizes_fall_and_sum_up(messages: int, number: int) -> None:
    found = sizes(messages, number)
    assert (len(found), sum(found), min(found) > 0) == (number, messages, True)
    assert found == sorted(found, reverse=True)


def test_a_million_messages_have_what_only_many_can_have() -> None:
    planned = plan(1, AccountId(bytes(32)), messages=1_000_000, conversations=1_000, now_ms=NOW_MS)
    assert sum(conversation.count >= 5_000 for conversation in planned) > 10
    assert any(conversation.unread > UNREAD_CAP for conversation in planned)
