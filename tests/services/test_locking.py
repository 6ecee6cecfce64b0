"""The lock: every state and event, what a lock leaves behind, and what comes too late."""

import gc
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.services.lock_rig import ANSWERS_AFTER_S, OTHER_PIN, PIN, Rig
from tests.virtual_clock import JumpingClock
from webapp.network.errors import NetworkClosed
from webapp.protocol.keys import AccountKeys, Seed
from webapp.services import app_state, codes, lock_settings, reading
from webapp.services.app_state import TRANSITIONS
from webapp.services.errors import AccountExists, AppLocked, LockNeedsCode, NoAccount
from webapp.services.events import CodeChanged, Locked, Unlocked
from webapp.services.open_account import OpenAccount
from webapp.services.runtime import Runtime
from webapp.storage.database import AccountDatabase
from webapp.storage.space import Space
from webapp.vault.codes import CodeKind
from webapp.vault.slot_plaintext import Entry, Slot

STATES = ["fresh", "open", "locked", "light", "closed"]


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
    return runtime


def lock(runtime: Runtime) -> str:
    runtime.lock()
    return runtime.state


def lock_lightly(runtime: Runtime) -> str:
    runtime.lock(depth="light")
    return runtime.state


def unlock_right(runtime: Runtime) -> str:
    runtime.unlock(CodeKind.PIN, PIN)
    return runtime.state


def unlock_wrong(runtime: Runtime) -> str:
    runtime.unlock(CodeKind.PIN, "000000")
    return runtime.state


def stop(runtime: Runtime) -> str:
    runtime.close()
    return runtime.state


def make_account(runtime: Runtime) -> str:
    runtime._ways.reach = runtime._ways.network_of  # type: ignore[method-assign]
    runtime.create_account("Ilse", network="practice")
    return runtime.state


def set_code(runtime: Runtime) -> str:
    codes.set_code(runtime, kind="pin", text=OTHER_PIN, repeated=OTHER_PIN, current=PIN)
    return runtime.state


# What each event makes of each state: the next state, or the error that says why not.
WALK: dict[Callable[[Runtime], str], dict[str, str | type[Exception]]] = {
    lock: {
        "fresh": LockNeedsCode,
        "open": "locked",
        "locked": "locked",
        "light": "locked",
        "closed": "closed",
    },
    lock_lightly: {
        "fresh": LockNeedsCode,
        "open": "locked",
        "locked": "locked",
        "light": "locked",
        "closed": "closed",
    },
    unlock_right: {
        "fresh": "fresh",
        "open": "open",
        "locked": "open",
        "light": "open",
        "closed": "closed",
    },
    unlock_wrong: {
        "fresh": "fresh",
        "open": "open",
        "locked": "locked",
        "light": "locked",
        "closed": "closed",
    },
    stop: {
        "fresh": "closed",
        "open": "closed",
        "locked": "closed",
        "light": "closed",
        "closed": "closed",
    },
    make_account: {
        "fresh": "open",
        "open": AccountExists,
        "locked": AppLocked,
        "light": AppLocked,
        "closed": AccountExists,
    },
    set_code: {
        "fresh": NoAccount,
        "open": "open",
        "locked": AppLocked,
        "light": AppLocked,
        "closed": NoAccount,
    },
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", WALK, ids=lambda event: event.__name__)
def test_every_event_in_every_state_leads_where_the_table_says(
    rig: Rig, event: Callable[[Runtime], str], state: str
) -> None:
    runtime = in_state(rig, state)
    before = runtime.state
    expected = WALK[event][state]

    if isinstance(expected, str):
        assert event(runtime) == expected
    else:
        with pytest.raises(expected):
            event(runtime)
        assert runtime.state == before


EVENTS = ["opened", "protected", "locked", "emptied", "stopped"]


@pytest.mark.parametrize("state", ["fresh", "open", "locked", "closed"])
@pytest.mark.parametrize("event", EVENTS)
def test_the_table_has_what_its_prose_says(state: str, event: str) -> None:
    lines = [line.split() for line in (app_state.__doc__ or "").splitlines()]
    prose = {(line[0], line[1]): line[2] for line in lines if len(line) > 2 and line[1] in EVENTS}
    anywhere = {"stopped": "closed"} if state != "closed" else {}

    assert TRANSITIONS.get((state, event)) == prose.get((state, event), anywhere.get(event))


def test_a_start_with_a_code_is_locked_and_shows_nothing(rig: Rig) -> None:
    runtime = rig.locked()

    assert runtime.state == "locked"
    assert runtime.code_is_set
    assert runtime.code_kind() is None
    with pytest.raises(AppLocked):
        runtime.account()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CodeKind.PIN, PIN),
        (CodeKind.PATTERN, "159874236"),
        (CodeKind.PASSPHRASE, "open sesame now"),
    ],
)
def test_each_kind_of_code_locks_and_unlocks(rig: Rig, kind: CodeKind, text: str) -> None:
    runtime = rig.locked(kind, text)

    assert runtime.unlock(kind, f" {text} ").opened

    assert runtime.code_kind() is kind
    assert reading.account_record(runtime.account()).name == "Marit"


def test_an_unlock_says_in_which_generation_it_holds(opened: Runtime) -> None:
    first = opened.unlock(CodeKind.PIN, PIN)
    opened.lock()
    second = opened.unlock(CodeKind.PIN, PIN)

    assert (first.generation, second.generation) == (0, 1)
    assert second.generation == opened.generation


def test_locks_and_unlocks_are_told(rig: Rig, opened: Runtime) -> None:
    opened.lock()
    opened.unlock(CodeKind.PIN, "000000")
    opened.unlock(CodeKind.PIN, PIN)

    assert [type(event) for event in rig.told()] == [Locked, Unlocked]


def test_a_lock_is_told_while_the_database_is_still_open_and_nothing_is_shown(
    rig: Rig, opened: Runtime
) -> None:
    """The tabs go blank first; ending a thread may take a while."""
    database = opened.account().database
    seen: list[tuple[str, bool, int]] = []
    rig.on_event = lambda event: (
        seen.append((opened.state, database.closed, opened.generation))
        if isinstance(event, Locked)
        else None
    )

    opened.lock()

    assert seen == [("locked", False, 1)]
    assert database.closed


def everything_reachable() -> Iterator[object]:
    """Yield every object that the collector can get to from any other."""
    gc.collect()
    seen: set[int] = set()
    waiting: list[object] = gc.get_objects()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting.extend(gc.get_referents(each))


SECRET_TYPES = (AccountDatabase, OpenAccount, AccountKeys, Seed, Space, Entry, Slot)


def secret_objects() -> list[object]:
    return [each for each in everything_reachable() if isinstance(each, SECRET_TYPES)]


def test_after_a_deep_lock_nothing_in_memory_leads_to_a_key(rig: Rig) -> None:
    runtime = rig.locked()
    # Of other tests: they are held here, so that no new object can be taken for one of them.
    strangers = secret_objects()
    known = {id(each) for each in strangers}
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    keys = runtime.account().keys
    fingerprints = {
        hash(secret) for secret in (rig.root(), rig.slot()[1].entries[0].key, keys.ed25519_secret)
    }
    del keys
    assert [each for each in secret_objects() if id(each) not in known]

    runtime.lock()

    left = [
        each
        for each in everything_reachable()
        if (isinstance(each, SECRET_TYPES) and id(each) not in known)
        or (isinstance(each, bytes) and hash(each) in fingerprints)
    ]
    assert left == []


def test_after_a_deep_lock_no_thread_and_no_side_file_is_left(rig: Rig, opened: Runtime) -> None:
    before = {thread.name for thread in threading.enumerate()}
    assert {"sender", "receiver"} <= before
    assert rig.side_files()

    opened.lock()

    assert not {"sender", "receiver"} & {thread.name for thread in threading.enumerate()}
    assert rig.side_files() == []


def test_after_a_deep_lock_the_network_takes_nothing_more(opened: Runtime) -> None:
    account = opened.account()

    opened.lock()

    with pytest.raises(NetworkClosed):
        account.network.poll(account.keys, {}, take=lambda _: None)


def test_a_light_lock_goes_on_receiving_and_shows_nothing(rig: Rig, opened: Runtime) -> None:
    account = opened.account()

    opened.lock(depth="light")

    with pytest.raises(AppLocked):
        opened.account()
    assert not account.database.closed
    assert {"sender", "receiver"} <= {thread.name for thread in threading.enumerate()}
    assert opened.unlock(CodeKind.PIN, "000000").reason == "wrong"
    assert opened.unlock(CodeKind.PIN, PIN).opened
    assert opened.account() is account


def test_a_light_lock_becomes_a_deep_one(rig: Rig, opened: Runtime) -> None:
    account = opened.account()
    opened.lock(depth="light")

    opened.lock()

    assert account.database.closed
    assert opened.generation == 2
    assert rig.told() == [Locked(), Locked()]


def test_a_deep_lock_does_not_become_a_light_one(opened: Runtime) -> None:
    account = opened.account()
    opened.lock()

    opened.lock(depth="light")

    assert account.database.closed


@pytest.mark.parametrize("depth", ["deep", "light"])
def test_an_unlock_costs_the_same_after_both_locks(
    opened: Runtime, clock: JumpingClock, depth: lock_settings.Depth
) -> None:
    opened.lock(depth=depth)
    begun_s = clock.monotonic_s()

    assert opened.unlock(CodeKind.PIN, PIN).opened

    assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S


def test_without_a_code_a_lock_is_refused_and_nothing_changes(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()

    with pytest.raises(LockNeedsCode):
        runtime.lock()

    assert (runtime.state, runtime.generation) == ("open", 0)
    assert rig.told() == []


def test_a_code_that_is_still_tried_when_the_app_is_locked_opens_nothing(rig: Rig) -> None:
    """A late result of an older generation is dropped."""
    runtime = rig.locked()
    runtime.gate.answers_after_s()
    inside, go_on = threading.Event(), threading.Event()
    accept = runtime.owns

    def slow(space: Space) -> bool:
        inside.set()
        go_on.wait(10)
        return accept(space)

    runtime.owns = slow  # type: ignore[method-assign]
    results: list[str] = []
    thread = threading.Thread(
        target=lambda: results.append(runtime.unlock(CodeKind.PIN, PIN).reason)
    )
    thread.start()
    inside.wait(10)

    runtime.lock()
    go_on.set()
    rig.clock.await_sleepers()  # type: ignore[attr-defined]
    rig.clock.advance(ANSWERS_AFTER_S)  # type: ignore[attr-defined]
    thread.join(10)

    assert results == ["late"]
    assert runtime.state == "locked"
    assert rig.side_files() == []


def test_a_code_that_is_still_tried_when_the_app_ends_opens_nothing(rig: Rig) -> None:
    runtime = rig.locked()
    accept = runtime.owns

    def end_first(space: Space) -> bool:
        runtime.close()
        return accept(space)

    runtime.owns = end_first  # type: ignore[method-assign]

    assert runtime.unlock(CodeKind.PIN, PIN).reason == "late"
    assert runtime.state == "closed"


def test_a_result_that_comes_after_the_lock_is_not_stored(opened: Runtime) -> None:
    receiver = opened._open.shown.receiver  # type: ignore[union-attr]

    opened.lock()

    with pytest.raises((NetworkClosed, Exception)) as late:
        receiver.poll_once()
    assert type(late.value).__name__ in {"DatabaseClosed", "NetworkClosed"}


def test_threads_leave_the_network_alone_until_after_the_answer(
    rig: Rig, clock: JumpingClock
) -> None:
    runtime = rig.locked()
    runtime.unlock(CodeKind.PIN, PIN)
    answered_s = clock.monotonic_s()

    assert runtime._open.shown is not None
    for thread in (runtime._open.shown.sender, runtime._open.shown.receiver):
        assert thread._quiet_s > ANSWERS_AFTER_S
    assert reading.connection(runtime.account()).phase != "connected"
    assert clock.monotonic_s() == answered_s


def test_another_browser_is_let_in_by_the_same_code(rig: Rig, opened: Runtime) -> None:
    account = opened.account()

    assert opened.unlock(CodeKind.PIN, PIN).opened
    assert opened.unlock(CodeKind.PIN, "000000").reason == "wrong"

    assert opened.account() is account
    assert rig.told() == []


def test_a_lock_is_done_although_a_thread_does_not_end(rig: Rig, opened: Runtime) -> None:
    """A request that does not give up must not keep the keys in memory (security.md C5)."""
    release = threading.Event()
    running = opened._open.shown
    assert running is not None
    stuck = threading.Thread(target=release.wait, name="stuck", daemon=True)
    stuck.start()
    ended, running.sender._thread = running.sender._thread, stuck

    thread = threading.Thread(target=opened.lock)
    thread.start()
    thread.join(2)

    is_locked = not thread.is_alive() and running.account.database.closed
    release.set()
    for each in (stuck, ended, thread):
        each.join()
    assert is_locked


def test_setting_and_removing_a_code_is_told(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()

    codes.set_code(runtime, kind="pin", text=PIN, repeated=PIN)
    codes.remove_code(runtime, current=PIN)

    assert rig.told() == [CodeChanged(), CodeChanged()]
