import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.virtual_clock import PATIENCE_S
from webapp.network.background import THREADS, Background
from webapp.network.errors import NetworkClosed, NodeFailed


@pytest.fixture
def background() -> Background:
    return Background()


def test_works_are_done_at_once_and_their_results_keep_their_order(background: Background) -> None:
    together = threading.Barrier(THREADS)

    def meet(number: int) -> int:
        together.wait(PATIENCE_S)
        return number

    works = [lambda number=number: meet(number) for number in range(THREADS)]
    assert background.run_all(works) == list(range(THREADS))
    background.close()


def test_a_failure_is_raised(background: Background) -> None:
    def fail() -> int:
        raise NodeFailed("no")

    with pytest.raises(NodeFailed):
        background.run_all([lambda: 1, fail])
    background.close()


def test_nothing_is_begun_after_closing(background: Background) -> None:
    background.close()
    with pytest.raises(NetworkClosed):
        background.submit(lambda: None)


def test_what_has_not_begun_ends_with_the_connection(background: Background) -> None:
    is_over, begun = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        begun.release()
        assert is_over.wait(PATIENCE_S)

    for _ in range(THREADS):
        background.submit(hold)
    for _ in range(THREADS):
        assert begun.acquire(timeout=PATIENCE_S)
    with ThreadPoolExecutor(1) as aside:
        waiting = aside.submit(background.run_all, [begun.release, lambda: None])
        assert begun.acquire(timeout=PATIENCE_S)
        background.close()
        is_over.set()
        with pytest.raises(NetworkClosed):
            waiting.result(PATIENCE_S)
