"""One attempt at a code: counted, derived once, answered at a fixed moment.

Theory of operation (security.md V2, V6-V8). The steps of one attempt, in this order:

 1. One at a time. One more may wait, because of a double click; the third is refused at
    once: each derivation takes 256 MiB.
 2. While the throttle asks for a wait nothing is derived, whatever the code is.
 3. The moment T of the answer is fixed: now, plus what one derivation took when this process
    measured it, plus what opening and the disk may take.
 4. The attempt is counted on the disk. An empty code is none, and is not counted; nor is any
    where no code is set.
 5. One derivation, and all eight slots. Right, wrong, empty and 64 KiB take the same.
 6. A right code clears the count and opens the account. One that opens nothing is a guess,
    and the last guess that the owner allows erases everything (security.md V9).
 7. The answer waits for T, in every case, errors too. After T nothing depends on the code.

A derivation that finds no memory takes its count back: nothing was tried.
"""

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from webapp.clock import Clock
from webapp.services.errors import NotEnoughMemory, UnlockBusy
from webapp.storage.data_directory import DataDirectory, Space
from webapp.vault import throttle
from webapp.vault.codes import Code, Profile, canonical, derive
from webapp.vault.errors import TooLittleMemory

# Opening all eight containers takes less than this, however large they are (design.md §10).
OPENING_S: Final = 0.1
# Two writes to a slow disk, and a busy processor.
RESERVE_S: Final = 0.3
# Stands in for a measurement that found no memory: more than any computer of today needs.
UNMEASURED_S: Final = 1.0
# One that runs and one that waits for it.
PLACES: Final = 2

# opened / wrong / empty: the code was, was not, or there was none. wait: none was tried.
# no_memory: none could be. late: the app was locked or closed meanwhile. failed: the disk.
# erased: it was the last guess.
Reason = Literal["opened", "wrong", "empty", "wait", "no_memory", "late", "failed", "erased"]


@dataclass(frozen=True, slots=True)
class UnlockResult:
    """What became of one code.

    ``wait_s`` is how long the next one has to wait. ``generation`` is the one in which a
    right code has opened the app; a later lock makes it worthless.
    """

    reason: Reason
    wait_s: float
    generation: int = 0

    @property
    def opened(self) -> bool:
        """Whether the code was right and the app is open."""
        return self.reason == "opened"


class AttemptCounter:
    """The throttle of one process: the file, and the moment of the last attempt."""

    def __init__(self, directory: DataDirectory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._content: bytes | None = None
        self._last_s = 0.0
        # In memory only. After a restart a wrong code counts as a guess once more.
        self._tag_key = secrets.token_bytes(throttle.TAG_KEY_BYTES)
        self._tags: set[bytes] = set()

    def wait_s(self, *, at_s: float) -> float:
        """Return how long the next attempt has to wait from ``at_s`` on.

        Raises DataDirectoryUnusable.
        """
        content = self._loaded(self._clock.monotonic_s())
        return max(0.0, throttle.read(content).delay_s - (at_s - self._last_s))

    def count(self) -> None:
        """Have one attempt more on the disk. Raises what ``write_throttle`` raises."""
        now_s = self._clock.monotonic_s()
        content = throttle.counted(self._loaded(now_s), now_ms=self._clock.now_ms())
        self._directory.write_throttle(content)
        self._content, self._last_s = content, now_s

    def clear(self) -> None:
        """Begin anew after a right code. Raises what ``write_throttle`` raises."""
        content = throttle.cleared(self._loaded(self._clock.monotonic_s()))
        self._directory.write_throttle(content)
        self._content = content
        self._tags.clear()

    def forget(self) -> None:
        """Begin anew after an erase, which has put the file right or will."""
        self._content = bytes(throttle.THROTTLE_BYTES)
        self._tags.clear()

    def is_one_too_many(self, root: bytes) -> bool:
        """Take note of a code that opened nothing; return whether everything is to go.

        It is written before the answer, so whoever ends the program to save a guess does
        not learn what became of it. Raises what ``write_throttle`` raises.
        """
        content = self._loaded(self._clock.monotonic_s())
        tag = throttle.guess_tag(root, self._tag_key)
        if throttle.read(content).limit and tag not in self._tags:
            content = throttle.guessed(content, now_ms=self._clock.now_ms())
            self._directory.write_throttle(content)
            self._content = content
            self._tags.add(tag)
        return throttle.read(content).is_at_limit

    @property
    def limit(self) -> int:
        """How many guesses erase everything, 0 for none. Raises DataDirectoryUnusable."""
        return throttle.read(self._loaded(self._clock.monotonic_s())).limit

    def set_limit(self, limit: int) -> None:
        """Allow so many guesses from now on. Raises what ``write_throttle`` raises."""
        content = self._loaded(self._clock.monotonic_s())
        content = throttle.limited(content, limit=limit, now_ms=self._clock.now_ms())
        self._directory.write_throttle(content)
        self._content = content
        self._tags.clear()

    @contextlib.contextmanager
    def one_attempt(self) -> Iterator[None]:
        """Count an attempt, and take it back if there was no memory to make it."""
        before = self._loaded(self._clock.monotonic_s()), self._last_s
        self.count()
        try:
            yield
        except TooLittleMemory:
            self._directory.write_throttle(before[0])
            self._content, self._last_s = before
            raise

    def _loaded(self, now_s: float) -> bytes:
        """Return what the file says; after the first time this process knows it best."""
        if self._content is None:
            content = self._directory.read_throttle()
            passed_s = throttle.elapsed_s(throttle.read(content), now_ms=self._clock.now_ms())
            self._content, self._last_s = content, now_s - passed_s
        return self._content


class CodeGate:
    """Where every code goes through, to unlock and to change something."""

    def __init__(
        self,
        directory: DataDirectory,
        *,
        profile: Profile,
        clock: Clock,
        at_limit: Callable[[], bool] = lambda: False,
        is_set: Callable[[], bool] = lambda: True,
    ) -> None:
        """``at_limit`` is to erase everything, and says whether it did; ``is_set`` says whether
        there is a code at all.
        """
        self._directory = directory
        self._at_limit = at_limit
        self._is_set = is_set
        self._profile = profile
        self._clock = clock
        self._counter = AttemptCounter(directory, clock)
        self._places = threading.Semaphore(PLACES)
        self._turn = threading.Lock()
        self._measuring = threading.Lock()
        self._derivation_s: float | None = None
        self._closing = threading.Event()
        self._answer_at_s: float | None = None

    def measure_aside(self) -> None:
        """Begin to measure a derivation; the first attempt waits until that is done."""
        threading.Thread(target=self.answers_after_s, name="measure", daemon=True).start()

    def answers_after_s(self) -> float:
        """Return how long after its beginning an attempt is answered, measured once."""
        with self._measuring:
            if self._derivation_s is None:
                self._derivation_s = self._measure()
            return self._derivation_s + OPENING_S + RESERVE_S

    def attempt(
        self,
        kind: str,
        text: str,
        *,
        accept: Callable[[Space], bool],
        use: Callable[[Space], bool],
        is_guess: bool = True,
    ) -> UnlockResult:
        """Try one code; what it opens, if ``accept`` takes that for right, goes to ``use``.

        ``use`` says whether it could still do something with it. A code that opens nothing is a
        guess, of which the owner allows so many, unless ``is_guess`` says otherwise.
        Raises UnlockBusy, and what the storage and ``use`` raise.
        """
        with self._one_at_a_time():
            answers_after_s = self.answers_after_s()
            now_s = self._clock.monotonic_s()
            wait_s = self._counter.wait_s(at_s=now_s)
            if wait_s > 0:
                return UnlockResult("wait", wait_s)
            answer_at_s = now_s + answers_after_s
            with self._answering_at(answer_at_s):
                code = canonical(kind, text)
                reason = self._try(code, accept=accept, use=use, is_guess=is_guess)
                # Said of that moment, because after it nothing may be worked out any more.
                return UnlockResult(reason, self._counter.wait_s(at_s=answer_at_s))

    def root_of(self, kind: str, text: str) -> bytes:
        """Return the root of a new code.

        Raises UnlockBusy, NotEnoughMemory, and what the storage raises about the vault.
        """
        with self._one_at_a_time():
            self.answers_after_s()
            try:
                salt = self._directory.vault_salt()
                return derive(canonical(kind, text), salt, profile=self._profile)
            except TooLittleMemory as error:
                raise NotEnoughMemory from error

    @property
    def limit(self) -> int:
        """How many guesses erase everything, 0 for none. Raises DataDirectoryUnusable."""
        return self._counter.limit

    def set_limit(self, limit: int) -> None:
        """Let so many guesses erase everything, 0 for none.

        Raises UnlockBusy and what the storage raises; then the old limit holds.
        """
        with self._one_at_a_time():
            self._counter.set_limit(limit)

    def until_answer_s(self) -> float:
        """Return how long the attempt under way is still to be answered, 0 if there is none."""
        answer_at_s = self._answer_at_s
        return 0.0 if answer_at_s is None else max(0.0, answer_at_s - self._clock.monotonic_s())

    def forget(self) -> None:
        """Count anew: everything has been erased."""
        self._counter.forget()

    def close(self) -> None:
        """Let nobody wait for an answer any longer: the app ends."""
        self._closing.set()

    def _try(
        self,
        code: Code,
        *,
        accept: Callable[[Space], bool],
        use: Callable[[Space], bool],
        is_guess: bool,
    ) -> Reason:
        # Read first: where the vault is damaged nothing can be tried, so nothing is counted.
        salt = self._directory.vault_salt()
        # Without a code none can be guessed. A second press, behind one that has erased everything,
        # must leave no trace in what is a first start by then.
        is_attempt = self._is_set() and not code.is_empty
        counting = self._counter.one_attempt() if is_attempt else contextlib.nullcontext()
        try:
            with counting:
                root = derive(code, salt, profile=self._profile)
        except TooLittleMemory:
            return "no_memory"
        found = self._directory.find_space(root)
        if code.is_empty:
            return "empty"
        if found is None and is_guess and self._counter.is_one_too_many(root) and self._at_limit():
            return "erased"
        if found is None or not accept(found):
            return "wrong"
        self._counter.clear()
        return "opened" if use(found) else "late"

    def _measure(self) -> float:
        start_s = self._clock.monotonic_s()
        try:
            derive(canonical("", ""), bytes(16), profile=self._profile)
        except TooLittleMemory:
            return UNMEASURED_S
        return self._clock.monotonic_s() - start_s

    @contextlib.contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise UnlockBusy
        try:
            with self._turn:
                yield
        finally:
            self._places.release()

    @contextlib.contextmanager
    def _answering_at(self, moment_s: float) -> Iterator[None]:
        """Let the block end at this moment, also if it fails."""
        self._answer_at_s = moment_s
        try:
            yield
        except Exception:
            self._await(moment_s)
            raise
        self._await(moment_s)

    def _await(self, moment_s: float) -> None:
        self._answer_at_s = None
        self._clock.meet(moment_s, unless=self._closing)
