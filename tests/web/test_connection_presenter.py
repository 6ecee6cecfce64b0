"""What the route view says in each state of the connection."""

import pytest

from tests.virtual_clock import START_MS
from webapp.network.errors import ProxyFailed
from webapp.sentence import Sentence
from webapp.services.reading import ConnectionState
from webapp.web.connection_presenter import ConnectionView, StopView, present_connection

GUARD, MIDDLE, LAST = ROUTE = (b"\xab" * 32, b"\x01" * 32, b"\x02" * 32)
DEAD_PROXY = ProxyFailed("127.0.0.1:9050").sentence
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def present(**facts: object) -> ConnectionView:
    return present_connection(ConnectionState(**facts), now_ms=START_MS)  # type: ignore[arg-type]


def connected(**facts: object) -> ConnectionView:
    return present(**{"phase": "connected", "route": ROUTE, "proven": frozenset(ROUTE), **facts})


def stop(view: ConnectionView, name: str) -> StopView:
    return next(stop for stop in view.stops if stop.name == name)


def states(view: ConnectionView) -> list[str]:
    return [stop.state for stop in view.stops]


@pytest.mark.parametrize("phase", ["connecting", "connected", "offline"])
def test_the_way_is_drawn_whole_in_every_phase(phase: str) -> None:
    view = present(phase=phase)

    assert view.label
    assert view.sentence
    assert [stop.name for stop in view.stops] == [
        "You", "First node", "Second node", "Third node", "Swarm",
    ]  # fmt: skip


def test_a_route_that_works_shows_short_keys_the_delay_of_the_first_node_and_the_swarm() -> None:
    view = connected(guard_delay_ms=40, swarm_size=7)

    assert [stop.place for stop in view.stops] == [
        "this computer", "abababab · about 40 ms", "01010101", "02020202", "yours: 7 nodes",
    ]  # fmt: skip
    assert set(states(view)) == {"works"}


def test_a_swarm_of_one_node_is_counted_in_the_singular() -> None:
    assert stop(connected(swarm_size=1), "Swarm").place == "yours: 1 node"


def test_a_swarm_not_yet_counted_has_no_number() -> None:
    assert stop(connected(), "Swarm").place == ""


def test_a_node_whose_last_request_failed_is_told_apart_from_the_others() -> None:
    view = connected(suspects=frozenset({MIDDLE}), guard_delay_ms=40)

    assert states(view) == ["works", "works", "silent", "works", "works"]
    assert stop(view, "Second node").words == "not answering at the moment"


def test_what_is_not_known_yet_is_being_looked_for() -> None:
    view = present()

    assert states(view) == ["works", "sought", "sought", "sought", "sought"]
    assert stop(view, "First node").words == "being looked for"


def test_nodes_of_a_route_that_has_not_worked_yet_are_being_tried() -> None:
    assert states(present(route=ROUTE)) == ["works", "tried", "tried", "tried", "sought"]


def test_nodes_just_chosen_are_being_tried_until_a_reply_has_come_back() -> None:
    view = connected(proven=frozenset({GUARD}))

    assert states(view) == ["works", "works", "tried", "tried", "works"]


def test_without_a_proxy_the_first_node_sees_the_address() -> None:
    assert connected().seen.startswith("The first node sees your network address")


def test_a_proxy_stands_before_the_first_node_and_sees_the_address_instead() -> None:
    view = connected(proxy="127.0.0.1:9050")

    assert [stop.name for stop in view.stops][:3] == ["You", "Proxy", "First node"]
    assert stop(view, "Proxy").place == "127.0.0.1:9050"
    assert stop(view, "Proxy").state == "works"
    assert view.seen.startswith("The proxy sees your network address")


@pytest.mark.parametrize("phase", ["connecting", "offline"])
def test_a_proxy_is_not_called_working_before_anything_came_through(phase: str) -> None:
    assert stop(present(phase=phase, proxy="127.0.0.1:9050"), "Proxy").state == "tried"


def test_a_dead_proxy_is_named_and_nothing_goes_around_it() -> None:
    view = present(
        phase="offline",
        proxy="127.0.0.1:9050",
        has_proxy_failed=True,
        last_error=DEAD_PROXY,
        last_error_at_ms=START_MS,
    )

    assert states(view) == ["works", "silent", "waits", "waits", "waits", "waits"]
    assert view.notice is not None
    assert view.notice.text == str(DEAD_PROXY)
    assert view.notice.offers_proxy


def test_offline_says_what_happened_and_what_becomes_of_the_writing() -> None:
    view = present(phase="offline", last_error=Sentence("No seed server answered."))

    assert view.sentence == (
        "No seed server answered. "
        "Safehouse goes on trying. What you write now goes out when somebody answers."
    )
    assert view.notice is not None
    assert view.notice.title == "No connection"
    assert view.notice.text == view.sentence
    assert not view.notice.offers_proxy


@pytest.mark.parametrize("phase", ["connecting", "connected"])
def test_there_is_no_banner_while_nothing_is_wrong(phase: str) -> None:
    assert present(phase=phase).notice is None


@pytest.mark.parametrize(
    ("passed_ms", "when"),
    [
        (-5 * MINUTE_MS, "just now"),
        (0, "just now"),
        (59_999, "just now"),
        (MINUTE_MS, "1 minute ago"),
        (2 * MINUTE_MS, "2 minutes ago"),
        (HOUR_MS, "60 minutes ago"),
        (2 * HOUR_MS, "2 hours ago"),
        (DAY_MS, "24 hours ago"),
        (2 * DAY_MS, "2 days ago"),
    ],
)
def test_the_last_problem_is_told_with_its_age(passed_ms: int, when: str) -> None:
    view = connected(
        last_error=Sentence("The path to the swarm broke."), last_error_at_ms=START_MS - passed_ms
    )

    assert view.problem == f"Last problem, {when}: The path to the swarm broke."


def test_offline_the_age_is_that_of_the_last_try() -> None:
    view = present(
        phase="offline",
        last_error=Sentence("No node answers."),
        last_error_at_ms=START_MS - 3 * MINUTE_MS,
    )

    assert view.problem == "The last try failed 3 minutes ago."


def test_without_a_problem_nothing_is_said_of_one() -> None:
    assert connected().problem == ""


@pytest.mark.parametrize(
    ("ahead_ms", "words"),
    [
        (10 * MINUTE_MS, "10 minutes ahead"),
        (-3 * MINUTE_MS, "3 minutes behind"),
        (3 * HOUR_MS, "3 hours ahead"),
        (-400 * DAY_MS, "400 days behind"),
    ],
)
def test_a_wrong_clock_is_told_in_the_view_and_in_the_banner(ahead_ms: int, words: str) -> None:
    view = connected(clock_ahead_ms=ahead_ms)

    assert view.clock == (
        f"This computer's clock is {words}. Messages carry the network's time. Set the clock."
    )
    assert view.notice is not None
    assert view.notice.text == view.clock


def test_being_offline_is_told_before_a_wrong_clock() -> None:
    view = present(phase="offline", clock_ahead_ms=10 * MINUTE_MS)

    assert view.notice is not None
    assert view.notice.title == "No connection"
    assert view.clock


def test_a_right_clock_is_not_mentioned() -> None:
    assert connected().clock == ""
