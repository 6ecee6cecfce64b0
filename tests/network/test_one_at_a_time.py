import sys
import threading

import pytest

from tests.virtual_clock import PATIENCE_S
from webapp.network.errors import NoRoute
from webapp.network.one_at_a_time import OneAtATime


class Work:
    """Work that two threads want; it waits inside until the test lets it go on."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.times = 0
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self._failure = failure

    def __call__(self) -> None:
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(PATIENCE_S)
        if self._failure:
            raise self._failure


def run_twice(work: Work) -> list[BaseException | None]:
    """Run ``work`` from two threads at once; return what each of them got."""
    shared = OneAtATime()
    outcomes: list[BaseException | None] = []

    def run() -> None:
        try:
            shared.run(work)
        except NoRoute as error:
            outcomes.append(error)
        else:
            outcomes.append(None)

    first, second = threading.Thread(target=run), threading.Thread(target=run)
    first.start()
    assert work.begun.wait(PATIENCE_S)
    second.start()
    # The second can only join while the first is inside, so it must get there first.
    while not _waits(second) and work.times == 1:
        pass
    work.may_end.set()
    first.join(PATIENCE_S)
    second.join(PATIENCE_S)
    return outcomes


def _waits(thread: threading.Thread) -> bool:
    """Say whether ``thread`` is inside ``Future.result``."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_name == "result":
            return True
        frame = frame.f_back
    return False


def test_two_threads_share_the_work() -> None:
    work = Work()
    assert run_twice(work) == [None, None]
    assert work.times == 1


def test_both_learn_that_it_failed() -> None:
    failure = NoRoute("no way")
    assert run_twice(Work(failure)) == [failure, failure]


def test_work_is_done_again_when_nothing_is_under_way() -> None:
    shared, done = OneAtATime(), []
    shared.run(lambda: done.append(1))
    with pytest.raises(NoRoute):
        shared.run(_fail)
    shared.run(lambda: done.append(2))
    assert done == [1, 2]


def _fail() -> None:
    raise NoRoute("no way")
