"""Names of things on the network: accounts, stored messages, and the inboxes they lie in.

They are small frozen types, so that a bare string is never mistaken for one
(style R10). Sources: identity.md §1–2, storage-rpc.md §6–7.
"""

import binascii
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Literal, Self, SupportsBytes

from nacl.bindings import crypto_sign_ed25519_pk_to_curve25519
from nacl.exceptions import CryptoError

from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError

KEY_BYTES: Final = 32
ACCOUNT_ID_BYTES: Final = 33
ACCOUNT_PREFIX: Final = 0x05
ACCOUNT_ID_HEX_LENGTH: Final = 2 * ACCOUNT_ID_BYTES
_HEX = re.compile(r"[0-9A-Fa-f]*", re.ASCII)
_MESSAGE_HASH = re.compile(r"[A-Za-z0-9+/]{43}", re.ASCII)

DAY_MS: Final = 24 * 60 * 60 * 1000
# Storage nodes refuse a longer time to live (storage-rpc.md §3).
PUBLIC_INBOX_MAX_TTL_MS: Final = 14 * DAY_MS
AUTHENTICATED_MAX_TTL_MS: Final = 30 * DAY_MS
# The database of the network keeps namespaces in 16 bits.
NAMESPACE_MIN: Final = -32768
NAMESPACE_MAX: Final = 32767

# Converting a key costs about as much as a third of opening a message, and most
# messages of a backlog come from few people.
_CONVERTED_KEYS_KEPT: Final = 256


class InvalidAccountId(RemoteProtocolError):
    """A text or byte string is not an Account ID; ``reason`` says which rule it breaks."""

    def __init__(self, reason: Literal["length", "not_hex", "prefix"], *, length: int) -> None:
        super().__init__(f"not an Account ID: {reason}")
        self.reason: Final = reason
        self.length: Final = length


@dataclass(frozen=True, slots=True, order=True, repr=False)
class AccountId:
    """A person on the network: the byte 05 and an X25519 public key (identity.md §1)."""

    x25519: bytes

    def __post_init__(self) -> None:
        if len(self.x25519) != KEY_BYTES:
            raise LocalProtocolError("an X25519 public key has 32 bytes")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the id that ``text`` spells as 66 hexadecimal digits of any case.

        Raises InvalidAccountId. Length is judged before the digits, because a
        truncated copy is the usual mistake and deserves to be named as one.
        """
        if len(text) != ACCOUNT_ID_HEX_LENGTH:
            raise InvalidAccountId("length", length=len(text))
        if not _HEX.fullmatch(text):
            raise InvalidAccountId("not_hex", length=len(text))
        return cls.from_bytes(bytes.fromhex(text))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Return the id whose 33 bytes are ``raw``. Raises InvalidAccountId."""
        if len(raw) != ACCOUNT_ID_BYTES:
            raise InvalidAccountId("length", length=2 * len(raw))
        if raw[0] != ACCOUNT_PREFIX:
            raise InvalidAccountId("prefix", length=ACCOUNT_ID_HEX_LENGTH)
        return cls(raw[1:])

    @classmethod
    def from_ed25519(cls, ed25519: bytes) -> Self:
        """Return the id of the account that signs with the public key ``ed25519``.

        Raises RemoteProtocolError if that is no point of the curve's main subgroup.
        """
        return cls(x25519_from_ed25519(ed25519))

    @property
    def hex(self) -> str:
        """The 66 lower-case digits that people exchange."""
        return f"{ACCOUNT_PREFIX:02x}{self.x25519.hex()}"

    @property
    def short(self) -> str:
        """The fingerprint shown beside a name, which anyone can choose (security.md N6)."""
        return f"{self.hex[:4]}…{self.hex[-4:]}"

    def __bytes__(self) -> bytes:
        return bytes((ACCOUNT_PREFIX,)) + self.x25519

    def __repr__(self) -> str:
        return f"AccountId({self.short})"


@lru_cache(maxsize=_CONVERTED_KEYS_KEPT)
def x25519_from_ed25519(ed25519: bytes) -> bytes:
    """Return the X25519 public key that belongs to a signing key (identity.md §1 step 4).

    Raises RemoteProtocolError if ``ed25519`` has the wrong size or is no valid point.
    """
    try:
        return crypto_sign_ed25519_pk_to_curve25519(ed25519)
    except CryptoError as error:
        raise RemoteProtocolError("not an Ed25519 public key") from error


@dataclass(frozen=True, slots=True, order=True)
class MessageHash:
    """The network's name for stored bytes: 43 characters of unpadded base64."""

    text: str

    @classmethod
    def parse(cls, text: object) -> Self:
        """Return the hash written as ``text``. Raises RemoteProtocolError."""
        if not isinstance(text, str) or not _MESSAGE_HASH.fullmatch(text):
            raise RemoteProtocolError("not a message hash")
        return cls(text)

    @classmethod
    def of(cls, account: SupportsBytes, namespace: int, data: bytes) -> Self:
        """Return the hash under which every node files ``data`` (storage-rpc.md §7).

        ``account`` is an id, or its 33 bytes. Neither time nor node is part of
        the hash, so the same bytes sent twice are one message.
        """
        state = blake2b(bytes(account), digest_size=32)
        state.update(namespace_text(namespace).encode() + data)
        return cls(binascii.b2a_base64(state.digest(), newline=False).rstrip(b"=").decode())

    def __str__(self) -> str:
        return self.text


class Namespace(IntEnum):
    """The numbered inboxes of an account that clients use (storage-rpc.md §6)."""

    DIRECT_MESSAGES = 0
    USER_PROFILE = 2
    CONTACTS = 3
    READ_STATE = 4
    USER_GROUPS = 5


# Closed groups of the past stored here; nodes still let anyone read it.
_LEGACY_CLOSED_GROUPS: Final = -10


def namespace_text(namespace: int) -> str:
    """Return how a namespace is written in hashes and signed texts: 0 is written as nothing."""
    return str(int(namespace)) if namespace else ""


def is_public_inbox(namespace: int) -> bool:
    """Say whether anyone may store into ``namespace`` (every tenth one)."""
    return namespace % 10 == 0


def is_public_outbox(namespace: int) -> bool:
    """Say whether anyone may read ``namespace``: −1, −21, −41 and so on.

    Storing there removes every other message in it.
    """
    return namespace < 0 and -namespace % 20 == 1


def needs_auth_to_store(namespace: int) -> bool:
    """Say whether nodes demand the owner's signature on a ``store``."""
    return not is_public_inbox(namespace)


def needs_auth_to_retrieve(namespace: int) -> bool:
    """Say whether nodes demand the owner's signature on a ``retrieve``."""
    return namespace != _LEGACY_CLOSED_GROUPS and not is_public_outbox(namespace)


def max_ttl_ms(namespace: int) -> int:
    """Return the longest time for which nodes keep a message in ``namespace``."""
    return PUBLIC_INBOX_MAX_TTL_MS if is_public_inbox(namespace) else AUTHENTICATED_MAX_TTL_MS
