"""Work that two threads may want at once but only one should do."""

import threading
from collections.abc import Callable
from concurrent.futures import Future


class OneAtATime:
    """Lets the first caller work while later ones wait for what comes out.

    When an account is opened, poller and outbox need a path in the same moment.
    Both building one would show two guards that we are here, and cost twice the
    requests. The lock protects only the reference to the work under way.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: Future[None] | None = None

    def run(self, work: Callable[[], object]) -> None:
        """Do ``work``, or wait for the end of the work that is under way already.

        What that raises is raised for everyone who waits.
        """
        with self._lock:
            joined = self._under_way
            if joined is None:
                own = self._under_way = Future[None]()
        if joined is not None:
            joined.result()
            return
        try:
            work()
        except BaseException as error:
            self._finish()
            own.set_exception(error)
            raise
        self._finish()
        own.set_result(None)

    def _finish(self) -> None:
        with self._lock:
            self._under_way = None
