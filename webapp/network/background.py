"""Threads for requests that go out side by side."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Final, TypeVar

from webapp.network.errors import NetworkClosed

# Two nodes are polled and two asked for a swarm at once, by poller and outbox.
THREADS: Final = 4
CLOSED: Final = "The connection is closed."

T = TypeVar("T")


class Background:
    """A few threads of one account, started when they are first needed.

    Work that waits for other work of the same threads could wait for ever, so none may.
    The lock protects whether there are threads, and whether there may be.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._is_closed = False

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do ``work`` beside the caller. Raises NetworkClosed after ``close``."""
        with self._lock:
            if self._is_closed:
                raise NetworkClosed(CLOSED)
            if self._threads is None:
                self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="network")
            return self._threads.submit(work)

    def run_all(self, works: Sequence[Callable[[], T]]) -> list[T]:
        """Return what all ``works`` come to, done at once; the caller does the first one.

        Raises NetworkClosed, and what the works raise.
        """
        first, *others = works
        under_way = [self.submit(work) for work in others]
        try:
            return [first(), *(future.result() for future in under_way)]
        except CancelledError as error:
            raise NetworkClosed(CLOSED) from error

    def close(self) -> None:
        """Take no more work and forget what has not begun; what has begun ends by itself."""
        with self._lock:
            self._is_closed = True
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
