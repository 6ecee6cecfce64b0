"""What people say to each other, typed, to and from protobuf. Source: messages.md §2, §10–13.

Kinds of message that this version cannot show yet are recognised as Unsupported,
so that they are neither mistaken for text nor counted as garbage.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import groupby
from typing import Final

from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.identifiers import KEY_BYTES, AccountId
from webapp.protocol.json_reading import MAX_TIMESTAMP_MS
from webapp.protocol.wire import session_pb2 as wire
from webapp.protocol.wire.reading import as_text, parse_message

# Other clients refuse to send more, in Unicode code points; receiving has no such limit.
BODY_LIMIT: Final = 2000
# The limits of the shared library, in bytes of UTF-8 (identity.md §4).
NAME_LIMIT_BYTES: Final = 100
PICTURE_URL_LIMIT_BYTES: Final = 223
# What every client rejects (messages.md §2).
MAX_ATTACHMENTS: Final = 32
_MAX_TIMESTAMP_S: Final = MAX_TIMESTAMP_MS // 1000
# Enough for any living script; more pile up over the neighbouring lines.
_MAX_MARKS_IN_A_ROW: Final = 4
# Every message of a person brings the same name along.
_CLEANED_NAMES_KEPT: Final = 256

# Characters that change or hide others: control, format (directions, zero
# width), and lone halves of surrogate pairs.
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs"})
# Letters that look like nothing, with which a name could pass for empty.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0")


class BodyTooLong(LocalProtocolError):
    """A text has more code points than other clients accept to send."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a sender presents themselves, and since when."""

    name: str | None = None
    picture_url: str | None = None
    picture_key: bytes | None = field(default=None, repr=False)
    updated_s: int = 0


class ExpirationKind(Enum):
    """What starts the clock of a disappearing message."""

    AFTER_READ = wire.Content.DELETE_AFTER_READ
    AFTER_SEND = wire.Content.DELETE_AFTER_SEND


@dataclass(frozen=True, slots=True)
class Expiration:
    """A message disappears ``timer_s`` seconds after it was read or sent."""

    kind: ExpirationKind
    timer_s: int


@dataclass(frozen=True, slots=True)
class VisibleMessage:
    """A text in a conversation.

    ``sync_target`` marks a copy that the sender's other devices receive: it is
    the account to which the text was sent.
    """

    body: str
    profile: Profile | None = None
    sync_target: AccountId | None = None
    expiration: Expiration | None = None


@dataclass(frozen=True, slots=True)
class MessageRequestResponse:
    """The answer to a first message: whether its sender is accepted as a contact."""

    approved: bool
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A message of a ``kind`` that this version does not show."""

    kind: str


Message = VisibleMessage | MessageRequestResponse | Unsupported


@dataclass(frozen=True, slots=True)
class Content:
    """A message and the time its sender gave it, which is 0 where old clients gave none."""

    sent_at_ms: int
    message: Message


def encode_content(content: Content) -> bytes:
    """Return the protobuf bytes of ``content``.

    Raises BodyTooLong, and LocalProtocolError for what no one would accept.
    """
    if not 0 < content.sent_at_ms <= MAX_TIMESTAMP_MS:
        raise LocalProtocolError("a message needs a time")
    encoded = wire.Content(
        sigTimestamp=content.sent_at_ms, expirationType=wire.Content.UNKNOWN, expirationTimer=0
    )
    match content.message:
        case VisibleMessage() as message:
            _write_visible(encoded, message)
        case MessageRequestResponse() as response:
            encoded.messageRequestResponse.isApproved = response.approved
            _write_profile(encoded.messageRequestResponse, response.profile)
        case Unsupported():
            raise LocalProtocolError("this kind of message cannot be sent")
    return encoded.SerializeToString(deterministic=True)


def decode_content(raw: bytes) -> Content:
    """Return the message that ``raw`` holds. Raises RemoteProtocolError."""
    encoded = parse_message(wire.Content, raw)
    if encoded.sigTimestamp > MAX_TIMESTAMP_MS:
        raise RemoteProtocolError("a message is from after the year 9999")
    return Content(sent_at_ms=encoded.sigTimestamp, message=_read_message(encoded))


@lru_cache(maxsize=_CLEANED_NAMES_KEPT)
def clean_name(name: str) -> str:
    """Return a received display name as it may be shown: ``""`` if nothing is left.

    Hidden characters go, since they reorder the text around a name or make two
    names look alike; white space becomes single spaces; piled-up marks are
    thinned; and what exceeds 100 bytes is cut at a code point (security.md N6).
    """
    visible = (
        character
        for character in name
        if character.isspace()
        or not (
            unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _BLANK_LETTERS
        )
    )
    text = " ".join("".join(_thin_marks(visible)).split())
    return text.encode()[:NAME_LIMIT_BYTES].decode(errors="ignore").rstrip()


def _thin_marks(characters: Iterable[str]) -> Iterable[str]:
    for is_mark, run in groupby(characters, lambda c: unicodedata.category(c) in {"Mn", "Me"}):
        run_of_characters = list(run)
        yield from run_of_characters[:_MAX_MARKS_IN_A_ROW] if is_mark else run_of_characters


def _write_visible(encoded: wire.Content, message: VisibleMessage) -> None:
    if not message.body:
        raise LocalProtocolError("a message without text cannot be seen")
    if len(message.body) > BODY_LIMIT:
        raise BodyTooLong("a text has at most 2000 characters")
    data = encoded.dataMessage
    try:
        data.body = message.body
    except UnicodeEncodeError as error:
        raise LocalProtocolError("a text holds half a character") from error
    if message.sync_target is not None:
        data.syncTarget = message.sync_target.hex
    if message.expiration is not None:
        encoded.expirationType = message.expiration.kind.value
        encoded.expirationTimer = message.expiration.timer_s
    _write_profile(data, message.profile)


def _write_profile(
    holder: wire.DataMessage | wire.MessageRequestResponse, profile: Profile | None
) -> None:
    if profile is None:
        return
    holder.profile.lastProfileUpdateSeconds = profile.updated_s
    if profile.name is not None:
        if len(profile.name.encode()) > NAME_LIMIT_BYTES:
            raise LocalProtocolError("a display name has at most 100 bytes")
        holder.profile.displayName = profile.name
    if profile.picture_url is not None and profile.picture_key is not None:
        holder.profile.profilePicture = profile.picture_url
        holder.profileKey = profile.picture_key


def _read_message(encoded: wire.Content) -> Message:
    """Return the one message of a Content, looked for in the order of messages.md §5.7."""
    if encoded.HasField("dataMessage"):
        return _read_data_message(encoded)
    for name in _UNSUPPORTED_BEFORE_RESPONSE:
        if encoded.HasField(name):
            return Unsupported(name)
    if encoded.HasField("messageRequestResponse"):
        response = encoded.messageRequestResponse
        return MessageRequestResponse(response.isApproved, profile=_read_profile(response))
    return Unsupported("unknown")


_UNSUPPORTED_BEFORE_RESPONSE: Final = (
    "receiptMessage",
    "typingMessage",
    "dataExtractionNotification",
    "unsendRequest",
    "callMessage",
)


def _read_data_message(encoded: wire.Content) -> Message:
    data = encoded.dataMessage
    if data.flags not in (0, wire.DataMessage.EXPIRATION_TIMER_UPDATE):
        raise RemoteProtocolError("a message has unknown flags")
    if len(data.attachments) > MAX_ATTACHMENTS:
        raise RemoteProtocolError("a message has too many attachments")
    if data.HasField("groupUpdateMessage"):
        return Unsupported("groupUpdateMessage")
    if data.flags:
        return Unsupported("expirationTimerUpdate")
    if data.HasField("reaction"):
        return Unsupported("reaction")
    body = as_text(data.body)
    if not body:
        return Unsupported("dataMessage")
    return VisibleMessage(
        body,
        profile=_read_profile(data),
        sync_target=AccountId.parse(as_text(data.syncTarget)) if data.syncTarget else None,
        expiration=_read_expiration(encoded),
    )


def _read_expiration(encoded: wire.Content) -> Expiration | None:
    if not encoded.expirationType or not encoded.expirationTimer:
        return None
    return Expiration(ExpirationKind(encoded.expirationType), timer_s=encoded.expirationTimer)


def _read_profile(holder: wire.DataMessage | wire.MessageRequestResponse) -> Profile | None:
    """Return the sender's profile. What is out of bounds in it counts as absent.

    A strange profile must not cost the message it came with.
    """
    if not holder.HasField("profile"):
        return None
    profile = holder.profile
    url, key = as_text(profile.profilePicture), holder.profileKey
    has_picture = 0 < len(url.encode()) <= PICTURE_URL_LIMIT_BYTES and len(key) == KEY_BYTES
    updated_s = profile.lastProfileUpdateSeconds
    return Profile(
        name=clean_name(as_text(profile.displayName)) or None,
        picture_url=url if has_picture else None,
        picture_key=key if has_picture else None,
        updated_s=updated_s if updated_s <= _MAX_TIMESTAMP_S else 0,
    )
