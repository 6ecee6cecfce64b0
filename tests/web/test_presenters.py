"""What a page shows of names, times and counts."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.web.presenters import Calendar, initials

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC).astimezone().replace(hour=12)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("earlier", "label"),
    [
        (timedelta(minutes=30), "11:30"),
        (timedelta(minutes=-1), "12:01"),
        (timedelta(days=1), "Yesterday"),
        (timedelta(days=3), "Sun"),
        (timedelta(days=14), "4 Nov"),
        (timedelta(days=365), "18 Nov 2025"),
    ],
)
def test_a_row_tells_its_time_in_as_few_words_as_are_clear(earlier: timedelta, label: str) -> None:
    assert Calendar(ms(NOON)).short(ms(NOON - earlier)) == label


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ilse", "IL"),
        ("Sanne de Wit", "SD"),
        ("ليلى", "لي"),
        ("x", "X"),
        ("", "05"),
        (None, "05"),
        ("  ", "05"),
    ],
)
def test_an_avatar_has_two_letters_or_the_prefix(name: str | None, letters: str) -> None:
    assert initials(name) == letters
