import random

import pytest

from webapp.network.backoff import Backoff


class NoJitter(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def test_delays_double_up_to_the_longest() -> None:
    backoff = Backoff(first_s=1, longest_s=10, source=NoJitter())
    assert [backoff.next_delay_s() for _ in range(6)] == pytest.approx([1, 2, 4, 8, 10, 10])


def test_a_success_begins_again() -> None:
    backoff = Backoff(first_s=1, longest_s=10, source=NoJitter())
    backoff.next_delay_s()
    backoff.next_delay_s()
    backoff.reset()
    assert backoff.next_delay_s() == pytest.approx(1)


def test_jitter_stays_within_thirty_percent_and_differs() -> None:
    delays = [Backoff(first_s=10, source=random.Random(seed)).next_delay_s() for seed in range(50)]
    assert all(7 <= delay <= 13 for delay in delays)
    assert len(set(delays)) > 1


def test_an_outage_of_days_does_not_overflow() -> None:
    backoff = Backoff()
    for _ in range(5_000):
        assert backoff.next_delay_s() <= 60 * 1.3
