"""Power cuts at every single file operation: the next start finds one state or the other."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from webapp.protocol.keys import Seed
from webapp.storage import accounts, fresh
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DataDirectoryUnusable, FsyncFailed, StorageError
from webapp.storage.files import RealFiles
from webapp.vault.containers import CONTAINER_COUNT
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.slots import SLOT_COUNT, open_vault, seal_slot

EVERY_LOSS = [Loss.NOTHING, Loss.CONTENT, Loss.NAMES, Loss.CONTENT | Loss.NAMES]
RECORD = AccountRecord(Seed.from_bytes(b"s" * 16), "Ann", 1, {"name": "local"})
CODE_ROOT = b"r" * 32
Action = Callable[[DataDirectory], object]


def write_account(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)


def space_of(directory: DataDirectory) -> Space:
    space = directory.read_space()
    assert space is not None
    return space


def start(path: Path, files: RealFiles) -> DataDirectory:
    directory = DataDirectory(path, files)
    directory.lock()
    try:
        directory.prepare()
    except BaseException:
        directory.release()
        raise
    return directory


class Computer:
    """Runs an action with a power cut, and then starts again."""

    def __init__(self, tmp_path: Path) -> None:
        self._tmp_path = tmp_path
        self._runs = 0

    def fresh_path(self) -> Path:
        self._runs += 1
        home = self._tmp_path / str(self._runs)
        home.mkdir()
        return home / "data"

    def operations_of(self, action: Action) -> int:
        """Return how many operations ``action`` takes on a started directory."""
        files = FaultFiles(self._tmp_path)
        directory = start(self.fresh_path(), files)
        before = len(files.operations)
        action(directory)
        directory.release()
        return len(files.operations) - before

    def cut_during(self, action: Action, *, after: int, loss: Loss) -> DataDirectory:
        """Return the directory as a start finds it after the cut."""
        path = self.fresh_path()
        files = FaultFiles(self._tmp_path)
        directory = start(path, files)
        files.stop_after(after, loss)
        with pytest.raises(PowerCut):
            action(directory)
        directory.release()
        return start(path, FaultFiles(self._tmp_path))


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def check_shape(path: Path) -> None:
    """Every listed file has its size, and nothing else is there."""
    found = {
        str(file.relative_to(path)): file.stat().st_size
        for file in path.rglob("*")
        if file.is_file()
    }
    assert found == {file.name: file.size_bytes for file in fresh.FRESH_FILES}


@pytest.mark.parametrize("loss", EVERY_LOSS)
def test_a_first_start_cut_anywhere_ends_as_a_first_start(
    computer: Computer, tmp_path: Path, loss: Loss
) -> None:
    complete = FaultFiles(tmp_path)
    start(computer.fresh_path(), complete).release()
    assert len(complete.operations) > 5 * len(fresh.FRESH_FILES)
    for after in range(len(complete.operations)):
        path = computer.fresh_path()
        files = FaultFiles(tmp_path)
        files.stop_after(after, loss)
        with pytest.raises(PowerCut):
            start(path, files)
        again = start(path, FaultFiles(tmp_path))
        assert space_of(again).entries == ()
        check_shape(path)
        again.release()


@pytest.mark.parametrize("loss", EVERY_LOSS)
def test_a_new_space_cut_anywhere_is_the_old_or_the_new_one(computer: Computer, loss: Loss) -> None:
    added = Entry(3, b"k" * 32)

    def action(directory: DataDirectory) -> None:
        directory.write_space(space_of(directory).with_entry(added))

    seen = set()
    for after in range(computer.operations_of(action)):
        directory = computer.cut_during(action, after=after, loss=loss)
        entries = space_of(directory).entries
        assert entries in ((), (added,))
        seen.add(entries)
        directory.release()
    assert seen == {(), (added,)}


@pytest.mark.parametrize("loss", EVERY_LOSS)
def test_a_new_account_cut_anywhere_is_there_in_full_or_not_at_all(
    computer: Computer, loss: Loss
) -> None:
    def action(directory: DataDirectory) -> None:
        directory.create_container(space_of(directory), fill=write_account)

    seen = set()
    for after in range(computer.operations_of(action)):
        directory = computer.cut_during(action, after=after, loss=loss)
        entries = space_of(directory).entries
        for entry in entries:
            database = directory.open_container(entry)
            assert accounts.load(database) == RECORD
            database.close()
        seen.add(len(entries))
        check_shape(directory._path)
        directory.release()
    assert seen == {0, 1}


def test_the_other_slots_are_in_every_state_between(computer: Computer) -> None:
    """What a second code opens survives a cut while the first one's space is written."""
    hidden = Slot(SlotKind.OPEN, entries=(Entry(6, b"h" * 32),))

    def action(directory: DataDirectory) -> None:
        space = space_of(directory)
        vault_path = directory._path / fresh.VAULT
        other = (space.index + 1) % SLOT_COUNT
        vault_path.write_bytes(
            seal_slot(vault_path.read_bytes(), other, root=CODE_ROOT, slot=hidden)
        )
        directory.write_space(space.with_entry(Entry(3, b"k" * 32)))

    for after in range(computer.operations_of(action)):
        directory = computer.cut_during(action, after=after, loss=Loss.CONTENT | Loss.NAMES)
        opened = open_vault((directory._path / fresh.VAULT).read_bytes(), CODE_ROOT)
        assert opened is not None
        assert opened[1] == hidden
        directory.release()


def test_a_repair_cut_anywhere_is_repaired_by_the_next_start(
    computer: Computer, tmp_path: Path
) -> None:
    """As after an erase that changed the salt: all containers are orphans."""
    template = computer.fresh_path()
    start(template, RealFiles()).release()
    other = computer.fresh_path()
    start(other, RealFiles()).release()

    def broken() -> Path:
        path = computer.fresh_path()
        (path / fresh.CONTAINERS).mkdir(parents=True)
        (path / fresh.VAULT).write_bytes((template / fresh.VAULT).read_bytes())
        for number in range(CONTAINER_COUNT):
            orphan = (other / fresh.CONTAINERS / str(number)).read_bytes()[:64]
            (path / fresh.CONTAINERS / str(number)).write_bytes(orphan)
            (path / fresh.CONTAINERS / f"{number}-wal").write_bytes(b"its log")
        return path

    complete = FaultFiles(tmp_path)
    start(broken(), complete).release()
    for after in range(len(complete.operations)):
        path = broken()
        files = FaultFiles(tmp_path)
        files.stop_after(after, Loss.CONTENT | Loss.NAMES)
        with pytest.raises(PowerCut):
            start(path, files)
        start(path, FaultFiles(tmp_path)).release()
        check_shape(path)


def test_the_destroyed_vault_does_not_come_back_with_a_power_cut(tmp_path: Path) -> None:
    files = FaultFiles(tmp_path)
    directory = start(tmp_path / "data", files)
    with (tmp_path / "data" / fresh.VAULT).open("rb") as old:
        before = old.read()
        directory.write_space(space_of(directory))
        files.stop_after(0, Loss.CONTENT)
        with pytest.raises(PowerCut):
            directory.write_space(space_of(directory))
        old.seek(0)
        assert old.read()[64:] != before[64:]
    directory.release()


def test_a_database_is_confirmed_on_the_disk_before_it_takes_its_place(tmp_path: Path) -> None:
    files = FaultFiles(tmp_path)
    directory = start(tmp_path / "data", files)
    before = len(files.operations)
    directory.create_container(space_of(directory), fill=write_account)
    wanted = ["create", "open", "fsync", "rename", "fsync_dir"]
    assert files.operations[before : before + len(wanted)] == wanted
    directory.release()


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[tuple[DataDirectory, FaultFiles]]:
    files = FaultFiles(tmp_path)
    directory = start(tmp_path / "data", files)
    yield directory, files
    directory.release()


def test_a_full_disk_at_any_operation_leaves_a_space_that_can_be_written_later(
    failing: tuple[DataDirectory, FaultFiles], computer: Computer
) -> None:
    directory, files = failing

    def action(directory: DataDirectory) -> None:
        directory.write_space(space_of(directory).with_entry(Entry(3, b"k" * 32)))

    for after in range(computer.operations_of(action)):
        before = space_of(directory)
        files.fail_after(after, OSError(errno.ENOSPC, "full"))
        with pytest.raises(DataDirectoryUnusable) as refusal:
            directory.write_space(before.with_entry(Entry(3, b"k" * 32)))
        assert refusal.value.reason == "no_space"
        assert space_of(directory).entries in ((), (Entry(3, b"k" * 32),))
        directory.write_space(before)
        assert space_of(directory).entries == ()
    check_shape(directory._path)


def test_an_unconfirmed_write_at_any_operation_stops_the_directory(
    tmp_path: Path, computer: Computer
) -> None:
    def action(directory: DataDirectory) -> None:
        directory.create_container(space_of(directory), fill=write_account)

    for after in range(computer.operations_of(action)):
        path = computer.fresh_path()
        files = FaultFiles(tmp_path)
        directory = start(path, files)
        files.fail_after(after, FsyncFailed("content"))
        with pytest.raises(FsyncFailed):
            action(directory)
        done = len(files.operations)
        with pytest.raises(StorageError):
            action(directory)
        assert len(files.operations) == done
        directory.release()
        again = start(path, FaultFiles(tmp_path))
        assert len(space_of(again).entries) in {0, 1}
        check_shape(path)
        again.release()
