"""Writing, sending and receiving between two accounts on one practice network."""

import pytest

from tests.services.correspondents import Correspondent
from webapp.protocol.content import BODY_LIMIT
from webapp.services import messaging, own_account, reading
from webapp.services.errors import (
    EmptyMessage,
    MessageTooLong,
    NameMissing,
    NameTooLong,
    UnknownConversation,
    UnknownMessage,
)


def test_a_text_reaches_the_other_side_once(alice: Correspondent, bob: Correspondent) -> None:
    alice.writes(bob, "Hello Bob")
    alice.sends_all()

    bob.polls()
    bob.polls()

    assert bob.reads(alice) == [("in", "Hello Bob", "received")]


def test_the_sender_sees_one_tick_once_a_swarm_has_stored_it(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "Hello")
    assert alice.reads(bob) == [("out", "Hello", "sending")]

    alice.sends_all()

    assert alice.reads(bob) == [("out", "Hello", "sent")]


def test_texts_arrive_in_the_order_they_were_written(
    alice: Correspondent, bob: Correspondent
) -> None:
    texts = [f"number {n}" for n in range(20)]
    for text in texts:
        alice.writes(bob, text)
    alice.sends_all()

    bob.polls()

    assert [text for _, text, _ in bob.reads(alice)] == texts


def test_emoji_right_to_left_and_the_longest_text_survive(
    alice: Correspondent, bob: Correspondent
) -> None:
    texts = ["👩‍👩‍👧‍👦 🇳🇱", "شكرا، وصلت الرسالة", "x" * BODY_LIMIT, "𝔘" * BODY_LIMIT]
    for text in texts:
        alice.writes(bob, text)
    alice.sends_all()

    bob.polls()

    assert [text for _, text, _ in bob.reads(alice)] == texts


def test_a_sync_copy_shows_the_message_on_the_other_device(
    alice: Correspondent, bob: Correspondent, alices_other_device: Correspondent
) -> None:
    alice.writes(bob, "from the first device")
    alice.sends_all()

    alices_other_device.polls()

    assert alices_other_device.reads(bob) == [("out", "from the first device", "sent")]


def test_own_copies_do_not_come_back_as_messages(alice: Correspondent, bob: Correspondent) -> None:
    alice.writes(bob, "once")
    alice.sends_all()

    alice.polls()

    assert alice.reads(bob) == [("out", "once", "sent")]


def test_a_note_to_self_reaches_ones_other_device(
    alice: Correspondent, alices_other_device: Correspondent
) -> None:
    alice.writes(alice, "buy stamps")
    alice.sends_all()

    alices_other_device.polls()

    assert alices_other_device.reads(alice) == [("out", "buy stamps", "sent")]


def test_answering_an_unknown_sender_tells_them_they_are_accepted(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "may I write to you?")
    alice.sends_all()
    assert not alice.conversation(bob).approved_me
    bob.polls()
    assert not bob.conversation(alice).approved

    bob.writes(alice, "you may")
    assert [item.kind for item in bob.outbox()] == ["approval", "message", "sync"]
    bob.sends_all()
    alice.polls()

    assert bob.conversation(alice).approved
    assert alice.conversation(bob).approved_me


def test_writing_first_sends_no_approval(alice: Correspondent, bob: Correspondent) -> None:
    alice.writes(bob, "hello")

    assert [item.kind for item in alice.outbox()] == ["message", "sync"]


def test_the_name_of_the_sender_is_shown_once_it_is_known(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "hello")
    alice.sends_all()

    bob.polls()

    assert bob.conversation(alice).name == "Alice"


def test_a_new_name_reaches_contacts_with_the_next_message(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "hello")
    alice.sends_all()
    bob.polls()

    own_account.rename(alice.account, " Alice B. ")
    alice.writes(bob, "under another name")
    alice.sends_all()
    bob.polls()

    assert bob.conversation(alice).name == "Alice B."


@pytest.mark.parametrize(("name", "error"), [(" ", NameMissing), ("x" * 101, NameTooLong)])
def test_a_name_that_cannot_be_leaves_the_old_one(
    alice: Correspondent, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        own_account.rename(alice.account, name)

    assert reading.account_record(alice.account).name == "Alice"


def test_unread_messages_are_counted_until_they_are_looked_at(
    alice: Correspondent, bob: Correspondent
) -> None:
    for n in range(3):
        alice.writes(bob, f"message {n}")
    alice.sends_all()
    bob.polls()
    assert bob.conversation(alice).unread == 3

    messaging.mark_read(bob.account, bob.conversation(alice).id)

    assert bob.conversation(alice).unread == 0


@pytest.mark.parametrize("body", ["", "   ", "\n\t\n"])
def test_an_empty_message_is_refused_and_nothing_is_stored(
    alice: Correspondent, bob: Correspondent, body: str
) -> None:
    number = messaging.start_conversation(alice.account, bob.account_id)

    with pytest.raises(EmptyMessage):
        messaging.send_text(alice.account, number, body)

    assert alice.reads(bob) == []


def test_a_message_above_the_limit_is_refused_with_the_number_of_characters(
    alice: Correspondent, bob: Correspondent
) -> None:
    number = messaging.start_conversation(alice.account, bob.account_id)

    with pytest.raises(MessageTooLong) as refused:
        messaging.send_text(alice.account, number, "x" * (BODY_LIMIT + 7))

    assert refused.value.over == 7
    assert alice.reads(bob) == []


def test_a_conversation_that_does_not_exist_is_refused(alice: Correspondent) -> None:
    with pytest.raises(UnknownConversation):
        messaging.send_text(alice.account, 4711, "hello")
    with pytest.raises(UnknownConversation):
        reading.conversation(alice.account, 4711)


def test_only_own_messages_can_be_tried_again(alice: Correspondent, bob: Correspondent) -> None:
    alice.writes(bob, "hello")
    alice.sends_all()
    bob.polls()
    received = reading.latest(bob.account, bob.conversation(alice).id).messages[0]

    with pytest.raises(UnknownMessage):
        messaging.retry(bob.account, received.id)
    with pytest.raises(UnknownMessage):
        messaging.retry(bob.account, 4711)
