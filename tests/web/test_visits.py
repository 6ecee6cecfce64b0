"""When a process may be replaced: a page has been loaded, or nobody wants one."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.virtual_clock import JumpingClock
from webapp.web.guards import SOCKET_KEY
from webapp.web.visits import LOOK_S, PATIENCE_S, PAUSE_S, Visits


class Afternoon(JumpingClock):
    """A clock on which something happens while somebody waits: ``events`` by second."""

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[float, Callable[[], object]] = {}

    def wait(self, event: threading.Event, *, timeout_s: float) -> bool:
        is_set = super().wait(event, timeout_s=timeout_s)
        for due in [due for due in self.events if due <= self.monotonic_s()]:
            self.events.pop(due)()
        return is_set or event.is_set()


@pytest.fixture
def clock() -> Afternoon:
    return Afternoon()


@pytest.fixture
def under_way() -> list[Any]:
    return []


@pytest.fixture
def visits(clock: Afternoon, under_way: list[Any]) -> Visits:
    def app(_environ: object, _start: object) -> Iterable[bytes]:
        for during in under_way:
            during()
        return []

    visits = Visits(app, clock=clock)
    visits.count_anew()
    return visits


def visit(visits: Visits, **environ: object) -> None:
    visits(environ, lambda *_: None)  # type: ignore[arg-type]


def ends_after(visits: Visits, clock: Afternoon, stopping: threading.Event | None = None) -> float:
    """Return after how many seconds the pause has come."""
    visits.await_pause(stopping or threading.Event())
    return clock.monotonic_s()


def test_a_page_that_has_been_loaded_is_waited_for_a_moment(
    visits: Visits, clock: Afternoon
) -> None:
    clock.events[3.0] = lambda: visit(visits)

    assert ends_after(visits, clock) == pytest.approx(3.0 + PAUSE_S, abs=2 * LOOK_S)


def test_each_request_begins_the_moment_anew(visits: Visits, clock: Afternoon) -> None:
    for second in (1.0, 1.8, 2.6, 3.4):
        clock.events[second] = lambda: visit(visits)

    assert ends_after(visits, clock) == pytest.approx(3.4 + PAUSE_S, abs=2 * LOOK_S)


def test_nobody_who_was_there_before_counts(visits: Visits, clock: Afternoon) -> None:
    visit(visits)
    visits.count_anew()

    assert ends_after(visits, clock) == pytest.approx(PATIENCE_S, abs=2 * LOOK_S)


def test_a_page_that_has_been_loaded_meanwhile_need_not_come_again(
    visits: Visits, clock: Afternoon
) -> None:
    visit(visits)
    clock.advance(PAUSE_S)

    assert ends_after(visits, clock) == PAUSE_S


def test_a_request_under_way_is_no_pause(
    visits: Visits, clock: Afternoon, under_way: list[Any]
) -> None:
    visit(visits)
    seen = []
    under_way.append(lambda: seen.append(ends_after(visits, clock)))

    visit(visits)

    assert seen == [pytest.approx(PATIENCE_S, abs=2 * LOOK_S)]


def test_a_live_connection_does_not_count(visits: Visits, clock: Afternoon) -> None:
    visit(visits, **{SOCKET_KEY: object()})

    assert ends_after(visits, clock) == pytest.approx(PATIENCE_S, abs=2 * LOOK_S)


def test_the_end_of_the_program_ends_the_wait(visits: Visits, clock: Afternoon) -> None:
    stopping = threading.Event()
    clock.events[2.0] = stopping.set

    assert ends_after(visits, clock, stopping) == pytest.approx(2.0, abs=2 * LOOK_S)
