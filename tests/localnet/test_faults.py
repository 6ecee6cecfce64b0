"""What a fault decides: nothing while it is not set, and the same again with the same chance."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.localnet.faults import (
    CORRUPTED_BYTES,
    NOT_READY,
    SERVER_BUSY,
    Arrival,
    Course,
    Faults,
    Journey,
    Refusal,
    corrupted,
    course_to,
    journey_to,
)

PATIENCE_S = 30.0


class NoChance(random.Random):
    """Fails the test that asks it."""

    def random(self) -> float:
        raise AssertionError("chance was asked")


def journey(faults: Faults, *, is_running: bool = True, rng: random.Random | None = None):
    rng = rng or random.Random(1)
    return journey_to(faults, rng, is_running=is_running, patience_s=PATIENCE_S)


def test_without_a_fault_nothing_happens_and_chance_is_not_asked() -> None:
    assert course_to(Faults(), NoChance()) == Course()
    assert journey(Faults(), rng=NoChance()) == Journey(Arrival.WHOLE)


@pytest.mark.parametrize(
    ("faults", "course"),
    [
        (Faults(drop_requests=1), Course(loses_request=True)),
        (Faults(drop_answers=1), Course(loses_answer=True)),
        (Faults(duplicate=1), Course(is_doubled=True)),
        (Faults(corrupt=1), Course(is_corrupted=True)),
        (Faults(reorder=1), Course(is_held=True)),
        (Faults(delay_ms=1500), Course(delay_s=1.5)),
        (Faults(refusal=SERVER_BUSY), Course(refusal=SERVER_BUSY)),
        (Faults(not_ready=True), Course(refusal=NOT_READY)),
        (Faults(refusal=Refusal(503, "", share=0)), Course()),
    ],
)
def test_a_fault_that_is_certain_happens_to_a_client(faults: Faults, course: Course) -> None:
    assert course_to(faults, random.Random(1)) == course


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (Faults(link_drop=1), Journey(Arrival.LOST)),
        (Faults(link_corrupt=1), Journey(Arrival.GARBLED)),
        (Faults(not_ready=True), Journey(Arrival.NOT_READY)),
        (Faults(link_delay_ms=250), Journey(Arrival.WHOLE, 0.25)),
        (Faults(link_drop=1, real_waits=True), Journey(Arrival.LOST, PATIENCE_S)),
        (Faults(real_waits=True), Journey(Arrival.WHOLE)),
    ],
)
def test_a_fault_that_is_certain_happens_between_nodes(faults: Faults, expected: Journey) -> None:
    assert journey(faults) == expected


def test_a_dead_node_is_not_waited_for_unless_that_is_asked_for() -> None:
    assert journey(Faults(), is_running=False) == Journey(Arrival.LOST, 0.0)
    assert journey(Faults(real_waits=True), is_running=False) == Journey(Arrival.LOST, PATIENCE_S)


def test_a_share_is_met_and_repeats_with_its_chance() -> None:
    def losses(rng: random.Random) -> list[bool]:
        faults = Faults(drop_requests=0.25)
        return [course_to(faults, rng).loses_request for _ in range(2000)]

    first, again, other = (losses(random.Random(seed)) for seed in (7, 7, 8))

    assert first == again != other
    assert 400 < sum(first) < 600


@given(data=st.binary(min_size=1, max_size=200), seed=st.integers())
def test_corrupted_bytes_are_as_many_but_not_the_same(data: bytes, seed: int) -> None:
    changed = corrupted(data, random.Random(seed))

    assert len(changed) == len(data)
    different = sum(one != other for one, other in zip(data, changed, strict=True))
    assert different == min(CORRUPTED_BYTES, len(data))


def test_of_nothing_nothing_can_be_corrupted() -> None:
    assert corrupted(b"", random.Random(1)) == b""


def test_no_two_nodes_share_their_lies() -> None:
    assert Faults().lies is not Faults().lies
