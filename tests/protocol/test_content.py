from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import BOB
from tests.protocol.strategies import contents
from tests.protocol.worked_values import CONTENT_HEX, SENT_AT_MS
from webapp.protocol.content import (
    BODY_LIMIT,
    MAX_ATTACHMENTS,
    NAME_LIMIT_BYTES,
    BodyTooLong,
    Content,
    Expiration,
    ExpirationKind,
    Message,
    MessageRequestResponse,
    Profile,
    Unsupported,
    VisibleMessage,
    clean_name,
    decode_content,
    encode_content,
)
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.json_reading import MAX_TIMESTAMP_MS
from webapp.protocol.wire import session_pb2 as wire

WORKED = Content(SENT_AT_MS, VisibleMessage("Hello Bob", Profile("Alice", updated_s=1_767_225_000)))


def message_in(content: wire.Content) -> Message:
    return decode_content(content.SerializePartialToString()).message


def in_data(**fields: Any) -> Message:
    return message_in(wire.Content(dataMessage=wire.DataMessage(**fields), sigTimestamp=1))


def test_the_worked_content_is_the_published_one() -> None:
    assert encode_content(WORKED).hex() == CONTENT_HEX
    assert decode_content(bytes.fromhex(CONTENT_HEX)) == WORKED


@given(contents)
def test_content_survives_the_wire(content: Content) -> None:
    assert decode_content(encode_content(content)) == content


@given(st.binary(max_size=300))
def test_any_bytes_are_content_or_refused(raw: bytes) -> None:
    try:
        assert decode_content(raw).sent_at_ms >= 0
    except RemoteProtocolError:
        return


@given(contents, st.data())
def test_damaged_content_is_content_or_refused(content: Content, data: st.DataObject) -> None:
    raw = bytearray(encode_content(content))
    at = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))
    raw[at] = data.draw(st.integers(min_value=0, max_value=255))
    try:
        assert decode_content(bytes(raw)).sent_at_ms >= 0
    except RemoteProtocolError:
        return


def test_a_text_may_have_2000_code_points() -> None:
    longest = "👋" * BODY_LIMIT
    encoded = encode_content(Content(1, VisibleMessage(longest)))
    assert decode_content(encoded).message == VisibleMessage(longest)
    with pytest.raises(BodyTooLong):
        encode_content(Content(1, VisibleMessage(longest + ".")))


def test_longer_texts_of_others_are_received() -> None:
    assert in_data(body="x" * 10_000) == VisibleMessage("x" * 10_000)


@pytest.mark.parametrize(
    "content",
    [
        Content(1, VisibleMessage("")),
        Content(1, VisibleMessage("\ud800")),
        Content(1, VisibleMessage("x", Profile("n" * (NAME_LIMIT_BYTES + 1)))),
        Content(1, Unsupported("reaction")),
        Content(0, VisibleMessage("x")),
        Content(MAX_TIMESTAMP_MS + 1, VisibleMessage("x")),
    ],
)
def test_what_nobody_would_accept_is_not_sent(content: Content) -> None:
    with pytest.raises(LocalProtocolError):
        encode_content(content)


def test_presence_is_kept_where_nothing_disappears() -> None:
    encoded = wire.Content.FromString(
        encode_content(Content(1, MessageRequestResponse(approved=True)))
    )
    assert encoded.HasField("expirationType")
    assert encoded.HasField("expirationTimer")
    assert not encoded.messageRequestResponse.HasField("profile")


@pytest.mark.parametrize(
    ("kind", "timer_s", "expiration"),
    [
        (1, 5, Expiration(ExpirationKind.AFTER_READ, 5)),
        (2, 2**32 - 1, Expiration(ExpirationKind.AFTER_SEND, 2**32 - 1)),
        (0, 5, None),
        (1, 0, None),
        (None, 5, None),
    ],
)
def test_a_message_disappears_only_with_both_kind_and_timer(
    kind: Any, timer_s: int, expiration: Expiration | None
) -> None:
    message = message_in(
        wire.Content(
            dataMessage=wire.DataMessage(body="x"), expirationType=kind, expirationTimer=timer_s
        )
    )
    assert message == VisibleMessage("x", expiration=expiration)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"reaction": wire.Reaction(id=1, author="a", action="REACT")}, "reaction"),
        ({"flags": 2}, "expirationTimerUpdate"),
        ({"groupUpdateMessage": wire.GroupUpdateMessage(), "body": "x"}, "groupUpdateMessage"),
        ({"attachments": [wire.AttachmentPointer(deprecated_id=1)]}, "dataMessage"),
        ({"profile": wire.LokiProfile()}, "dataMessage"),
        ({}, "dataMessage"),
    ],
)
def test_a_data_message_without_text_is_of_a_later_kind(fields: Any, kind: str) -> None:
    assert in_data(**fields) == Unsupported(kind)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (wire.Content(receiptMessage=wire.ReceiptMessage(type="READ")), "receiptMessage"),
        (
            wire.Content(typingMessage=wire.TypingMessage(timestamp=1, action="STARTED")),
            "typingMessage",
        ),
        (
            wire.Content(
                dataExtractionNotification=wire.DataExtractionNotification(type="SCREENSHOT")
            ),
            "dataExtractionNotification",
        ),
        (wire.Content(unsendRequest=wire.UnsendRequest(timestamp=1, author="a")), "unsendRequest"),
        (wire.Content(callMessage=wire.CallMessage(type="PRE_OFFER", uuid="u")), "callMessage"),
        (wire.Content(sigTimestamp=1), "unknown"),
        (wire.Content(proMessage=wire.ProMessage()), "unknown"),
    ],
)
def test_kinds_of_later_versions_are_named(content: wire.Content, kind: str) -> None:
    assert message_in(content) == Unsupported(kind)


def test_a_text_beside_attachments_is_shown() -> None:
    attachment = wire.AttachmentPointer(deprecated_id=1)
    assert in_data(body="look", attachments=[attachment]) == VisibleMessage("look")


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "x", "flags": 1},
        {"body": "x", "flags": 3},
        {"body": "x", "attachments": [wire.AttachmentPointer(deprecated_id=1)] * 33},
        {"body": "x", "attachments": [wire.AttachmentPointer()]},
        {"body": "x", "syncTarget": "nobody"},
        {"body": "x", "syncTarget": "03" + "0" * 64},
    ],
)
def test_a_message_that_breaks_the_rules_is_refused(fields: Any) -> None:
    assert MAX_ATTACHMENTS == 32
    with pytest.raises(RemoteProtocolError):
        in_data(**fields)


def test_a_copy_names_the_account_it_was_sent_to() -> None:
    upper = BOB.account_id.hex.upper()
    assert in_data(body="x", syncTarget=upper) == VisibleMessage("x", sync_target=BOB.account_id)


@pytest.mark.parametrize("tag", [b"\x0a", b"\xca\x06"], ids=["body", "sync target"])
def test_text_that_is_not_utf8_is_refused(tag: bytes) -> None:
    data = b"\x0a\x01x" + tag + b"\x01\xff"
    with pytest.raises(RemoteProtocolError):
        decode_content(b"\x0a" + bytes([len(data)]) + data)


def test_a_time_beyond_all_calendars_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        message_in(wire.Content(sigTimestamp=MAX_TIMESTAMP_MS + 1))


@pytest.mark.parametrize("approved", [True, False])
def test_the_answer_to_a_request_carries_the_profile(approved: bool) -> None:
    response = MessageRequestResponse(approved, Profile("Bob", "https://x/1", bytes(32), 5))
    assert decode_content(encode_content(Content(9, response))) == Content(9, response)


def received_profile(profile: wire.LokiProfile, key: bytes = b"") -> Profile | None:
    message = in_data(body="x", profile=profile, profileKey=key)
    assert isinstance(message, VisibleMessage)
    return message.profile


@pytest.mark.parametrize(
    ("url", "key"),
    [("", bytes(32)), ("https://x/1", b""), ("https://x/1", bytes(31)), ("é" * 112, bytes(32))],
)
def test_half_a_picture_is_none(url: str, key: bytes) -> None:
    profile = wire.LokiProfile(displayName="Bob", profilePicture=url)
    assert received_profile(profile, key) == Profile("Bob")


def test_a_profile_date_that_is_no_date_counts_as_absent() -> None:
    profile = wire.LokiProfile(displayName="Bob", lastProfileUpdateSeconds=2**64 - 1)
    assert received_profile(profile) == Profile("Bob", updated_s=0)


def test_a_name_of_nothing_visible_counts_as_absent() -> None:
    assert received_profile(wire.LokiProfile(displayName=" \u200b\u3164 ")) == Profile()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Alice", "Alice"),
        ("  Alice \n\t B.  ", "Alice B."),
        ("Al\u202eice\u2066\u200f", "Alice"),
        ("Al\u200bi\u200dce\ufeff\u2060", "Alice"),
        ("Al\x00ic\x1be\x7f", "Alice"),
        ("Al\ud800ice", "Alice"),
        ("\u3164\u115f\u1160\uffa0", ""),
        ("שלום عليكم", "שלום عليكم"),
        ("❤\ufe0f 👋🏽", "❤\ufe0f 👋🏽"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4),
        ("é" * 60, "é" * 50),
        ("x" * 99 + "é", "x" * 99),
        ("x" * 99 + " y", "x" * 99),
    ],
)
def test_a_name_is_shown_without_what_hides_or_reorders(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@given(st.text(st.characters()))
def test_a_clean_name_is_short_and_stays_as_it_is(name: str) -> None:
    cleaned = clean_name(name)
    assert len(cleaned.encode()) <= NAME_LIMIT_BYTES
    assert clean_name(cleaned) == cleaned


def test_the_key_of_a_picture_does_not_show_in_a_representation() -> None:
    assert "key" not in repr(Profile("Bob", "https://x/1", bytes(32)))
