"""Every connection is as hard as it should be, or it is not handed out."""

import sys
from pathlib import Path

import pytest

from tests.storage.conftest import KEY, SALT
from webapp.storage import connection as connection_module
from webapp.storage.connection import SHARED_VFS, connect, connect_reader
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DatabaseUnreadable, DatabaseUnsafe

EXPECTED = {
    "cipher_log_level": "NONE",
    "cipher_memory_security": "1",
    "cipher_page_size": "4096",
    "cipher_use_hmac": "1",
    "temp_store": "2",
    "secure_delete": "1",
    "foreign_keys": "1",
    "trusted_schema": "0",
    "cell_size_check": "1",
    "mmap_size": "0",
    "synchronous": "2",
    "journal_mode": "wal",
    "locking_mode": "normal",
}


@pytest.fixture
def existing(database_path: Path) -> Path:
    AccountDatabase.create(database_path, key=KEY, salt=SALT).close()
    return database_path


@pytest.mark.parametrize("vfs", [SHARED_VFS, None])
def test_a_writer_has_every_setting(existing: Path, vfs: str | None) -> None:
    opened = connect(existing, key=KEY, salt=SALT, vfs=vfs)
    expected = EXPECTED if vfs else {**EXPECTED, "locking_mode": "exclusive"}
    for name, value in expected.items():
        row = opened.execute(f"PRAGMA {name}").fetchone()
        assert row is not None
        assert (name, str(row[0])) == (name, value)
    opened.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no shared snapshots there")
def test_a_reader_has_every_setting_and_cannot_write(existing: Path) -> None:
    writer = connect(existing, key=KEY, salt=SALT)
    reader = connect_reader(existing, key=KEY, salt=SALT, vfs=SHARED_VFS or "")
    for name, value in {**EXPECTED, "query_only": "1"}.items():
        row = reader.execute(f"PRAGMA {name}").fetchone()
        assert row is not None
        assert (name, str(row[0])) == (name, value)
    with pytest.raises(connection_module.sqlcipher.OperationalError, match="readonly"):
        reader.execute("DELETE FROM message")
    reader.close()
    writer.close()


@pytest.mark.parametrize("vfs", [SHARED_VFS, None])
def test_no_shared_memory_file_is_ever_made(existing: Path, vfs: str | None) -> None:
    database = AccountDatabase.open(existing, key=KEY, salt=SALT, vfs=vfs)
    with database.write() as writing:
        writing.execute("INSERT INTO rejected VALUES ('x', 1)")
    names = {path.name for path in existing.parent.iterdir()}
    assert names == {"container", "container-wal"}
    database.close()


def test_extensions_cannot_be_loaded(existing: Path) -> None:
    opened = connect(existing, key=KEY, salt=SALT)
    with pytest.raises(connection_module.sqlcipher.OperationalError, match="not authorized"):
        opened.execute("SELECT load_extension('libm')")
    opened.close()


def test_a_setting_that_does_not_take_effect_refuses_the_connection(
    existing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored = connection_module._Setting("no_such_setting_exists", "ON", "1")
    monkeypatch.setattr(connection_module, "_AFTER_KEY", (*connection_module._AFTER_KEY, ignored))
    with pytest.raises(DatabaseUnsafe):
        connect(existing, key=KEY, salt=SALT)


def test_another_key_or_salt_does_not_open_it(existing: Path) -> None:
    before = existing.read_bytes()
    for key, salt in [(b"\xff" * 32, SALT), (KEY, b"\xff" * 16)]:
        with pytest.raises(DatabaseUnreadable):
            AccountDatabase.open(existing, key=key, salt=salt)
    assert existing.read_bytes() == before


def test_opening_never_creates(database_path: Path) -> None:
    with pytest.raises(DatabaseUnreadable):
        AccountDatabase.open(database_path, key=KEY, salt=SALT)
    assert not database_path.exists()


@pytest.mark.parametrize("size_bytes", [0, 15, 4096, 500_000])
def test_a_truncated_file_is_unreadable(existing: Path, size_bytes: int) -> None:
    with existing.open("r+b") as file:
        file.truncate(size_bytes)
    with pytest.raises(DatabaseUnreadable):
        AccountDatabase.open(existing, key=KEY, salt=SALT)


def test_random_bytes_are_unreadable(database_path: Path) -> None:
    database_path.write_bytes(SALT + b"\x5a" * 100_000)
    with pytest.raises(DatabaseUnreadable):
        AccountDatabase.open(database_path, key=KEY, salt=SALT)


def test_the_file_begins_with_the_given_salt(existing: Path) -> None:
    assert existing.read_bytes()[:16] == SALT


def test_a_path_with_odd_characters_opens(tmp_path: Path) -> None:
    path = tmp_path / "50% of Ann's #1 ?data; ü" / "container"
    path.parent.mkdir()
    AccountDatabase.create(path, key=KEY, salt=SALT).close()
    AccountDatabase.open(path, key=KEY, salt=SALT).close()
    assert [file.name for file in path.parent.iterdir()] == ["container"]
