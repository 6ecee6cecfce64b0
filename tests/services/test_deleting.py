"""Deleting here: gone from the disk, never sent, never fetched again, and told to whoever looks."""

from tests.services.correspondents import Correspondent, PracticeSwitch
from webapp.services import deleting, messaging, reading
from webapp.services.events import MessagesRemoved
from webapp.storage import contacts


def received_by(person: Correspondent, peer: Correspondent) -> list[int]:
    page = reading.latest(person.account, person.conversation(peer).id)
    return [message.id for message in page.messages]


def deletes(person: Correspondent, *message_ids: int) -> None:
    person.events.clear()
    deleting.delete_messages(person.account, message_ids)


def test_a_received_message_is_gone_and_does_not_come_back(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "burn this")
    alice.writes(bob, "keep this")
    alice.sends_all()
    bob.polls()

    deletes(bob, received_by(bob, alice)[0])
    bob.polls()
    bob.starts_again()
    bob.polls()

    assert bob.reads(alice) == [("in", "keep this", "received")]


def test_what_nodes_give_from_the_beginning_does_not_bring_it_back(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "burn this")
    alice.sends_all()
    bob.polls()
    deletes(bob, *received_by(bob, alice))

    with bob.account.database.write() as connection:
        connection.execute("DELETE FROM cursor")
    bob.polls()

    assert bob.reads(alice) == []


def test_others_keep_theirs(
    alice: Correspondent, bob: Correspondent, alices_other_device: Correspondent
) -> None:
    number = alice.writes(bob, "hello")
    alice.sends_all()

    deletes(alice, number)

    bob.polls()
    alices_other_device.polls()
    assert bob.reads(alice) == [("in", "hello", "received")]
    assert alices_other_device.reads(bob) == [("out", "hello", "sent")]


def test_a_message_that_was_not_sent_yet_is_never_sent(
    alice: Correspondent, bob: Correspondent
) -> None:
    number = alice.writes(bob, "too early")
    alice.writes(bob, "in time")

    deletes(alice, number)
    alice.sends_all()
    bob.polls()

    assert [text for _, text, _ in bob.reads(alice)] == ["in time"]
    assert alice.outbox() == []


def test_a_message_deleted_on_its_way_may_arrive_and_stays_deleted_here(
    alice: Correspondent, bob: Correspondent
) -> None:
    number = alice.writes(bob, "on its way")
    item = alice.begins_to_send()

    deletes(alice, number)
    stored = alice.account.network.store(item.recipient, item.data, ttl_ms=item.ttl_ms)
    alice.sender._finish(item, stored)
    alice.polls()

    assert alice.reads(bob) == []
    assert alice.outbox() == []


def test_a_note_whose_answer_was_lost_does_not_come_back(alice: Correspondent) -> None:
    number = alice.writes(alice, "a note")
    item = alice.begins_to_send()
    alice.account.network.store(item.recipient, item.data, ttl_ms=item.ttl_ms)
    alice.starts_again()

    deletes(alice, number)
    alice.polls()

    assert alice.reads(alice) == []


def test_a_failed_message_can_be_deleted(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    practice.off()
    number = alice.writes(bob, "never")
    alice.gives_up()
    practice.on()

    deletes(alice, number)
    alice.sends_all()

    assert alice.reads(bob) == []
    assert alice.outbox() == []


def test_the_row_of_the_conversation_says_what_is_left(
    alice: Correspondent, bob: Correspondent
) -> None:
    for text in ("one", "two", "three"):
        alice.writes(bob, text)
    alice.sends_all()
    bob.polls()
    one, _, three = received_by(bob, alice)

    deletes(bob, one, three)

    assert bob.conversation(alice).snippet == "two"
    assert bob.conversation(alice).unread == 1


def test_whoever_looks_is_told_once_for_each_conversation(
    alice: Correspondent, bob: Correspondent
) -> None:
    to_bob = [alice.writes(bob, text) for text in ("a", "b")]
    note = alice.writes(alice, "c")

    deletes(alice, *to_bob, note, 4711)

    assert alice.events == [
        MessagesRemoved(alice.conversation(bob).id, tuple(to_bob)),
        MessagesRemoved(alice.conversation(alice).id, (note,)),
    ]


def test_deleting_what_is_gone_already_changes_nothing(
    alice: Correspondent, bob: Correspondent
) -> None:
    number = alice.writes(bob, "once")
    deletes(alice, number)

    deletes(alice, number)

    assert alice.events == []


def test_nothing_of_it_lingers_in_the_log_of_the_database(
    alice: Correspondent, bob: Correspondent
) -> None:
    number = alice.writes(bob, "x" * 2_000)
    log = alice.path.with_name(alice.path.name + "-wal")
    assert log.stat().st_size > 0

    deletes(alice, number)

    assert log.stat().st_size == 0


def test_an_answer_that_is_never_sent_accepts_nobody(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "may I write to you?")
    alice.sends_all()
    bob.polls()
    number = bob.writes(alice, "you may")

    deletes(bob, number)
    bob.sends_all()
    alice.polls()

    contact = contacts.get(alice.account.database, bob.account_id)
    assert contact is not None
    assert not contact.approved_me
    assert not bob.conversation(alice).approved
    bob.writes(alice, "now you may")
    assert [item.kind for item in bob.outbox()] == ["approval", "message", "sync"]


def test_an_answer_among_others_leaves_the_sender_accepted(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "may I write to you?")
    alice.sends_all()
    bob.polls()
    number = bob.writes(alice, "you may")
    bob.writes(alice, "of course")

    deletes(bob, number)
    bob.sends_all()
    alice.polls()

    assert bob.conversation(alice).approved
    assert alice.conversation(bob).approved_me


def test_the_next_message_never_takes_the_time_of_a_deleted_one(
    alice: Correspondent, bob: Correspondent
) -> None:
    number = alice.writes(bob, "first")
    alice.sends_all()
    deletes(alice, number)

    alice.writes(bob, "second")
    alice.sends_all()
    bob.polls()

    assert [text for _, text, _ in bob.reads(alice)] == ["first", "second"]


def test_what_waited_for_a_deleted_message_is_due(alice: Correspondent, bob: Correspondent) -> None:
    number = alice.writes(bob, "first")
    alice.account.outbox_filled.clear()

    deletes(alice, number)

    assert alice.account.outbox_filled.is_set()
    assert messaging.send_text(alice.account, alice.conversation(bob).id, "second") > number
