from tests.virtual_clock import START_MS, VirtualClock
from webapp.network.network_clock import NetworkClock


def test_the_local_time_counts_until_a_node_tells_its_own(clock: VirtualClock) -> None:
    assert NetworkClock(clock).now_ms() == START_MS


def test_a_wrong_local_clock_is_corrected(clock: VirtualClock) -> None:
    network_clock = NetworkClock(clock)
    network_clock.learn(START_MS + 600_000)
    clock.advance(1)
    assert network_clock.now_ms() == START_MS + 601_000


def test_replies_are_averaged(clock: VirtualClock) -> None:
    network_clock = NetworkClock(clock)
    network_clock.learn(START_MS + 100)
    network_clock.learn(START_MS + 300)
    assert network_clock.now_ms() == START_MS + 200


def test_only_the_last_ten_replies_count(clock: VirtualClock) -> None:
    network_clock = NetworkClock(clock)
    network_clock.learn(START_MS + 1_000_000)
    for _ in range(10):
        network_clock.learn(START_MS + 500)
    assert network_clock.now_ms() == START_MS + 500


def test_a_time_before_2021_is_ignored(clock: VirtualClock) -> None:
    network_clock = NetworkClock(clock)
    network_clock.learn(1_609_459_199_999)
    assert network_clock.now_ms() == START_MS


def test_forgetting_returns_to_the_local_time(clock: VirtualClock) -> None:
    network_clock = NetworkClock(clock)
    network_clock.learn(START_MS + 600_000)
    network_clock.forget()
    assert network_clock.now_ms() == START_MS
