"""What a page shows of names, times and counts."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.protocol.identifiers import AccountId
from webapp.services.reading import Conversation
from webapp.web.presenters import (
    ACCENT_HUE,
    HUES,
    Calendar,
    bar_hue,
    hue,
    initials,
    present_row,
)

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC).astimezone().replace(hour=12)
ID = AccountId(bytes([13, *range(31)]))
CONVERSATION = Conversation(
    id=7,
    kind="private",
    account_id=ID,
    name="Ilse",
    nickname=None,
    snippet="Yes, from nine.",
    draft="",
    last_activity_ms=0,
    last_state="received",
    last_outgoing=False,
    unread=0,
    marked_unread=False,
    priority=0,
    approved=True,
    approved_me=True,
    blocked=False,
)


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


def test_the_account_bar_never_has_the_colour_of_the_accent() -> None:
    for first in range(256):
        account_id = AccountId(bytes([first]) + bytes(31))
        assert hue(account_id) == first % HUES
        assert bar_hue(account_id) != ACCENT_HUE


@pytest.mark.parametrize(
    ("unread", "shown"), [(0, ""), (1, "1"), (999, "999"), (1000, "999+"), (10**6, "999+")]
)
def test_the_unread_count_is_capped(unread: int, shown: str) -> None:
    row = present_row(CONVERSATION._replace(unread=unread), Calendar(ms(NOON)))

    assert row.unread == shown


def test_somebody_without_a_name_is_called_by_the_short_id() -> None:
    row = present_row(CONVERSATION._replace(name=None), Calendar(ms(NOON)))

    assert row.name == ID.short
    assert row.time_label == ""


def test_a_failed_message_is_told_in_the_row() -> None:
    row = present_row(CONVERSATION._replace(last_state="failed"), Calendar(ms(NOON)))

    assert row.failed
