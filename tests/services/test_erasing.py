"""Erasing: every state and event, what is left in memory and on the disk, and when."""

import errno
import gc
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from tests.storage.fault_files import FaultFiles
from tests.storage.test_crashes import check_shape
from tests.virtual_clock import PATIENCE_S, JumpingClock
from webapp.network.errors import NetworkClosed
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import codes
from webapp.services.erasing import RETRY_S
from webapp.services.errors import LockNeedsCode, NoAccount
from webapp.services.events import Erased, EraseFinished
from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DatabaseClosed, DataDirectoryUnusable, FsyncFailed
from webapp.storage.space import Space
from webapp.vault.codes import CodeKind
from webapp.vault.slot_plaintext import Entry
from webapp.vault.slots import no_code_root, open_vault, read_salt

STATES = ["fresh", "open", "locked", "light", "erasing", "closed"]
NETWORK = {"kind": "practice"}


class Held:
    """Lets the rest of an erase begin when the test says so."""

    def __init__(self, runtime: Runtime) -> None:
        self._finish = runtime._directory.finish_erase
        self._go = threading.Event()
        runtime._directory.finish_erase = self._wait  # type: ignore[method-assign]

    def _wait(self, root: bytes | None = None) -> None:
        assert self._go.wait(PATIENCE_S)
        self._finish(root)

    def let_go(self) -> None:
        self._go.set()


def finished(runtime: Runtime) -> None:
    """Wait until the rest of an erase is done."""
    thread = runtime._rest._thread
    assert thread is not None
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def in_state(rig: Rig, state: str) -> Runtime:
    if state == "fresh":
        return rig.start()
    runtime = rig.locked()
    if state == "closed":
        runtime.close()
    if state in {"open", "light"}:
        assert runtime.unlock(CodeKind.PIN, PIN).opened
    if state == "light":
        runtime.lock(depth="light")
    if state == "erasing":
        held = Held(runtime)
        runtime.erase()
        rig.held = held  # type: ignore[attr-defined]
    return runtime


def let_go(rig: Rig) -> None:
    held = getattr(rig, "held", None)
    if held is not None:
        held.let_go()


# What each event makes of each state: the next state, or the error that says why not.
Event = Callable[[Rig, Runtime], object]


def erase(_rig: Rig, runtime: Runtime) -> None:
    held = None if runtime.state == "erasing" else Held(runtime)
    runtime.erase()
    if held is not None:
        _rig.held = held  # type: ignore[attr-defined]


def lock(_rig: Rig, runtime: Runtime) -> None:
    runtime.lock()


def unlock_right(_rig: Rig, runtime: Runtime) -> None:
    runtime.unlock(CodeKind.PIN, PIN)


def unlock_wrong(_rig: Rig, runtime: Runtime) -> None:
    runtime.unlock(CodeKind.PIN, "000000")


def finish(rig: Rig, runtime: Runtime) -> None:
    let_go(rig)
    if runtime._rest._thread is not None:
        finished(runtime)


def stop(rig: Rig, runtime: Runtime) -> None:
    let_go(rig)
    runtime.close()


def set_code(_rig: Rig, runtime: Runtime) -> None:
    codes.set_code(runtime, kind="pin", text=OTHER_PIN, repeated=OTHER_PIN, current=PIN)


def spare(rig: Rig, runtime: Runtime) -> None:
    space = runtime._held.space
    entry = space.entries[0] if space and space.entries else rig_entry(rig)
    runtime.erase_others(entry, rig.root(OTHER_PIN), CodeKind.PIN)


def rig_entry(rig: Rig) -> Entry:
    opened_vault = open_vault(rig.vault(), rig.root())
    return opened_vault[1].entries[0] if opened_vault else Entry(0, b"k" * 32)


WALK: dict[Event, dict[str, str | type[Exception]]] = {
    erase: {
        "fresh": "erasing",
        "open": "erasing",
        "locked": "erasing",
        "light": "erasing",
        "erasing": "erasing",
        "closed": "closed",
    },
    lock: {"erasing": LockNeedsCode},
    unlock_right: {"erasing": "erasing"},
    unlock_wrong: {"erasing": "erasing"},
    set_code: {"erasing": NoAccount},
    finish: {
        "fresh": "fresh",
        "open": "open",
        "locked": "locked",
        "light": "locked",
        "erasing": "fresh",
        "closed": "closed",
    },
    stop: {"erasing": "closed"},
    spare: {
        "open": "open",
        "locked": "open",
        "light": "open",
        "erasing": "erasing",
        "closed": "closed",
    },
}
STEPS = [(event, state) for event, states in WALK.items() for state in states]


@pytest.mark.parametrize(
    ("event", "state"), STEPS, ids=lambda each: getattr(each, "__name__", each)
)
def test_every_event_in_every_state_leads_where_the_table_says(
    rig: Rig, event: Event, state: str
) -> None:
    runtime = in_state(rig, state)
    before = runtime.state
    expected = WALK[event][state]

    if isinstance(expected, str):
        event(rig, runtime)
        assert runtime.state == expected
    else:
        with pytest.raises(expected):
            event(rig, runtime)
        assert runtime.state == before
    let_go(rig)


def check_first_start(rig: Rig, runtime: Runtime) -> None:
    assert runtime.state == "fresh"
    assert not runtime.code_is_set
    assert runtime.code_kind() is None
    with pytest.raises(NoAccount):
        runtime.account()
    check_shape(rig.path)
    space = runtime._held.space
    assert space is not None
    assert space.slot.entries == ()
    assert (rig.path / fresh.THROTTLE).read_bytes() == fresh.fresh_throttle()


@pytest.mark.parametrize("state", ["open", "locked", "light"])
def test_what_an_erase_leaves_is_a_first_start(rig: Rig, state: str) -> None:
    runtime = in_state(rig, state)
    old = rig.vault()

    runtime.erase()
    finished(runtime)

    check_first_start(rig, runtime)
    salt = read_salt(rig.vault())
    assert salt != read_salt(old)
    assert open_vault(rig.vault(), no_code_root(salt)) is not None
    again = rig.start()
    assert again.state == "fresh"


def test_the_keys_on_the_disk_are_gone_before_anything_in_memory_is_touched(
    rig: Rig, opened: Runtime
) -> None:
    seen: list[tuple[bool, bool]] = []
    destroy = opened._directory.destroy_all_keys
    database = opened.account().database

    def watched() -> None:
        destroy()
        seen.append((open_vault(rig.vault(), rig.root()) is None, database.closed))

    opened._directory.destroy_all_keys = watched  # type: ignore[method-assign]

    opened.erase()

    assert seen == [(True, False)]
    assert database.closed
    finished(opened)


def test_database_network_and_keys_are_gone_when_it_is_told(rig: Rig, opened: Runtime) -> None:
    account = opened.account()
    database, network = account.database, account.network
    seen: list[tuple[str, bool]] = []
    rig.on_event = lambda event: seen.append((type(event).__name__, database.closed))

    opened.erase()

    assert ("Erased", True) in seen
    with pytest.raises(DatabaseClosed), database.read():
        pass
    with pytest.raises(NetworkClosed):
        network.store(account.account_id, b"late", ttl_ms=1000)
    finished(opened)


SECRETS = (AccountDatabase, OpenAccount, AccountKeys, Seed)


def test_nothing_in_memory_leads_to_the_account_any_more(rig: Rig, opened: Runtime) -> None:
    opened.erase()
    finished(opened)
    gc.collect()

    kept = [each for each in gc.get_objects() if isinstance(each, SECRETS)]
    assert kept == []
    spaces = [each for each in gc.get_objects() if isinstance(each, Space)]
    assert all(space.entries == () for space in spaces)


def test_no_thread_that_is_slow_to_end_holds_it_up(rig: Rig, opened: Runtime) -> None:
    """A write under way keeps the database from closing; the erase does not wait for it."""
    database = opened.account().database
    writing, may_end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with database.write():
            writing.set()
            assert may_end.wait(PATIENCE_S)

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert writing.wait(PATIENCE_S)

    opened.erase()

    assert slow.is_alive()
    assert open_vault(rig.vault(), rig.root()) is None
    may_end.set()
    slow.join(PATIENCE_S)
    finished(opened)
    check_first_start(rig, opened)


def test_a_second_erase_is_the_first_one(rig: Rig, opened: Runtime) -> None:
    held = Held(opened)

    opened.erase()
    after_first = rig.vault()
    opened.erase()

    assert rig.vault() == after_first
    held.let_go()
    finished(opened)
    told = [type(event) for event in rig.told()]
    assert told.count(Erased) == told.count(EraseFinished) == 1


def test_erases_from_many_threads_are_one(rig: Rig, opened: Runtime) -> None:
    held = Held(opened)
    threads = [threading.Thread(target=opened.erase) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    held.let_go()
    finished(opened)

    assert [type(event) for event in rig.told()].count(Erased) == 1
    check_first_start(rig, opened)


def test_a_disk_that_refuses_leaves_everything_as_it_was(rig: Rig, tmp_path: Path) -> None:
    rig.locked()
    files = FaultFiles(tmp_path)
    runtime = rig.start(files)
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    files.fail_after(0, OSError(errno.EROFS, "read-only"))

    with pytest.raises(DataDirectoryUnusable):
        runtime.erase()

    assert runtime.state == "open"
    runtime.account()
    assert rig.slot()[1].entries


def test_a_disk_that_does_not_confirm_stops_it(rig: Rig, tmp_path: Path) -> None:
    rig.locked()
    files = FaultFiles(tmp_path)
    runtime = rig.start(files)
    files.fail_after(2, FsyncFailed("content"))

    with pytest.raises(FsyncFailed):
        runtime.erase()

    assert runtime.state == "locked"


def test_a_rest_that_is_refused_is_shown_to_nobody_and_tried_again(
    rig: Rig, tmp_path: Path, clock: JumpingClock
) -> None:
    rig.locked()
    files = FaultFiles(tmp_path)
    runtime = rig.start(files)
    files.fail_after(5, OSError(errno.EIO, "broken"))

    runtime.erase()
    clock.await_sleepers()

    assert runtime.state == "fresh"
    assert EraseFinished() not in rig.told()
    clock.advance(RETRY_S)
    finished(runtime)
    check_first_start(rig, runtime)
    assert rig.told()[-1] == EraseFinished()


def test_after_a_rest_that_was_not_confirmed_the_next_start_goes_on(
    rig: Rig, tmp_path: Path, clock: JumpingClock
) -> None:
    rig.locked()
    files = FaultFiles(tmp_path)
    runtime = rig.start(files)
    files.fail_after(5, FsyncFailed("content"))

    runtime.erase()
    clock.await_sleepers()
    assert runtime.state == "fresh"

    check_first_start(rig, rig.start())


def test_an_erase_in_the_middle_of_the_rest_of_another_is_finished_once(
    rig: Rig, opened: Runtime
) -> None:
    held = Held(opened)
    opened.erase_others(opened._held.space.entries[0], rig.root(OTHER_PIN), CodeKind.PIN)  # type: ignore[union-attr]
    first = opened._rest._thread
    assert first is not None
    opened.erase()
    held.let_go()
    first.join(PATIENCE_S)
    finished(opened)

    check_first_start(rig, opened)
    assert [type(event) for event in rig.told()].count(EraseFinished) == 1


def test_an_account_is_made_only_when_the_rest_was_swept(rig: Rig, opened: Runtime) -> None:
    held = Held(opened)
    opened.erase()
    opened._ways.reach = opened._ways.network_of  # type: ignore[method-assign]
    made = threading.Thread(
        target=opened.create_account, args=("Ilse",), kwargs={"network": "practice"}
    )
    made.start()
    assert opened.state == "erasing"

    held.let_go()
    made.join(PATIENCE_S)

    assert opened.state == "open"
    finished(opened)
    assert rig.start().state == "open"


def test_the_end_of_the_program_does_not_wait_for_a_rest_that_cannot_be_done(
    rig: Rig, opened: Runtime
) -> None:
    held = Held(opened)
    opened.erase()
    closing = threading.Thread(target=opened.close)
    closing.start()
    held.let_go()
    closing.join(PATIENCE_S)
    assert opened.state == "closed"
    check_first_start(rig, rig.start())
