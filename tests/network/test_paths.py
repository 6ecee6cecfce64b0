import random

from hypothesis import given
from hypothesis import strategies as st

from tests.network.examples import node, path
from webapp.network.paths import Path, Paths, choose_path, nodes_of

SOURCE = random.Random(1)


def paths(*members: Path) -> Paths:
    paths = Paths(SOURCE)
    for member in members:
        assert paths.add(member)
    return paths


@given(seed=st.integers(0, 10_000), count=st.integers(3, 30))
def test_a_path_has_three_different_nodes(seed: int, count: int) -> None:
    chosen = choose_path(
        [node(number) for number in range(count)],
        distinct_subnets=False,
        source=random.Random(seed),
    )
    assert chosen is not None
    assert len(set(chosen.keys)) == 3


@given(
    seed=st.integers(0, 10_000),
    subnets=st.lists(st.integers(0, 5), min_size=3, max_size=30),
)
def test_no_two_nodes_of_a_path_share_a_subnet(seed: int, subnets: list[int]) -> None:
    candidates = [
        node(number, ip=f"10.0.{subnet}.{number}") for number, subnet in enumerate(subnets)
    ]
    chosen = choose_path(candidates, distinct_subnets=True, source=random.Random(seed))
    if len(set(subnets)) < 3:
        assert chosen is None
    else:
        assert chosen is not None
        assert len({hop.ip.rpartition(".")[0] for hop in chosen.hops}) == 3


def test_two_nodes_are_no_path() -> None:
    assert choose_path([node(1), node(2)], distinct_subnets=False, source=SOURCE) is None


def test_any_node_can_become_guard() -> None:
    candidates = [node(number) for number in range(4)]
    chosen = [
        choose_path(candidates, distinct_subnets=True, source=random.Random(seed))
        for seed in range(100)
    ]
    assert {path.guard for path in chosen if path} == set(candidates)


def test_a_path_that_contains_the_destination_is_not_chosen() -> None:
    first, second = path(1, 2, 3), path(4, 5, 6)
    both = paths(first, second)
    for number in (1, 2, 3):
        assert both.choose(avoiding=node(number).ed25519) == second
    assert paths(first).choose(avoiding=node(2).ed25519) is None


def test_paths_share_no_node() -> None:
    used = paths(path(1, 2, 3))
    assert not used.add(path(3, 4, 5))
    assert used.all() == (path(1, 2, 3),)
    assert nodes_of(used.all()) == {node(number).ed25519 for number in (1, 2, 3)}


def test_a_path_that_has_just_failed_is_second_choice() -> None:
    first, second = path(1, 2, 3), path(4, 5, 6)
    both = paths(first, second)
    both.fail(first, is_guards=False)
    assert {both.choose(avoiding=b"") for _ in range(20)} == {second}


def test_healthy_paths_are_used_in_turn() -> None:
    first, second = path(1, 2, 3), path(4, 5, 6)
    both = paths(first, second)
    assert {both.choose(avoiding=b"") for _ in range(50)} == {first, second}


def test_a_path_that_is_mended_keeps_its_place() -> None:
    used = paths(path(1, 2, 3), path(4, 5, 6))
    assert used.replace(path(1, 2, 3), path(1, 7, 8), is_repair=False)
    assert used.all() == (path(1, 7, 8), path(4, 5, 6))


def test_the_third_failure_in_a_row_drops_a_path() -> None:
    only = path(1, 2, 3)
    used = paths(only)
    assert [used.fail(only, is_guards=True) for _ in range(2)] == [False, False]
    used.forgive(only)
    assert [used.fail(only, is_guards=True) for _ in range(3)] == [False, False, True]
    assert used.all() == ()


def test_failures_that_need_not_be_the_guards_count_half() -> None:
    only = path(1, 2, 3)
    used = paths(only)
    assert [used.fail(only, is_guards=False) for _ in range(6)] == [False] * 5 + [True]


def test_a_late_failure_of_a_dropped_path_counts_no_more() -> None:
    used = paths()
    assert not used.fail(path(1, 2, 3), is_guards=True)
    used.forgive(path(1, 2, 3))
    assert used.all() == ()
