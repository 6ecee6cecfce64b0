"""Keeping what is written and not sent."""

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.correspondents import Correspondent
from webapp.services import drafts, messaging
from webapp.services.drafts import DRAFT_LIMIT
from webapp.services.errors import DraftTooLong, EmptyMessage, UnknownConversation
from webapp.services.events import ConversationChanged
from webapp.web.guards import BODY_BYTES

# What a form makes of one character at most: four bytes, three characters for each.
FORM_BYTES_PER_CHARACTER = 12


@pytest.fixture
def number(alice: Correspondent, bob: Correspondent) -> int:
    number = messaging.start_conversation(alice.account, bob.account_id)
    alice.events.clear()
    return number


def test_what_was_saved_last_is_kept_through_a_restart(alice: Correspondent, number: int) -> None:
    drafts.save(alice.account, number, "Dear")
    drafts.save(alice.account, number, "Dear Bob,\n\n ")

    alice.starts_again()

    assert drafts.of(alice.account, number) == "Dear Bob,\n\n "


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text().filter(lambda text: "\r" not in text))
def test_any_text_up_to_the_limit_is_kept_as_it_was_typed(
    alice: Correspondent, number: int, text: str
) -> None:
    drafts.save(alice.account, number, text)

    assert drafts.of(alice.account, number) == text


def test_line_ends_are_those_of_a_field(alice: Correspondent, number: int) -> None:
    drafts.save(alice.account, number, "one\r\ntwo\rthree")

    assert drafts.of(alice.account, number) == "one\ntwo\nthree"


def test_a_draft_at_the_limit_is_kept_and_one_above_changes_nothing(
    alice: Correspondent, number: int
) -> None:
    longest = "𝔘" * DRAFT_LIMIT
    drafts.save(alice.account, number, longest)

    with pytest.raises(DraftTooLong) as refused:
        drafts.save(alice.account, number, longest + "123")

    assert refused.value.over == 3
    assert drafts.of(alice.account, number) == longest


def test_the_longest_draft_fits_into_a_request() -> None:
    assert DRAFT_LIMIT * FORM_BYTES_PER_CHARACTER + len("body=&show=1") <= BODY_BYTES


def test_without_a_conversation_there_is_no_draft(alice: Correspondent) -> None:
    with pytest.raises(UnknownConversation):
        drafts.save(alice.account, 4711, "to nobody")
    with pytest.raises(UnknownConversation):
        drafts.of(alice.account, 4711)


def test_sending_clears_the_draft(alice: Correspondent, number: int) -> None:
    drafts.save(alice.account, number, "Hello B")

    messaging.send_text(alice.account, number, "Hello Bob")

    assert drafts.of(alice.account, number) == ""


def test_what_cannot_be_sent_stays_a_draft(alice: Correspondent, number: int) -> None:
    drafts.save(alice.account, number, " \n")

    with pytest.raises(EmptyMessage):
        messaging.send_text(alice.account, number, " \n")

    assert drafts.of(alice.account, number) == " \n"


def test_the_list_hears_of_a_draft_that_comes_or_goes(alice: Correspondent, number: int) -> None:
    for text in ("H", "He", "He ", "", " "):
        drafts.save(alice.account, number, text)

    # With "H" and with "": a draft of nothing but white space is none to the eye.
    assert alice.events == [ConversationChanged(number)] * 2


def test_the_list_hears_of_a_draft_that_is_to_be_shown(alice: Correspondent, number: int) -> None:
    drafts.save(alice.account, number, "Hello")
    alice.events.clear()

    drafts.save(alice.account, number, "Hello", show=True)

    assert alice.events == [ConversationChanged(number)]


def test_drafts_saved_at_once_leave_one_of_them_whole(alice: Correspondent, number: int) -> None:
    texts = [str(writer) * 2_000 for writer in range(8)]
    writers = [
        threading.Thread(target=drafts.save, args=(alice.account, number, text)) for text in texts
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert drafts.of(alice.account, number) in texts
