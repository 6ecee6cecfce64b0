"""JSON from strangers: bounded, and every field of the type we expect or refused.

Nodes are hostile by assumption (security.md X4), so nothing reads a reply's
fields except through these functions.
"""

import binascii
import json
from typing import Final

from webapp.protocol.errors import RemoteProtocolError

# A batch of retrieves is the largest reply: 7,800,000 bytes of messages
# (storage-rpc.md §13), which quoting inside an onion reply makes a little longer.
MAX_JSON_BYTES: Final = 16 * 1024 * 1024
# The last millisecond of the year 9999: later ones fit neither a date nor, near
# the top of 64 bits, the database.
MAX_TIMESTAMP_MS: Final = 253_402_300_799_999

JsonObject = dict[str, object]


def parse_object(body: bytes | str | JsonObject) -> JsonObject:
    """Return the JSON object that ``body`` spells; one that is parsed already passes.

    Raises RemoteProtocolError.
    """
    if isinstance(body, dict):
        return body
    if len(body) > MAX_JSON_BYTES:
        raise RemoteProtocolError("a JSON text is too long")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RemoteProtocolError("not JSON") from error
    return as_object(value)


def as_object(value: object) -> JsonObject:
    """Return ``value`` if it is an object. Raises RemoteProtocolError."""
    if not isinstance(value, dict):
        raise RemoteProtocolError("expected a JSON object")
    return value


def as_list(value: object) -> list[object]:
    """Return ``value`` if it is a list. Raises RemoteProtocolError."""
    if not isinstance(value, list):
        raise RemoteProtocolError("expected a JSON list")
    return value


def as_text(value: object) -> str:
    """Return ``value`` if it is text that UTF-8 can hold. Raises RemoteProtocolError."""
    if not isinstance(value, str):
        raise RemoteProtocolError("expected a JSON string")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        # JSON can spell half of a surrogate pair; nothing behind us could write it.
        raise RemoteProtocolError("a JSON string is no Unicode text") from error
    return value


def as_int(value: object, *, low: int, high: int) -> int:
    """Return ``value`` if it is a whole number in range. Raises RemoteProtocolError."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise RemoteProtocolError("expected a whole number in range")
    return value


def as_timestamp_ms(value: object) -> int:
    """Return ``value`` if it is a moment in Unix milliseconds. Raises RemoteProtocolError."""
    return as_int(value, low=0, high=MAX_TIMESTAMP_MS)


def as_bytes_b64(value: object) -> bytes:
    """Return the bytes that ``value`` spells in padded base64. Raises RemoteProtocolError."""
    if not isinstance(value, str):
        raise RemoteProtocolError("expected base64 text")
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError as error:
        raise RemoteProtocolError("not base64") from error


def as_key_hex(value: object) -> bytes:
    """Return the 32-byte key that ``value`` spells in hex. Raises RemoteProtocolError."""
    if not isinstance(value, str) or len(value) != 64:
        raise RemoteProtocolError("expected a key of 64 hexadecimal digits")
    try:
        return binascii.unhexlify(value)
    except ValueError as error:
        raise RemoteProtocolError("not hexadecimal") from error
