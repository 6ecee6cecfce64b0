"""Drafts on the row of their conversation."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.protocol.identifiers import AccountId
from webapp.storage import conversations, drafts
from webapp.storage.database import AccountDatabase


@pytest.fixture
def conversation_id(database: AccountDatabase, alice: AccountId) -> int:
    return conversations.ensure_private(database, alice).id


def test_a_conversation_begins_without_a_draft(
    database: AccountDatabase, conversation_id: int
) -> None:
    assert drafts.get(database, conversation_id) == ""


def test_a_draft_belongs_to_a_conversation(database: AccountDatabase) -> None:
    drafts.store(database, 4711, "to nobody")

    assert drafts.get(database, 4711) is None


# The database is only ever overwritten, so one serves all examples.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_any_text_comes_back_as_it_was(
    database: AccountDatabase, conversation_id: int, text: str
) -> None:
    drafts.store(database, conversation_id, text)

    assert drafts.get(database, conversation_id) == text


def test_a_draft_is_cleared_alone(
    database: AccountDatabase, conversation_id: int, bob: AccountId
) -> None:
    other = conversations.ensure_private(database, bob).id
    for number in (conversation_id, other):
        drafts.store(database, number, f"draft {number}")

    drafts.clear(database, conversation_id)

    assert drafts.get(database, conversation_id) == ""
    assert drafts.get(database, other) == f"draft {other}"
