import pytest

from webapp.network.connection_state import ConnectionState, StateWatch
from webapp.network.errors import ClockRefused, NodeFailed, NoRoute, PathFailed, Rejected

ROUTE = (b"1" * 32, b"2" * 32, b"3" * 32)


def watched() -> tuple[StateWatch, list[ConnectionState]]:
    watch, seen = StateWatch(), []
    watch.on_change(seen.append)
    return watch, seen


def test_it_begins_by_connecting() -> None:
    assert StateWatch().state() == ConnectionState("connecting", (), 0, None)


def test_a_success_connects_and_shows_the_route() -> None:
    watch, seen = watched()
    watch.succeeded(route=ROUTE, swarm_size=5)
    assert seen == [ConnectionState("connected", ROUTE, 5, None)]
    assert watch.state() == seen[0]


def test_the_callback_comes_only_on_change() -> None:
    watch, seen = watched()
    for _ in range(3):
        watch.succeeded(route=ROUTE, swarm_size=5)
        watch.succeeded(route=ROUTE)
    for _ in range(3):
        watch.failed(NoRoute("No seed server answered."), route=())
    assert [state.phase for state in seen] == ["connected", "offline"]


@pytest.mark.parametrize("error", [NoRoute("no way"), PathFailed("broken")])
def test_without_a_path_we_are_offline(error: NoRoute) -> None:
    watch, _ = watched()
    watch.succeeded(route=ROUTE, swarm_size=5)
    watch.failed(error, route=())
    assert watch.state() == ConnectionState("offline", (), 5, str(error))


@pytest.mark.parametrize(
    "error", [NodeFailed("bad node"), Rejected(401, "no"), ClockRefused("time")]
)
def test_a_failure_behind_the_path_leaves_us_connected(error: NodeFailed) -> None:
    watch, _ = watched()
    watch.succeeded(route=ROUTE, swarm_size=5)
    watch.failed(error, route=ROUTE)
    assert watch.state() == ConnectionState("connected", ROUTE, 5, str(error))


def test_a_success_clears_the_error() -> None:
    watch, _ = watched()
    watch.failed(NoRoute("no way"), route=())
    watch.succeeded(route=ROUTE)
    assert watch.state().last_error is None


def test_a_callback_may_use_the_watch() -> None:
    watch, seen = StateWatch(), []

    def call(state: ConnectionState) -> None:
        assert watch.state() == state
        watch.on_change(seen.append)

    watch.on_change(call)
    watch.succeeded(route=ROUTE)
    assert watch.state().phase == "connected"
