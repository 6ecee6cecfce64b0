"""What an erase leaves for later, done by a thread of its own until it is done.

Theory of operation (security.md W1). The order of an erase is

 1. the keys on the disk            DataDirectory.destroy_all_keys, destroy_other_keys
 2. keys, database, network         Runtime._abandon
 3. the browsers                    Erased
 4. the answer
 5. the rest of the files           this module, DataDirectory.finish_erase
 6. a fresh process                 EraseFinished, webapp/handover.py

After step 1 nothing can be undone and nothing can fail that matters, so no error of a later
step is told to anybody. The rest waits for the answer, tries again where a file was in the
way, and is done by the next start where this process does not live to see it done.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Final

from webapp.clock import Clock
from webapp.storage.errors import StorageError

# Whoever holds a file open that is in the way has let go of it by then, or some time later.
RETRY_S: Final = 5.0
# A whole rest takes a second at most; an end of the program waits for no more.
END_S: Final = 1.0


class Rest:
    """Has ``work`` done once after each ``begin``, and ``done`` told of it.

    ``work`` is given the root of the account that was spared, if one was.
    """

    def __init__(
        self, clock: Clock, *, work: Callable[[bytes | None], None], done: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._work = work
        self._done = done
        # Which ``begin`` was the last: what an earlier one has not done yet, it does as well.
        self._lock = threading.Lock()
        self._number = 0
        self._one_at_a_time = threading.Lock()
        self._tried = threading.Event()
        self._tried.set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, root: bytes | None = None, *, after_s: float) -> None:
        """Start in ``after_s``."""
        with self._lock:
            self._number += 1
            self._tried.clear()
            self._thread = threading.Thread(
                target=self._run, args=(self._number, root, after_s), name="rest", daemon=True
            )
            self._thread.start()

    def await_try(self) -> None:
        """Wait until it was tried at least once: an account must not be made in between."""
        self._tried.wait()

    def stop(self) -> None:
        """End the thread; what is left is left to the next start."""
        self._stopping.set()
        thread = self._thread
        if thread is not None:
            thread.join(END_S)

    def _run(self, number: int, root: bytes | None, after_s: float) -> None:
        self._clock.wait(self._stopping, timeout_s=after_s)
        while self._is_wanted(number):
            with self._one_at_a_time:
                is_done = self._try(root)
            self._note_tried(number)
            if is_done and number == self._number:
                self._done()
            if is_done:
                return
            self._clock.wait(self._stopping, timeout_s=RETRY_S)
        self._note_tried(number)

    def _try(self, root: bytes | None) -> bool:
        with contextlib.suppress(StorageError):
            self._work(root)
            return True
        return False

    def _is_wanted(self, number: int) -> bool:
        return number == self._number and not self._stopping.is_set()

    def _note_tried(self, number: int) -> None:
        with self._lock:
            if number == self._number:
                self._tried.set()
