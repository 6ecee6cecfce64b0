"""The list, and the summary each row carries."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storage.conftest import KEY
from tests.storage.decrypted import decrypted_pages
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.storage import contacts, conversation_list, conversations, messages, outbox
from webapp.storage.conversations import SNIPPET_CHARACTERS, Conversation
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import LocalStorageError
from webapp.storage.messages import ReceivedMessage

Remove = Callable[[AccountDatabase, int], None]


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


def listed(database: AccountDatabase) -> list[AccountId]:
    return [row.account_id for row in conversation_list.first_page(database).rows]


def test_a_new_conversation_is_empty(database: AccountDatabase, alice: AccountId) -> None:
    made = conversations.ensure_private(database, alice, active_at_ms=7)
    assert made == Conversation(
        id=made.id,
        kind="private",
        account_id=alice,
        name=None,
        nickname=None,
        snippet="",
        draft="",
        last_activity_ms=7,
        last_state=None,
        last_outgoing=False,
        unread=0,
        marked_unread=False,
        priority=0,
        approved=False,
        approved_me=False,
        blocked=False,
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
    assert listed(database) == [bob, me, alice]
    receive(database, alice, "third", sort_ms=30)
    assert listed(database) == [alice, bob, me]


def test_a_row_shows_name_and_approval_of_the_contact(
    database: AccountDatabase, alice: AccountId
) -> None:
    conversations.ensure_private(database, alice)
    contacts.apply_profile(database, alice, name="Alice", updated_s=1)
    contacts.set_approved(database, alice, True)
    [row] = conversation_list.first_page(database).rows
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


def test_a_conversation_is_marked_as_unread_until_it_is_read(
    database: AccountDatabase, alice: AccountId
) -> None:
    conversation = conversations.ensure_private(database, alice)
    assert conversations.mark_unread(database, conversation.id)
    assert not conversations.mark_unread(database, conversation.id)
    assert of(database, alice).marked_unread
    assert conversations.unmark(database, conversation.id)
    assert not conversations.unmark(database, conversation.id)
    assert not of(database, alice).marked_unread


def test_what_is_unread_already_needs_no_mark(database: AccountDatabase, alice: AccountId) -> None:
    receive(database, alice, "one", sort_ms=1)
    assert not conversations.mark_unread(database, of(database, alice).id)
    assert not of(database, alice).marked_unread


def test_a_count_is_given_back_beside_what_has_come_since(
    database: AccountDatabase, alice: AccountId
) -> None:
    receive(database, alice, "one", sort_ms=1)
    messages.mark_read(database, of(database, alice).id)
    receive(database, alice, "two", sort_ms=2)
    assert messages.mark_unread(database, of(database, alice).id, count=1)
    assert of(database, alice).unread == 2
    assert not messages.mark_unread(database, of(database, alice).id, count=1)


def test_a_higher_priority_stands_above(
    database: AccountDatabase, alice: AccountId, bob: AccountId
) -> None:
    assert conversations.highest_priority(database) == 0
    first = conversations.ensure_private(database, alice, active_at_ms=1)
    conversations.ensure_private(database, bob, active_at_ms=2)
    assert conversations.set_priority(database, first.id, 3)
    assert not conversations.set_priority(database, first.id, 3)
    assert conversations.highest_priority(database) == 3
    rows = conversation_list.first_page(database).rows
    assert [(row.account_id, row.priority) for row in rows] == [(alice, 3), (bob, 0)]


def test_hidden_conversations_leave_the_highest_priority_at_nought(
    database: AccountDatabase, alice: AccountId
) -> None:
    hidden = conversations.ensure_private(database, alice)
    conversations.set_priority(database, hidden.id, -1)
    assert conversations.highest_priority(database) == 0


def test_a_row_shows_nickname_and_block_of_the_contact(
    database: AccountDatabase, alice: AccountId
) -> None:
    conversations.ensure_private(database, alice)
    contacts.set_nickname(database, alice, "Upstairs")
    contacts.set_blocked(database, alice, True)
    row = of(database, alice)
    assert (row.nickname, row.blocked) == ("Upstairs", True)


def write(database: AccountDatabase, to: AccountId, body: str, *, me: AccountId) -> int:
    """Write a message that is still to be sent; return the number of its conversation."""
    conversation = conversations.ensure_private(database, to)
    message_id = messages.insert_outgoing(
        database, conversation.id, author=me, body=body, sent_at_ms=12, sort_ms=12
    )
    outbox.enqueue(
        database,
        kind="message",
        conversation_id=conversation.id,
        recipient=to,
        data=body.encode(),
        sent_at_ms=12,
        ttl_ms=1,
        message_id=message_id,
    )
    return conversation.id


def test_an_emptied_conversation_keeps_its_place(
    database: AccountDatabase, alice: AccountId, bob: AccountId, me: AccountId
) -> None:
    write(database, bob, "stays", me=me)
    receive(database, alice, "gone soon", sort_ms=12)
    conversation = of(database, alice)
    conversations.mark_unread(database, conversation.id)
    conversations.clear(database, conversation.id)
    row = of(database, alice)
    assert (row.snippet, row.last_state, row.last_activity_ms) == ("", None, 12)
    assert (row.unread, row.marked_unread) == (0, False)
    assert messages.page(database, conversation.id) == []
    assert len(messages.page(database, of(database, bob).id)) == 1


@pytest.mark.parametrize("remove", [conversations.clear, conversations.delete])
def test_what_was_still_to_be_sent_is_not_sent(
    database: AccountDatabase, alice: AccountId, me: AccountId, remove: Remove
) -> None:
    number = write(database, alice, "never mind", me=me)
    remove(database, number)
    assert outbox.next_due(database, 10**15) is None


def test_a_deleted_conversation_is_gone_and_the_contact_stays(
    database: AccountDatabase, alice: AccountId, bob: AccountId, me: AccountId
) -> None:
    contacts.set_nickname(database, alice, "Upstairs")
    number = write(database, alice, "gone", me=me)
    write(database, bob, "stays", me=bob)
    conversations.delete(database, number)
    assert conversations.get(database, number) is None
    assert messages.page(database, number) == []
    assert contacts.ensure(database, alice).nickname == "Upstairs"
    assert of(database, bob).snippet == "stays"


def test_no_number_is_given_twice(
    database: AccountDatabase, alice: AccountId, bob: AccountId
) -> None:
    gone = conversations.ensure_private(database, alice)
    conversations.delete(database, gone.id)
    assert conversations.ensure_private(database, alice).id != gone.id
    assert conversations.ensure_private(database, bob).id != gone.id


@pytest.mark.parametrize("remove", [conversations.clear, conversations.delete])
def test_after_a_checkpoint_nothing_removed_can_be_read_with_the_key(
    database: AccountDatabase,
    database_path: Path,
    alice: AccountId,
    me: AccountId,
    remove: Remove,
) -> None:
    secret = "xyzzy in the cellar"
    receive(database, alice, secret, sort_ms=1)
    number = write(database, alice, secret, me=me)
    database.checkpoint()
    assert secret.encode() in decrypted_pages(database_path, key=KEY)
    remove(database, number)
    database.checkpoint()
    assert secret.encode() not in decrypted_pages(database_path, key=KEY)
    assert database_path.with_name("container-wal").stat().st_size == 0
