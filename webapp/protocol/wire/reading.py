"""Protobuf from strangers: bounded in size, complete, and with text that is text.

The schema does not recurse, and groups, the one unknown thing that nests while it
is skipped, are refused. So nesting is bounded by the schema's own depth, far below
the 32 of security.md N2.
"""

from functools import cache
from typing import Final, TypeVar

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from webapp.protocol.errors import RemoteProtocolError

# Nothing on the network is larger than 76,800 bytes; this leaves room for what
# is passed on by other means, and bounds what a parser may be fed (security.md N2).
MAX_MESSAGE_BYTES: Final = 1024 * 1024

# The wire type that opens a group. No version of the protocol has any.
_START_GROUP: Final = 3

M = TypeVar("M", bound=Message)


def parse_message(message_type: type[M], raw: bytes) -> M:
    """Return the message that ``raw`` spells. Raises RemoteProtocolError.

    Required fields are checked here, all the way down: the library itself
    accepts messages that lack them.
    """
    if len(raw) > MAX_MESSAGE_BYTES:
        raise RemoteProtocolError("a protobuf message is too long")
    try:
        message = message_type.FromString(raw)
    except DecodeError as error:
        raise RemoteProtocolError("not a protobuf message") from error
    if not message.IsInitialized():
        raise RemoteProtocolError("a protobuf message lacks a required field")
    _refuse_groups(message)
    return message


def as_text(value: object) -> str:
    """Return the value of a string field. Raises RemoteProtocolError.

    For bytes that are not UTF-8 the library gives the bytes instead of text.
    """
    if not isinstance(value, str):
        raise RemoteProtocolError("a protobuf string is not UTF-8")
    return value


def _refuse_groups(message: Message) -> None:
    unknown = UnknownFieldSet(message)
    for index in range(len(unknown)):
        if unknown[index].wire_type == _START_GROUP:
            raise RemoteProtocolError("a protobuf message holds a group")
    single, repeated = _message_fields(message.DESCRIPTOR)
    for name in single:
        if message.HasField(name):
            _refuse_groups(getattr(message, name))
    for name in repeated:
        for part in getattr(message, name):
            _refuse_groups(part)


@cache
def _message_fields(descriptor: Descriptor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the fields of a type that hold messages: single ones, repeated ones."""
    fields = [field for field in descriptor.fields if field.message_type is not None]
    single = tuple(field.name for field in fields if not field.is_repeated)
    return single, tuple(field.name for field in fields if field.is_repeated)
