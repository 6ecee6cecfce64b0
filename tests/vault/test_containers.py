"""The sixteen bytes with which a container begins, and the sizes that all may be kept at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.vault.containers import (
    CONTAINER_BYTES,
    CONTAINER_COUNT,
    PRACTICE_SEED_BYTES,
    SIZES,
    are_kept_equal,
    common_size,
    container_salt,
    practice_seed,
)

SALT = bytes(range(16))


def test_each_container_of_each_vault_has_its_own_salt() -> None:
    salts = {
        container_salt(vault_salt, number)
        for vault_salt in (bytes(16), b"\x01" * 16)
        for number in range(CONTAINER_COUNT)
    }
    assert len(salts) == 2 * CONTAINER_COUNT
    assert {len(salt) for salt in salts} == {16}


def test_the_salt_never_changes_for_an_existing_vault() -> None:
    assert container_salt(SALT, 3).hex() == "769966640472703e1589784ef1a47bfe"


def test_echo_stays_the_same_with_its_vault_and_only_with_it() -> None:
    assert practice_seed(SALT) == practice_seed(SALT)
    assert practice_seed(SALT) != practice_seed(bytes(16))
    assert len(practice_seed(SALT)) == PRACTICE_SEED_BYTES


def test_each_size_is_half_as_much_again_in_whole_pages() -> None:
    assert [size // 4096 for size in SIZES[:5]] == [384, 576, 864, 1296, 1944]
    for size, larger in zip((CONTAINER_BYTES, *SIZES), SIZES, strict=False):
        assert larger % 4096 == 0
        assert 0 <= larger - size * 3 / 2 < 4096


@given(st.lists(st.integers(CONTAINER_BYTES, 2**40), min_size=1, max_size=8))
def test_the_common_size_is_the_smallest_that_nobody_has_to_shrink_to(sizes: list[int]) -> None:
    found = common_size(sizes)

    assert found in SIZES
    assert found >= max(sizes)
    assert not [size for size in SIZES if max(sizes) <= size < found]


@given(
    size=st.sampled_from(SIZES[:20]),
    ahead=st.lists(st.integers(1, 2**20), max_size=CONTAINER_COUNT - 2),
)
def test_containers_are_kept_equal_although_some_are_ahead(size: int, ahead: list[int]) -> None:
    grown = [size + more * 4096 for more in ahead]

    assert are_kept_equal([size] * (CONTAINER_COUNT - len(grown)) + grown)
    assert are_kept_equal([common_size([*grown, size])] * CONTAINER_COUNT)


@pytest.mark.parametrize(
    "sizes",
    [
        [],
        [CONTAINER_BYTES] * 8,
        # One small file says that nobody lets it grow with the others.
        [CONTAINER_BYTES] + [SIZES[0]] * 7,
        [SIZES[0]] + [CONTAINER_BYTES] * 7,
        # Eight accounts that have grown by themselves.
        [CONTAINER_BYTES + 4096 * pages for pages in (1, 2, 3, 5, 8, 13, 21, 34)],
        [SIZES[0], *(SIZES[0] + 4096 * pages for pages in range(1, 8))],
    ],
)
def test_other_sizes_have_come_about_by_themselves(sizes: list[int]) -> None:
    assert not are_kept_equal(sizes)
