"""What is told of the connection, and above all what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_clock import START_MS, VirtualClock
from webapp.network.connection_state import (
    CLOCK_STEP_MS,
    CLOCK_TOLERANCE_MS,
    DELAY_FACTOR,
    ConnectionState,
    StateWatch,
)
from webapp.network.errors import (
    ClockRefused,
    NodeFailed,
    NoRoute,
    PathFailed,
    ProxyFailed,
    Rejected,
    WayChanged,
)
from webapp.sentence import Sentence

GUARD, MIDDLE, LAST, OTHER = (bytes([number]) * 32 for number in range(1, 5))
ROUTE = (GUARD, MIDDLE, LAST)
MINUTE_MS = 60_000


def watched(clock: VirtualClock | None = None) -> tuple[StateWatch, list[ConnectionState]]:
    watch, seen = StateWatch(clock or VirtualClock()), []
    watch.on_change(seen.append)
    return watch, seen


def test_it_begins_by_connecting() -> None:
    assert StateWatch(VirtualClock()).state() == ConnectionState("connecting", (), 0, None)


def test_a_success_connects_and_shows_the_route() -> None:
    watch, seen = watched()
    watch.succeeded(route=ROUTE, swarm_size=5)
    assert seen == [ConnectionState("connected", ROUTE, 5, proven=frozenset(ROUTE))]
    assert watch.state() == seen[0]


def test_the_callback_comes_only_on_change() -> None:
    watch, seen = watched()
    for _ in range(3):
        watch.succeeded(route=ROUTE, swarm_size=5)
        watch.succeeded(route=ROUTE)
    for _ in range(3):
        watch.failed(NoRoute("No seed server answered."), route=())
    assert [state.phase for state in seen] == ["connected", "offline"]


@pytest.mark.parametrize("error", [NoRoute("no way"), PathFailed("broken")])
def test_without_a_path_we_are_offline(error: NoRoute) -> None:
    watch, _ = watched()
    watch.succeeded(route=ROUTE, swarm_size=5)
    watch.failed(error, route=())
    assert watch.state() == ConnectionState("offline", (), 5, error.sentence, START_MS)


@pytest.mark.parametrize(
    "error", [NodeFailed("bad node"), Rejected(401, "no"), ClockRefused("time")]
)
def test_a_failure_behind_the_path_leaves_us_connected(error: NodeFailed) -> None:
    watch, _ = watched()
    watch.succeeded(route=ROUTE, swarm_size=5)
    watch.failed(error, route=ROUTE)
    assert watch.state() == ConnectionState(
        "connected", ROUTE, 5, error.sentence, START_MS, proven=frozenset(ROUTE)
    )


def test_a_success_leaves_the_last_error_with_its_time() -> None:
    clock = VirtualClock()
    watch, _ = watched(clock)
    watch.failed(NoRoute("no way"), route=())
    clock.advance(120)
    watch.succeeded(route=ROUTE)
    state = watch.state()
    assert (state.phase, state.last_error, state.last_error_at_ms) == (
        "connected", Sentence("no way"), START_MS,
    )  # fmt: skip


def test_the_same_error_again_is_dated_anew_but_not_told() -> None:
    clock = VirtualClock()
    watch, seen = watched(clock)
    watch.failed(NoRoute("no way"), route=())
    clock.advance(30)
    watch.failed(NoRoute("no way"), route=())
    assert len(seen) == 1
    assert watch.state().last_error_at_ms == START_MS + 30_000


def test_the_route_is_shown_with_who_does_not_answer_and_the_delay_of_the_guard() -> None:
    watch, seen = watched()
    watch.route_is(ROUTE, suspects=frozenset({MIDDLE, OTHER}), guard_delay_ms=40)
    assert seen == [
        ConnectionState(route=ROUTE, suspects=frozenset({MIDDLE}), guard_delay_ms=40)
    ]  # fmt: skip


def test_nobody_stays_suspect_who_has_left_the_route() -> None:
    watch, _ = watched()
    watch.route_is(ROUTE, suspects=frozenset({MIDDLE, LAST}))
    watch.succeeded(route=(GUARD, OTHER, LAST))
    assert watch.state().suspects == frozenset({LAST})


def test_the_delay_stays_with_its_guard_and_goes_with_it() -> None:
    watch, _ = watched()
    watch.route_is(ROUTE, guard_delay_ms=40)
    watch.succeeded(route=(GUARD, LAST, MIDDLE))
    watch.route_is((GUARD, LAST, OTHER))
    assert watch.state().guard_delay_ms == 40
    watch.succeeded(route=(OTHER, MIDDLE, LAST))
    assert watch.state().guard_delay_ms is None


def test_without_a_route_there_is_no_delay() -> None:
    watch, _ = watched()
    watch.route_is((), guard_delay_ms=40)
    assert watch.state().guard_delay_ms is None


@pytest.mark.parametrize(
    ("measured_ms", "told_ms"), [(0, 1), (7, 7), (41, 40), (163, 200), (96, 100), (1849, 2000)]
)
def test_a_delay_is_told_to_one_digit(measured_ms: int, told_ms: int) -> None:
    watch, _ = watched()
    watch.route_is(ROUTE, guard_delay_ms=measured_ms)
    assert watch.state().guard_delay_ms == told_ms


def test_the_delay_of_each_message_is_no_news() -> None:
    watch, seen = watched()
    for delay_ms in (41, 55, 79, 26, 20, 44):
        watch.route_is(ROUTE, guard_delay_ms=delay_ms)
    assert len(seen) == 1
    watch.route_is(ROUTE, guard_delay_ms=81)
    assert [state.guard_delay_ms for state in seen] == [40, 80]


@given(st.lists(st.integers(0, 60_000), min_size=1))
def test_the_told_delay_is_never_far_from_the_last_one(delays_ms: list[int]) -> None:
    watch, _ = watched()
    for delay_ms in delays_ms:
        watch.route_is(ROUTE, guard_delay_ms=delay_ms)
    told_ms = watch.state().guard_delay_ms
    last_ms = max(delays_ms[-1], 1)
    assert told_ms is not None
    assert last_ms / DELAY_FACTOR <= told_ms <= last_ms * DELAY_FACTOR


@pytest.mark.parametrize(
    ("ahead_ms", "told_ms"),
    [
        (0, 0),
        (CLOCK_TOLERANCE_MS, 0),
        (-CLOCK_TOLERANCE_MS, 0),
        (CLOCK_TOLERANCE_MS + 1, 2 * MINUTE_MS),
        (10 * MINUTE_MS + 700, 10 * MINUTE_MS),
        (-10 * MINUTE_MS - 700, -10 * MINUTE_MS),
    ],
)
def test_the_clock_is_told_in_minutes_once_it_is_far_off(ahead_ms: int, told_ms: int) -> None:
    watch, _ = watched()
    watch.clock_is(ahead_ms)
    assert watch.state().clock_ahead_ms == told_ms


def test_a_clock_between_two_minutes_is_no_news_with_every_message() -> None:
    watch, seen = watched()
    for jitter_ms in (-300, 200, -100, 400):
        watch.clock_is(10 * MINUTE_MS + MINUTE_MS // 2 + jitter_ms)
    assert len(seen) == 1


def test_a_clock_that_has_been_set_is_told_as_right() -> None:
    watch, seen = watched()
    watch.clock_is(10 * MINUTE_MS)
    watch.clock_is(90_000)
    assert [state.clock_ahead_ms for state in seen] == [10 * MINUTE_MS, 0]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
def test_the_told_clock_is_never_a_minute_wrong(aheads_ms: list[int]) -> None:
    watch, _ = watched()
    for ahead_ms in aheads_ms:
        watch.clock_is(ahead_ms)
    told_ms, last_ms = watch.state().clock_ahead_ms, aheads_ms[-1]
    if abs(last_ms) <= CLOCK_TOLERANCE_MS:
        assert told_ms == 0
    else:
        assert abs(told_ms - last_ms) < CLOCK_STEP_MS


def test_a_node_is_proven_by_a_reply_and_not_by_being_chosen() -> None:
    watch, seen = watched()
    watch.succeeded(route=ROUTE)
    watch.route_is((GUARD, OTHER, LAST))
    watch.succeeded(route=(GUARD, OTHER, LAST))
    assert [state.proven for state in seen] == [
        frozenset(ROUTE), frozenset({GUARD, LAST}), frozenset({GUARD, OTHER, LAST}),
    ]  # fmt: skip


def test_a_proxy_is_shown_until_it_is_taken_away() -> None:
    watch, seen = watched()
    watch.proxy_is("127.0.0.1:9050")
    watch.proxy_is(None)
    assert [state.proxy for state in seen] == ["127.0.0.1:9050", None]


def test_a_dead_proxy_is_to_blame_until_something_else_is_or_another_one_is_set() -> None:
    watch, _ = watched()
    blamed = []
    watch.proxy_is("127.0.0.1:9050")
    for tell in (
        lambda: watch.failed(ProxyFailed("127.0.0.1:9050"), route=()),
        lambda: watch.failed(NoRoute("No storage node answers."), route=()),
        lambda: watch.failed(ProxyFailed("127.0.0.1:9050"), route=()),
        lambda: watch.succeeded(route=ROUTE),
        lambda: watch.failed(ProxyFailed("127.0.0.1:9050"), route=()),
        lambda: watch.proxy_is(None),
    ):
        tell()
        blamed.append(watch.state().has_proxy_failed)
    assert blamed == [True, False, True, False, True, False]


def test_another_way_has_to_prove_itself_first() -> None:
    watch, _ = watched()
    watch.succeeded(route=ROUTE)
    watch.failed(ProxyFailed("127.0.0.1:9060"), route=ROUTE)
    watch.proxy_is("127.0.0.1:9050")
    watch.failed(WayChanged(), route=ROUTE)
    state = watch.state()
    assert (state.phase, state.last_error, state.proven) == ("connecting", None, frozenset())


def test_a_callback_may_use_the_watch() -> None:
    watch, seen = watched()

    def call(state: ConnectionState) -> None:
        assert watch.state() == state
        watch.on_change(seen.append)

    watch.on_change(call)
    watch.succeeded(route=ROUTE)
    assert watch.state().phase == "connected"
