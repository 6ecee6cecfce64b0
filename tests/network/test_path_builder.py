"""How paths are chosen, replaced and kept."""

import random

import pytest

from tests.network.memory_network import MemoryNetwork, unreachable
from tests.virtual_clock import VirtualClock
from webapp.network.errors import NoRoute
from webapp.network.node_pool import STRIKES
from webapp.network.path_builder import LIST_REFRESH_PAUSE_S, PathBuilder
from webapp.network.paths import Path
from webapp.network.settings import NetworkSettings
from webapp.protocol.keys import AccountKeys

NOWHERE = bytes(32)


@pytest.fixture
def builder(memory: MemoryNetwork, clock: VirtualClock) -> PathBuilder:
    return PathBuilder(
        memory.settings, transport=memory.transport(), clock=clock, source=random.Random(1)
    )


def drop(builder: PathBuilder, path: Path) -> None:
    for _ in range(STRIKES):
        builder.strike(path)


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
    builder.strike(first)
    second = builder.path_to(NOWHERE)
    assert not set(first.keys) & set(second.keys)
    builder.paths.forgive(first)
    builder.strike(second)
    assert builder.path_to(NOWHERE) == first


def test_after_a_failure_the_only_path_is_better_than_none(
    builder: PathBuilder, memory: MemoryNetwork
) -> None:
    path = builder.path_to(NOWHERE)
    builder.strike(path)
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
    builder.renew_old_list()
    assert memory.paths_used() == ["/json_rpc"]
    clock.advance(LIST_REFRESH_PAUSE_S)
    builder.renew_old_list()
    builder.renew_old_list()
    assert memory.paths_used() == ["/json_rpc", "/json_rpc"]


def test_a_renewal_that_fails_keeps_the_list(
    builder: PathBuilder, memory: MemoryNetwork, clock: VirtualClock
) -> None:
    nodes = builder.nodes()
    memory.seed_answers = unreachable
    clock.advance(LIST_REFRESH_PAUSE_S)
    builder.renew_old_list()
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
