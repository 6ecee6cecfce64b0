"""Signed, sealed and wrapped: how one person's bytes reach another's swarm.

Source: messages.md §3–5. From the inside out:

    padded content | sender's Ed25519 key (32) | signature (64)
    sealed box to the recipient's X25519 key                      + 48
    Envelope (protobuf), whose own fields nobody has signed
    WebSocketMessage (protobuf), which is what the swarm stores
"""

from dataclasses import dataclass
from typing import Final

from nacl.bindings import (
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
)
from nacl.exceptions import CryptoError
from nacl.utils import random

from webapp.protocol.content import Content, VisibleMessage, decode_content
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import (
    ACCOUNT_ID_HEX_LENGTH,
    KEY_BYTES,
    AccountId,
)
from webapp.protocol.json_reading import MAX_TIMESTAMP_MS
from webapp.protocol.keys import SIGNATURE_BYTES, AccountKeys, verify
from webapp.protocol.padding import pad, unpad
from webapp.protocol.wire import session_pb2 as wire
from webapp.protocol.wire.reading import parse_message

_SEALED_BOX_OVERHEAD: Final = 48
_TRAILER_BYTES: Final = KEY_BYTES + SIGNATURE_BYTES
MIN_SEALED_BYTES: Final = _SEALED_BOX_OVERHEAD + _TRAILER_BYTES
# Messages of the next protocol version share the inbox and begin with this byte,
# which cannot begin a protobuf of this one.
_V2_FIRST_BYTE: Final = b"\x00"


@dataclass(frozen=True, slots=True)
class Opened:
    """A message whose sender is certain. Its time is what the sender says."""

    sender: AccountId
    sent_at_ms: int
    content: Content


def seal(content: bytes, *, sender: AccountKeys, recipient: AccountId) -> bytes:
    """Return ``content`` padded, signed by ``sender`` and sealed to ``recipient``."""
    signed = sign_for(pad(content), sender=sender, recipient=recipient)
    return crypto_box_seal(signed, recipient.x25519)


def sign_for(padded: bytes, *, sender: AccountKeys, recipient: AccountId) -> bytes:
    """Return ``padded`` | sender's Ed25519 key (32) | signature (64)."""
    # The recipient's key is signed as well. Otherwise whoever opens this message
    # could seal it again for a third person as if it were meant for them.
    signature = sender.sign(padded + sender.ed25519 + recipient.x25519)
    return padded + sender.ed25519 + signature


def open_sealed(box: bytes, *, recipient: AccountKeys) -> tuple[bytes, AccountId]:
    """Return the content of a sealed box without its padding, and who signed it.

    Raises RemoteProtocolError if it is not for ``recipient`` or not signed.
    """
    padded, ed25519 = open_signed(
        box, x25519=recipient.x25519, x25519_secret=recipient.x25519_secret
    )
    return unpad(padded), AccountId.from_ed25519(ed25519)


def open_signed(box: bytes, *, x25519: bytes, x25519_secret: bytes) -> tuple[bytes, bytes]:
    """Return the padded content of a sealed box and the Ed25519 key that signed it.

    Raises RemoteProtocolError.
    """
    if len(box) < MIN_SEALED_BYTES:
        raise RemoteProtocolError("a sealed box is too short")
    try:
        inner = crypto_box_seal_open(box, x25519, x25519_secret)
    except CryptoError as error:
        raise RemoteProtocolError("a sealed box does not open with this key") from error
    signed, signature = inner[:-SIGNATURE_BYTES], inner[-SIGNATURE_BYTES:]
    ed25519 = signed[-KEY_BYTES:]
    if not verify(ed25519, signed + x25519, signature):
        raise RemoteProtocolError("a message is not signed by its sender for us")
    return signed[:-KEY_BYTES], ed25519


def wrap(content: bytes, *, sender: AccountKeys, recipient: AccountId, sent_at_ms: int) -> bytes:
    """Return the bytes to store in the swarm of ``recipient``."""
    sealed = seal(content, sender=sender, recipient=recipient)
    return enclose(sealed, sent_at_ms=sent_at_ms, pro_signature=_decoy_signature())


def enclose(sealed: bytes, *, sent_at_ms: int, pro_signature: bytes) -> bytes:
    """Return a sealed box in its envelope and wrapper (messages.md §3)."""
    envelope = wire.Envelope(
        type=wire.Envelope.SESSION_MESSAGE,
        timestamp=sent_at_ms,
        sourceDevice=1,
        content=sealed,
        proSig=pro_signature,
    )
    request = wire.WebSocketRequestMessage(
        verb="", path="", body=envelope.SerializeToString(deterministic=True), id=0
    )
    wrapper = wire.WebSocketMessage(type=wire.WebSocketMessage.REQUEST, request=request)
    return wrapper.SerializeToString(deterministic=True)


def open_stored(data: bytes, *, recipient: AccountKeys) -> Opened | None:
    """Return the message in stored ``data``, or None for one of the next protocol version.

    The order is size, envelope, seal, signature, content: nothing that is not
    signed reaches the parser of the content (security.md N1).

    Raises RemoteProtocolError.
    """
    if data.startswith(_V2_FIRST_BYTE):
        return None
    envelope = _open_wrapper(data)
    raw, sender = open_sealed(envelope.content, recipient=recipient)
    content = decode_content(raw)
    _require_own_sync_copy(content, sender=sender, recipient=recipient)
    return Opened(sender, _agreed_time_ms(envelope, content), content)


def _open_wrapper(data: bytes) -> wire.Envelope:
    wrapper = parse_message(wire.WebSocketMessage, data)
    # A missing field reads as empty, which is no Envelope: that one needs a type.
    envelope = parse_message(wire.Envelope, wrapper.request.body)
    if envelope.type != wire.Envelope.SESSION_MESSAGE:
        raise RemoteProtocolError("a group message lies in the inbox of an account")
    if len(envelope.source) not in (0, ACCOUNT_ID_HEX_LENGTH):
        raise RemoteProtocolError("an envelope names a strange source")
    if envelope.HasField("proSig") and len(envelope.proSig) != SIGNATURE_BYTES:
        raise RemoteProtocolError("an envelope has a signature of the wrong size")
    return envelope


def _agreed_time_ms(envelope: wire.Envelope, content: Content) -> int:
    """Return when a message was sent. Raises RemoteProtocolError.

    Anyone can put a sealed box into another envelope. Were its time believed
    over the signed one, an old message could be delivered again as a new one.
    """
    times = {envelope.timestamp, content.sent_at_ms} - {0}
    if len(times) != 1:
        raise RemoteProtocolError("a message has no time, or two")
    (sent_at_ms,) = times
    if sent_at_ms > MAX_TIMESTAMP_MS:
        raise RemoteProtocolError("a message is from after the year 9999")
    return sent_at_ms


def _require_own_sync_copy(content: Content, *, sender: AccountId, recipient: AccountKeys) -> None:
    """Raise RemoteProtocolError for a stranger's message that poses as a copy of ours."""
    message = content.message
    is_copy = isinstance(message, VisibleMessage) and message.sync_target is not None
    if is_copy and sender != recipient.account_id:
        raise RemoteProtocolError("only our own devices send copies of our messages")


def _decoy_signature() -> bytes:
    """Return 64 bytes that look like an Ed25519 signature, which nobody verifies.

    Paying users sign here. The decoy keeps them from standing out: it is a point
    and a scalar, as theirs are.
    """
    point = crypto_scalarmult_ed25519_base_noclamp(crypto_core_ed25519_scalar_reduce(random(64)))
    return point + crypto_core_ed25519_scalar_reduce(random(64))
