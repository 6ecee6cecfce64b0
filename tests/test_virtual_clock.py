"""The clock of the tests keeps the promises of ``webapp.clock.Clock``."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.virtual_clock import PATIENCE_S, START_MS, VirtualClock
from webapp.clock import Clock


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def waiting(
    pool: ThreadPoolExecutor, clock: Clock, event: threading.Event, *, timeout_s: float
) -> "Future[bool]":
    return pool.submit(clock.wait, event, timeout_s=timeout_s)


def test_time_stands_still_until_it_is_moved() -> None:
    clock = VirtualClock()
    assert (clock.now_ms(), clock.monotonic_s()) == (START_MS, 0.0)
    clock.advance(1.5)
    assert (clock.now_ms(), clock.monotonic_s()) == (START_MS + 1500, 1.5)


def test_the_wall_clock_can_jump_without_time_passing() -> None:
    clock = VirtualClock()
    clock.set_wall(START_MS - 10_000)
    assert (clock.now_ms(), clock.monotonic_s()) == (START_MS - 10_000, 0.0)


def test_a_wait_ends_when_its_time_has_passed(pool: ThreadPoolExecutor) -> None:
    clock = VirtualClock()
    wait = waiting(pool, clock, threading.Event(), timeout_s=60)
    clock.await_sleepers()
    clock.advance(60)
    assert wait.result(PATIENCE_S) is False


def test_a_wait_goes_on_while_its_time_has_not_passed(pool: ThreadPoolExecutor) -> None:
    clock, event = VirtualClock(), threading.Event()
    wait = waiting(pool, clock, event, timeout_s=60)
    clock.await_sleepers()
    clock.advance(59)
    clock.await_sleepers()
    assert not wait.done()
    event.set()
    assert wait.result(PATIENCE_S) is True


def test_setting_the_event_ends_a_wait_at_once(pool: ThreadPoolExecutor) -> None:
    clock, event = VirtualClock(), threading.Event()
    wait = waiting(pool, clock, event, timeout_s=60)
    clock.await_sleepers()
    event.set()
    assert wait.result(PATIENCE_S) is True


def test_many_threads_wait_on_one_clock(pool: ThreadPoolExecutor) -> None:
    clock, event = VirtualClock(), threading.Event()
    waits = [waiting(pool, clock, event, timeout_s=second) for second in (1, 2, 3)]
    clock.await_sleepers(3)
    clock.advance(3)
    assert [wait.result(PATIENCE_S) for wait in waits] == [False, False, False]


def test_a_wait_for_an_event_that_is_set_does_not_wait() -> None:
    event = threading.Event()
    event.set()
    assert VirtualClock().wait(event, timeout_s=60) is True
