"""A data directory that has been used, and what it is after an erase of whatever kind."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storage.fault_files import KEPT_BYTES, FaultFiles, Loss, PowerCut
from tests.storage.test_crashes import RECORD, check_shape, space_of, start, write_account
from webapp.storage import accounts, fresh
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.files import RealFiles
from webapp.vault import throttle
from webapp.vault.containers import CONTAINER_BYTES, CONTAINER_COUNT, container_salt
from webapp.vault.slot_plaintext import NO_FLAGS, Entry, Slot, SlotKind
from webapp.vault.slots import SLOT_COUNT, no_code_root, open_vault, read_salt, seal_slot

CODE_ROOT = b"r" * 32
SECOND_ROOT = b"s" * 32
COVER_ROOT = b"c" * 32
OLD_TRIPWIRE = b"\x07" * 4080
HEADER_BYTES = 64
Erase = Callable[[DataDirectory], object]


class Used:
    """A directory with two accounts behind a code, a second code, and what use leaves behind."""

    def __init__(self, path: Path) -> None:
        directory = start(path, RealFiles())
        space, self.cover = directory.create_container(space_of(directory), fill=write_account)
        space, self.secret = directory.create_container(space, fill=write_account)
        directory.write_space(space.under(CODE_ROOT))
        directory.write_throttle(throttle.counted(directory.read_throttle(), now_ms=1))
        directory.release()
        self.path = path
        self._seal_second(space)
        tripwire = path / fresh.TRIPWIRE
        tripwire.write_bytes(tripwire.read_bytes()[:16] + OLD_TRIPWIRE)
        with fresh.container_path(path, self.secret.container).open("ab") as container:
            container.write(bytes(CONTAINER_BYTES))
        for entry in (self.cover, self.secret):
            self._side_file(entry.container).write_bytes(b"its log")
        self.vault = (path / fresh.VAULT).read_bytes()

    def _seal_second(self, space: Space) -> None:
        vault = (self.path / fresh.VAULT).read_bytes()
        hidden = Slot(SlotKind.OPEN, (Entry(7, b"h" * 32),))
        place = (space.index + 3) % SLOT_COUNT
        (self.path / fresh.VAULT).write_bytes(
            seal_slot(vault, place, root=SECOND_ROOT, slot=hidden)
        )

    def _side_file(self, number: int) -> Path:
        return self.path / fresh.CONTAINERS / f"{number}-wal"

    def copy(self, path: Path) -> Path:
        """Return a copy; of containers that nothing opens all but the beginning are holes."""
        shutil.copytree(self.path, path, ignore=self._opens_with_nothing)
        for number in range(CONTAINER_COUNT):
            source = fresh.container_path(self.path, number)
            target = fresh.container_path(path, number)
            if not target.exists():
                target.write_bytes(source.read_bytes()[:KEPT_BYTES])
                os.truncate(target, source.stat().st_size)
                target.chmod(0o600)
        return path

    def _opens_with_nothing(self, folder: str, names: list[str]) -> list[str]:
        used = {str(entry.container) for entry in (self.cover, self.secret)}
        is_containers = Path(folder).name == fresh.CONTAINERS
        return [name for name in names if is_containers and name.isdigit() and name not in used]


class Trials:
    """Copies of one used directory, each erased with a power cut somewhere else."""

    def __init__(self, used: Used, folder: Path) -> None:
        self.used = used
        self._folder = folder
        self._runs = 0

    def begin(self) -> tuple[Path, FaultFiles, DataDirectory]:
        """Return a used directory that has been started behind its code."""
        self._runs += 1
        path = self.used.copy(self._folder / str(self._runs))
        files = FaultFiles(self._folder)
        return path, files, start(path, files)

    def operations_of(self, erase: Erase) -> int:
        _, files, directory = self.begin()
        before = len(files.operations)
        erase(directory)
        directory.release()
        return len(files.operations) - before

    def cut(self, erase: Erase, *, after: int, loss: Loss) -> Path:
        path, files, directory = self.begin()
        files.stop_after(after, loss)
        with pytest.raises(PowerCut):
            erase(directory)
        directory.release()
        return path

    def restart(self, path: Path) -> DataDirectory:
        return start(path, FaultFiles(self._folder))


def destroy_all(directory: DataDirectory) -> None:
    directory.destroy_all_keys()


def erase_all(directory: DataDirectory) -> None:
    directory.destroy_all_keys()
    directory.finish_erase()


def spare(used: Used) -> Erase:
    def erase(directory: DataDirectory) -> None:
        space = directory.destroy_other_keys(COVER_ROOT, used.cover)
        directory.finish_erase(COVER_ROOT)
        directory.write_space(space.alone())

    return erase


def opens_with_the_old_salt(used: Used, vault: bytes) -> list[bytes]:
    """Return which old roots open a slot, for somebody who has kept salt and header too."""
    slots = used.vault[:HEADER_BYTES] + vault[HEADER_BYTES:]
    roots = (CODE_ROOT, SECOND_ROOT, no_code_root(read_salt(used.vault)))
    return [root for root in roots if open_vault(slots, root) or open_vault(vault, root)]


def check_fresh(used: Used, directory: DataDirectory) -> None:
    """The directory is one of a first start, to every look that does not ask for the time."""
    path = directory._path
    space = space_of(directory)
    assert space.slot == Slot(SlotKind.OPEN)
    vault = (path / fresh.VAULT).read_bytes()
    assert read_salt(vault) != read_salt(used.vault)
    assert [root for root in (CODE_ROOT, SECOND_ROOT) if open_vault(vault, root)] == []
    check_shape(path)
    for each in [path, *path.rglob("*")]:
        assert each.stat().st_mode & 0o777 == (0o700 if each.is_dir() else 0o600)
    assert directory.read_throttle() == fresh.fresh_throttle()
    assert OLD_TRIPWIRE[:16] not in (path / fresh.TRIPWIRE).read_bytes()
    check_containers(used, path, numbers=range(CONTAINER_COUNT))


def check_containers(used: Used, path: Path, *, numbers: "range | list[int]") -> None:
    """These are containers of this vault that were built since."""
    salt = read_salt((path / fresh.VAULT).read_bytes())
    for number in numbers:
        content = fresh.container_path(path, number).read_bytes()
        old = fresh.container_path(used.path, number).read_bytes()
        assert content[:16] == container_salt(salt, number)
        assert content[16:4096] != old[16:4096]


def check_old(used: Used, directory: DataDirectory) -> None:
    space = directory.open_space(CODE_ROOT)
    assert space is not None
    assert space.entries == (used.cover, used.secret)
    assert directory.read_throttle() == (used.path / fresh.THROTTLE).read_bytes()
    for entry in space.entries:
        check_account(directory, entry)


def check_account(directory: DataDirectory, entry: Entry) -> None:
    database = directory.open_container(entry)
    assert accounts.load(database) == RECORD
    database.close()


def check_spared(used: Used, directory: DataDirectory) -> None:
    space = directory.open_space(COVER_ROOT)
    assert space is not None
    assert space.slot == Slot(SlotKind.OPEN, (used.cover,), flags=NO_FLAGS)
    # Whoever opens it puts its log in order, too.
    check_account(directory, used.cover)
    check_shape(directory._path)
    others = [number for number in range(CONTAINER_COUNT) if number != used.cover.container]
    check_containers(used, directory._path, numbers=others)
