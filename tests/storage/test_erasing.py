"""Erasing at every file operation: the old state or a first start, and never the old keys."""

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from tests.storage.test_crashes import (
    EVERY_LOSS,
    RECORD,
    space_of,
    start,
    write_account,
)
from tests.storage.used_directory import (
    COVER_ROOT,
    HEADER_BYTES,
    OLD_TRIPWIRE,
    Trials,
    Used,
    check_account,
    check_containers,
    check_fresh,
    check_old,
    check_spared,
    destroy_all,
    erase_all,
    opens_with_the_old_salt,
    spare,
)
from webapp.storage import fresh
from webapp.storage.data_directory import Space
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DataDirectoryUnusable, FsyncFailed, LocalStorageError
from webapp.storage.files import File, RealFiles
from webapp.vault import throttle
from webapp.vault.containers import CONTAINER_COUNT
from webapp.vault.slot_plaintext import Slot, SlotFlags, SlotKind
from webapp.vault.slots import SLOT_COUNT, no_code_root, open_vault, read_salt
from webapp.vault.tripwire import tripwire_salt


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Used:
    return Used(tmp_path_factory.mktemp("used") / "data")


@pytest.fixture
def trials(used: Used, tmp_path: Path) -> Trials:
    return Trials(used, tmp_path)


def test_an_erased_directory_is_that_of_a_first_start(trials: Trials) -> None:
    _, _, directory = trials.begin()

    erase_all(directory)

    check_fresh(trials.used, directory)
    directory.release()


def test_after_the_first_step_the_old_codes_open_nothing_even_with_the_old_salt(
    trials: Trials,
) -> None:
    path, _, directory = trials.begin()

    destroy_all(directory)

    assert opens_with_the_old_salt(trials.used, (path / fresh.VAULT).read_bytes()) == []
    assert space_of(directory).entries == ()
    directory.release()


def test_the_first_step_writes_one_block_in_place_and_waits_for_the_disk(trials: Trials) -> None:
    path, files, directory = trials.begin()
    inode = (path / fresh.VAULT).stat().st_ino
    before = len(files.operations)

    destroy_all(directory)

    assert files.operations[before:] == ["open", "write", "fsync"]
    assert (path / fresh.VAULT).stat().st_ino == inode
    directory.release()


def test_a_staging_vault_of_a_failed_write_goes_before_anything_else(trials: Trials) -> None:
    path, files, directory = trials.begin()
    staging = path / f"{fresh.VAULT}.new"
    staging.write_bytes(trials.used.vault)
    with staging.open("rb") as kept:
        before = len(files.operations)
        destroy_all(directory)
        assert files.operations[before : before + 4] == ["open", "write", "fsync", "unlink"]
        assert trials.used.vault[:1024] not in kept.read()
    assert not staging.exists()
    directory.release()


@pytest.mark.parametrize("loss", EVERY_LOSS)
def test_an_erase_cut_anywhere_ends_in_a_first_start_or_has_not_begun(
    trials: Trials, loss: Loss
) -> None:
    first_step = trials.operations_of(destroy_all)
    for after in range(trials.operations_of(erase_all)):
        path = trials.cut(erase_all, after=after, loss=loss)
        if after >= first_step:
            assert opens_with_the_old_salt(trials.used, (path / fresh.VAULT).read_bytes()) == []
        directory = trials.restart(path)
        if after >= first_step or directory.read_space() is not None:
            check_fresh(trials.used, directory)
        else:
            check_old(trials.used, directory)
        directory.release()


def test_a_vault_torn_in_the_middle_is_that_of_a_first_start_after_the_next(
    trials: Trials,
) -> None:
    """The half with the salt is new, whichever half the one new slot is in."""
    seen = set()
    for _ in range(64):
        path, _, directory = trials.begin()
        destroy_all(directory)
        directory.release()
        torn = (path / fresh.VAULT).read_bytes()[:2048] + trials.used.vault[2048:]
        (path / fresh.VAULT).write_bytes(torn)
        seen.add(open_vault(torn, no_code_root(read_salt(torn))) is None)
        again = trials.restart(path)
        check_fresh(trials.used, again)
        again.release()
        shutil.rmtree(path)
        if seen == {True, False}:
            return
    pytest.fail("the new slot was always in the same half")


def test_the_repair_of_a_torn_vault_may_be_cut_anywhere_too(trials: Trials) -> None:
    path, files, directory = trials.begin()
    destroy_all(directory)
    directory.release()
    new = (path / fresh.VAULT).read_bytes()
    torn = new[:HEADER_BYTES] + trials.used.vault[HEADER_BYTES:]
    (path / fresh.VAULT).write_bytes(torn)
    complete = FaultFiles(files._scratch)
    start(trials.used.copy(path.with_name("whole")), complete).release()
    for after in range(len(complete.operations)):
        copy = path.with_name(f"torn-{after}")
        shutil.copytree(path, copy)
        files = FaultFiles(path.parent)
        files.stop_after(after, Loss.CONTENT | Loss.NAMES)
        with pytest.raises(PowerCut):
            start(copy, files)
        again = trials.restart(copy)
        check_fresh(trials.used, again)
        again.release()


def test_a_vault_whose_containers_are_only_missing_is_kept(trials: Trials) -> None:
    path, _, directory = trials.begin()
    directory.release()
    shutil.rmtree(path / fresh.CONTAINERS)

    again = trials.restart(path)

    assert (path / fresh.VAULT).read_bytes() == trials.used.vault
    again.release()


def test_where_one_account_is_spared_only_its_root_opens_anything(trials: Trials) -> None:
    path, _, directory = trials.begin()
    used = trials.used

    space = directory.destroy_other_keys(COVER_ROOT, used.cover)

    vault = (path / fresh.VAULT).read_bytes()
    assert read_salt(vault) == read_salt(used.vault)
    assert opens_with_the_old_salt(used, vault) == []
    assert directory.open_space(COVER_ROOT) == space
    assert space.entries == (used.cover,)
    assert space.is_all_that_is_left
    check_account(directory, used.cover)
    directory.release()


def test_the_place_of_the_slot_that_is_left_is_by_lot(trials: Trials) -> None:
    _, _, directory = trials.begin()
    places = {directory.destroy_other_keys(COVER_ROOT, trials.used.cover).index for _ in range(200)}
    assert places == set(range(SLOT_COUNT))
    directory.release()


def test_the_rest_is_rebuilt_around_an_account_that_is_spared(trials: Trials) -> None:
    path, _, directory = trials.begin()

    spare(trials.used)(directory)

    check_spared(trials.used, directory)
    assert opens_with_the_old_salt(trials.used, (path / fresh.VAULT).read_bytes()) == []
    directory.release()


@pytest.mark.parametrize("loss", EVERY_LOSS)
def test_a_sparing_erase_cut_anywhere_has_not_begun_or_is_finished_when_it_is_opened(
    trials: Trials, loss: Loss
) -> None:
    """The vault is one block of the disk, which is written in one piece."""
    used = trials.used
    erase = spare(used)
    first_step = trials.operations_of(lambda d: d.destroy_other_keys(COVER_ROOT, used.cover))
    for after in range(trials.operations_of(erase)):
        if after == 1:
            continue  # In the middle of the block.
        directory = trials.restart(trials.cut(erase, after=after, loss=loss))
        space = directory.open_space(COVER_ROOT)
        if space is None:
            assert after < first_step
            check_old(used, directory)
        else:
            if space.is_all_that_is_left:
                directory.finish_erase(COVER_ROOT)
                directory.write_space(space.alone())
            check_spared(used, directory)
            vault = (directory._path / fresh.VAULT).read_bytes()
            assert opens_with_the_old_salt(used, vault) == []
        directory.release()


def test_a_start_without_a_code_finishes_a_sparing_erase_by_itself(trials: Trials) -> None:
    path, _, directory = trials.begin()
    used = trials.used
    directory.destroy_other_keys(directory.no_code_root(), used.cover)
    directory.release()

    again = trials.restart(path)

    space = space_of(again)
    assert space.slot == Slot(SlotKind.OPEN, (used.cover,))
    others = [number for number in range(CONTAINER_COUNT) if number != used.cover.container]
    check_containers(used, path, numbers=others)
    check_account(again, used.cover)
    again.release()


def test_finishing_what_is_finished_touches_no_container(trials: Trials) -> None:
    path, _, directory = trials.begin()
    spare(trials.used)(directory)
    before = {file.name: file.read_bytes() for file in (path / fresh.CONTAINERS).iterdir()}

    directory.finish_erase(COVER_ROOT)
    directory.finish_erase(b"x" * 32)

    assert {f.name: f.read_bytes() for f in (path / fresh.CONTAINERS).iterdir()} == before
    directory.release()


def content_of(path: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("error", [OSError(errno.EROFS, "read-only"), FsyncFailed("content")])
def test_a_disk_that_refuses_the_first_step_stops_the_erase_and_nothing_else_is_touched(
    trials: Trials, error: OSError | FsyncFailed
) -> None:
    for after in range(trials.operations_of(destroy_all)):
        path, files, directory = trials.begin()
        before = content_of(path)
        files.fail_after(after, error)

        with pytest.raises((DataDirectoryUnusable, FsyncFailed)):
            erase_all(directory)

        changed = {name for name, content in content_of(path).items() if before[name] != content}
        assert changed <= {str(path / fresh.VAULT)}
        directory.release()


def test_an_earlier_failure_of_the_disk_does_not_keep_the_keys_alive(trials: Trials) -> None:
    path, files, directory = trials.begin()
    files.fail_after(2, FsyncFailed("content"))
    with pytest.raises(FsyncFailed):
        directory.write_throttle(bytes(throttle.THROTTLE_BYTES))

    destroy_all(directory)

    assert opens_with_the_old_salt(trials.used, (path / fresh.VAULT).read_bytes()) == []
    with pytest.raises(FsyncFailed):
        directory.finish_erase()
    directory.release()
    again = trials.restart(path)
    check_fresh(trials.used, again)
    again.release()


def test_without_the_lock_nothing_is_destroyed(trials: Trials) -> None:
    path, _, directory = trials.begin()
    directory.release()

    with pytest.raises(LocalStorageError):
        destroy_all(directory)

    assert (path / fresh.VAULT).read_bytes() == trials.used.vault


def test_what_one_file_refuses_keeps_no_other_from_its_turn_and_the_next_call_goes_on(
    trials: Trials,
) -> None:
    first_step = trials.operations_of(destroy_all)
    refused = 0
    for after in range(first_step, trials.operations_of(erase_all)):
        _, files, directory = trials.begin()
        files.fail_after(after, OSError(errno.EIO, "broken"))
        try:
            erase_all(directory)
        except DataDirectoryUnusable:
            refused += 1
        directory.finish_erase()
        check_fresh(trials.used, directory)
        directory.release()
    assert refused > CONTAINER_COUNT


def test_the_other_containers_go_although_one_is_refused(trials: Trials) -> None:
    used = trials.used
    path, _, directory = trials.begin()

    class Held(RealFiles):
        def unlink(self, path: Path) -> None:
            if path.name == str(used.cover.container):
                raise PermissionError(errno.EACCES, "held by another program")
            super().unlink(path)

    directory._files = Held()
    directory.destroy_all_keys()
    with pytest.raises(DataDirectoryUnusable):
        directory.finish_erase()

    others = [number for number in range(CONTAINER_COUNT) if number != used.cover.container]
    check_containers(used, path, numbers=others)
    directory.release()


def test_a_rest_that_was_not_confirmed_is_the_business_of_the_next_start(trials: Trials) -> None:
    first_step = trials.operations_of(destroy_all)
    for after in range(trials.operations_of(erase_all) - first_step):
        path, files, directory = trials.begin()
        directory.destroy_all_keys()
        files.fail_after(after, FsyncFailed("content"))
        for _ in range(2):
            with pytest.raises(FsyncFailed):
                directory.finish_erase()
        directory.release()

        again = trials.restart(path)

        check_fresh(trials.used, again)
        again.release()


class FullDisk(RealFiles):
    """A disk without a free byte: only what is removed makes room for something new."""

    def __init__(self) -> None:
        self._free_bytes = 0

    def write(self, file: File, content: bytes) -> None:
        growth = len(content) - os.fstat(file.descriptor).st_size
        if growth > self._free_bytes:
            raise OSError(errno.ENOSPC, "full")
        self._free_bytes -= max(0, growth)
        super().write(file, content)

    def unlink(self, path: Path) -> None:
        self._free_bytes += path.stat().st_size
        super().unlink(path)


def test_a_full_disk_is_no_obstacle(trials: Trials) -> None:
    _, _, directory = trials.begin()
    directory._files = FullDisk()

    erase_all(directory)

    directory._files = RealFiles()
    check_fresh(trials.used, directory)
    directory.release()


def test_a_container_that_is_still_open_somewhere_changes_nothing(trials: Trials) -> None:
    path, _, directory = trials.begin()
    directory._files = RealFiles()
    database = directory.open_container(trials.used.cover)

    erase_all(directory)
    keep_writing(database)
    database.close()

    check_fresh(trials.used, directory)
    assert opens_with_the_old_salt(trials.used, (path / fresh.VAULT).read_bytes()) == []
    directory.release()


def keep_writing(database: AccountDatabase) -> None:
    """Write as a thread does that has not noticed yet; it may fail."""
    record = replace(RECORD, name="Too late")
    with database.write() as connection:
        connection.execute("UPDATE account SET name = ?", (record.name,))


def test_an_account_can_be_made_right_after(trials: Trials) -> None:
    _, _, directory = trials.begin()
    erase_all(directory)

    _, entry = directory.create_container(space_of(directory), fill=write_account)
    directory.finish_erase()

    check_account(directory, entry)
    directory.release()


def test_a_start_without_an_erase_takes_no_attempt_back(tmp_path: Path) -> None:
    """Another code may open another space, although none is needed for this one."""
    directory = start(tmp_path / "data", RealFiles())
    directory.write_throttle(throttle.counted(directory.read_throttle(), now_ms=1))
    before = directory.read_throttle()
    directory.release()

    again = start(tmp_path / "data", RealFiles())

    assert again.read_throttle() == before
    again.release()


def test_a_tripwire_of_another_vault_is_replaced_and_one_of_this_vault_is_not(
    trials: Trials,
) -> None:
    path, _, directory = trials.begin()
    directory.release()
    tripwire = path / fresh.TRIPWIRE
    assert OLD_TRIPWIRE in tripwire.read_bytes()

    tripwire.write_bytes(b"another vault's " + OLD_TRIPWIRE)
    trials.restart(path).release()

    assert OLD_TRIPWIRE not in tripwire.read_bytes()
    salt = read_salt((path / fresh.VAULT).read_bytes())
    assert tripwire.read_bytes()[:16] == tripwire_salt(salt)


@pytest.fixture
def flagged(used: Used) -> Space:
    slot = Slot(SlotKind.OPEN, (used.cover,), flags=SlotFlags.REBUILD_OTHERS)
    return Space(0, slot, COVER_ROOT)


def test_a_space_knows_whether_it_is_all_that_is_left(flagged: Space) -> None:
    assert flagged.is_all_that_is_left
    assert not flagged.alone().is_all_that_is_left
    assert flagged.alone().entries == flagged.entries
    both = SlotFlags.EQUAL_SIZES | SlotFlags.REBUILD_OTHERS
    equal = replace(flagged, slot=replace(flagged.slot, flags=both))
    assert equal.alone().slot.flags == SlotFlags.EQUAL_SIZES
