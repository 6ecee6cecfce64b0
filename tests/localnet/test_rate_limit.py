"""600 requests at once and 300 a second, for each address (storage-rpc.md §11, §17.11)."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.localnet.rate_limit import BURST, MAX_ADDRESSES, PER_SECOND, RateLimit

HERE, THERE = "127.0.0.1", "127.0.0.2"


def admitted(limit: RateLimit, count: int, *, now_s: float, address: str = HERE) -> int:
    return sum(limit.admits(address, now_s=now_s) for _ in range(count))


def test_a_burst_of_six_hundred_is_admitted_and_no_more() -> None:
    assert admitted(RateLimit(), 1000, now_s=0) == 600


def test_an_empty_bucket_fills_by_three_hundred_a_second() -> None:
    limit = RateLimit()
    admitted(limit, 600, now_s=0)

    assert admitted(limit, 1000, now_s=1) == 300
    assert admitted(limit, 1000, now_s=1.5) == 150
    assert admitted(limit, 1000, now_s=1000) == 600


def test_a_refused_request_costs_nothing() -> None:
    limit = RateLimit()
    admitted(limit, 5000, now_s=0)

    assert admitted(limit, 1000, now_s=1) == 300


def test_each_address_has_a_bucket_of_its_own() -> None:
    limit = RateLimit()
    admitted(limit, 600, now_s=0)

    assert admitted(limit, 600, now_s=0, address=THERE) == 600


def test_whoever_was_silent_for_longest_is_forgotten_first() -> None:
    limit = RateLimit()
    for address in (HERE, THERE):
        admitted(limit, BURST, now_s=0, address=address)
    # `HERE` asks once more, so that the other one was silent for longer.
    admitted(limit, 1, now_s=0)
    for number in range(MAX_ADDRESSES - 1):
        admitted(limit, 1, now_s=0, address=f"stranger {number}")

    assert admitted(limit, 1, now_s=0) == 0
    assert admitted(limit, 1, now_s=0, address=THERE) == 1


@given(pauses_s=st.lists(st.floats(0, 10), max_size=30), each=st.integers(1, 700))
def test_no_more_is_ever_admitted_than_the_burst_and_the_rate_allow(
    pauses_s: list[float], each: int
) -> None:
    limit, now_s, total = RateLimit(), 0.0, 0
    for pause_s in pauses_s:
        now_s += pause_s
        total += admitted(limit, each, now_s=now_s)

    assert total <= BURST + PER_SECOND * now_s + 1
