from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_clock import VirtualClock
from webapp.network.network_clock import VOICES_KEPT, NetworkClock

MINUTE_MS = 60_000


def node(number: int) -> bytes:
    return bytes([number]) * 32


def heard(clock: VirtualClock, *ahead_ms: int) -> NetworkClock:
    """Return a network clock that nodes told how far ours is ahead of theirs."""
    network_clock = NetworkClock(clock)
    for number, difference_ms in enumerate(ahead_ms):
        network_clock.learn(node(number), clock.now_ms() - difference_ms)
    return network_clock


def test_a_wrong_local_clock_is_corrected(clock: VirtualClock) -> None:
    network_clock = heard(clock, 10 * MINUTE_MS)
    assert network_clock.now_ms() == clock.now_ms() - 10 * MINUTE_MS
    clock.advance(60)
    assert network_clock.now_ms() == clock.now_ms() - 10 * MINUTE_MS


def test_without_a_reply_the_local_clock_counts(clock: VirtualClock) -> None:
    assert NetworkClock(clock).now_ms() == clock.now_ms()


def test_of_two_nodes_that_differ_the_one_nearer_to_us_is_believed(clock: VirtualClock) -> None:
    assert heard(clock, 500, 60 * MINUTE_MS).ahead_ms() == 500
    assert heard(clock, -60 * MINUTE_MS, -500).ahead_ms() == -500
    assert heard(clock, -60 * MINUTE_MS, 60 * MINUTE_MS).ahead_ms() == 0


@given(
    honest=st.lists(st.integers(-300, 300), min_size=3, max_size=7),
    lies=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=2),
    wrong_ms=st.integers(-60 * MINUTE_MS, 60 * MINUTE_MS),
)
def test_a_minority_of_liars_moves_nothing(
    honest: list[int], lies: list[int], wrong_ms: int
) -> None:
    clock = VirtualClock()
    told = [wrong_ms + difference for difference in honest]
    ahead_ms = heard(clock, *lies, *told).ahead_ms()
    # Our own clock is one more voice where the number of nodes is even.
    if len(honest) > len(lies) + 1:
        assert min(told) <= ahead_ms <= max(told)


def test_a_node_has_one_say_however_often_it_is_asked(clock: VirtualClock) -> None:
    network_clock = heard(clock, 0, 0, 0)
    for _ in range(100):
        network_clock.learn(node(9), clock.now_ms() + 60 * MINUTE_MS)
    assert network_clock.ahead_ms() == 0


def test_only_the_last_ten_nodes_count(clock: VirtualClock) -> None:
    network_clock = heard(clock, *[MINUTE_MS] * VOICES_KEPT)
    for number in range(VOICES_KEPT):
        network_clock.learn(node(100 + number), clock.now_ms())
    assert network_clock.ahead_ms() == 0


def test_a_time_before_2021_is_ignored(clock: VirtualClock) -> None:
    network_clock = NetworkClock(clock)
    network_clock.learn(node(1), 1_609_459_199_999)
    assert network_clock.now_ms() == clock.now_ms()
