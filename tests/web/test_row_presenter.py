"""What a row of the list says of its conversation."""

from datetime import UTC, datetime

import pytest

from webapp.protocol.identifiers import AccountId
from webapp.services.reading import Conversation
from webapp.web.presenters import Calendar
from webapp.web.row_presenter import RowView, present_row

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
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


def shown(**changes: object) -> RowView:
    return present_row(CONVERSATION._replace(**changes), Calendar(int(NOON.timestamp() * 1000)))


@pytest.mark.parametrize(
    ("unread", "text"), [(0, ""), (1, "1"), (999, "999"), (1000, "999+"), (10**6, "999+")]
)
def test_the_unread_count_is_capped(unread: int, text: str) -> None:
    assert shown(unread=unread).unread == text


def test_somebody_without_a_name_is_called_by_the_short_id() -> None:
    row = shown(name=None)

    assert (row.name, row.own_name, row.initials) == (ID.short, "", "05")
    assert row.time_label == ""


def test_a_nickname_stands_over_the_name() -> None:
    row = shown(nickname="Upstairs")

    assert (row.name, row.own_name, row.initials) == ("Upstairs", "Ilse", "UP")


OUT = {"last_outgoing": True, "last_state": "sent"}
DRAFT = {"draft": "I can come"}


@pytest.mark.parametrize(
    ("changes", "status", "line"),
    [
        ({}, "", "Yes, from nine."),
        (OUT, "own", "Yes, from nine."),
        ({**OUT, "kind": "note_to_self"}, "", "Yes, from nine."),
        ({**OUT, "last_state": "sending"}, "sending", "Yes, from nine."),
        ({**OUT, "last_state": "failed"}, "failed", "Yes, from nine."),
        (DRAFT, "draft", "I can come"),
        ({**OUT, **DRAFT}, "draft", "I can come"),
        ({**DRAFT, "unread": 1}, "", "Yes, from nine."),
        ({**DRAFT, "marked_unread": True}, "draft", "I can come"),
        ({**OUT, **DRAFT, "last_state": "failed"}, "failed", "Yes, from nine."),
        ({"last_state": None, "snippet": ""}, "empty", ""),
        ({**DRAFT, "last_state": None, "snippet": ""}, "draft", "I can come"),
    ],
)
def test_the_second_line_says_what_matters_most(
    changes: dict[str, object], status: str, line: str
) -> None:
    row = shown(**changes)

    assert (row.status, row.line) == (status, line)


def test_a_count_says_more_than_a_mark() -> None:
    assert shown(marked_unread=True).marked_unread
    assert not shown(marked_unread=True, unread=2).marked_unread


@pytest.mark.parametrize(
    ("priority", "pinned", "hidden"), [(0, False, False), (1, True, False), (-1, False, True)]
)
def test_a_priority_pins_or_hides(priority: int, pinned: bool, hidden: bool) -> None:
    row = shown(priority=priority)

    assert (row.pinned, row.hidden) == (pinned, hidden)


def test_a_row_sorts_by_pin_then_time_then_number() -> None:
    assert shown(priority=2, last_activity_ms=1763718060000).sort == "2.1763718060000.7"
