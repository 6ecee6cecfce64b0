"""The throttle: what the file says, and that no damage to it gives an attempt away."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.vector_files import cases
from webapp.vault.throttle import (
    DELAYS_S,
    FREE_ATTEMPTS,
    LONGEST_COUNT,
    LOWEST_LIMIT,
    MOST_LIMIT,
    THROTTLE_BYTES,
    Throttle,
    cleared,
    counted,
    elapsed_s,
    guess_tag,
    guessed,
    limited,
    read,
    unreadable,
)

FRESH = bytes(THROTTLE_BYTES)
NOW_MS = 1_740_000_000_000
TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000


def after(attempts: int, content: bytes = FRESH) -> bytes:
    for number in range(attempts):
        content = counted(content, now_ms=NOW_MS + number)
    return content


files = st.one_of(
    st.binary(max_size=2 * THROTTLE_BYTES),
    st.binary(min_size=THROTTLE_BYTES, max_size=THROTTLE_BYTES),
    st.integers(0, 20).map(after),
)


@pytest.mark.parametrize("case", cases("throttle"))
def test_a_file_says_what_the_vector_says(case: dict[str, str]) -> None:
    throttle = read(bytes.fromhex(case.get("content", "")))

    last = "unknown" if throttle.last_ms is None else throttle.last_ms
    said = f"count {throttle.count}, last {last}, delay {throttle.delay_s}"
    if throttle.limit:
        said += f", limit {throttle.limit}, guesses {throttle.guesses}"
    assert said == case["expect"]


def test_three_attempts_are_free_and_then_each_waits_longer() -> None:
    delays = [read(after(count)).delay_s for count in range(12)]

    assert delays == [0, 0, 0, 1, 5, 30, 60, 300, 900, 3600, 3600, 3600]
    assert delays[FREE_ATTEMPTS : LONGEST_COUNT + 1] == list(DELAYS_S)


@given(st.integers(0, 12), st.integers(0, 2**63))
def test_what_was_counted_is_read(attempts: int, now_ms: int) -> None:
    content = counted(after(attempts), now_ms=now_ms)

    assert read(content) == Throttle(attempts + 1, now_ms)


@given(files)
def test_any_bytes_say_something_and_count_on(content: bytes) -> None:
    before = read(content)

    written = counted(content, now_ms=NOW_MS)

    assert len(written) == THROTTLE_BYTES
    assert read(written).count > before.count or before.count == 2**32 - 1


@given(files)
def test_a_right_code_ends_the_wait_whatever_the_file_was(content: bytes) -> None:
    assert read(cleared(content)).delay_s == 0


@given(files)
def test_one_of_two_records_stays_as_it_was(content: bytes) -> None:
    written = counted(content, now_ms=NOW_MS)

    half = THROTTLE_BYTES // 2
    kept = content.ljust(THROTTLE_BYTES, b"\xff")
    assert written[:half] == kept[:half] or written[half:] == kept[half:THROTTLE_BYTES]


@pytest.mark.parametrize("attempts", range(1, 12))
def test_no_flipped_bit_gives_an_attempt_away(attempts: int) -> None:
    content = after(attempts)
    for bit in range(THROTTLE_BYTES * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        throttle = read(bytes(changed))
        assert throttle.count >= attempts
        assert throttle.last_ms is None


@pytest.mark.parametrize("attempts", range(12))
def test_a_write_torn_anywhere_counts_the_attempt_or_more(attempts: int) -> None:
    before = after(attempts)
    written = counted(before, now_ms=NOW_MS + attempts)
    for torn_at in range(THROTTLE_BYTES):
        torn = written[:torn_at] + before[torn_at:]
        assert read(torn).count >= attempts
        assert read(torn).delay_s >= read(before).delay_s


@given(st.lists(st.sampled_from(["count", "clear"]), max_size=40))
def test_any_order_of_attempts_and_right_codes_is_read_back(events: list[str]) -> None:
    content, expected = FRESH, 0
    for event in events:
        expected = expected + 1 if event == "count" else 0
        content = counted(content, now_ms=NOW_MS) if event == "count" else cleared(content)
        assert read(content).count == expected


def test_the_file_tells_no_number_of_right_codes() -> None:
    content, seen = FRESH, set()
    for _ in range(30):
        content = cleared(counted(content, now_ms=NOW_MS))
        seen.add(content)
    assert len(seen) <= 6


def test_a_lost_file_asks_for_the_longest_wait() -> None:
    throttle = read(unreadable())

    assert (throttle.delay_s, throttle.last_ms) == (DELAYS_S[-1], None)
    assert read(counted(unreadable(), now_ms=NOW_MS)).delay_s == DELAYS_S[-1]


def test_a_repaired_record_is_repaired_for_good() -> None:
    content = unreadable()
    for _ in range(2):
        content = counted(content, now_ms=NOW_MS)
    assert read(content).last_ms == NOW_MS


def test_the_second_record_is_repaired_if_that_is_the_damaged_one() -> None:
    content = after(2)
    damaged = content[:32] + b"\xff" * 32

    assert read(counted(damaged, now_ms=NOW_MS)).last_ms == NOW_MS


@pytest.mark.parametrize(
    ("now_ms", "elapsed"),
    [
        (NOW_MS, 0),
        (NOW_MS + 2_500, 2.5),
        (NOW_MS - 1, 0),
        (NOW_MS - TEN_YEARS_MS, 0),
    ],
)
def test_a_clock_that_was_turned_back_has_let_no_time_pass(now_ms: int, elapsed: float) -> None:
    assert elapsed_s(Throttle(5, NOW_MS), now_ms=now_ms) == elapsed


def test_where_no_time_is_known_none_has_passed() -> None:
    assert elapsed_s(Throttle(5, None), now_ms=NOW_MS) == 0


@pytest.mark.parametrize("now_ms", [-5, 0, 2**70])
def test_a_clock_that_shows_nonsense_is_written_as_near_as_can_be(now_ms: int) -> None:
    last_ms = read(counted(FRESH, now_ms=now_ms)).last_ms

    assert last_ms == min(max(now_ms, 0), 2**64 - 1)


def test_the_count_ends_where_its_field_ends() -> None:
    record = next(
        case.values[0]  # type: ignore[attr-defined]
        for case in cases("throttle")
        if case.id == "beyond"  # type: ignore[attr-defined]
    )
    content = bytes.fromhex(record["content"])

    for _ in itertools.repeat(None, 3):
        content = counted(content, now_ms=NOW_MS)
    assert read(content).count == 4_000_000_003


def test_a_limit_stays_until_it_is_changed() -> None:
    content = limited(after(2), limit=10, now_ms=NOW_MS)
    assert read(content) == Throttle(2, NOW_MS + 1, 10, 0)
    content = cleared(guessed(counted(content, now_ms=NOW_MS), now_ms=NOW_MS))
    assert read(content) == Throttle(0, 0, 10, 0)
    assert read(limited(content, limit=0, now_ms=NOW_MS)).limit == 0


@pytest.mark.parametrize(("limit", "guesses"), [(8, 8), (10, 10), (255, 255), (1, 8)])
def test_the_limit_is_reached_by_as_many_guesses_and_never_by_fewer_than_the_lowest(
    limit: int, guesses: int
) -> None:
    content = limited(FRESH, limit=limit, now_ms=NOW_MS)
    for number in range(guesses):
        assert not read(content).is_at_limit, number
        content = guessed(counted(content, now_ms=NOW_MS), now_ms=NOW_MS)
    assert read(content).is_at_limit
    assert guesses >= LOWEST_LIMIT


def test_without_a_limit_no_number_of_guesses_reaches_it() -> None:
    content = FRESH
    for _ in range(2 * MOST_LIMIT):
        content = guessed(content, now_ms=NOW_MS)
    assert read(content).guesses == MOST_LIMIT
    assert not read(content).is_at_limit


@given(files, st.integers(0, MOST_LIMIT))
def test_neither_a_guess_nor_a_limit_gives_an_attempt_away(content: bytes, limit: int) -> None:
    before = read(content)
    for written in (
        guessed(content, now_ms=NOW_MS),
        limited(content, limit=limit, now_ms=NOW_MS),
    ):
        found = read(written)
        assert found.count >= before.count
        assert found.last_ms in (before.last_ms, NOW_MS, None)
        assert found.delay_s >= before.delay_s


@pytest.mark.parametrize("bit", range(13 * 8, 15 * 8))
def test_a_limit_cannot_be_changed_by_flipping_a_bit(bit: int) -> None:
    content = limited(limited(FRESH, limit=10, now_ms=NOW_MS), limit=10, now_ms=NOW_MS)
    for record in (0, 32):
        changed = bytearray(content)
        changed[record + bit // 8] ^= 1 << bit % 8
        assert read(bytes(changed)).limit == 10


def test_a_tag_tells_codes_apart_and_needs_the_key() -> None:
    root, key = b"r" * 32, b"k" * 32
    assert guess_tag(root, key) == guess_tag(root, key)
    tags = {guess_tag(root, key), guess_tag(b"s" * 32, key), guess_tag(root, b"l" * 32)}
    assert len(tags) == 3
    assert {len(tag) for tag in tags} == {8}
