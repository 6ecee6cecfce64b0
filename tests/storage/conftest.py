"""An account database and the people in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.protocol.identifiers import AccountId
from webapp.storage.database import AccountDatabase

KEY = bytes(range(32))
SALT = bytes(range(16))


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "container"


@pytest.fixture
def database(database_path: Path) -> Iterator[AccountDatabase]:
    opened = AccountDatabase.create(database_path, key=KEY, salt=SALT)
    yield opened
    opened.close()


@pytest.fixture
def me() -> AccountId:
    return AccountId(b"m" * 32)


@pytest.fixture
def alice() -> AccountId:
    return AccountId(b"a" * 32)


@pytest.fixture
def bob() -> AccountId:
    return AccountId(b"b" * 32)
