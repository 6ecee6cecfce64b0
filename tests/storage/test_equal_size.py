"""Containers of one size: padded from outside, by whatever computer, and whatever uses them."""

import errno
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from tests.storage.test_crashes import EVERY_LOSS, RECORD, space_of, start, write_account
from tests.storage.used_directory import Used, check_fresh, erase_all, spare
from webapp.storage import accounts, fresh
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.equal_size import container_sizes, missing_bytes
from webapp.storage.errors import DataDirectoryUnusable
from webapp.storage.files import File, RealFiles, pad
from webapp.vault.containers import CONTAINER_BYTES, CONTAINER_COUNT, PAGE_BYTES, SIZES

# More than any test here has to write: without an end a mistake would be none.
MOST_PIECES = 1000
KEY, SALT = b"k" * 32, b"s" * 16


def sizes(path: Path) -> list[int]:
    return container_sizes(RealFiles(), path)


def times(path: Path) -> set[int]:
    return {
        fresh.container_path(path, number).stat().st_mtime_ns for number in range(CONTAINER_COUNT)
    }


def make_equal(directory: DataDirectory) -> None:
    for _ in range(MOST_PIECES):
        if not directory.pad_once():
            return
    raise AssertionError("the files do not become equal")


def grow(database: AccountDatabase, size_bytes: int) -> None:
    """Have so much more in a database, as messages would."""
    with database.write() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS used (content BLOB)")
        connection.execute("INSERT INTO used VALUES (randomblob(?))", (size_bytes,))


def grow_in_vain(database: AccountDatabase) -> None:
    with database.write():
        grow(database, CONTAINER_BYTES)
        raise ZeroDivisionError


class Home:
    """A directory with one account, closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.directory = start(path, RealFiles())
        _, self.entry = self.directory.create_container(
            space_of(self.directory), fill=write_account
        )

    def use(self, size_bytes: int) -> None:
        database = self.directory.open_container(self.entry)
        grow(database, size_bytes)
        database.close()

    def restart(self, files: RealFiles | None = None) -> DataDirectory:
        self.directory.release()
        self.directory = start(self.path, files or RealFiles())
        return self.directory


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "data")
    yield home
    home.directory.release()


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    path = tmp_path / "container"
    AccountDatabase.create(path, key=KEY, salt=SALT).close()
    pad(RealFiles(), path, size_bytes=SIZES[0])
    return path


def test_sqlite_leaves_padding_alone_and_writes_over_it(database_file: Path) -> None:
    padding = database_file.read_bytes()[CONTAINER_BYTES:]
    database = AccountDatabase.open(database_file, key=KEY, salt=SALT)

    grow(database, 4096)
    database.checkpoint()
    assert database_file.read_bytes()[CONTAINER_BYTES:] == padding
    # More than the free pages: the next ones are taken from the padding.
    grow(database, CONTAINER_BYTES)
    database.checkpoint()
    assert database_file.stat().st_size == SIZES[0]
    assert database_file.read_bytes()[CONTAINER_BYTES:][:PAGE_BYTES] != padding[:PAGE_BYTES]
    grow(database, CONTAINER_BYTES)
    database.close()
    assert database_file.stat().st_size > SIZES[0]

    again = AccountDatabase.open(database_file, key=KEY, salt=SALT)
    with again.read() as connection:
        lengths = connection.execute("SELECT length(content) FROM used").fetchall()
        assert lengths == [(4096,), (CONTAINER_BYTES,), (CONTAINER_BYTES,)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    again.close()


def test_a_transaction_that_fails_in_the_padding_loses_nothing(database_file: Path) -> None:
    database = AccountDatabase.open(database_file, key=KEY, salt=SALT)
    with pytest.raises(ZeroDivisionError):
        grow_in_vain(database)
    grow(database, CONTAINER_BYTES)
    database.close()

    assert database_file.stat().st_size == SIZES[0]
    again = AccountDatabase.open(database_file, key=KEY, salt=SALT)
    with again.read() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    again.close()


def test_all_containers_get_one_size_and_one_time_and_keep_what_is_in_them(home: Home) -> None:
    home.use(4 * CONTAINER_BYTES)
    before = {n: fresh.container_path(home.path, n).read_bytes() for n in range(CONTAINER_COUNT)}
    assert not home.directory.are_containers_equal()
    lacking = missing_bytes(RealFiles(), home.path)
    assert home.directory.room() == (lacking, pytest.approx(os_free(home.path), rel=0.1))

    make_equal(home.directory)

    assert sizes(home.path) == [SIZES[3]] * CONTAINER_COUNT
    assert lacking == sum(sizes(home.path)) - sum(len(content) for content in before.values())
    assert len(times(home.path)) == 1
    for number, content in before.items():
        after = fresh.container_path(home.path, number).read_bytes()
        assert after.startswith(content)
        assert after.count(bytes(64)) == 0
    assert home.directory.are_containers_equal()
    database = home.directory.open_container(home.entry)
    assert accounts.load(database) == RECORD
    database.close()


def os_free(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def test_they_grow_together_by_half_when_one_outgrows_the_others(home: Home) -> None:
    make_equal(home.directory)
    assert sizes(home.path) == [SIZES[0]] * CONTAINER_COUNT

    home.use(2 * CONTAINER_BYTES)
    assert home.directory.are_containers_equal()
    make_equal(home.directory)

    assert sizes(home.path) == [SIZES[1]] * CONTAINER_COUNT
    assert len(times(home.path)) == 1


def test_the_times_are_those_of_the_one_that_was_used_last(home: Home) -> None:
    make_equal(home.directory)
    path = fresh.container_path(home.path, 5)
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 10**9))

    assert not home.directory.pad_once()

    assert times(home.path) == {path.stat().st_mtime_ns}


@pytest.mark.parametrize("loss", EVERY_LOSS)
@pytest.mark.parametrize("was_equal", [False, True])
def test_a_power_cut_anywhere_loses_nothing_and_the_next_run_goes_on(
    home: Home, tmp_path: Path, loss: Loss, was_equal: bool
) -> None:
    if was_equal:
        make_equal(home.directory)
        home.use(2 * CONTAINER_BYTES)
    kept = {n: fresh.container_path(home.path, n).read_bytes() for n in range(CONTAINER_COUNT)}
    for after in itertools.count():
        for number, content in kept.items():
            fresh.container_path(home.path, number).write_bytes(content)
        files = FaultFiles(tmp_path)
        directory = home.restart(files)
        files.stop_after(after, loss)
        try:
            make_equal(directory)
        except PowerCut:
            pass
        else:
            break
        again = home.restart()
        for number, content in kept.items():
            assert fresh.container_path(home.path, number).read_bytes().startswith(content)
        assert again.are_containers_equal() >= was_equal
        make_equal(again)
        assert len(set(sizes(home.path))) == 1
    assert after >= CONTAINER_COUNT * 4


def test_a_full_disk_is_told_and_leaves_what_there_is(home: Home) -> None:
    class Full(RealFiles):
        def write_on(self, file: File, content: bytes) -> None:
            raise OSError(errno.ENOSPC, "full")

    before = {n: fresh.container_path(home.path, n).read_bytes() for n in range(CONTAINER_COUNT)}
    directory = home.restart(Full())

    with pytest.raises(DataDirectoryUnusable) as raised:
        directory.pad_once()

    assert raised.value.reason == "no_space"
    assert before == {
        n: fresh.container_path(home.path, n).read_bytes() for n in range(CONTAINER_COUNT)
    }
    make_equal(home.restart())
    assert len(set(sizes(home.path))) == 1


def test_a_new_account_takes_over_the_size_of_its_container(home: Home) -> None:
    make_equal(home.directory)
    space, entry = home.directory.create_container(space_of(home.directory), fill=write_account)

    assert sizes(home.path) == [SIZES[0]] * CONTAINER_COUNT
    home.directory.refill_container(entry.container)
    assert sizes(home.path) == [SIZES[0]] * CONTAINER_COUNT
    assert len(space.entries) == 2


def test_a_container_never_shrinks_where_sizes_differ_either(home: Home) -> None:
    home.use(2 * CONTAINER_BYTES)
    size = sizes(home.path)[home.entry.container]
    home.directory.write_space(space_of(home.directory).without_entry(home.entry.container))
    home.directory.refill_container(home.entry.container)
    others = [number for number in range(CONTAINER_COUNT) if number != home.entry.container]

    home.directory.create_container(
        space_of(home.directory), fill=write_account, taken=frozenset(others)
    )

    assert sizes(home.path)[home.entry.container] == size


def test_a_container_that_was_lost_comes_back_in_the_size_of_all(home: Home) -> None:
    make_equal(home.directory)
    lost = next(number for number in range(CONTAINER_COUNT) if number != home.entry.container)
    fresh.container_path(home.path, lost).unlink()

    home.restart()

    assert sizes(home.path) == [SIZES[0]] * CONTAINER_COUNT


@pytest.fixture
def used(tmp_path: Path) -> Used:
    """A directory with two accounts, a code and a second one, whose containers are equal."""
    used = Used(tmp_path / "used")
    directory = start(used.path, RealFiles())
    for number in range(CONTAINER_COUNT):
        path = fresh.container_path(used.path, number)
        (path.with_name(path.name + "-wal")).unlink(missing_ok=True)
    make_equal(directory)
    directory.release()
    assert sizes(used.path) == [SIZES[1]] * CONTAINER_COUNT
    return used


def test_an_erase_of_everything_ends_it(used: Used, tmp_path: Path) -> None:
    directory = start(used.copy(tmp_path / "data"), RealFiles())

    erase_all(directory)

    check_fresh(used, directory)
    directory.release()


def test_an_account_that_is_spared_is_one_of_eight_files_of_one_size(
    used: Used, tmp_path: Path
) -> None:
    path = used.copy(tmp_path / "data")
    directory = start(path, RealFiles())

    spare(used)(directory)

    assert sizes(path) == [SIZES[1]] * CONTAINER_COUNT
    for number in range(CONTAINER_COUNT):
        if number != used.cover.container:
            old = fresh.container_path(used.path, number).read_bytes()
            new = fresh.container_path(path, number).read_bytes()
            # Not a page of the old one is left.
            assert new[:16] == old[:16]
            assert not [at for at in range(16, len(old), PAGE_BYTES) if old[at : at + 64] in new]
    database = directory.open_container(used.cover)
    assert accounts.load(database) == RECORD
    database.close()
    directory.release()


@pytest.mark.parametrize("loss", [Loss.NOTHING, Loss.CONTENT | Loss.NAMES])
def test_sparing_one_is_finished_after_a_power_cut_anywhere(
    used: Used, tmp_path: Path, loss: Loss
) -> None:
    for after in itertools.count():
        path = used.copy(tmp_path / f"run-{after}")
        files = FaultFiles(tmp_path)
        directory = start(path, files)
        space = directory.destroy_other_keys(b"c" * 32, used.cover)
        files.stop_after(after, loss)
        is_cut = False
        try:
            directory.finish_erase(space.root)
        except PowerCut:
            is_cut = True
        directory.release()
        again = start(path, RealFiles())
        again.finish_erase(space.root)
        assert sizes(path) == [SIZES[1]] * CONTAINER_COUNT
        for number in range(CONTAINER_COUNT):
            if number != used.cover.container:
                old = fresh.container_path(used.path, number).read_bytes()
                new = fresh.container_path(path, number).read_bytes()
                assert old[16:4096] != new[16:4096]
        again.release()
        if not is_cut:
            break
    assert after > CONTAINER_COUNT
