"""What the lock lets through, and what comes too late for it (security.md S9, C6)."""

import pytest

from tests.web.raw_client import LIVE_TARGET, handshake_headers
from tests.web.stack import HandLock, Stack, cookie
from webapp.web.live import PATCH_EVENT
from webapp.web.shutter import Shutter


def lock(stack: Stack) -> None:
    stack.lock.generation += 1
    stack.lock.state = "locked"


def unlock(stack: Stack) -> None:
    stack.lock.state = "open"


@pytest.fixture
def guarded(stack: Stack) -> Stack:
    """The stack with a code, open."""
    stack.lock.code_is_set = True
    return stack


def test_without_a_code_every_session_sees_everything(stack: Stack) -> None:
    assert stack.get("/private", stack.enter()).body == b"private words"


def test_with_a_code_only_who_typed_it_sees_anything(guarded: Stack) -> None:
    knows, guesses = guarded.enter(), guarded.enter()
    knows.unlocked_in = 0

    assert guarded.get("/private", knows).status == 200
    refused = guarded.get("/private", guesses)
    assert (refused.status, refused.body) == (401, b"Please start the app again.")
    assert guarded.get("/", guesses).body == b"the lock"


def test_what_was_unlocked_before_a_lock_is_worth_nothing_after_it(guarded: Stack) -> None:
    session = guarded.enter()
    session.unlocked_in = 0

    lock(guarded)
    unlock(guarded)

    assert guarded.get("/private", session).status == 401


class LockedMeanwhile:
    """Is locked and erased while its state is asked for: then no code is set any more."""

    state = "open"
    generation = 0
    view = (0, "")

    @property
    def code_is_set(self) -> bool:
        self.generation += 1
        return False

    def tick(self) -> None:
        """Nothing is due."""


def test_a_lock_between_two_questions_is_noticed(stack: Stack) -> None:
    assert not Shutter(LockedMeanwhile()).may_see(stack.enter())
    assert Shutter(HandLock()).may_see(stack.enter())


def test_an_answer_that_the_lock_has_overtaken_does_not_leave(guarded: Stack) -> None:
    session = guarded.enter()
    session.unlocked_in = 0
    guarded.during = lambda: lock(guarded)

    answer = guarded.get("/slow", session)

    assert (answer.status, b"private" in answer.body) == (401, False)


def test_an_answer_from_before_a_lock_does_not_leave_after_the_unlock(guarded: Stack) -> None:
    session = guarded.enter()
    session.unlocked_in = 0

    def lock_and_unlock() -> None:
        lock(guarded)
        unlock(guarded)
        session.unlocked_in = guarded.lock.generation

    guarded.during = lock_and_unlock

    assert guarded.get("/slow", session).status == 401


def test_a_page_that_the_lock_has_overtaken_is_that_of_the_lock(guarded: Stack) -> None:
    session = guarded.enter()
    session.unlocked_in = 0
    guarded.during = lambda: lock(guarded)

    assert guarded.get("/", session).body == b"the lock"


def test_it_is_looked_whether_a_lock_is_due_before_anything_is_shown(guarded: Stack) -> None:
    session = guarded.enter()
    session.unlocked_in = 0
    before = guarded.lock.ticks

    guarded.get("/private", session)
    guarded.get("/static/module.js", session)

    assert guarded.lock.ticks == before + 1


def test_a_lock_tells_the_tabs_and_cuts_them_off(guarded: Stack) -> None:
    session = guarded.enter()
    session.unlocked_in = 0
    with guarded.tab(session) as tab:
        guarded.push("<p id=private>")
        assert tab.next_event() == [PATCH_EVENT, "<p id=private>"]
        guarded.push("<p id=late>")
        lock(guarded)
        guarded.live.drop_locked()

        unlock(guarded)
        guarded.push("<p id=later>")

        events = [tab.next_event()]
        while events[-1] != ["locked"]:
            events.append(tab.next_event())
        # What was on its way before the lock may still have come, nothing after it does.
        assert events[:-1] in ([], [[PATCH_EVENT, "<p id=late>"]])
        assert not guarded.live.has_listeners()


def test_a_push_drawn_before_a_lock_reaches_nobody_after_the_unlock(guarded: Stack) -> None:
    session = guarded.enter()
    drawn_in = guarded.lock.generation
    lock(guarded)
    unlock(guarded)
    session.unlocked_in = guarded.lock.generation
    with guarded.tab(session) as tab:
        guarded.live.push("<p id=old>", view=(drawn_in, ""))
        guarded.push("<p id=new>")

        assert tab.next_event() == [PATCH_EVENT, "<p id=new>"]


def test_who_may_not_see_anything_gets_no_live_connection(guarded: Stack) -> None:
    headers = handshake_headers(guarded.host(), Cookie=cookie(guarded.enter()))

    assert guarded.ask("GET", LIVE_TARGET, headers).status == 401


def test_a_tab_of_a_session_that_does_not_know_the_code_is_told_that_it_is_locked(
    stack: Stack,
) -> None:
    knows, other = stack.enter(), stack.enter()
    with stack.tab(knows) as mine, stack.tab(other) as theirs:
        knows.unlocked_in = 0
        stack.lock.code_is_set = True
        stack.live.drop_locked()
        stack.push("<p id=private>")

        assert theirs.next_event() == ["locked"]
        assert mine.next_event() == [PATCH_EVENT, "<p id=private>"]


def test_the_end_of_the_program_is_no_lock(guarded: Stack) -> None:
    session = guarded.enter()
    session.unlocked_in = 0
    with guarded.tab(session) as tab:
        guarded.lock.state = "closed"
        guarded.live.drop_locked()

        assert tab.next_event() == ["gone"]


def test_it_is_told_how_many_tabs_are_open(stack: Stack) -> None:
    with stack.tab(stack.enter()), stack.tab(stack.enter()):
        assert stack.tabs_seen == [1, 2]


def test_a_lock_forgets_what_the_tabs_have_left_behind(stack: Stack) -> None:
    session = stack.enter()
    session.tabs.keep("a tab", "a place")

    stack.sessions.forget_tabs()

    assert session.tabs.recall("a tab") is None
