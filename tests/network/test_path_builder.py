"""How paths are chosen, replaced and kept."""

import random
from collections.abc import Callable, Sequence

import pytest

from tests.network.memory_network import MemoryNetwork, unreachable
from tests.virtual_clock import VirtualClock
from webapp.network.errors import NoRoute
from webapp.network.node_list import RENEWAL_PAUSE_S
from webapp.network.node_pool import STRIKES
from webapp.network.path_builder import PathBuilder
from webapp.network.paths import MAX_MENDS, Path
from webapp.network.remembered import Remembered
from webapp.network.settings import NetworkSettings
from webapp.protocol.keys import AccountKeys
from webapp.protocol.nodes import Node

NOWHERE = bytes(32)


@pytest.fixture
def builder(memory: MemoryNetwork, clock: VirtualClock) -> PathBuilder:
    return another_builder(memory, clock)


def another_builder(
    memory: MemoryNetwork, clock: VirtualClock, *, source: random.Random | None = None
) -> PathBuilder:
    return PathBuilder(
        memory.settings,
        transport=memory.transport(),
        clock=clock,
        source=source or random.Random(1),
    )


def drop(builder: PathBuilder, path: Path) -> None:
    """Let everything fail that goes through the guard of ``path``."""
    for _ in range(STRIKES):
        fail(builder, behind(builder, path.guard))


def fail(builder: PathBuilder, path: Path) -> None:
    """Let the guard of ``path`` fail once."""
    builder.failed(path, broken=(), is_guards=True)


def behind(builder: PathBuilder, guard: Node) -> Path:
    """Return the path in use that begins with ``guard``."""
    return next(path for path in builder.paths.all() if path.guard == guard)


def test_a_path_is_used_again(builder: PathBuilder, memory: MemoryNetwork) -> None:
    assert builder.path_to(NOWHERE) == builder.path_to(NOWHERE)
    assert memory.paths_used() == ["/json_rpc", "/storage_rpc/v1"]


def test_a_destination_on_the_path_gets_a_path_of_its_own(builder: PathBuilder) -> None:
    first = builder.path_to(NOWHERE)
    for key in first.keys:
        second = builder.path_to(key)
        assert not set(first.keys) & set(second.keys)


def test_a_dropped_path_takes_its_guard_along(builder: PathBuilder) -> None:
    path = builder.path_to(NOWHERE)
    drop(builder, path)
    assert path.guard not in builder.pool.all()
    assert builder.path_to(NOWHERE).guard != path.guard


def test_after_one_failure_a_second_path_is_preferred(builder: PathBuilder) -> None:
    first = builder.path_to(NOWHERE)
    fail(builder, first)
    second = builder.path_to(NOWHERE)
    assert not set(first.keys) & set(second.keys)
    builder.paths.forgive(first)
    fail(builder, second)
    assert builder.path_to(NOWHERE) == first


def test_after_a_failure_the_only_path_is_better_than_none(
    builder: PathBuilder, memory: MemoryNetwork
) -> None:
    path = builder.path_to(NOWHERE)
    fail(builder, path)
    memory.stop(memory.nodes)
    assert builder.path_to(NOWHERE) == path


def test_new_paths_avoid_nodes_that_have_just_failed(builder: PathBuilder) -> None:
    builder.nodes()
    suspects = [node.ed25519 for node in builder.pool.all()[:9]]
    builder.pool.strike(suspects, "hop")
    assert not set(builder.path_to(NOWHERE).keys) & set(suspects)


def test_a_path_of_suspects_is_better_than_none(builder: PathBuilder) -> None:
    builder.nodes()
    builder.pool.strike([node.ed25519 for node in builder.pool.all()], "hop")
    builder.path_to(NOWHERE)


def test_the_guard_stays_when_the_nodes_behind_it_fail(builder: PathBuilder) -> None:
    path = builder.path_to(NOWHERE)
    builder.failed(path, broken=path.keys[1:], is_guards=False)
    mended = behind(builder, path.guard)
    assert not set(mended.keys[1:]) & set(path.keys)


def test_silence_costs_the_nodes_behind_the_guard_their_place_and_the_guard_a_strike(
    builder: PathBuilder,
) -> None:
    path = builder.path_to(NOWHERE)
    builder.failed(path, broken=path.keys[1:], is_guards=True)
    mended = behind(builder, path.guard)
    assert not set(mended.keys[1:]) & set(path.keys)
    assert not builder.paths.is_healthy(mended)


@pytest.mark.parametrize("hop", [1, 2])
def test_a_node_that_is_named_is_exchanged_alone(builder: PathBuilder, hop: int) -> None:
    path = builder.path_to(NOWHERE)
    builder.failed(path, broken=[path.keys[hop]], is_guards=False)
    mended = behind(builder, path.guard)
    assert [mended.hops[place] == path.hops[place] for place in range(3)] == [
        place != hop for place in range(3)
    ]


def test_a_guard_that_lets_others_fail_until_it_likes_them_is_dropped(
    builder: PathBuilder,
) -> None:
    guard = builder.path_to(NOWHERE).guard
    for _ in range(MAX_MENDS):
        path = behind(builder, guard)
        builder.failed(path, broken=[path.keys[1]], is_guards=False)
        builder.paths.forgive(behind(builder, guard))
    path = behind(builder, guard)
    builder.failed(path, broken=[path.keys[1]], is_guards=False)
    assert guard not in {path.guard for path in builder.paths.all()}
    assert guard not in builder.pool.all()


def test_the_user_may_ask_for_other_nodes_as_often_as_they_like(builder: PathBuilder) -> None:
    guard = builder.path_to(NOWHERE).guard
    for _ in range(MAX_MENDS * 2):
        before = behind(builder, guard)
        builder.exchange_all()
        assert not set(behind(builder, guard).keys[1:]) & set(before.keys)


def test_a_new_route_avoids_a_path_that_is_added_meanwhile(
    memory: MemoryNetwork, clock: VirtualClock
) -> None:
    source = Meddling(1)
    builder = another_builder(memory, clock, source=source)
    before = builder.path_to(NOWHERE)
    source.meddle = lambda node: builder.paths.add(behind_a_stranger(builder, node))

    builder.exchange_all()

    first, second = builder.paths.all()
    assert first.guard == before.guard
    assert not set(first.keys[1:]) & set(before.keys)
    assert not set(first.keys) & set(second.keys)


class Meddling(random.Random):
    """Lets something else happen once, right after a choice."""

    meddle: Callable[[Node], object] | None = None

    def choice(self, nodes: Sequence[Node]) -> Node:  # type: ignore[override]
        chosen = super().choice(nodes)
        if self.meddle is not None:
            meddle, self.meddle = self.meddle, None
            meddle(chosen)
        return chosen


def behind_a_stranger(builder: PathBuilder, middle: Node) -> Path:
    """Return a path through ``middle`` that shares nothing else with those in use."""
    taken = {middle, *(node for path in builder.paths.all() for node in path.hops)}
    guard, last = [node for node in builder.pool.all() if node not in taken][:2]
    return Path((guard, middle, last))


def test_too_few_nodes_to_mend_a_path_leave_it_as_it_is(
    builder: PathBuilder,
) -> None:
    path = builder.path_to(NOWHERE)
    builder.adopt(path.hops)
    builder.failed(path, broken=[path.keys[1]], is_guards=False)
    assert builder.paths.all() == (path,)


def test_guards_of_an_earlier_start_come_first(
    builder: PathBuilder, memory: MemoryNetwork, clock: VirtualClock
) -> None:
    builder.path_to(NOWHERE)
    builder.add_spare_path()
    guards = {path.guard for path in builder.paths.all()}
    later = another_builder(memory, clock)
    later.restore(builder.remembered())
    later.path_to(NOWHERE)
    later.add_spare_path()
    assert {path.guard for path in later.paths.all()} == guards
    # Nobody was asked for the list.
    assert memory.paths_used().count("/json_rpc") == 1


def test_guards_are_not_forgotten_while_nobody_answers(
    builder: PathBuilder, memory: MemoryNetwork, clock: VirtualClock
) -> None:
    guard = builder.path_to(NOWHERE).guard
    later = another_builder(memory, clock)
    later.restore(builder.remembered())
    memory.stop(memory.nodes)
    memory.seed_answers = unreachable
    for _ in range(20):
        with pytest.raises(NoRoute):
            later.path_to(NOWHERE)
    memory.start(memory.nodes)
    for _ in range(3):
        try:
            later.path_to(NOWHERE)
        except NoRoute:
            continue
    assert later.path_to(NOWHERE).guard == guard


def test_a_dead_guard_of_an_earlier_start_is_replaced(
    builder: PathBuilder, memory: MemoryNetwork, clock: VirtualClock
) -> None:
    guard = builder.path_to(NOWHERE).guard
    memory.stop([memory.named(guard.ed25519)])
    later = another_builder(memory, clock)
    later.restore(builder.remembered())
    assert later.path_to(NOWHERE).guard != guard
    assert later.remembered().guards[0] == later.path_to(NOWHERE).guard.ed25519


def test_a_list_too_short_to_be_believed_is_not_restored(
    builder: PathBuilder, memory: MemoryNetwork
) -> None:
    builder.restore(Remembered(builder.nodes()[:11], listed_at_ms=1))
    builder.path_to(NOWHERE)
    assert memory.paths_used().count("/json_rpc") == 1


def test_a_new_list_ends_paths_through_nodes_that_are_gone(builder: PathBuilder) -> None:
    gone = builder.path_to(NOWHERE)
    builder.add_spare_path()
    kept = next(path for path in builder.paths.all() if path != gone)
    builder.adopt([node for node in builder.nodes() if node != gone.hops[2]])
    assert builder.paths.all() == (kept,)


def test_an_old_list_is_used_while_no_seed_answers(
    builder: PathBuilder, memory: MemoryNetwork
) -> None:
    drop(builder, builder.path_to(NOWHERE))
    memory.seed_answers = unreachable
    memory.stop(memory.nodes)
    for _ in range(10):
        with pytest.raises(NoRoute):
            builder.path_to(NOWHERE)
    memory.start(memory.nodes)
    for _ in range(2):
        try:
            builder.path_to(NOWHERE)
        except NoRoute:
            continue
    builder.path_to(NOWHERE)


def test_the_list_is_renewed_only_once_in_a_while(
    builder: PathBuilder, memory: MemoryNetwork, clock: VirtualClock
) -> None:
    builder.nodes()
    builder.renew_from_seeds()
    assert memory.paths_used() == ["/json_rpc"]
    clock.advance(RENEWAL_PAUSE_S)
    builder.renew_from_seeds()
    builder.renew_from_seeds()
    assert memory.paths_used() == ["/json_rpc", "/json_rpc"]


def test_a_renewal_that_fails_keeps_the_list(
    builder: PathBuilder, memory: MemoryNetwork, clock: VirtualClock
) -> None:
    nodes = builder.nodes()
    memory.seed_answers = unreachable
    clock.advance(RENEWAL_PAUSE_S)
    builder.renew_from_seeds()
    assert builder.nodes() == nodes


def test_a_spare_path_is_added_once(builder: PathBuilder) -> None:
    builder.path_to(NOWHERE)
    assert builder.needs_spare_path()
    builder.add_spare_path()
    assert not builder.needs_spare_path()


def test_easy_destinations_are_healthy_and_not_on_the_path(builder: PathBuilder) -> None:
    path = builder.path_to(NOWHERE)
    suspect = next(node for node in builder.nodes() if node not in path.hops)
    builder.pool.strike([suspect.ed25519], "destination")
    order = builder.easiest_first(builder.nodes())
    assert set(order[-4:-1]) == set(path.hops)
    assert order[-1] == suspect


def test_without_paths_all_destinations_are_equal(builder: PathBuilder) -> None:
    firsts = {builder.easiest_first(builder.nodes())[0] for _ in range(200)}
    assert firsts == set(builder.nodes())


def test_no_path_has_two_nodes_of_a_subnet(memory: MemoryNetwork, clock: VirtualClock) -> None:
    # All nodes share the address 127.0.0.1, so there is no such path.
    settings = NetworkSettings("strict", memory.settings.seeds, distinct_subnets=True, min_nodes=12)
    builder = PathBuilder(
        settings, transport=memory.transport(), clock=clock, source=random.Random(1)
    )
    with pytest.raises(NoRoute, match="Too few nodes"):
        builder.path_to(AccountKeys.from_seed32(bytes(32)).ed25519)
