"""kill -9 in the middle of real writes: SQLite's own files are tested this way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storage.killed_program import BATCH, CANARY, NODE, RECORD, SEED, SENDER, hash_of
from webapp.storage import accounts, conversations, fresh, messages, received
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.files import RealFiles

SQLITE_MAGIC = b"SQLite format 3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data"


def kill_after(program: str, path: Path, *, lines: int) -> list[str]:
    """Run the program, kill it once it has printed so many lines; return all it printed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.storage.killed_program", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline().strip() for _ in range(lines)]
        os.kill(process.pid, signal.SIGKILL)
        return [*printed, *process.stdout.read().split()]


def start(path: Path) -> tuple[DataDirectory, Space]:
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    directory.prepare()
    space = directory.read_space()
    assert space is not None
    return directory, space


@pytest.mark.parametrize("lines", [1, 2, 5, 20, 45])
def test_a_killed_receiver_has_stored_whole_batches_with_their_cursor(
    path: Path, lines: int
) -> None:
    printed = kill_after("receive", path, lines=lines)
    directory, space = start(path)
    database = directory.open_container(space.entries[0])
    conversation = conversations.by_account(database, SENDER)
    assert conversation is not None
    with database.read() as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM message").fetchall()
        [(check,)] = connection.execute("PRAGMA integrity_check").fetchall()
    assert check == "ok"
    assert count % BATCH == 0
    # Everything that was told is there, and at most the one batch nobody heard of.
    assert count // BATCH - len(printed) in {0, 1}
    assert received.load_cursors(database) == {(NODE, 0): hash_of(count - 1)}
    assert conversation.unread == count
    [newest] = messages.page(database, conversation.id, limit=1)
    assert newest.sent_at_ms == count - 1
    database.close()
    directory.release()


def test_a_killed_program_leaves_nothing_readable(path: Path) -> None:
    kill_after("receive", path, lines=30)
    files = [file for file in path.rglob("*") if file.is_file()]
    assert any(file.name.endswith("-wal") and file.stat().st_size for file in files)
    vault = (path / fresh.VAULT).read_bytes()
    directory, space = start(path)
    directory.release()
    assert (path / fresh.VAULT).read_bytes() == vault
    secrets = [
        SQLITE_MAGIC,
        CANARY.encode(),
        CANARY.encode("utf-16-le"),
        bytes(SENDER),
        SENDER.hex.encode(),
        bytes(SEED),
        space.entries[0].key,
        space.entries[0].key.hex().encode(),
    ]
    for file in files:
        content = file.read_bytes()
        assert not [secret for secret in secrets if secret in content]


def test_no_file_outside_the_directory_is_written(path: Path, tmp_path: Path) -> None:
    kill_after("receive", path, lines=5)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("lines", range(1, 9))
def test_a_killed_creation_is_there_in_full_or_not_at_all(path: Path, lines: int) -> None:
    printed = kill_after("create", path, lines=lines)
    directory, space = start(path)
    assert len(space.entries) - printed.count("created") in {0, 1}
    for entry in space.entries:
        database = directory.open_container(entry)
        assert accounts.load(database) == RECORD
        database.close()
    sizes = {file.name: file.stat().st_size for file in (path / fresh.CONTAINERS).iterdir()}
    assert sizes == {str(number): 1024 * 1024 for number in range(8)}
    directory.release()


def test_after_a_kill_the_directory_is_free_at_once(path: Path) -> None:
    kill_after("create", path, lines=1)
    directory, _ = start(path)
    directory.release()
