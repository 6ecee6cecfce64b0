"""The sender's table: every way a row of the outbox can go."""

from tests.services.correspondents import Correspondent, PracticeSwitch
from webapp.network.backoff import JITTER
from webapp.services import messaging
from webapp.services.sending import RETRY_PAUSES_MS
from webapp.storage import messages, outbox


def test_no_answer_keeps_the_message_and_tries_again_later(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    practice.off()
    alice.writes(bob, "hello")

    assert alice.sender.send_next()

    assert alice.reads(bob) == [("out", "hello", "sending")]
    assert not alice.sender.send_next(), "the pause has not passed"
    practice.on()
    alice.clock.advance(RETRY_PAUSES_MS[0] * (1 + JITTER) / 1000)
    alice.sends_all()
    bob.polls()
    assert bob.reads(alice) == [("in", "hello", "received")]


def test_after_the_last_pause_the_message_has_failed_and_the_text_stays(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    practice.off()
    alice.writes(bob, "hello")

    alice.gives_up()

    assert alice.reads(bob) == [("out", "hello", "failed")]
    assert alice.conversation(bob).last_state == "failed"


def test_what_the_lack_of_a_network_kept_here_goes_out_when_it_is_back(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    alice.account.network.on_state(alice.sender.watch)
    practice.off()
    alice.writes(bob, "first")
    alice.gives_up()
    alice.writes(bob, "second")
    alice.gives_up()
    alice.sender.take_up_stranded()
    assert [item.state for item in alice.outbox() if item.kind == "message"] == ["stranded"] * 2
    practice.on()

    alice.polls()
    alice.sender.take_up_stranded()

    assert alice.reads(bob) == [("out", "first", "sending"), ("out", "second", "sending")]
    alice.sends_all()
    bob.polls()
    assert bob.reads(alice) == [("in", "first", "received"), ("in", "second", "received")]


def test_after_a_start_as_well(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    practice.off()
    alice.writes(bob, "hello")
    alice.gives_up()
    alice.starts_again()
    practice.on()
    alice.account.network.on_state(alice.sender.watch)

    alice.polls()
    alice.sender.take_up_stranded()
    alice.sends_all()
    bob.polls()

    assert bob.reads(alice) == [("in", "hello", "received")]


def test_what_failed_for_another_reason_waits_for_the_user(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.account.network.on_state(alice.sender.watch)
    number = alice.writes(bob, "hello")
    outbox.mark_failed(alice.account.database, alice.begins_to_send().id)
    messages.set_state(alice.account.database, number, "failed")

    alice.polls()
    alice.sender.take_up_stranded()

    assert alice.reads(bob) == [("out", "hello", "failed")]


def test_trying_again_sends_the_same_bytes(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    practice.off()
    number = alice.writes(bob, "hello")
    before = [item.data for item in alice.outbox()]
    alice.gives_up()
    practice.on()

    messaging.retry(alice.account, number)

    assert [item.data for item in alice.outbox()] == before
    alice.sends_all()
    bob.polls()
    assert bob.reads(alice) == [("in", "hello", "received")]


def test_a_crash_while_sending_neither_loses_nor_doubles(
    alice: Correspondent, bob: Correspondent
) -> None:
    alice.writes(bob, "before the crash")
    item = alice.begins_to_send()
    # The swarm has stored it, but the answer was never written down.
    alice.account.network.store(item.recipient, item.data, ttl_ms=item.ttl_ms)

    alice.starts_again()
    alice.sends_all()
    bob.polls()

    assert alice.reads(bob) == [("out", "before the crash", "sent")]
    assert bob.reads(alice) == [("in", "before the crash", "received")]


def test_a_failed_message_does_not_stand_in_the_way_of_the_next(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    practice.off()
    alice.writes(bob, "first")
    alice.gives_up()
    practice.on()

    alice.writes(bob, "second")
    alice.sends_all()
    bob.polls()

    assert bob.reads(alice) == [("in", "second", "received")]
    assert alice.reads(bob) == [("out", "first", "failed"), ("out", "second", "sent")]
