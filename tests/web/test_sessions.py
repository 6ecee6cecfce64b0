"""Cookies, tabs and the fallback at 127.0.0.1."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_clock import VirtualClock
from tests.web.raw_client import LIVE_TARGET, handshake_headers
from tests.web.stack import Stack, cookie
from webapp.web.sessions import MOST_SESSIONS, HostKind, Sessions, cookie_values, set_cookie

LABEL, LOOPBACK = HostKind.LABEL, HostKind.LOOPBACK


@pytest.fixture
def sessions(clock: VirtualClock) -> Sessions:
    return Sessions(port=4321, clock=clock)


def test_the_host_is_an_unguessable_label_and_new_every_time(clock: VirtualClock) -> None:
    labels = {Sessions(port=1, clock=clock).hosts.label for _ in range(50)}
    assert len(labels) == 50
    assert all(re.fullmatch("[a-z2-7]{26}", label) for label in labels)


def test_the_cookie_is_strict_hidden_from_scripts_and_ends_with_the_browser(
    sessions: Sessions,
) -> None:
    first, *attributes = set_cookie(sessions.begin(LABEL)).split("; ")
    assert re.fullmatch(r"safehouse=[\w-]{43}", first)
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Strict"]


def test_no_secret_shows_in_a_repr(sessions: Sessions) -> None:
    session = sessions.begin(LOOPBACK)
    assert session.tab is not None
    shown = repr([session.cookie, session.tab, vars(session)])
    assert session.cookie.reveal() not in shown
    assert session.tab.reveal() not in shown


def test_a_cookie_of_one_name_is_worth_nothing_under_the_other(sessions: Sessions) -> None:
    session = sessions.begin(LABEL)
    assert sessions.identify(LOOPBACK, cookies=cookie(session), tab_secrets=[""]) is None


def test_several_browsers_have_sessions_of_their_own(sessions: Sessions) -> None:
    one, two = sessions.begin(LABEL), sessions.begin(LABEL)
    found = [
        sessions.identify(LABEL, cookies=cookie(session), tab_secrets=[]) for session in (one, two)
    ]
    assert [each and each.session for each in found] == [one, two]


def test_a_planted_cookie_does_not_hide_the_true_one(sessions: Sessions) -> None:
    session = sessions.begin(LABEL)
    planted = f"safehouse=planted; {cookie(session)}; safehouse=other"
    assert sessions.identify(LABEL, cookies=planted, tab_secrets=[]) is not None


def test_an_ended_session_is_no_session(sessions: Sessions) -> None:
    one, two = sessions.begin(LABEL), sessions.begin(LABEL)
    sessions.end(one)
    assert (one.alive, two.alive) == (False, True)
    assert sessions.identify(LABEL, cookies=cookie(one), tab_secrets=[]) is None
    sessions.end_all()
    assert sessions.identify(LABEL, cookies=cookie(two), tab_secrets=[]) is None


def test_rotating_makes_the_old_cookie_void_and_keeps_the_session(sessions: Sessions) -> None:
    session = sessions.begin(LABEL)
    old = cookie(session)
    new = sessions.rotate(session).partition(";")[0]
    assert sessions.identify(LABEL, cookies=old, tab_secrets=[]) is None
    found = sessions.identify(LABEL, cookies=new, tab_secrets=[])
    assert found is not None
    assert found.session is session


def test_the_oldest_session_makes_room(sessions: Sessions) -> None:
    made = [sessions.begin(LABEL) for _ in range(MOST_SESSIONS + 2)]
    assert [session.alive for session in made] == [False, False] + [True] * MOST_SESSIONS


def test_who_listens_is_told_that_sessions_ended(sessions: Sessions) -> None:
    told: list[bool] = []
    session = sessions.begin(LABEL)
    sessions.on_end(lambda: told.append(session.alive))
    sessions.end(session)
    assert told == [False]


@given(header=st.text())
def test_any_cookie_header_can_be_read(header: str) -> None:
    assert all(value in header for value in cookie_values(header))


def test_before_a_fallback_launch_the_loopback_name_serves_nothing(stack: Stack) -> None:
    stack.enter(LABEL)
    answer = stack.ask("GET", "/static/module.js", {"Host": stack.host(LOOPBACK)})
    assert (answer.status, answer.body) == (421, b"")


def test_in_the_fallback_a_navigation_gets_the_shell_and_nothing_private(stack: Stack) -> None:
    session = stack.enter(LOOPBACK)
    headers = {"Host": stack.host(LOOPBACK), "Cookie": cookie(session), "Sec-Fetch-Site": "none"}
    assert stack.ask("GET", "/", headers).body == b"shell"


def test_in_the_fallback_a_fetch_with_the_tab_secret_gets_everything(stack: Stack) -> None:
    session = stack.enter(LOOPBACK)
    assert stack.get("/", session).body == b"private page"
    assert stack.get("/private", session).body == b"private words"


def test_in_the_fallback_a_collected_cookie_is_useless(stack: Stack) -> None:
    session = stack.enter(LOOPBACK)
    headers = stack.headers(session)
    del headers["X-Safehouse-Tab"]
    assert stack.ask("GET", "/private", headers).status == 401
    assert stack.ask("POST", "/echo", headers, b"a=b").status == 401
    assert stack.ask("GET", "/private", headers | {"X-Safehouse-Tab": "x" * 43}).status == 401


def test_in_the_fallback_the_tab_secret_without_the_cookie_is_useless(stack: Stack) -> None:
    headers = stack.headers(stack.enter(LOOPBACK))
    del headers["Cookie"]
    assert stack.ask("GET", "/private", headers).status == 401


def test_in_the_fallback_an_earlier_tab_lives_on_after_a_later_launch(stack: Stack) -> None:
    first, second = stack.enter(LOOPBACK), stack.enter(LOOPBACK)
    # The browser has one cookie jar: the later launch has replaced the cookie of both.
    headers = stack.headers(first, Cookie=cookie(second))
    assert stack.ask("GET", "/private", headers).body == b"private words"


def test_in_the_fallback_a_websocket_needs_the_tab_secret(stack: Stack) -> None:
    session = stack.enter(LOOPBACK)
    headers = handshake_headers(stack.host(LOOPBACK), Cookie=cookie(session))
    assert stack.ask("GET", LIVE_TARGET, headers).status == 401
    wrong = headers | {"Sec-WebSocket-Protocol": "safehouse, " + "x" * 43}
    assert stack.ask("GET", LIVE_TARGET, wrong).status == 401


def test_in_the_fallback_the_tab_secret_is_not_sent_back(stack: Stack) -> None:
    with stack.tab(stack.enter(LOOPBACK)) as tab:
        assert tab.subprotocol == "safehouse"
        stack.push("<p id=a>")
        assert tab.next_event() == ["patch", "<p id=a>"]


def test_a_page_at_the_other_name_is_another_origin(stack: Stack) -> None:
    session = stack.enter(LOOPBACK)
    headers = stack.headers(session, Origin=f"http://{stack.host(LABEL)}")
    assert stack.ask("POST", "/echo", headers, b"a=b").status == 403
