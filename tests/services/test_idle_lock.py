"""When the app locks by itself, on clocks that are moved by hand."""

import pytest

from tests.services.lock_rig import PIN, Rig
from tests.virtual_clock import JumpingClock
from webapp.services import codes, lock_settings
from webapp.services.errors import AppLocked
from webapp.services.idle_lock import SLEEP_S, TABS_GONE_S, Seen, decide
from webapp.services.lock_settings import Depth, LockSettings
from webapp.services.runtime import Runtime

NOTHING = Seen(idle_s=0, without_tabs_s=0, slept_s=0)
IDLE = Seen(idle_s=300, without_tabs_s=0, slept_s=0)
NO_TABS = Seen(idle_s=0, without_tabs_s=TABS_GONE_S, slept_s=0)
SLEPT = Seen(idle_s=0, without_tabs_s=0, slept_s=SLEEP_S)
TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("seen", "settings", "due"),
    [
        (NOTHING, LockSettings(), None),
        (IDLE, LockSettings(), "deep"),
        (Seen(299.9, 0, 0), LockSettings(), None),
        (IDLE, LockSettings(idle_minutes=60), None),
        (Seen(3600, 0, 0), LockSettings(idle_minutes=60), "deep"),
        (IDLE, LockSettings(keep_receiving=True), "light"),
        (NO_TABS, LockSettings(), "deep"),
        (NO_TABS, LockSettings(keep_receiving=True), "light"),
        (NO_TABS, LockSettings(last_tab=False), None),
        (Seen(0, TABS_GONE_S - 0.1, 0), LockSettings(), None),
        (SLEPT, LockSettings(), "deep"),
        (SLEPT, LockSettings(keep_receiving=True), "deep"),
        (SLEPT, LockSettings(sleep=False), None),
        (Seen(0, 0, SLEEP_S - 0.1), LockSettings(), None),
        (Seen(300, TABS_GONE_S, SLEEP_S), LockSettings(keep_receiving=True), "deep"),
        (Seen(300, 0, SLEEP_S), LockSettings(sleep=False, keep_receiving=True), "light"),
    ],
)
def test_what_was_seen_decides_which_lock_is_due(
    seen: Seen, settings: LockSettings, due: Depth | None
) -> None:
    assert decide(seen, settings) == due


@pytest.fixture
def opened(rig: Rig) -> Runtime:
    """The app open behind a code, in one tab."""
    runtime = rig.locked()
    assert runtime.unlock("pin", PIN).opened
    runtime.idle.tabs_open(1)
    return runtime


def pass_time(runtime: Runtime, clock: JumpingClock, seconds: float) -> None:
    """Let the timer of the app tick as it does."""
    for _ in range(round(seconds / 5)):
        clock.advance(5)
        runtime.tick()


def test_five_minutes_without_a_person_lock_the_app(opened: Runtime, clock: JumpingClock) -> None:
    pass_time(opened, clock, 295)
    assert opened.state == "open"

    pass_time(opened, clock, 5)

    assert opened.state == "locked"


def test_whatever_a_person_does_begins_the_five_minutes_anew(
    opened: Runtime, clock: JumpingClock
) -> None:
    for _ in range(4):
        pass_time(opened, clock, 290)
        opened.touch()

    assert opened.state == "open"


def test_a_request_after_the_limit_finds_the_app_locked_before_the_timer_ticks(
    opened: Runtime, clock: JumpingClock
) -> None:
    clock.advance(301)

    opened.touch()

    assert opened.state == "locked"


def test_the_limit_that_was_set_holds_at_once(opened: Runtime, clock: JumpingClock) -> None:
    lock_settings.change(opened.accounts(), "idle_minutes", "1")

    pass_time(opened, clock, 60)

    assert opened.state == "locked"


def test_a_minute_without_tabs_locks_the_app(opened: Runtime, clock: JumpingClock) -> None:
    pass_time(opened, clock, 30)
    opened.idle.tabs_open(0)
    pass_time(opened, clock, 55)
    assert opened.state == "open"

    pass_time(opened, clock, 5)

    assert opened.state == "locked"


def test_a_reload_locks_nothing(opened: Runtime, clock: JumpingClock) -> None:
    for _ in range(3):
        opened.idle.tabs_open(0)
        pass_time(opened, clock, 50)
        opened.idle.tabs_open(1)
        pass_time(opened, clock, 30)

    assert opened.state == "open"


def test_the_last_tab_counts_and_not_the_first_of_two_that_close(
    opened: Runtime, clock: JumpingClock
) -> None:
    opened.idle.tabs_open(2)
    opened.idle.tabs_open(1)
    pass_time(opened, clock, 120)
    assert opened.state == "open"
    opened.idle.tabs_open(0)
    opened.idle.tabs_open(0)

    pass_time(opened, clock, 60)

    assert opened.state == "locked"


def test_an_unlock_that_no_tab_follows_locks_after_a_minute(rig: Rig, clock: JumpingClock) -> None:
    runtime = rig.locked()
    clock.advance(3600)
    runtime.unlock("pin", PIN)
    pass_time(runtime, clock, 55)
    assert runtime.state == "open"

    pass_time(runtime, clock, 5)

    assert runtime.state == "locked"


def test_a_computer_that_slept_is_locked_at_the_first_tick(
    opened: Runtime, clock: JumpingClock
) -> None:
    clock.set_wall(clock.now_ms() + 60_000)

    opened.tick()

    assert opened.state == "locked"


def test_a_computer_that_slept_is_locked_before_the_first_request_is_answered(
    opened: Runtime, clock: JumpingClock
) -> None:
    clock.set_wall(clock.now_ms() + 60_000)

    opened.touch()

    with pytest.raises(AppLocked):
        opened.account()


def test_sleep_makes_a_light_lock_deep(opened: Runtime, clock: JumpingClock) -> None:
    database = opened.account().database
    lock_settings.change(opened.accounts(), "keep_receiving", "on")
    pass_time(opened, clock, 300)
    assert (opened.state, database.closed) == ("locked", False)

    clock.set_wall(clock.now_ms() + 60_000)
    opened.tick()

    assert database.closed


def test_a_light_lock_is_not_locked_again_and_again(opened: Runtime, clock: JumpingClock) -> None:
    lock_settings.change(opened.accounts(), "keep_receiving", "on")

    pass_time(opened, clock, 1200)

    assert opened.generation == 1


@pytest.mark.parametrize("turned_ms", [-TEN_YEARS_MS, -60_000, 20_000])
def test_a_clock_that_is_set_right_or_back_locks_nothing(
    opened: Runtime, clock: JumpingClock, turned_ms: int
) -> None:
    clock.set_wall(clock.now_ms() + turned_ms)

    opened.tick()

    assert opened.state == "open"


def test_a_clock_turned_back_first_does_not_hide_a_sleep(
    opened: Runtime, clock: JumpingClock
) -> None:
    clock.set_wall(clock.now_ms() - TEN_YEARS_MS)
    opened.tick()
    clock.set_wall(clock.now_ms() + 60_000)

    opened.tick()

    assert opened.state == "locked"


def test_a_clock_that_jumps_while_locked_does_not_lock_the_next_unlock(
    rig: Rig, clock: JumpingClock
) -> None:
    runtime = rig.locked()
    clock.set_wall(clock.now_ms() + 3_600_000)
    runtime.tick()
    runtime.unlock("pin", PIN)

    runtime.tick()

    assert runtime.state == "open"


def test_a_sleep_just_before_the_unlock_does_not_lock_the_app(
    rig: Rig, clock: JumpingClock
) -> None:
    runtime = rig.locked()
    clock.set_wall(clock.now_ms() + 3_600_000)
    runtime.unlock("pin", PIN)

    runtime.tick()

    assert runtime.state == "open"


def test_without_a_code_the_app_never_locks(rig: Rig, clock: JumpingClock) -> None:
    rig.make_account()
    runtime = rig.start()

    pass_time(runtime, clock, 7200)
    clock.set_wall(clock.now_ms() + TEN_YEARS_MS)
    runtime.touch()

    assert runtime.state == "open"


def test_a_code_removed_at_the_very_moment_locks_nothing(
    rig: Rig, opened: Runtime, clock: JumpingClock
) -> None:
    settings = opened.idle._settings

    def remove_first() -> LockSettings | None:
        found = settings()
        codes.remove_code(opened, current=PIN)
        return found

    opened.idle._settings = remove_first
    clock.advance(400)

    opened.tick()

    assert opened.state == "open"
