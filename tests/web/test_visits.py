"""When a process may be replaced: a page has been loaded, or nobody wants one."""

import threading
from collections.abc import Iterable
from typing import Any

import pytest

from tests.virtual_clock import PATIENCE_S as REAL_PATIENCE_S
from tests.virtual_clock import VirtualClock
from webapp.web.guards import SOCKET_KEY
from webapp.web.visits import LOOK_S, PATIENCE_S, PAUSE_S, Visits


class Waiting:
    """Somebody who waits for a pause, on a clock that is moved by hand."""

    def __init__(self, visits: Visits, clock: VirtualClock) -> None:
        self._clock = clock
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=visits.await_pause, args=(self.stopping,))
        self._thread.start()

    def is_over_after(self, seconds: float) -> bool:
        """Let so much time pass, look by look."""
        for _ in range(round(seconds / LOOK_S)):
            if not self._thread.is_alive():
                return True
            self._clock.await_sleepers()
            self._clock.advance(LOOK_S)
            self._settle()
        return not self._thread.is_alive()

    def _settle(self) -> None:
        """Wait until it sleeps again, or has ended."""
        while self._thread.is_alive() and not self._clock._sleepers:
            self._thread.join(0.001)

    def end(self) -> None:
        self.stopping.set()
        self._thread.join(REAL_PATIENCE_S)
        assert not self._thread.is_alive()


@pytest.fixture
def under_way() -> list[Any]:
    return []


@pytest.fixture
def visits(clock: VirtualClock, under_way: list[Any]) -> Visits:
    def app(_environ: object, _start: object) -> Iterable[bytes]:
        for during in under_way:
            during()
        return []

    return Visits(app, clock=clock)


def visit(visits: Visits, **environ: object) -> None:
    visits(environ, lambda *_: None)  # type: ignore[arg-type]


def test_a_page_that_has_been_loaded_is_waited_for_a_moment(
    visits: Visits, clock: VirtualClock
) -> None:
    visits.count_anew()
    waiting = Waiting(visits, clock)
    assert not waiting.is_over_after(3)
    visit(visits)

    assert not waiting.is_over_after(PAUSE_S - 2 * LOOK_S)
    assert waiting.is_over_after(4 * LOOK_S)
    waiting.end()


def test_each_request_begins_the_moment_anew(visits: Visits, clock: VirtualClock) -> None:
    visits.count_anew()
    waiting = Waiting(visits, clock)
    for _ in range(5):
        visit(visits)
        assert not waiting.is_over_after(PAUSE_S / 2)
    waiting.end()


def test_nobody_who_was_there_before_counts(visits: Visits, clock: VirtualClock) -> None:
    visit(visits)
    visits.count_anew()

    waiting = Waiting(visits, clock)

    assert not waiting.is_over_after(2 * PAUSE_S)
    waiting.end()


def test_after_ten_seconds_nobody_is_waited_for(visits: Visits, clock: VirtualClock) -> None:
    visits.count_anew()
    waiting = Waiting(visits, clock)

    assert waiting.is_over_after(PATIENCE_S + 2 * LOOK_S)
    waiting.end()


def test_a_request_under_way_is_no_pause(
    visits: Visits, clock: VirtualClock, under_way: list[Any]
) -> None:
    visits.count_anew()
    seen = []

    def look() -> None:
        waiting = Waiting(visits, clock)
        seen.append(waiting.is_over_after(3 * PAUSE_S))
        waiting.end()

    under_way.append(look)

    visit(visits)

    assert seen == [False]


def test_a_live_connection_does_not_count(visits: Visits, clock: VirtualClock) -> None:
    visits.count_anew()
    visit(visits, **{SOCKET_KEY: object()})

    waiting = Waiting(visits, clock)

    assert not waiting.is_over_after(2 * PAUSE_S)
    waiting.end()


def test_the_end_of_the_program_ends_the_wait(visits: Visits, clock: VirtualClock) -> None:
    visits.count_anew()
    waiting = Waiting(visits, clock)
    clock.await_sleepers()

    waiting.end()
