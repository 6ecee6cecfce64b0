"""A data directory behind a code: spaces by their root, and the throttle as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.fault_files import FaultFiles
from tests.storage.test_crashes import write_account
from webapp.storage import fresh
from webapp.storage.data_directory import DataDirectory, Space
from webapp.storage.errors import (
    DataDirectoryUnusable,
    LocalStorageError,
    VaultDamaged,
    VaultTooNew,
)
from webapp.storage.files import RealFiles
from webapp.vault import throttle
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.slots import no_code_root, open_vault, read_salt, seal_slot
from webapp.vault.throttle import DELAYS_S

ROOT = b"r" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data"


def start(path: Path, files: RealFiles | None = None) -> DataDirectory:
    directory = DataDirectory(path, files or RealFiles())
    directory.lock()
    directory.prepare()
    return directory


@pytest.fixture
def directory(path: Path) -> Iterator[DataDirectory]:
    directory = start(path)
    yield directory
    directory.release()


def space_of(directory: DataDirectory) -> Space:
    space = directory.read_space()
    assert space is not None
    return space


def protect(directory: DataDirectory) -> Space:
    space = space_of(directory).under(ROOT)
    directory.write_space(space)
    return space


def test_a_space_under_another_root_is_opened_by_that_root_only(
    directory: DataDirectory,
) -> None:
    space = protect(directory)

    assert directory.open_space(ROOT) == space
    assert directory.open_space(b"x" * 32) is None
    assert directory.read_space() is None


def test_the_root_without_a_code_comes_from_the_salt(directory: DataDirectory, path: Path) -> None:
    salt = read_salt((path / fresh.VAULT).read_bytes())

    assert directory.vault_salt() == salt
    assert directory.no_code_root() == no_code_root(salt)
    assert directory.open_space(directory.no_code_root()) == directory.read_space()


def test_a_slot_that_destroys_is_not_a_space(directory: DataDirectory, path: Path) -> None:
    vault = path / fresh.VAULT
    place = (space_of(directory).index + 1) % 8
    vault.write_bytes(seal_slot(vault.read_bytes(), place, root=ROOT, slot=Slot(SlotKind.DURESS)))

    assert open_vault(vault.read_bytes(), ROOT) is not None
    assert directory.open_space(ROOT) is None


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", VaultDamaged), (b"\xff" * 4096, VaultDamaged), (None, VaultDamaged)],
)
def test_a_damaged_vault_opens_no_space(
    directory: DataDirectory, path: Path, content: bytes | None, error: type[Exception]
) -> None:
    if content is None:
        (path / fresh.VAULT).unlink()
    else:
        (path / fresh.VAULT).write_bytes(content)

    for ask in (lambda: directory.open_space(ROOT), directory.vault_salt, directory.no_code_root):
        with pytest.raises(error):
            ask()


def test_a_vault_of_an_unknown_profile_opens_no_space(directory: DataDirectory, path: Path) -> None:
    vault = (path / fresh.VAULT).read_bytes()
    (path / fresh.VAULT).write_bytes(vault[:32] + b"\x02" + vault[33:])

    with pytest.raises(VaultTooNew):
        directory.open_space(ROOT)


def test_the_freshness_of_one_account_is_sealed_beside_those_of_the_others(
    directory: DataDirectory,
) -> None:
    space = space_of(directory)
    for number in (2, 5):
        space = space.with_entry(Entry(number, bytes([number]) * 32))

    changed = space.with_freshness(5, counter=7, digest=b"d" * 12)

    assert changed.entries[0] == space.entries[0]
    assert changed.entries[1] == Entry(
        5, b"\x05" * 32, freshness_counter=7, freshness_digest=b"d" * 12
    )


def test_a_new_throttle_has_counted_nothing(directory: DataDirectory) -> None:
    assert throttle.read(directory.read_throttle()).count == 0


def test_what_is_written_to_the_throttle_is_read_and_stays_in_its_place(
    path: Path, tmp_path: Path
) -> None:
    files = FaultFiles(tmp_path)
    directory = start(path, files)
    before = (path / fresh.THROTTLE).stat().st_ino
    done = len(files.operations)
    content = throttle.counted(directory.read_throttle(), now_ms=5)

    directory.write_throttle(content)

    assert directory.read_throttle() == content
    assert (path / fresh.THROTTLE).stat().st_ino == before
    assert files.operations[done:] == ["open", "write", "fsync"]
    directory.release()


def test_a_throttle_that_is_too_long_is_read_as_such(directory: DataDirectory, path: Path) -> None:
    (path / fresh.THROTTLE).write_bytes(bytes(1000))

    assert throttle.read(directory.read_throttle()).delay_s == DELAYS_S[-1]


def test_a_throttle_that_cannot_be_read_is_an_error(directory: DataDirectory, path: Path) -> None:
    (path / fresh.THROTTLE).unlink()

    with pytest.raises(DataDirectoryUnusable):
        directory.read_throttle()


def test_without_the_lock_no_attempt_is_counted(path: Path) -> None:
    start(path).release()

    with pytest.raises(LocalStorageError):
        DataDirectory(path, RealFiles()).write_throttle(bytes(64))


@pytest.mark.parametrize("damage", ["missing", "short", "long"])
def test_a_start_behind_a_code_puts_the_longest_wait_in_place_of_a_lost_throttle(
    path: Path, damage: str
) -> None:
    directory = start(path)
    protect(directory)
    directory.release()
    (path / fresh.THROTTLE).unlink()
    if damage != "missing":
        (path / fresh.THROTTLE).write_bytes(bytes(63 if damage == "short" else 65))

    again = start(path)

    assert throttle.read(again.read_throttle()).delay_s == DELAYS_S[-1]
    assert (path / fresh.THROTTLE).stat().st_size == 64
    again.release()


def test_a_start_without_a_code_puts_a_new_throttle_in_place_of_a_lost_one(path: Path) -> None:
    start(path).release()
    (path / fresh.THROTTLE).unlink()

    again = start(path)

    assert again.read_throttle() == fresh.fresh_throttle()
    again.release()


def test_nobody_else_may_read_a_container_in_use_nor_its_log(
    directory: DataDirectory, path: Path
) -> None:
    _, entry = directory.create_container(space_of(directory), fill=write_account)
    database = directory.open_container(entry)
    files = (path / fresh.CONTAINERS).iterdir()
    modes = {each.name: each.stat().st_mode & 0o777 for each in files}
    database.close()

    assert f"{entry.container}-wal" in modes
    assert set(modes.values()) == {0o600}
