"""Live push: what tabs receive, and what is left when they go."""

import re
import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.virtual_clock import VirtualClock
from tests.web.raw_client import (
    LIVE_TARGET,
    PATIENCE_S,
    Tab,
    connect,
    handshake_headers,
    head,
    is_closed_by_server,
    reset,
)
from tests.web.stack import Stack, cookie
from webapp.web.live import PATCH_CHARACTERS, PING_INTERVAL_S
from webapp.web.upgrades import MOST_SOCKETS
from webapp.web.websocket import FRAME_BYTES

TABS = 20
PUSHES = 1_000
CLOSES = 200
STRANGERS = 1_000
# Threads of the server itself that may come and go meanwhile.
THREAD_SLACK = 5


def wait_until_no_socket_is_left(stack: Stack) -> None:
    for thread in [each for each in threading.enumerate() if each.name == "upgraded"]:
        thread.join(PATIENCE_S)
    assert len(stack.server.connections) == 0


def open_and_reset(stack: Stack, *, join: bool) -> None:
    with stack.tab(stack.enter(), join=join) as tab:
        reset(tab.sock)
    wait_until_no_socket_is_left(stack)


def take_ids(tab: Tab, *, last: int) -> list[int]:
    """Return the numbers of the elements that arrive, up to ``last``."""
    ids: list[int] = []
    while not ids or ids[-1] != last:
        name, html = tab.next_event()
        assert name == "patch"
        ids += [int(number) for number in re.findall(r"id=m(\d+)", html)]
    return ids


def test_a_tab_is_told_a_ping_interval_of_ten_seconds(stack: Stack) -> None:
    with stack.tab(stack.enter()) as tab:
        assert tab.opening["pingInterval"] == 10_000
        assert tab.opening["upgrades"] == []


def test_twenty_tabs_receive_a_thousand_pushes_complete_and_in_order(busy_stack: Stack) -> None:
    session = busy_stack.enter()
    with ExitStack() as open_tabs:
        tabs = [open_tabs.enter_context(busy_stack.tab(session)) for _ in range(TABS)]
        for number in range(PUSHES):
            busy_stack.push(f"<li id=m{number}>message</li>")
        assert all(take_ids(tab, last=PUSHES - 1) == list(range(PUSHES)) for tab in tabs)
        assert busy_stack.get("/private", session).status == 200


def test_the_first_push_goes_at_once_and_those_behind_it_together(
    stack: Stack, clock: VirtualClock
) -> None:
    with stack.tab(stack.enter()) as tab:
        stack.push("<p id=a>")
        assert tab.next_event() == ["patch", "<p id=a>"]
        clock.await_sleepers()
        for name in "bcd":
            stack.push(f"<p id={name}>")
        clock.advance(1)
        assert tab.next_event() == ["patch", "<p id=b>\n<p id=c>\n<p id=d>"]


def test_a_backlog_is_sent_in_patches_of_bounded_size(stack: Stack, clock: VirtualClock) -> None:
    piece = "x" * (PATCH_CHARACTERS // 3)
    with stack.tab(stack.enter()) as tab:
        stack.push("first")
        assert tab.next_event() == ["patch", "first"]
        clock.await_sleepers()
        for _ in range(4):
            stack.push(piece)
        stack.push("y" * PATCH_CHARACTERS * 2)
        clock.advance(1)
        sizes = [len(tab.next_event()[1]) for _ in range(3)]
    newlines = 2
    assert sizes == [3 * len(piece) + newlines, len(piece), 2 * PATCH_CHARACTERS]


def test_without_a_tab_nothing_is_kept_for_later(stack: Stack) -> None:
    assert not stack.live.has_listeners()
    stack.push("<p id=missed>")
    with stack.tab(stack.enter()) as tab:
        assert stack.live.has_listeners()
        stack.push("<p id=seen>")
        assert tab.next_event() == ["patch", "<p id=seen>"]


def test_dropping_tells_every_tab_and_sends_nothing_afterwards(stack: Stack) -> None:
    with stack.tab(stack.enter()) as one, stack.tab(stack.enter()) as two:
        stack.live.drop_all()
        stack.push("<p id=private>")
        for tab in (one, two):
            assert tab.next_event() == ["gone"]
            assert tab.next_message() == "41"
        assert not stack.live.has_listeners()
        stack.clock.advance(2)  # type: ignore[attr-defined]  # a virtual clock
        assert one.wait_for_end() == two.wait_for_end() == []


def test_a_tab_that_ignores_the_goodbye_is_cut_off_after_two_seconds(
    stack: Stack, clock: VirtualClock
) -> None:
    with stack.tab(stack.enter()) as tab:
        stack.live.drop_all()
        clock.advance(2)
        assert is_closed_by_server(tab.sock)


def test_what_was_waiting_when_all_were_dropped_reaches_no_later_tab(
    stack: Stack, clock: VirtualClock
) -> None:
    with stack.tab(stack.enter()) as tab:
        stack.push("<p id=a>")
        tab.next_event()
        clock.await_sleepers()
        stack.push("<p id=private>")
        stack.live.drop_all()
    with stack.tab(stack.enter()) as later:
        stack.push("<p id=b>")
        clock.advance(1)
        assert later.next_event() == ["patch", "<p id=b>"]


def test_dropping_also_ends_a_connection_that_never_joined(
    stack: Stack, clock: VirtualClock
) -> None:
    with stack.tab(stack.enter(), join=False) as tab:
        stack.live.drop_all()
        tab.say("40")
        clock.advance(2)
        assert not [message for message in tab.wait_for_end() if message.startswith("40")]


def test_only_the_tabs_of_an_ended_session_are_dropped(stack: Stack) -> None:
    ended, alive = stack.enter(), stack.enter()
    with stack.tab(ended) as gone, stack.tab(alive) as staying:
        stack.sessions.end(ended)
        stack.push("<p id=a>")
        assert staying.next_event() == ["patch", "<p id=a>"]
        assert gone.next_event() == ["gone"]


def test_every_push_looks_at_the_session_again(stack: Stack) -> None:
    session = stack.enter()
    with stack.tab(session) as tab:
        session.alive = False  # And nobody was told.
        stack.push("<p id=private>")
        assert tab.next_event() == ["gone"]


def test_a_patch_says_whose_rows_it_has(stack: Stack) -> None:
    stack.lock.handle = "one"
    with stack.tab(stack.enter()) as tab:
        stack.push("<p id=a>")

        assert tab.next_call() == ["patch", "<p id=a>", "one"]


def test_what_was_drawn_of_another_account_is_not_sent(stack: Stack, clock: VirtualClock) -> None:
    stack.lock.handle = "one"
    with stack.tab(stack.enter()) as tab:
        stack.push("<p id=a>")
        assert tab.next_event() == ["patch", "<p id=a>"]
        clock.await_sleepers()
        stack.push("<p id=private>")
        stack.lock.handle = "other"
        stack.push("<p id=b>")
        clock.advance(1)

        assert tab.next_call() == ["patch", "<p id=b>", "other"]


def test_every_tab_is_told_that_another_account_is_shown(stack: Stack) -> None:
    session = stack.enter()
    with stack.tab(session) as one, stack.tab(session) as two:
        stack.lock.handle = "other"

        stack.live.ask_to_switch()

        assert one.next_event() == two.next_event() == ["switched", "other"]


@pytest.mark.parametrize("said", ['42["hello"]', '42["patch","x"]', '421["ask",{}]'])
def test_a_tab_that_says_anything_is_cut_off(stack: Stack, clock: VirtualClock, said: str) -> None:
    with stack.tab(stack.enter()) as tab:
        tab.say(said)
        assert tab.next_event() == ["gone"]
        clock.advance(2)
        assert is_closed_by_server(tab.sock)


def test_an_unknown_namespace_is_refused(stack: Stack) -> None:
    with stack.tab(stack.enter(), join=False) as tab:
        tab.say("40/admin,")
        assert tab.next_message().startswith("44/admin,")


@pytest.mark.parametrize("finished", [True, False])
def test_a_message_above_one_megabyte_is_cut_off_while_it_arrives(
    stack: Stack, finished: bool
) -> None:
    with stack.tab(stack.enter()) as tab:
        try:
            tab.say("4" + "x" * (FRAME_BYTES * 2), finished=finished)
        except (BrokenPipeError, ConnectionResetError):
            return
        assert is_closed_by_server(tab.sock)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(min_size=1, max_size=200), as_text=st.booleans())
def test_garbage_in_frames_leaves_nothing_behind(
    busy_stack: Stack, garbage: bytes, as_text: bool
) -> None:
    with busy_stack.tab(busy_stack.enter()) as tab:
        if as_text:
            tab.say(garbage.decode("latin-1"))
        else:
            tab.say_bytes(garbage)
        reset(tab.sock)
    wait_until_no_socket_is_left(busy_stack)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(min_size=1, max_size=200))
def test_garbage_instead_of_frames_leaves_nothing_behind(busy_stack: Stack, garbage: bytes) -> None:
    with busy_stack.tab(busy_stack.enter()) as tab:
        tab.sock.sendall(garbage)
        tab.sock.shutdown(socket.SHUT_WR)
        assert is_closed_by_server(tab.sock)
    wait_until_no_socket_is_left(busy_stack)


def test_two_hundred_abrupt_closes_leave_no_thread_and_no_socket(busy_stack: Stack) -> None:
    open_and_reset(busy_stack, join=True)  # Starts the threads that serve all tabs.
    threads, files = set(threading.enumerate()), descriptors()
    for number in range(CLOSES):
        open_and_reset(busy_stack, join=bool(number % 2))
    assert set(threading.enumerate()) <= threads
    assert descriptors() == files
    assert not busy_stack.live.has_listeners()


def test_orderly_closes_leave_nothing_either(busy_stack: Stack) -> None:
    for _ in range(TABS):
        with busy_stack.tab(busy_stack.enter()) as tab:
            tab.say("1")
            tab.wait_for_end()
    wait_until_no_socket_is_left(busy_stack)


def test_a_thousand_strangers_get_no_thread(busy_stack: Stack) -> None:
    before = threading.active_count()
    request = head("GET", LIVE_TARGET, handshake_headers(busy_stack.host()))
    most = 0
    for _ in range(STRANGERS):
        with connect(busy_stack.port) as sock:
            sock.sendall(request)
            assert sock.recv(12) == b"HTTP/1.1 401"
        most = max(most, threading.active_count())
    assert most <= before + THREAD_SLACK
    assert len(busy_stack.server.connections) == 0


def test_past_sixty_four_sockets_the_next_is_refused_and_the_rest_live_on(
    busy_stack: Stack,
) -> None:
    sessions = [busy_stack.enter() for _ in range(8)]
    with ExitStack() as open_tabs:
        tabs = [
            open_tabs.enter_context(busy_stack.tab(sessions[number % 8]))
            for number in range(MOST_SOCKETS)
        ]
        headers = handshake_headers(busy_stack.host(), Cookie=cookie(busy_stack.enter()))
        assert busy_stack.ask("GET", LIVE_TARGET, headers).status == 503
        busy_stack.push("<p id=a>")
        assert all(tab.next_event() == ["patch", "<p id=a>"] for tab in tabs)


def test_a_frozen_tab_is_cut_off_and_holds_up_nobody(busy_stack: Stack) -> None:
    session = busy_stack.enter()
    with busy_stack.tab(session) as frozen, busy_stack.tab(session) as awake:
        frozen.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        piece = "x" * PATCH_CHARACTERS
        began_s = time.monotonic()
        while len(busy_stack.server.connections) == 2:
            busy_stack.push(piece)
            assert awake.next_event()[0] == "patch"
        busy_stack.push("<p id=a>")
        assert awake.next_event() == ["patch", "<p id=a>"]
    # Otherwise it was only noticed because it did not answer a ping.
    assert time.monotonic() - began_s < PING_INTERVAL_S


def test_stopping_with_open_tabs_leaves_no_thread_and_no_socket(
    tmp_path: Path, clock: VirtualClock, no_thread_left: None
) -> None:
    before = descriptors()
    stack = Stack(tmp_path / "launch", clock=clock)
    session = stack.enter()
    tabs = [stack.tab(session) for _ in range(TABS)]
    idle = [connect(stack.port) for _ in range(TABS)]
    stack.stop()
    assert all(is_closed_by_server(sock) for sock in (*idle, *(tab.sock for tab in tabs)))
    for sock in (*idle, *(tab.sock for tab in tabs)):
        sock.close()
    assert descriptors() == before


def descriptors() -> int:
    """Return how many files this process has open, 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0
