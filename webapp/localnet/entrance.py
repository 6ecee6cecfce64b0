"""The HTTPS port of a node: what lies between a client and the node itself.

A node heeds the rate limit here, because other nodes reach it another way, and the faults
between a client and a node happen here. All waiting happens here too, once for each
request: what a real node would have waited for inside is written on the answer.
"""

import random
import threading
from dataclasses import replace

from webapp.clock import Clock
from webapp.localnet.errors import HungUp
from webapp.localnet.faults import Course, corrupted, course_to
from webapp.localnet.http_messages import HttpAnswer, HttpRequest
from webapp.localnet.rate_limit import RateLimit
from webapp.localnet.service import NodeService

# How long an answer is held back for another to overtake it.
HOLD_S = 2.0


class Entrance:
    """Answers clients for one node. Closing it ends all waits, so that no thread stays."""

    def __init__(self, service: NodeService, *, clock: Clock, rng: random.Random) -> None:
        self._service = service
        self._clock = clock
        self._rng = rng
        self._limit = RateLimit()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        # Set once another answer has been sent; there is at most one that waits for that.
        self._held: threading.Event | None = None
        self.request_count = 0

    def open(self) -> None:
        self._closed.clear()

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            if self._held is not None:
                self._held.set()

    def answer_http(self, request: HttpRequest) -> HttpAnswer:
        """Return the answer that arrives at the client. Raises HungUp if none does."""
        with self._lock:
            self.request_count += 1
        if not self._limit.admits(request.client_ip, now_s=self._clock.monotonic_s()):
            return HttpAnswer.text(429, "Too Many Requests")
        course = course_to(self._service.node.faults, self._rng)
        if course.loses_request:
            raise HungUp
        answer = self._ask(request, course)
        if course.loses_answer:
            raise HungUp
        if course.is_corrupted:
            answer = replace(answer, body=corrupted(answer.body, self._rng))
        self._wait(course.delay_s + answer.wait_s)
        return self._reordered(answer, is_held=course.is_held)

    def _ask(self, request: HttpRequest, course: Course) -> HttpAnswer:
        if course.refusal is not None:
            return HttpAnswer.text(course.refusal.status, course.refusal.text)
        if course.is_doubled:
            self._service.answer_http(request)
        return self._service.answer_http(request)

    def _wait(self, seconds: float) -> None:
        if seconds > 0 and self._clock.wait(self._closed, timeout_s=seconds):
            raise HungUp

    def _reordered(self, answer: HttpAnswer, *, is_held: bool) -> HttpAnswer:
        """Let the answer that is held back follow this one, or hold this one back."""
        if not is_held and self._held is None:
            return answer
        overtaken = threading.Event()
        with self._lock:
            waiting, self._held = self._held, None
            if waiting is None and is_held:
                self._held = overtaken
        if waiting is not None:
            return replace(answer, on_sent=waiting.set)
        if is_held:
            self._clock.wait(overtaken, timeout_s=HOLD_S)
            self._let_go(overtaken)
        return answer

    def _let_go(self, overtaken: threading.Event) -> None:
        with self._lock:
            if self._held is overtaken:
                self._held = None
