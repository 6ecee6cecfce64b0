"""Files of one size: wanted once, behind every code, through locks, ends, crashes and erases."""

import random
import shutil
import threading
from pathlib import Path

import pytest

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from tests.services.pseudonym_actions import add_apart, container_of, erase, move
from tests.services.test_erasing import finished
from tests.storage.fault_files import PowerCut
from tests.storage.test_crashes import check_shape
from tests.storage.test_equal_size import grow, sizes, times
from tests.virtual_clock import PATIENCE_S
from webapp.services.errors import AppLocked, LockNeedsCode, NotEnoughRoom
from webapp.services.runtime import Runtime
from webapp.storage.data_directory import DataDirectory
from webapp.storage.errors import DataDirectoryUnusable
from webapp.storage.files import File, RealFiles
from webapp.vault.codes import CodeKind
from webapp.vault.containers import CONTAINER_BYTES, CONTAINER_COUNT, SIZES

ALL_ALIKE = 1


def padded() -> None:
    """Wait until nothing pads any more."""
    for thread in threading.enumerate():
        if thread.name == "padding":
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def switch_on(runtime: Runtime) -> None:
    runtime.keep_equal_size(generation=runtime.generation)
    padded()


def unlock(rig: Rig, runtime: Runtime, text: str = PIN) -> None:
    rig.clock.advance(3601)  # type: ignore[attr-defined]
    assert runtime.unlock(CodeKind.PIN, text).opened


def use(runtime: Runtime, size_bytes: int = 2 * CONTAINER_BYTES) -> None:
    grow(runtime.account().database, size_bytes)


def test_it_locks_and_makes_all_files_equal(rig: Rig, runtime: Runtime) -> None:
    assert not runtime.keeps_equal_size
    assert runtime.room_for_equal_size()[0] == CONTAINER_COUNT * (SIZES[0] - CONTAINER_BYTES)

    switch_on(runtime)

    assert runtime.state == "locked"
    assert sizes(rig.path) == [SIZES[0]] * CONTAINER_COUNT
    assert len(times(rig.path)) == ALL_ALIKE
    unlock(rig, runtime)
    assert runtime.keeps_equal_size
    assert runtime.room_for_equal_size()[0] == 0


def test_what_was_used_is_caught_up_with_at_the_next_lock(rig: Rig, runtime: Runtime) -> None:
    switch_on(runtime)
    unlock(rig, runtime)
    use(runtime)

    runtime.lock()
    padded()

    assert sizes(rig.path) == [SIZES[1]] * CONTAINER_COUNT
    assert len(times(rig.path)) == ALL_ALIKE


def test_it_holds_behind_a_code_that_nobody_has_typed_since(rig: Rig, runtime: Runtime) -> None:
    move(runtime)
    switch_on(runtime)
    unlock(rig, runtime, OTHER_PIN)
    assert runtime.keeps_equal_size
    use(runtime)

    runtime.lock()
    padded()

    assert sizes(rig.path) == [SIZES[1]] * CONTAINER_COUNT


def test_the_end_of_the_program_is_a_lock_too(rig: Rig, runtime: Runtime) -> None:
    switch_on(runtime)
    unlock(rig, runtime)
    use(runtime)

    rig.end()

    assert sizes(rig.path) == [SIZES[1]] * CONTAINER_COUNT
    assert len(times(rig.path)) == ALL_ALIKE


def test_after_a_crash_the_next_start_catches_up_without_a_code(
    rig: Rig, runtime: Runtime, tmp_path: Path
) -> None:
    switch_on(runtime)
    unlock(rig, runtime)
    use(runtime)
    runtime.account().database.checkpoint()
    # What the disk would hold if the computer stopped now.
    crashed = Rig(tmp_path / "crashed", clock=rig.clock)
    shutil.copytree(rig.path, crashed.path)
    assert len(set(sizes(crashed.path))) == 2

    again = crashed.start()
    padded()

    assert again.state == "locked"
    assert sizes(crashed.path) == [SIZES[1]] * CONTAINER_COUNT
    unlock(rig, again)
    crashed.end()


def test_all_eight_may_outgrow_the_size_at_once(rig: Rig, runtime: Runtime) -> None:
    for number in range(CONTAINER_COUNT - 2):
        rig.add(runtime, f"Name {number}")
    switch_on(runtime)
    unlock(rig, runtime)
    for number, account in enumerate(runtime.accounts()):
        grow(account.database, (number + 1) * CONTAINER_BYTES)
        account.database.checkpoint()
    assert len(set(sizes(rig.path))) == CONTAINER_COUNT

    runtime.lock()
    padded()

    assert len(set(sizes(rig.path))) == ALL_ALIKE


def test_an_unlock_does_not_wait_until_the_files_are_equal(rig: Rig, runtime: Runtime) -> None:
    runtime.keep_equal_size(generation=runtime.generation)
    unlock(rig, runtime)
    padded()
    before = sizes(rig.path)
    use(runtime, 4096)

    runtime.lock()
    padded()

    assert sizes(rig.path) >= before
    assert sizes(rig.path) == [SIZES[0]] * CONTAINER_COUNT


class Endless(RealFiles):
    """A disk on which no file ever grows."""

    def write_on(self, file: File, content: bytes) -> None:
        pass


def test_an_unlock_stops_the_padding(rig: Rig, runtime: Runtime) -> None:
    runtime._directory._files = Endless()
    runtime.keep_equal_size(generation=runtime.generation)
    unlock(rig, runtime)

    try:
        padded()
    finally:
        # Whatever went wrong, the end of the program has to come to an end.
        runtime._directory._files = RealFiles()


def test_without_a_code_there_is_nothing_to_hide(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()

    with pytest.raises(LockNeedsCode):
        runtime.keep_equal_size(generation=runtime.generation)

    assert runtime.state == "open"
    assert not runtime.keeps_equal_size


def test_a_lock_that_came_first_is_enough(rig: Rig, runtime: Runtime) -> None:
    generation = runtime.generation
    runtime.lock()

    with pytest.raises(AppLocked):
        runtime.keep_equal_size(generation=generation)

    padded()
    assert sizes(rig.path) == [CONTAINER_BYTES] * CONTAINER_COUNT


class SmallDisk(RealFiles):
    """Has room for all but the last byte."""

    def free_bytes(self, path: Path) -> int:
        return CONTAINER_COUNT * (SIZES[0] - CONTAINER_BYTES) - 1


def test_a_disk_without_room_is_told_before_anything_happens(rig: Rig, runtime: Runtime) -> None:
    runtime = rig.start(SmallDisk())
    unlock(rig, runtime)

    with pytest.raises(NotEnoughRoom):
        runtime.keep_equal_size(generation=runtime.generation)

    assert runtime.state == "open"
    runtime.lock()
    padded()
    assert sizes(rig.path) == [CONTAINER_BYTES] * CONTAINER_COUNT


class Filling(RealFiles):
    """A disk that is full when it comes to writing, and later has room again."""

    is_full = True

    def write_on(self, file: File, content: bytes) -> None:
        if self.is_full:
            raise OSError(28, "full")
        super().write_on(file, content)


def test_a_disk_that_fills_up_meanwhile_is_tried_again_at_the_next_lock(
    rig: Rig, runtime: Runtime
) -> None:
    files = Filling()
    runtime = rig.start(files)
    unlock(rig, runtime)
    switch_on(runtime)
    assert sizes(rig.path) == [CONTAINER_BYTES] * CONTAINER_COUNT
    files.is_full = False

    runtime.lock()
    padded()

    assert sizes(rig.path) == [SIZES[0]] * CONTAINER_COUNT


class Unreadable(RealFiles):
    def size(self, path: Path) -> int | None:
        if path.parent.name == "containers":
            raise OSError(5, "broken")
        return super().size(path)


def test_a_disk_that_cannot_be_read_keeps_nobody_from_locking(rig: Rig, runtime: Runtime) -> None:
    runtime._directory._files = Unreadable()

    with pytest.raises(DataDirectoryUnusable):
        _ = runtime.keeps_equal_size
    runtime.lock()

    assert runtime.state == "locked"


def test_an_erase_ends_it(rig: Rig, runtime: Runtime) -> None:
    switch_on(runtime)
    unlock(rig, runtime)
    use(runtime)

    runtime.erase()
    finished(runtime)

    check_shape(rig.path)
    assert not runtime.keeps_equal_size
    rig.end()
    check_shape(rig.path)


def test_an_end_in_the_middle_of_an_erase_pads_nothing(rig: Rig, runtime: Runtime) -> None:
    switch_on(runtime)
    unlock(rig, runtime)
    use(runtime)
    runtime._directory.finish_erase = lambda root=None: None  # type: ignore[method-assign]
    runtime._directory.destroy_all_keys()
    runtime._enter("erased")
    runtime._abandon()
    before = sizes(rig.path)
    assert len(set(before)) > ALL_ALIKE

    rig.end()

    assert sizes(rig.path) == before
    rig.start()
    check_shape(rig.path)


def test_the_only_account_that_is_left_goes_on_with_it(rig: Rig, runtime: Runtime) -> None:
    switch_on(runtime)
    unlock(rig, runtime)
    number = container_of(runtime, "Ilse")
    space = runtime._held.space
    assert space is not None

    runtime.erase_others(space.entry_of(number), rig.root(OTHER_PIN), CodeKind.PIN)
    finished(runtime)

    assert runtime.keeps_equal_size
    runtime.lock()
    padded()
    assert sizes(rig.path) == [SIZES[0]] * CONTAINER_COUNT
    assert len(times(rig.path)) == ALL_ALIKE


def test_it_is_offered_while_another_code_is_known_and_the_sizes_differ(
    rig: Rig, runtime: Runtime
) -> None:
    assert not runtime.offers_equal_size
    move(runtime)
    assert runtime.offers_equal_size
    switch_on(runtime)
    unlock(rig, runtime)
    add_apart(rig, runtime, text="161803")

    assert not runtime.offers_equal_size


def test_a_power_cut_while_padding_leaves_every_account(rig: Rig, runtime: Runtime) -> None:
    class Cut(RealFiles):
        left = 3

        def write_on(self, file: File, content: bytes) -> None:
            Cut.left -= 1
            if not Cut.left:
                super().write_on(file, content[: len(content) // 2])
                raise PowerCut
            super().write_on(file, content)

    runtime._directory._files = Cut()
    runtime._equal.switch_on()
    runtime._lock_now()
    runtime._drop()
    with pytest.raises(PowerCut):
        runtime._equal.finish()
    rig.forget()

    again = rig.start()
    padded()
    # It was not wanted for long enough to show in the sizes, so nobody knows of it.
    assert again.state == "locked"
    unlock(rig, again)
    assert len(again.accounts()) == 2
    switch_on(again)
    assert sizes(rig.path) == [SIZES[0]] * CONTAINER_COUNT


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_done_all_files_look_alike(rig: Rig, runtime: Runtime, seed: int) -> None:
    """security.md T-V1, for names, sizes, modes and times."""
    source = random.Random(seed)
    switch_on(runtime)
    unlock(rig, runtime)
    for number in range(source.randrange(3)):
        rig.add(runtime, f"Name {number}")
        use(runtime, source.randrange(3 * CONTAINER_BYTES))
    what = source.choice([move, erase, None])
    if what is not None:
        what(runtime)
    for account in runtime.accounts():
        grow(account.database, source.randrange(3 * CONTAINER_BYTES))

    runtime.lock()
    padded()
    rig.end()

    files = sorted((rig.path / "containers").iterdir())
    assert [path.name for path in files] == [str(number) for number in range(CONTAINER_COUNT)]
    looks = {(s.st_size, s.st_mode, s.st_mtime_ns) for s in (path.stat() for path in files)}
    assert len(looks) == ALL_ALIKE
    for path in files:
        assert most_uneven(path) < MOST_UNEVEN


# Chi-square with 255 degrees of freedom: less than one in ten million random pieces is beyond.
MOST_UNEVEN = 400.0
PIECE_BYTES = 64 * 1024


def most_uneven(path: Path) -> float:
    """Return how far the most uneven piece is from random bytes, of four all over the file."""
    content = path.read_bytes()
    places = range(16, len(content) - PIECE_BYTES, (len(content) - PIECE_BYTES) // 4)
    expected = PIECE_BYTES / 256
    found = []
    for at in places:
        piece = content[at : at + PIECE_BYTES]
        counts = [piece.count(value) for value in range(256)]
        found.append(sum((count - expected) ** 2 / expected for count in counts))
    return max(found)


def test_a_directory_without_it_is_left_as_it_was(rig: Rig, runtime: Runtime) -> None:
    rig.end()
    before = {path: path.stat().st_mtime_ns for path in (rig.path / "containers").iterdir()}

    directory = DataDirectory(rig.path, RealFiles())
    directory.lock()
    directory.prepare()
    assert not directory.are_containers_equal()
    directory.release()
    rig.start()
    padded()
    rig.end()

    assert before == {path: path.stat().st_mtime_ns for path in (rig.path / "containers").iterdir()}
