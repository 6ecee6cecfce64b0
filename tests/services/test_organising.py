"""What the owner does with a conversation in the list, and what the database says afterwards."""

import pytest

from tests.services.correspondents import Correspondent
from webapp.services import messaging, organising, reading
from webapp.services.errors import ContactBlocked, NameTooLong, NoteToSelf, UnknownConversation
from webapp.services.events import BlockingChanged, ConversationChanged
from webapp.services.open_account import OpenAccount
from webapp.storage import messages

ACTIONS = [
    organising.pin,
    organising.unpin,
    organising.mark_read,
    organising.mark_unread,
    organising.unmark,
    organising.block,
    organising.unblock,
]


@pytest.fixture
def number(alice: Correspondent, bob: Correspondent) -> int:
    """Alice's conversation with Bob."""
    alice.writes(bob, "hello")
    alice.events.clear()
    return alice.conversation(bob).id


def receive(alice: Correspondent, bob: Correspondent, *texts: str) -> None:
    for text in texts:
        bob.writes(alice, text)
    bob.sends_all()
    alice.polls()


def listed(account: OpenAccount) -> list[int]:
    return [row.id for row in reading.first_conversations(account).rows]


@pytest.mark.parametrize("act", ACTIONS)
def test_nothing_can_be_done_with_a_conversation_that_is_gone(
    alice: Correspondent, act: object
) -> None:
    with pytest.raises(UnknownConversation):
        act(alice.account, 4711)  # type: ignore[operator]
    assert alice.events == []


def test_the_newest_pin_stands_first(alice: Correspondent, bob: Correspondent, number: int) -> None:
    notes = messaging.start_conversation(alice.account, alice.account_id)
    other = messaging.start_conversation(alice.account, Correspondent.stranger())

    organising.pin(alice.account, number)
    organising.pin(alice.account, notes)

    assert listed(alice.account) == [notes, number, other]
    assert alice.events[-1] == ConversationChanged(notes)


def test_a_pin_that_was_taken_away_can_be_put_back_where_it_was(
    alice: Correspondent, number: int
) -> None:
    notes = messaging.start_conversation(alice.account, alice.account_id)
    organising.pin(alice.account, number)
    organising.pin(alice.account, notes)

    priority = organising.unpin(alice.account, number)
    organising.pin(alice.account, number, priority=priority)

    assert listed(alice.account) == [notes, number]


def test_reading_by_hand_is_undone_to_the_last_message(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    receive(alice, bob, "one", "two")
    assert alice.conversation(bob).unread == 2

    count = organising.mark_read(alice.account, number)
    assert (count, alice.conversation(bob).unread) == (2, 0)
    receive(alice, bob, "three")
    organising.mark_unread(alice.account, number, count=count)

    assert alice.conversation(bob).unread == 3
    assert [message.unread for message in reading.latest(alice.account, number).messages] == [
        False,
        True,
        True,
        True,
    ]


def test_a_mark_goes_when_the_conversation_is_opened_or_read(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    for look in (organising.unmark, organising.mark_read):
        organising.mark_unread(alice.account, number)
        assert alice.conversation(bob).marked_unread

        look(alice.account, number)

        assert not alice.conversation(bob).marked_unread
        assert alice.events[-2:] == [ConversationChanged(number)] * 2


def test_opening_what_is_not_marked_tells_nobody(alice: Correspondent, number: int) -> None:
    organising.unmark(alice.account, number)

    assert alice.events == []


def test_a_nickname_is_cleaned_and_an_empty_one_removes_it(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    organising.set_nickname(alice.account, number, "  Up\u202estairs\n neighbour ")
    assert alice.conversation(bob).nickname == "Upstairs neighbour"

    organising.set_nickname(alice.account, number, " \u200b ")
    assert alice.conversation(bob).nickname is None


def test_a_nickname_that_is_too_long_changes_nothing(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    organising.set_nickname(alice.account, number, "Upstairs")

    with pytest.raises(NameTooLong):
        organising.set_nickname(alice.account, number, "é" * 51)

    assert alice.conversation(bob).nickname == "Upstairs"


def test_their_new_name_leaves_the_nickname_alone(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    organising.set_nickname(alice.account, number, "Upstairs")

    receive(alice, bob, "hello")

    conversation = alice.conversation(bob)
    assert (conversation.name, conversation.nickname) == ("Bob", "Upstairs")


def test_what_somebody_blocked_writes_never_arrives(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    organising.block(alice.account, number)
    receive(alice, bob, "while blocked")
    organising.unblock(alice.account, number)
    receive(alice, bob, "afterwards")

    assert [text for _, text, _ in alice.reads(bob)] == ["hello", "afterwards"]
    assert BlockingChanged(number) in alice.events


def test_nothing_is_sent_to_somebody_blocked(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    alice.sends_all()
    organising.block(alice.account, number)

    with pytest.raises(ContactBlocked):
        messaging.send_text(alice.account, number, "never")

    assert alice.outbox() == []
    assert len(alice.reads(bob)) == 1


def test_a_failed_message_is_not_tried_again_while_its_reader_is_blocked(
    alice: Correspondent, bob: Correspondent, number: int
) -> None:
    [message] = reading.latest(alice.account, number).messages
    with alice.account.database.write():
        messages.set_state(alice.account.database, message.id, "failed")
    organising.block(alice.account, number)

    with pytest.raises(ContactBlocked):
        messaging.retry(alice.account, message.id)

    assert alice.reads(bob) == [("out", "hello", "failed")]


@pytest.mark.parametrize("act", [organising.block, organising.unblock])
def test_nobody_blocks_themselves(alice: Correspondent, act: object) -> None:
    notes = messaging.start_conversation(alice.account, alice.account_id)

    with pytest.raises(NoteToSelf):
        act(alice.account, notes)  # type: ignore[operator]
    with pytest.raises(NoteToSelf):
        organising.set_nickname(alice.account, notes, "Me")
