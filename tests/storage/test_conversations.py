"""The list, and the summary each row carries."""

import pytest

from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.storage import contacts, conversations, messages
from webapp.storage.conversations import SNIPPET_CHARACTERS, Conversation
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError
from webapp.storage.messages import ReceivedMessage


def receive(database: AccountDatabase, author: AccountId, body: str, *, sort_ms: int) -> None:
    conversation = conversations.ensure_private(database, author)
    messages.insert_received_many(
        database,
        [
            ReceivedMessage(
                conversation.id,
                author,
                outgoing=False,
                body=body,
                sent_at_ms=sort_ms,
                sort_ms=sort_ms,
                hash=MessageHash("h" * 43),
            )
        ],
    )


def of(database: AccountDatabase, account_id: AccountId) -> Conversation:
    conversation = conversations.by_account(database, account_id)
    assert conversation is not None
    return conversation


def test_a_new_conversation_is_empty(database: AccountDatabase, alice: AccountId) -> None:
    made = conversations.ensure_private(database, alice, active_at_ms=7)
    assert made == Conversation(
        made.id, "private", alice, None, "", 7, None, False, 0, False, False
    )
    assert conversations.get(database, made.id) == made
    assert conversations.ensure_private(database, alice, active_at_ms=9) == made


def test_unknown_conversations_are_none(database: AccountDatabase, alice: AccountId) -> None:
    assert conversations.get(database, 1) is None
    assert conversations.by_account(database, alice) is None


def test_note_to_self_is_a_conversation_of_its_own_kind(
    database: AccountDatabase, me: AccountId
) -> None:
    made = conversations.ensure_note_to_self(database, me)
    assert made.kind == "note_to_self"
    assert conversations.ensure_note_to_self(database, me) == made
    with pytest.raises(LocalStorageError):
        conversations.ensure_private(database, me)


def test_the_list_begins_with_the_latest(
    database: AccountDatabase, alice: AccountId, bob: AccountId, me: AccountId
) -> None:
    conversations.ensure_note_to_self(database, me, active_at_ms=15)
    receive(database, alice, "first", sort_ms=10)
    receive(database, bob, "second", sort_ms=20)
    assert [row.account_id for row in conversations.list_all(database)] == [bob, me, alice]
    receive(database, alice, "third", sort_ms=30)
    assert [row.account_id for row in conversations.list_all(database)] == [alice, bob, me]


def test_a_row_shows_name_and_approval_of_the_contact(
    database: AccountDatabase, alice: AccountId
) -> None:
    conversations.ensure_private(database, alice)
    contacts.apply_profile(database, alice, name="Alice", updated_s=1)
    contacts.set_approved(database, alice, True)
    [row] = conversations.list_all(database)
    assert (row.name, row.approved, row.approved_me) == ("Alice", True, False)


def test_the_summary_follows_the_newest_message_not_the_last_stored(
    database: AccountDatabase, alice: AccountId
) -> None:
    receive(database, alice, "newest", sort_ms=20)
    receive(database, alice, "came late", sort_ms=10)
    row = of(database, alice)
    assert (row.snippet, row.last_activity_ms) == ("newest", 20)
    assert (row.last_state, row.last_outgoing, row.unread) == ("received", False, 2)


def test_the_summary_follows_the_state_of_an_own_message(
    database: AccountDatabase, alice: AccountId, me: AccountId
) -> None:
    conversation = conversations.ensure_private(database, alice)
    message_id = messages.insert_outgoing(
        database, conversation.id, author=me, body="hello", sent_at_ms=5, sort_ms=5
    )
    assert of(database, alice).last_state == "sending"
    messages.set_state(database, message_id, "failed")
    row = of(database, alice)
    assert (row.last_state, row.last_outgoing, row.unread) == ("failed", True, 0)


def test_a_snippet_is_short(database: AccountDatabase, alice: AccountId) -> None:
    receive(database, alice, "🙂" * 2000, sort_ms=1)
    assert of(database, alice).snippet == "🙂" * SNIPPET_CHARACTERS


def test_reading_sets_the_count_to_zero(database: AccountDatabase, alice: AccountId) -> None:
    receive(database, alice, "one", sort_ms=1)
    conversation = of(database, alice)
    assert messages.mark_read(database, conversation.id)
    assert of(database, alice).unread == 0
    assert not messages.mark_read(database, conversation.id)


def test_an_emptied_conversation_keeps_its_place(
    database: AccountDatabase, alice: AccountId
) -> None:
    receive(database, alice, "gone soon", sort_ms=12)
    conversation = of(database, alice)
    with database.write() as connection:
        connection.execute("DELETE FROM message")
        conversations.refresh_summary(database, conversation.id)
    row = of(database, alice)
    assert (row.snippet, row.last_state, row.last_activity_ms) == ("", None, 12)
