"""What is deleted is gone: from the rows, from the pages of the container and from its log."""

from collections.abc import Callable

import pytest

from tests.services.correspondents import KEY, Correspondent
from tests.storage.decrypted import decrypted_pages
from webapp.services import messaging, organising, reading, removing
from webapp.services.errors import NoteToSelf, UnknownConversation
from webapp.services.events import ConversationCleared, ConversationRemoved
from webapp.services.open_account import OpenAccount
from webapp.storage import contacts, received

Remove = Callable[[OpenAccount, int], None]
REMOVALS = [removing.clear, removing.delete_conversation, removing.delete_contact]
DELETIONS = REMOVALS[1:]
SECRET = "xyzzy in the cellar"


@pytest.fixture
def number(alice: Correspondent, bob: Correspondent) -> int:
    """Alice's conversation with Bob, in which both have written the secret."""
    alice.writes(bob, SECRET)
    alice.sends_all()
    bob.polls()
    bob.writes(alice, SECRET)
    bob.sends_all()
    alice.polls()
    alice.events.clear()
    return alice.conversation(bob).id


@pytest.mark.parametrize("remove", REMOVALS)
def test_what_is_gone_cannot_be_deleted_again(alice: Correspondent, remove: Remove) -> None:
    with pytest.raises(UnknownConversation):
        remove(alice.account, 4711)


@pytest.mark.parametrize("remove", REMOVALS)
def test_with_the_key_nothing_deleted_can_be_read_any_more(
    alice: Correspondent, number: int, remove: Remove
) -> None:
    alice.account.database.checkpoint()
    assert SECRET.encode() in decrypted_pages(alice.path, key=KEY)

    remove(alice.account, number)

    assert SECRET.encode() not in decrypted_pages(alice.path, key=KEY)
    log = alice.path.with_name(f"{alice.path.name}-wal")
    assert log.stat().st_size == 0


@pytest.mark.parametrize("remove", REMOVALS)
def test_the_network_does_not_bring_back_what_was_deleted(
    alice: Correspondent, number: int, remove: Remove
) -> None:
    remove(alice.account, number)

    # As after a change of the swarm: everything is fetched from the beginning.
    with alice.account.database.write() as connection:
        connection.execute("DELETE FROM cursor")
    assert received.load_cursors(alice.account.database) == {}
    alice.polls()

    rows = reading.first_conversations(alice.account).rows
    assert [row.snippet for row in rows] == ([""] if remove is removing.clear else [])


@pytest.mark.parametrize("remove", REMOVALS)
def test_what_was_not_sent_yet_is_not_sent(
    alice: Correspondent, bob: Correspondent, number: int, remove: Remove
) -> None:
    alice.writes(bob, "never mind")

    remove(alice.account, number)
    alice.sends_all()
    bob.polls()

    assert alice.outbox() == []
    assert "never mind" not in [text for _, text, _ in bob.reads(alice)]


@pytest.mark.parametrize("remove", REMOVALS)
def test_a_message_on_its_way_arrives_and_stays_deleted_here(
    alice: Correspondent, bob: Correspondent, number: int, remove: Remove
) -> None:
    alice.writes(bob, "on its way")
    item = alice.begins_to_send()

    remove(alice.account, number)
    stored = alice.account.network.store(item.recipient, item.data, ttl_ms=item.ttl_ms)
    alice.sender._finish(item, stored)

    assert all(row.snippet == "" for row in reading.first_conversations(alice.account).rows)


def test_clearing_keeps_the_conversation_with_everything_else_of_it(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    organising.pin(alice.account, number)
    organising.set_nickname(alice.account, number, "Upstairs")

    removing.clear(alice.account, number)

    row = alice.conversation(bob)
    assert (row.id, row.nickname, row.priority, row.unread) == (number, "Upstairs", 1, 0)
    assert alice.events[-1] == ConversationCleared(number)


@pytest.mark.parametrize("remove", DELETIONS)
def test_a_new_message_makes_a_deleted_conversation_again(
    alice: Correspondent, bob: Correspondent, number: int, remove: Remove
) -> None:
    remove(alice.account, number)
    assert alice.conversations() == []
    assert alice.events[-1] == ConversationRemoved(number)

    bob.writes(alice, "here again")
    bob.sends_all()
    alice.polls()

    assert alice.reads(bob) == [("in", "here again", "received")]
    assert alice.conversation(bob).id != number


def test_deleting_a_conversation_keeps_the_contact(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    organising.set_nickname(alice.account, number, "Upstairs")

    removing.delete_conversation(alice.account, number)

    contact = contacts.get(alice.account.database, bob.account_id)
    assert contact is not None
    assert (contact.nickname, contact.approved) == ("Upstairs", True)


def test_deleting_a_contact_forgets_all_but_a_block(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    organising.set_nickname(alice.account, number, "Upstairs")
    organising.block(alice.account, number)

    removing.delete_contact(alice.account, number)

    contact = contacts.get(alice.account.database, bob.account_id)
    assert contact is not None
    assert (contact.name, contact.nickname, contact.approved) == (None, None, False)
    assert contact.blocked


def test_notes_have_no_contact_to_delete(alice: Correspondent) -> None:
    notes = messaging.start_conversation(alice.account, alice.account_id)

    with pytest.raises(NoteToSelf):
        removing.delete_contact(alice.account, notes)

    assert reading.conversation(alice.account, notes).id == notes


def test_what_would_be_lost_is_counted(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    alice.writes(bob, "not sent yet")

    assert removing.contents(alice.account, number) == removing.Contents(messages=3, unsent=1)
    with pytest.raises(UnknownConversation):
        removing.contents(alice.account, 4711)
