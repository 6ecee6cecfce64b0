"""First start, repair, refusal: what ``prepare`` does to every kind of directory."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storage.fault_files import FaultFiles
from webapp.protocol.keys import Seed
from webapp.storage import accounts, fresh
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import (
    AlreadyRunning,
    DatabaseUnreadable,
    DataDirectoryUnusable,
    FsyncFailed,
    LocalStorageError,
    NoFreeContainer,
    VaultDamaged,
    VaultTooNew,
)
from webapp.storage.files import RealFiles
from webapp.vault.containers import CONTAINER_BYTES, CONTAINER_COUNT, container_salt
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.slots import new_salt, new_vault, open_vault, read_salt, seal_slot

CODE_ROOT = b"r" * 32
RECORD = AccountRecord(Seed.from_bytes(b"s" * 16), "Ann", 1, {"name": "local"})


def write_account(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)


def content_of(path: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def directory(path: Path) -> Iterator[DataDirectory]:
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    yield directory
    directory.release()


@pytest.fixture
def started(directory: DataDirectory) -> DataDirectory:
    directory.prepare()
    return directory


def opened_space(directory: DataDirectory) -> Space:
    space = directory.read_space()
    assert space is not None
    return space


def test_a_first_start_makes_exactly_the_listed_files(started: DataDirectory, path: Path) -> None:
    found = {name: len(content) for name, content in content_of(path).items()}
    assert found == {file.name: file.size_bytes for file in fresh.FRESH_FILES}


def test_nobody_else_may_read_any_of_it(started: DataDirectory, path: Path) -> None:
    for entry in [path, *path.rglob("*")]:
        assert entry.stat().st_mode & 0o777 == (0o700 if entry.is_dir() else 0o600)


def test_a_directory_that_was_open_to_others_is_closed(path: Path) -> None:
    path.mkdir()
    path.chmod(0o755)
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    directory.prepare()
    directory.release()
    assert path.stat().st_mode & 0o777 == 0o700


def test_two_first_starts_share_no_random_byte(started: DataDirectory, tmp_path: Path) -> None:
    other_path = tmp_path / "other"
    other = DataDirectory(other_path, RealFiles())
    other.lock()
    other.prepare()
    other.release()
    mine, theirs = content_of(tmp_path / "data"), content_of(other_path)
    for name in mine.keys() - {fresh.THROTTLE}:
        assert mine[name][:16] != theirs[name][:16]


def test_every_container_begins_with_the_salt_of_its_place(
    started: DataDirectory, path: Path
) -> None:
    salt = read_salt((path / fresh.VAULT).read_bytes())
    for number in range(CONTAINER_COUNT):
        head = (path / fresh.CONTAINERS / str(number)).read_bytes()[:16]
        assert head == container_salt(salt, number)


def test_a_first_start_has_no_code_and_no_account(started: DataDirectory) -> None:
    assert opened_space(started).entries == ()


def test_a_second_start_changes_nothing(started: DataDirectory, path: Path) -> None:
    before = content_of(path)
    started.prepare()
    assert content_of(path) == before


def test_an_account_outlives_a_restart(started: DataDirectory, path: Path) -> None:
    _, entry = started.create_container(opened_space(started), fill=write_account)
    started.release()
    again = DataDirectory(path, RealFiles())
    again.lock()
    again.prepare()
    assert opened_space(again).entries == (entry,)
    database = again.open_container(entry)
    assert accounts.load(database) == RECORD
    database.close()
    again.release()


def test_a_container_in_use_has_the_size_of_an_unused_one(
    started: DataDirectory, path: Path
) -> None:
    started.create_container(opened_space(started), fill=write_account)
    sizes = {file.stat().st_size for file in (path / fresh.CONTAINERS).iterdir()}
    assert sizes == {CONTAINER_BYTES}
    assert len(list((path / fresh.CONTAINERS).iterdir())) == CONTAINER_COUNT


def test_eight_accounts_fit_and_a_ninth_is_refused(started: DataDirectory) -> None:
    space = opened_space(started)
    for _ in range(CONTAINER_COUNT):
        space, _ = started.create_container(space, fill=write_account)
    assert {entry.container for entry in space.entries} == set(range(CONTAINER_COUNT))
    with pytest.raises(NoFreeContainer):
        started.create_container(space, fill=write_account)


def test_no_code_opens_the_space_once_a_code_does(started: DataDirectory, path: Path) -> None:
    space = opened_space(started)
    started.write_space(Space(space.index, space.slot, CODE_ROOT))
    assert started.read_space() is None
    assert open_vault((path / fresh.VAULT).read_bytes(), CODE_ROOT) is not None


def test_the_replaced_vault_is_overwritten_on_the_disk(started: DataDirectory, path: Path) -> None:
    space = opened_space(started)
    with (path / fresh.VAULT).open("rb") as old:
        before = old.read()
        started.write_space(space.with_entry(Entry(3, b"k" * 32)))
        old.seek(0)
        after = old.read()
    assert len(after) == len(before)
    # The salt counts as well: not one of the 64-byte pieces is left.
    pieces = range(0, len(before), 64)
    assert not any(before[at : at + 64] == after[at : at + 64] for at in pieces)


def test_a_failed_account_leaves_the_space_as_it_was(started: DataDirectory, path: Path) -> None:
    before = content_of(path)

    def fail(database: AccountDatabase) -> None:
        write_account(database)
        raise RuntimeError("the network file could not be read")

    with pytest.raises(RuntimeError):
        started.create_container(opened_space(started), fill=fail)
    assert content_of(path) == before


def test_a_new_database_does_not_take_over_an_old_log(started: DataDirectory, path: Path) -> None:
    for number in range(CONTAINER_COUNT):
        (path / fresh.CONTAINERS / f"{number}-wal").write_bytes(b"of another database")
    _, entry = started.create_container(opened_space(started), fill=write_account)
    assert not (path / fresh.CONTAINERS / f"{entry.container}-wal").exists()


def test_an_account_needs_its_own_container(started: DataDirectory) -> None:
    space, first = started.create_container(opened_space(started), fill=write_account)
    _, second = started.create_container(space, fill=write_account)
    with pytest.raises(DatabaseUnreadable):
        started.open_container(Entry(first.container, second.key))
    with pytest.raises(DatabaseUnreadable):
        started.open_container(Entry(second.container, first.key))


# Repair


@pytest.mark.parametrize(
    "name", [file.name for file in fresh.FRESH_FILES if file.name != fresh.VAULT]
)
def test_a_missing_file_is_built_anew(started: DataDirectory, path: Path, name: str) -> None:
    (path / name).unlink()
    others = content_of(path)
    started.prepare()
    after = content_of(path)
    sizes = {file.name: file.size_bytes for file in fresh.FRESH_FILES}
    assert len(after.pop(name)) == sizes[name]
    assert after == others


@pytest.mark.parametrize(
    ("name", "size_bytes"),
    [
        *((name, size) for name in (fresh.THROTTLE, fresh.DOOR, fresh.TRIPWIRE)
          for size in (0, 10, 2 * CONTAINER_BYTES)),
        *(("containers/4", size) for size in (0, 10, CONTAINER_BYTES - 1)),
    ],
)  # fmt: skip
def test_an_unused_file_of_the_wrong_size_is_built_anew(
    started: DataDirectory, path: Path, name: str, size_bytes: int
) -> None:
    os.truncate(path / name, size_bytes)
    started.prepare()
    sizes = {file.name: file.size_bytes for file in fresh.FRESH_FILES}
    assert (path / name).stat().st_size == sizes[name]


def test_an_orphaned_container_is_replaced(started: DataDirectory, path: Path) -> None:
    orphan = path / fresh.CONTAINERS / "2"
    orphan.write_bytes(b"an older installation" * 100_000)
    log = path / fresh.CONTAINERS / "2-wal"
    log.write_bytes(b"its log")
    started.prepare()
    assert orphan.stat().st_size == CONTAINER_BYTES
    assert b"older" not in orphan.read_bytes()
    assert not log.exists()


def test_a_container_in_use_is_left_alone_whatever_its_size(
    started: DataDirectory, path: Path
) -> None:
    _, entry = started.create_container(opened_space(started), fill=write_account)
    container = path / fresh.CONTAINERS / str(entry.container)
    os.truncate(container, 70_000)
    before = content_of(path)
    started.prepare()
    assert content_of(path) == before


def test_a_container_in_use_is_no_orphan_whatever_it_begins_with(
    started: DataDirectory, path: Path
) -> None:
    _, entry = started.create_container(opened_space(started), fill=write_account)
    container = path / fresh.CONTAINERS / str(entry.container)
    container.write_bytes(b"damaged" + container.read_bytes()[7:])
    before = content_of(path)
    started.prepare()
    assert content_of(path) == before


def test_with_a_code_set_every_container_may_be_in_use(started: DataDirectory, path: Path) -> None:
    space = opened_space(started)
    started.write_space(Space(space.index, space.slot, CODE_ROOT))
    for number in range(CONTAINER_COUNT):
        os.truncate(path / fresh.CONTAINERS / str(number), 70_000 + number)
    (path / fresh.CONTAINERS / "5-wal").write_bytes(b"a log that belongs to a locked account")
    os.truncate(path / fresh.TRIPWIRE, 100)
    before = content_of(path)
    started.prepare()
    assert content_of(path) == before


def test_swapped_containers_are_left_for_their_owner_to_swap_back(
    started: DataDirectory, path: Path
) -> None:
    containers = path / fresh.CONTAINERS
    (containers / "0").rename(containers / "x")
    (containers / "1").rename(containers / "0")
    (containers / "x").rename(containers / "1")
    before = content_of(path)
    started.prepare()
    assert content_of(path) == before


def test_the_log_of_a_container_in_use_outlives_a_restart(
    started: DataDirectory, path: Path
) -> None:
    _, entry = started.create_container(opened_space(started), fill=write_account)
    log = path / fresh.CONTAINERS / f"{entry.container}-wal"
    log.write_bytes(b"what a crash left")
    started.prepare()
    assert log.exists()


def test_leftovers_of_a_crash_are_swept(started: DataDirectory, path: Path) -> None:
    leftovers = [
        *(path / name for name in fresh.STAGING_NAMES),
        path / fresh.CONTAINERS / "6.new",
        path / fresh.CONTAINERS / "6.new-wal",
        path / fresh.CONTAINERS / "7.new-journal",
    ]
    for leftover in leftovers:
        leftover.write_bytes(b"half a file")
    started.prepare()
    assert not [leftover for leftover in leftovers if leftover.exists()]


# Refusal


def damaged_vaults() -> list[tuple[str, Callable[[bytes], bytes], type[Exception]]]:
    return [
        ("empty", lambda vault: b"", VaultDamaged),
        ("truncated", lambda vault: vault[:4095], VaultDamaged),
        ("extended", lambda vault: vault + b"\0", VaultDamaged),
        ("salt damaged", lambda vault: b"\0" + vault[1:], VaultDamaged),
        ("check damaged", lambda vault: vault[:20] + b"\0\0" + vault[22:], VaultDamaged),
        ("next profile", lambda vault: vault[:32] + b"\x02" + vault[33:], VaultTooNew),
        ("padding in use", lambda vault: vault[:40] + b"\x01" + vault[41:], VaultTooNew),
    ]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [pytest.param(damage, expected, id=name) for name, damage, expected in damaged_vaults()],
)
def test_a_damaged_or_newer_vault_is_refused_and_nothing_is_touched(
    started: DataDirectory,
    path: Path,
    damage: Callable[[bytes], bytes],
    expected: type[Exception],
) -> None:
    vault = path / fresh.VAULT
    vault.write_bytes(damage(vault.read_bytes()))
    (path / fresh.CONTAINERS / "1").write_bytes(b"would be swept")
    (path / "vault.new").write_bytes(b"would be swept")
    (path / fresh.DOOR).unlink()
    before = content_of(path)
    with pytest.raises(expected):
        started.prepare()
    with pytest.raises(expected):
        started.read_space()
    assert content_of(path) == before


def test_a_lost_vault_is_refused_and_nothing_is_touched(started: DataDirectory, path: Path) -> None:
    (path / fresh.VAULT).unlink()
    before = content_of(path)
    with pytest.raises(VaultDamaged):
        started.prepare()
    with pytest.raises(VaultDamaged):
        started.read_space()
    assert content_of(path) == before


def test_somebody_elses_folder_is_refused_and_nothing_is_touched(path: Path) -> None:
    path.mkdir(mode=0o755)
    (path / "holiday.jpg").write_bytes(b"a picture")
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    with pytest.raises(DataDirectoryUnusable) as refusal:
        directory.prepare()
    directory.release()
    assert refusal.value.reason == "foreign_files"
    assert content_of(path) == {"holiday.jpg": b"a picture"}
    assert path.stat().st_mode & 0o777 == 0o755


def test_a_slot_of_a_later_version_is_refused(started: DataDirectory, path: Path) -> None:
    salt = new_salt()
    later = seal_slot(new_vault(salt), 0, root=CODE_ROOT, slot=Slot(SlotKind.OPEN))
    (path / fresh.VAULT).write_bytes(later[:32] + b"\x02" + later[33:])
    with pytest.raises(VaultTooNew):
        started.prepare()


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EROFS, "read_only"),
        (errno.EACCES, "not_allowed"),
        (errno.ENOSPC, "no_space"),
        (errno.EIO, "failed"),
    ],
)
def test_a_directory_that_cannot_be_written_says_why(
    path: Path, tmp_path: Path, number: int, reason: str
) -> None:
    files = FaultFiles(tmp_path)
    files.fail_after(0, OSError(number, "refused"))
    path.mkdir()
    directory = DataDirectory(path, files)
    directory.lock()
    with pytest.raises(DataDirectoryUnusable) as refusal:
        directory.prepare()
    directory.release()
    assert refusal.value.reason == reason


def test_a_file_in_the_place_of_the_directory_says_so(path: Path) -> None:
    path.write_bytes(b"a file")
    with pytest.raises(DataDirectoryUnusable) as refusal:
        DataDirectory(path, RealFiles()).lock()
    assert refusal.value.reason == "not_a_directory"


def test_a_symbolic_link_is_not_followed(started: DataDirectory, path: Path) -> None:
    target = path.parent / "elsewhere"
    target.write_bytes(bytes(fresh.DOOR_BYTES))
    (path / fresh.DOOR).unlink()
    (path / fresh.DOOR).symlink_to(target)
    with pytest.raises(DataDirectoryUnusable):
        started.write_door(b"t" * fresh.DOOR_BYTES)
    assert target.read_bytes() == bytes(fresh.DOOR_BYTES)


# One process


def test_a_second_process_is_kept_out_but_may_read_the_door(
    started: DataDirectory, path: Path
) -> None:
    started.write_door(b"t" * fresh.DOOR_BYTES)
    program = """
import sys
from pathlib import Path
from webapp.storage.data_directory import DataDirectory
from webapp.storage.errors import AlreadyRunning
from webapp.storage.files import RealFiles
directory = DataDirectory(Path(sys.argv[1]), RealFiles())
try:
    directory.lock()
except AlreadyRunning:
    sys.exit(directory.read_door() != b"t" * 256)
sys.exit(2)
"""
    before = content_of(path)
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 0
    assert content_of(path) == before


def test_a_second_lock_in_this_process_is_refused_too(started: DataDirectory, path: Path) -> None:
    with pytest.raises(AlreadyRunning):
        DataDirectory(path, RealFiles()).lock()
    with pytest.raises(LocalStorageError):
        started.lock()


def test_after_release_another_may_start(started: DataDirectory, path: Path) -> None:
    started.release()
    other = DataDirectory(path, RealFiles())
    other.lock()
    other.prepare()
    other.release()


def test_nothing_is_written_without_the_lock(path: Path) -> None:
    path.mkdir()
    with pytest.raises(LocalStorageError):
        DataDirectory(path, RealFiles()).prepare()
    assert list(path.iterdir()) == []


def test_the_door_keeps_its_size(started: DataDirectory, path: Path) -> None:
    started.write_door(b"t" * fresh.DOOR_BYTES)
    assert started.read_door() == b"t" * fresh.DOOR_BYTES
    with pytest.raises(LocalStorageError):
        started.write_door(b"short")


def test_after_a_failed_fsync_nothing_is_written_any_more(path: Path, tmp_path: Path) -> None:
    files = FaultFiles(tmp_path)
    directory = DataDirectory(path, files)
    directory.lock()
    directory.prepare()
    space = opened_space(directory)
    # Open the old vault, create and write the new one; then its fsync.
    files.fail_after(3, FsyncFailed("content"))
    with pytest.raises(FsyncFailed):
        directory.write_space(space)
    assert files.operations[-1] == "fsync"
    stopped_at = len(files.operations)
    with pytest.raises(FsyncFailed):
        directory.write_space(space)
    assert len(files.operations) == stopped_at
    directory.release()
