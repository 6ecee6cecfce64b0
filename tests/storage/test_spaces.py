"""Several spaces in one vault: written together, forgotten alone, and what each one uses."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.protocol.keys import Seed
from webapp.storage import accounts, fresh
from webapp.storage.accounts import AccountRecord, Totals
from webapp.storage.data_directory import DataDirectory, Space, Taken
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError, NoFreeContainer
from webapp.storage.files import PIECE_BYTES, RealFiles
from webapp.vault.containers import CONTAINER_BYTES, container_salt
from webapp.vault.slot_plaintext import Entry, Slot, SlotFlags, SlotKind
from webapp.vault.slots import read_salt

ROOT, OTHER_ROOT = b"r" * 32, b"o" * 32
RECORD = AccountRecord(Seed.from_bytes(b"s" * 16), "Ann", 1, {"name": "local"})
ENTRIES = (Entry(1, b"a" * 32, 3, b"d" * 12), Entry(5, b"b" * 32), Entry(2, b"c" * 32))


def write_account(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def directory(path: Path) -> Iterator[DataDirectory]:
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    directory.prepare()
    yield directory
    directory.release()


@pytest.fixture
def space(directory: DataDirectory) -> Space:
    """Three accounts behind ROOT."""
    found = directory.read_space()
    assert found is not None
    space = Space(found.index, Slot(SlotKind.OPEN, ENTRIES, SlotFlags.EQUAL_SIZES), ROOT)
    directory.write_space(space)
    return space


def test_two_spaces_are_written_in_one_step(
    directory: DataDirectory, space: Space, path: Path
) -> None:
    inode = (path / fresh.VAULT).stat().st_ino
    moved = space.moved(5, index=(space.index + 3) % 8, root=OTHER_ROOT)

    directory.write_space(space.without_entry(5), moved)

    assert (path / fresh.VAULT).stat().st_ino != inode
    left, apart = directory.open_space(ROOT), directory.open_space(OTHER_ROOT)
    assert left is not None
    assert left.entries == (ENTRIES[0], ENTRIES[2])
    assert apart == moved
    assert apart.entries == (ENTRIES[1],)
    assert apart.slot.flags == SlotFlags.EQUAL_SIZES


def test_an_account_takes_its_freshness_along(space: Space) -> None:
    assert space.moved(1, index=0, root=OTHER_ROOT).entries == (ENTRIES[0],)


def test_a_forgotten_space_opens_with_nothing_and_the_rest_stays(
    directory: DataDirectory, space: Space, path: Path
) -> None:
    other = Space((space.index + 1) % 8, Slot(SlotKind.OPEN, ENTRIES[:1]), OTHER_ROOT)
    directory.write_space(other)
    before = (path / fresh.VAULT).read_bytes()

    directory.write_space(vacated={space.index})

    after = (path / fresh.VAULT).read_bytes()
    assert directory.open_space(ROOT) is None
    assert directory.open_space(OTHER_ROOT) == other
    start = 64 + space.index * 504
    assert before[:start] == after[:start]
    assert before[start + 504 :] == after[start + 504 :]
    assert before[start : start + 504] != after[start : start + 504]


@pytest.mark.parametrize("kind", list(SlotKind))
def test_what_a_code_uses_is_told_whatever_it_would_set_off(
    directory: DataDirectory, space: Space, kind: SlotKind
) -> None:
    place = (space.index + 2) % 8
    directory.write_space(Space(place, Slot(kind, ENTRIES), OTHER_ROOT))

    found = directory.find_space(OTHER_ROOT)

    assert found is not None
    assert Taken.of(found) == Taken(frozenset({place}), frozenset({1, 2, 5}))
    assert found.is_duress == (kind is SlotKind.DURESS)
    assert directory.find_space(b"x" * 32) is None


def test_what_two_codes_use_adds_up() -> None:
    one, other = Taken(frozenset({1}), frozenset({4})), Taken(frozenset({2}), frozenset({4, 5}))

    assert one | other == Taken(frozenset({1, 2}), frozenset({4, 5}))


def test_a_new_account_takes_no_container_that_is_kept(directory: DataDirectory) -> None:
    space = directory.read_space()
    assert space is not None
    taken = {0, 1, 2, 4, 5, 6, 7}

    grown, entry = directory.create_container(space, fill=write_account, taken=taken)

    assert entry.container == 3
    with pytest.raises(NoFreeContainer):
        directory.create_container(grown, fill=write_account, taken=taken)


@pytest.mark.parametrize(
    "size_bytes", [CONTAINER_BYTES, 3 * PIECE_BYTES + 4096, CONTAINER_BYTES + 1]
)
def test_a_refilled_container_keeps_its_size_and_says_nothing(
    directory: DataDirectory, path: Path, size_bytes: int
) -> None:
    container = fresh.container_path(path, 4)
    container.write_bytes(b"secret!!" * (size_bytes // 8) + bytes(size_bytes % 8))
    inode = container.stat().st_ino
    log = container.with_name("4-wal")
    log.write_bytes(b"secret!!")

    directory.refill_container(4)

    content = container.read_bytes()
    assert content[:16] == container_salt(read_salt((path / fresh.VAULT).read_bytes()), 4)
    assert len(content) == size_bytes
    assert b"secret" not in content
    assert container.stat().st_ino == inode
    assert not log.exists()
    # Random from one end to the other, like one that was never used.
    assert all(len(set(content[at : at + 4096])) > 200 for at in range(0, size_bytes - 4096, 4096))


def test_two_refills_share_no_byte_but_the_first_ones(directory: DataDirectory, path: Path) -> None:
    contents = []
    for _ in range(2):
        directory.refill_container(4)
        contents.append(fresh.container_path(path, 4).read_bytes())

    assert contents[0][:16] == contents[1][:16]
    same = sum(a == b for a, b in zip(contents[0][16:], contents[1][16:], strict=True))
    assert same < CONTAINER_BYTES / 100


def test_nothing_is_refilled_or_forgotten_without_the_lock(
    directory: DataDirectory, space: Space
) -> None:
    directory.release()

    for change in (lambda: directory.refill_container(4), lambda: directory.write_space(space)):
        with pytest.raises(LocalStorageError):
            change()


def test_what_an_account_holds_is_counted(directory: DataDirectory) -> None:
    space = directory.read_space()
    assert space is not None
    _, entry = directory.create_container(space, fill=write_account)
    database = directory.open_container(entry)

    assert accounts.totals(database) == Totals(0, 0, 0)
    database.close()


def test_a_container_behind_another_code_is_left_alone_with_its_log(
    directory: DataDirectory, path: Path
) -> None:
    """While the space without a code is open, nothing says what another code lists."""
    os.truncate(fresh.container_path(path, 4), 2 * CONTAINER_BYTES)
    (path / fresh.CONTAINERS / "4-wal").write_bytes(b"what a crash left")
    before = [file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()]
    directory.prepare()
    assert [file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()] == before
