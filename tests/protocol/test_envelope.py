import hashlib
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_box_seal, crypto_core_ed25519_is_valid_point

from tests.protocol.people import ALICE, BOB, CAROL
from tests.protocol.strategies import contents
from tests.protocol.vector_encrypt import sealed_with
from tests.protocol.worked_values import (
    CONTENT_HEX,
    EPHEMERAL_SECRET,
    SEALED_SHA256,
    SENT_AT_MS,
    SIGNATURE_HEX,
    STORED_FOR_BOB,
)
from webapp.protocol.content import Content, Profile, VisibleMessage, encode_content
from webapp.protocol.envelope import (
    MIN_SEALED_BYTES,
    Opened,
    enclose,
    open_sealed,
    open_stored,
    seal,
    sign_for,
    wrap,
)
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.json_reading import MAX_TIMESTAMP_MS
from webapp.protocol.keys import AccountKeys
from webapp.protocol.padding import pad
from webapp.protocol.wire import session_pb2 as wire
from webapp.protocol.wire.reading import MAX_MESSAGE_BYTES

HELLO = Content(SENT_AT_MS, VisibleMessage("Hello Bob", Profile("Alice", updated_s=1_767_225_000)))
STORED = b64decode(STORED_FOR_BOB)


def sent(content: Content = HELLO, to: AccountKeys = BOB) -> bytes:
    encoded = encode_content(content)
    return wrap(encoded, sender=ALICE, recipient=to.account_id, sent_at_ms=content.sent_at_ms)


def worked_box() -> bytes:
    signed = sign_for(pad(bytes.fromhex(CONTENT_HEX)), sender=ALICE, recipient=BOB.account_id)
    return sealed_with(EPHEMERAL_SECRET, signed, BOB.account_id)


def enveloped(*, request: bool = True, **fields: Any) -> bytes:
    """Return Alice's worked box in an envelope with other fields than ours."""
    usual: dict[str, Any] = {
        "type": 6,
        "timestamp": SENT_AT_MS,
        "sourceDevice": 1,
        "content": worked_box(),
    }
    envelope = wire.Envelope(**(usual | fields)).SerializePartialToString()
    inner = wire.WebSocketRequestMessage(body=envelope) if request else None
    return wire.WebSocketMessage(type="REQUEST", request=inner).SerializeToString()


def test_the_worked_message_is_opened() -> None:
    assert open_stored(STORED, recipient=BOB) == Opened(ALICE.account_id, SENT_AT_MS, HELLO)


def test_the_worked_message_is_built_as_published() -> None:
    signed = sign_for(pad(bytes.fromhex(CONTENT_HEX)), sender=ALICE, recipient=BOB.account_id)
    assert signed[-64:].hex() == SIGNATURE_HEX
    assert hashlib.sha256(worked_box()).hexdigest() == SEALED_SHA256
    stored = enclose(worked_box(), sent_at_ms=SENT_AT_MS, pro_signature=bytes(64))
    assert b64encode(stored).decode() == STORED_FOR_BOB


@given(contents)
def test_a_message_survives_its_way(content: Content) -> None:
    message = content.message
    to = ALICE if isinstance(message, VisibleMessage) and message.sync_target else BOB
    opened = Opened(ALICE.account_id, content.sent_at_ms, content)
    assert open_stored(sent(content, to=to), recipient=to) == opened


@given(st.binary(max_size=500))
def test_sealed_content_is_opened_by_its_recipient_only(content: bytes) -> None:
    box = seal(content, sender=ALICE, recipient=BOB.account_id)
    assert open_sealed(box, recipient=BOB) == (content, ALICE.account_id)
    for other in (ALICE, CAROL):
        with pytest.raises(RemoteProtocolError):
            open_sealed(box, recipient=other)


@given(st.data())
def test_any_flipped_bit_of_a_sealed_box_is_refused(data: st.DataObject) -> None:
    box = bytearray(seal(b"text", sender=ALICE, recipient=BOB.account_id))
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(box) - 1))
    box[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RemoteProtocolError):
        open_sealed(bytes(box), recipient=BOB)


@given(st.data())
def test_a_flipped_bit_of_stored_data_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    stored = bytearray(STORED)
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(stored) - 1))
    stored[bit // 8] ^= 1 << bit % 8
    try:
        opened = open_stored(bytes(stored), recipient=BOB)
    except RemoteProtocolError:
        return
    assert opened is None or opened == Opened(ALICE.account_id, SENT_AT_MS, HELLO)


@given(st.binary(max_size=300))
def test_any_stored_bytes_are_refused_or_of_the_next_version(data: bytes) -> None:
    if data.startswith(b"\0"):
        assert open_stored(data, recipient=BOB) is None
    else:
        with pytest.raises(RemoteProtocolError):
            open_stored(data, recipient=BOB)


@pytest.mark.parametrize("data", [b"\0", b"\0" + STORED, bytes(MAX_MESSAGE_BYTES + 1)])
def test_data_of_the_next_version_is_left_alone(data: bytes) -> None:
    assert open_stored(data, recipient=BOB) is None


def test_a_nought_elsewhere_is_no_version() -> None:
    assert open_stored(b"\x08\0" + STORED, recipient=BOB) == open_stored(STORED, recipient=BOB)


def test_each_layer_is_checked_before_the_next_is_looked_at() -> None:
    """Every message is broken in all layers from one on; the outermost of them refuses it."""
    broken_content = b"\x78" + b"\xff" * 9 + b"\x01"
    unsigned = pad(broken_content) + ALICE.ed25519 + bytes(64)
    sealed = crypto_box_seal(unsigned, BOB.x25519)
    for_another = crypto_box_seal(unsigned, CAROL.x25519)
    group_message = enveloped(type=7, content=for_another)
    oversized = group_message + b"\x1a" + bytes(MAX_MESSAGE_BYTES)
    for data, reason in (
        (oversized, "too long"),
        (group_message, "group message"),
        (enveloped(content=for_another), "does not open"),
        (enveloped(content=sealed), "not signed"),
        (sealed_by_alice(broken_content), "after the year 9999"),
    ):
        with pytest.raises(RemoteProtocolError, match=reason):
            open_stored(data, recipient=BOB)


def sealed_by_alice(content: bytes) -> bytes:
    return wrap(content, sender=ALICE, recipient=BOB.account_id, sent_at_ms=SENT_AT_MS)


@given(st.binary(max_size=300))
def test_any_signed_bytes_are_content_or_refused(content: bytes) -> None:
    box = seal(content, sender=ALICE, recipient=BOB.account_id)
    stored = enclose(box, sent_at_ms=SENT_AT_MS, pro_signature=bytes(64))
    try:
        opened = open_stored(stored, recipient=BOB)
    except RemoteProtocolError:
        return
    assert opened is not None
    assert opened.sender == ALICE.account_id


def test_a_message_cannot_be_passed_on_to_a_third_person() -> None:
    signed_for_bob = sign_for(pad(encode_content(HELLO)), sender=ALICE, recipient=BOB.account_id)
    box = crypto_box_seal(signed_for_bob, CAROL.x25519)
    with pytest.raises(RemoteProtocolError, match="not signed"):
        open_sealed(box, recipient=CAROL)


def test_the_sender_cannot_be_replaced() -> None:
    signed = sign_for(pad(encode_content(HELLO)), sender=ALICE, recipient=BOB.account_id)
    forged = signed[:-96] + CAROL.ed25519 + signed[-64:]
    with pytest.raises(RemoteProtocolError, match="not signed"):
        open_sealed(crypto_box_seal(forged, BOB.x25519), recipient=BOB)


@pytest.mark.parametrize("size", [0, 47, 48, MIN_SEALED_BYTES - 1])
def test_a_box_without_room_for_a_signature_is_refused(size: int) -> None:
    with pytest.raises(RemoteProtocolError, match="too short"):
        open_sealed(bytes(size), recipient=BOB)


def test_what_length_reveals_is_a_step_of_160() -> None:
    sizes = {len(seal(bytes(size), sender=ALICE, recipient=BOB.account_id)) for size in range(159)}
    assert sizes == {160 + MIN_SEALED_BYTES}


@pytest.mark.parametrize(
    "fields",
    [
        {"source": ""},
        {"source": CAROL.account_id.hex},
        {"proSig": bytes(64)},
        {"sourceDevice": None},
        {"serverTimestamp": 5},
        {"timestamp": 0},
    ],
)
def test_an_envelope_may_look_otherwise_and_is_not_believed(fields: dict[str, Any]) -> None:
    opened = open_stored(enveloped(**fields), recipient=BOB)
    assert opened == Opened(ALICE.account_id, SENT_AT_MS, HELLO)


@pytest.mark.parametrize(
    "fields",
    [
        {"timestamp": SENT_AT_MS + 1},
        {"timestamp": 2**64 - 1},
        {"timestamp": None},
        {"type": None},
        {"type": 7},
        {"content": None},
        {"content": b""},
        {"source": "Carol"},
        {"proSig": b""},
        {"proSig": bytes(63)},
        {"request": False},
    ],
)
def test_an_envelope_that_breaks_the_rules_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(RemoteProtocolError):
        open_stored(enveloped(**fields), recipient=BOB)


def with_signed_time(sig_timestamp: int | None, envelope_time: int) -> bytes:
    encoded = wire.Content(
        dataMessage=wire.DataMessage(body="x"), sigTimestamp=sig_timestamp
    ).SerializeToString()
    box = seal(encoded, sender=ALICE, recipient=BOB.account_id)
    return enclose(box, sent_at_ms=envelope_time, pro_signature=bytes(64))


@pytest.mark.parametrize(
    ("signed", "envelope", "sent_at"), [(None, 5, 5), (0, 5, 5), (5, 0, 5), (5, 5, 5)]
)
def test_one_time_is_enough_for_old_clients(
    signed: int | None, envelope: int, sent_at: int
) -> None:
    opened = open_stored(with_signed_time(signed, envelope), recipient=BOB)
    assert opened is not None
    assert opened.sent_at_ms == sent_at


@pytest.mark.parametrize(
    ("signed", "envelope"), [(5, 6), (None, 0), (0, 0), (None, MAX_TIMESTAMP_MS + 1)]
)
def test_two_times_or_none_are_refused(signed: int | None, envelope: int) -> None:
    with pytest.raises(RemoteProtocolError):
        open_stored(with_signed_time(signed, envelope), recipient=BOB)


def test_only_we_send_copies_of_our_messages() -> None:
    copy = replace(HELLO, message=VisibleMessage("x", sync_target=CAROL.account_id))
    with pytest.raises(RemoteProtocolError, match="copies"):
        open_stored(sent(copy, to=BOB), recipient=BOB)
    assert open_stored(sent(copy, to=ALICE), recipient=ALICE) is not None


def test_the_decoy_looks_like_a_signature_and_is_never_the_same() -> None:
    def decoy() -> bytes:
        wrapper = wire.WebSocketMessage.FromString(sent())
        return wire.Envelope.FromString(wrapper.request.body).proSig

    first, second = decoy(), decoy()
    assert first != second
    assert len(first) == 64
    assert crypto_core_ed25519_is_valid_point(first[:32])
    # The order of the group is just above 2²⁵², so a scalar's last byte is small.
    assert first[-1] <= 0x10
