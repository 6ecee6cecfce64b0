import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB
from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.swarms import NO_SWARM, nearest_swarm, swarm_space

SWARMS = [100, 200, 300, 399, 498, 596, 694]
swarm_ids = st.integers(min_value=0, max_value=NO_SWARM - 1)


@pytest.mark.parametrize(
    ("key", "space"),
    [
        (
            "3506f4a71324b7dd114eddbf4e311f39dde243e1f2cb97c40db1961f70ebaae8",
            17589930838143112648,
        ),
        (
            "cf27da303a50ac8c4b2d43d27259505c9bcd73fc21cf2a57902c3d050730b604",
            10370619079776428163,
        ),
        ("00" * 24 + "ff" * 8, 2**64 - 1),
        (ALICE.x25519.hex(), 0xB3640E0C5B14F5EC),
        (BOB.x25519.hex(), 0x9C6A7DCAFBBB5DE4),
    ],
)
def test_the_space_of_a_key_is_the_published_one(key: str, space: int) -> None:
    assert swarm_space(bytes.fromhex(key)) == space


@pytest.mark.parametrize(
    ("space", "swarm"),
    [
        (0, 100),
        (0x95, 100),
        (0x96, 100),
        (0x97, 200),
        (0x8000000000000000, 694),
        (0xA000000000000000, 100),
        (0x800000000000018C, 694),
        (694, 694),
        (2**64 - 1, 100),
    ],
)
def test_the_nearest_swarm_is_the_published_one(space: int, swarm: int) -> None:
    assert nearest_swarm(space, SWARMS) == swarm
    assert nearest_swarm(space, reversed(SWARMS)) == swarm


@given(st.integers(min_value=0, max_value=2**64 - 1), st.sets(swarm_ids, min_size=1))
def test_no_swarm_is_nearer_than_the_nearest(space: int, ids: set[int]) -> None:
    def distance(swarm: int) -> int:
        return min((swarm - space) % 2**64, (space - swarm) % 2**64)

    assert distance(nearest_swarm(space, ids)) == min(map(distance, ids))


def test_a_node_without_a_swarm_is_not_chosen() -> None:
    assert nearest_swarm(NO_SWARM, [5, NO_SWARM]) == 5


@pytest.mark.parametrize("ids", [[], [NO_SWARM]])
def test_without_a_swarm_there_is_no_nearest(ids: list[int]) -> None:
    with pytest.raises(LocalProtocolError):
        nearest_swarm(0, ids)


def test_a_swarm_is_looked_up_without_the_prefix() -> None:
    with pytest.raises(LocalProtocolError):
        swarm_space(bytes(ALICE.account_id))
