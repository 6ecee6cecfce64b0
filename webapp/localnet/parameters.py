"""Reads the parameters of a storage request, and refuses in the words real nodes use.

The texts are those observed on running nodes (storage-rpc.md §17): a client that
shows or matches them must see the same ones here.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Literal, TypeGuard

from webapp.localnet.errors import InvalidRequest
from webapp.localnet.owners import Credentials, Owner, Subaccount, Token
from webapp.localnet.revocations import MAX_REVOKED
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import NAMESPACE_MAX, NAMESPACE_MIN, MessageHash
from webapp.protocol.signed_text import ALL_NAMESPACES

OWNER_HEX = re.compile(r"[0-9A-Fa-f]{66}")
ED25519_HEX = re.compile(r"[0-9A-Fa-f]{64}")
TOKEN_HEX = re.compile(r"[0-9A-Fa-f]{72}")
TOKEN_B64 = re.compile(r"[A-Za-z0-9+/]{48}")
SIGNATURE_TEXT = re.compile(r"[A-Za-z0-9+/]{86}(==)?")

MAX_DATA_BYTES = 76_800
MAX_DATA_CHARACTERS = 102_400

# A value below this would be 1970 in milliseconds: somebody sent seconds (storage-rpc.md §2).
MIN_TIMESTAMP_MS = 10**9
# What the C++ nodes keep times and sizes in; Python would accept any length.
MAX_INTEGER = 2**63 - 1
# A larger decimal string cannot be a 64-bit number, so it is not worth converting.
MAX_DECIMAL_DIGITS = 19


class Parameters:
    """The ``params`` object of one request; ``null`` counts as absent."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def has(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def raw(self, name: str) -> object:
        return self._fields.get(name)

    def require(self, name: str) -> object:
        value = self._fields.get(name)
        if value is None:
            raise InvalidRequest(f"Required field '{name}' missing")
        return value

    def text(self, name: str) -> str | None:
        value = self._fields.get(name)
        if value is not None and not isinstance(value, str):
            raise _invalid_value(name, "expected string")
        return value

    def flag(self, name: str) -> bool:
        value = self._fields.get(name)
        if value is not None and not isinstance(value, bool):
            raise _invalid_value(name, "expected boolean")
        return value is True

    def integer(self, name: str) -> int | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if not _is_integer(value):
            raise _invalid_value(name, "expected integer")
        return _within_64_bits(name, value)

    def timestamp_ms(self, name: str, *, decimal_text: bool = False) -> int | None:
        """Return a time; ``decimal_text`` also allows a string of digits (only `store` does)."""
        value = self._fields.get(name)
        if value is None:
            return None
        if decimal_text:
            value = _from_decimal_text(value)
        return _timestamp_ms(name, value)

    def timestamps_ms(self, name: str) -> tuple[int, ...] | None:
        """Return the times of a list, or one time that stands alone."""
        value = self._fields.get(name)
        if not isinstance(value, list):
            single = self.timestamp_ms(name)
            return None if single is None else (single,)
        return tuple(_timestamp_ms(name, item) for item in value)

    def duration_ms(self, name: str) -> int | None:
        """Return a length of time, also from a string of digits."""
        value = _from_decimal_text(self._fields.get(name))
        if value is None:
            return None
        if not _is_integer(value) or value < 0:
            raise _invalid_value(name, "expected positive integer")
        return _within_64_bits(name, value)

    def namespace(self) -> int:
        value = self._fields.get("namespace")
        if value is None:
            return 0
        if not _is_integer(value):
            raise _invalid_value("namespace", "expected 16-bit integer")
        if not NAMESPACE_MIN <= value <= NAMESPACE_MAX:
            raise _invalid_value("namespace", "value out of range")
        return value

    def namespace_or_all(self) -> int | Literal["all"]:
        if self._fields.get("namespace") == ALL_NAMESPACES:
            return ALL_NAMESPACES
        return self.namespace()

    def owner(self, *, refusal: str = "Pubkey must be 66 hex digits (33 bytes) long") -> Owner:
        """Return whose messages are meant; both spellings of the name are allowed, not at once."""
        if self.has("pubkey") and self.has("pubKey"):
            raise InvalidRequest("Cannot specify both 'pubkey' and 'pubKey'")
        text = self.text("pubKey") if self.has("pubKey") else self.text("pubkey")
        if text is None:
            raise InvalidRequest("Required field 'pubkey' missing")
        if not OWNER_HEX.fullmatch(text):
            raise InvalidRequest(refusal)
        return Owner(bytes.fromhex(text))

    def credentials(self, owner: Owner) -> Credentials:
        """Return the signature, which must be there, and what to check it with."""
        self.require("signature")
        return Credentials(
            _signature("signature", self.text("signature")),
            self._ed25519_of(owner),
            self._subaccount(),
        )

    def tokens(self, name: str) -> tuple[Token, ...]:
        """Return the tokens of sub-accounts under ``name``: a list, or one that stands alone."""
        value = self.require(name)
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not 1 <= len(items) <= MAX_REVOKED:
            raise _invalid_value(name, f"expected 1 to {MAX_REVOKED} subaccount tokens")
        return tuple(_token(name, item) for item in items)

    def data(self) -> bytes:
        self.require("data")
        text = self.text("data") or ""
        if len(text) > MAX_DATA_CHARACTERS:
            raise InvalidRequest(
                f"Message body exceeds maximum allowed length of {MAX_DATA_BYTES} bytes"
            )
        try:
            padding = "" if text.endswith("=") else "=" * (-len(text) % 4)
            return base64.b64decode(text + padding, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidRequest("Invalid 'data' value: not base64 encoded") from None

    def message_hashes(self) -> tuple[MessageHash, ...]:
        """Return the hashes under ``messages``: a list, or one that stands alone."""
        value = self.require("messages")
        hashes = [value] if isinstance(value, str) else value
        if not isinstance(hashes, list):
            raise _invalid_value("messages", "expected string array")
        if not hashes:
            raise InvalidRequest("messages does not contain any message hashes")
        return tuple(map(_message_hash, hashes))

    def last_hash(self) -> MessageHash | None:
        name = "last_hash" if self.has("last_hash") else "lastHash"
        text = self.text(name)
        if not text:
            return None
        try:
            return MessageHash.parse(text)
        except RemoteProtocolError:
            raise InvalidRequest("Invalid last_hash: expected base64 (43 chars)") from None

    def _subaccount(self) -> Subaccount | None:
        text = self.text("subaccount")
        if text is None:
            return None
        signature = self.text("subaccount_sig")
        if signature is None:
            raise InvalidRequest(
                "invalid subaccount: subaccount_sig is required when using subaccount"
            )
        return Subaccount(_token("subaccount", text), _signature("subaccount_sig", signature))

    def _ed25519_of(self, owner: Owner) -> bytes | None:
        text = self.text("pubkey_ed25519")
        if text is None:
            return None
        if not owner.is_account:
            raise InvalidRequest("pubkey_ed25519 is only permitted for 05[...] pubkeys")
        if not ED25519_HEX.fullmatch(text):
            raise InvalidRequest("invalid pubkey_ed25519: expected 64 hex digits (32 bytes)")
        return bytes.fromhex(text)


def _signature(name: str, text: str | None) -> bytes:
    if text is None or not SIGNATURE_TEXT.fullmatch(text):
        raise InvalidRequest(f"invalid {name}: expected base64 encoded Ed25519 signature")
    return base64.b64decode(text[:86] + "==")


def _token(name: str, value: object) -> Token:
    if isinstance(value, str) and TOKEN_HEX.fullmatch(value):
        return Token(bytes.fromhex(value))
    if isinstance(value, str) and TOKEN_B64.fullmatch(value):
        return Token(base64.b64decode(value))
    raise _invalid_value(name, f"expected {Token.LENGTH} bytes, in base64 or hex")


def _message_hash(value: object) -> MessageHash:
    if not isinstance(value, str):
        raise _invalid_value("messages", "expected string array")
    try:
        return MessageHash.parse(value)
    except RemoteProtocolError:
        raise InvalidRequest(f"invalid message hash: {value}") from None


def _is_integer(value: object) -> TypeGuard[int]:
    # JSON's true is not a number, although Python's is.
    return isinstance(value, int) and not isinstance(value, bool)


def _within_64_bits(name: str, value: int) -> int:
    if abs(value) > MAX_INTEGER:
        raise _invalid_value(name, "value out of range")
    return value


def _timestamp_ms(name: str, value: object) -> int:
    if not _is_integer(value) or value < 0:
        raise _invalid_value(name, "expected integer timestamp (in milliseconds)")
    if value < MIN_TIMESTAMP_MS:
        raise _invalid_value(name, "timestamp must be in milliseconds")
    return _within_64_bits(name, value)


def _from_decimal_text(value: object) -> object:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) <= MAX_DECIMAL_DIGITS else value
    return value


def _invalid_value(name: str, expectation: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid value given for '{name}': {expectation}")
