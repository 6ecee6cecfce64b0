"""The secrets of an account, and what they sign. Source: identity.md §1."""

from hmac import compare_digest
from typing import Final, Self

from nacl.bindings import (
    crypto_sign,
    crypto_sign_ed25519_sk_to_curve25519,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError
from nacl.utils import random

from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.identifiers import KEY_BYTES, AccountId, x25519_from_ed25519

SEED_BYTES: Final = 16
SIGNATURE_BYTES: Final = 64


class Seed:
    """The 16 bytes that the recovery password spells and every key is derived from."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != SEED_BYTES:
            raise LocalProtocolError("a seed has 16 bytes")
        self._raw: Final = bytes(raw)

    @classmethod
    def generate(cls) -> Self:
        """Return a new random seed."""
        return cls(random(SEED_BYTES))

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Return the seed whose bytes are ``raw``. Raises LocalProtocolError unless 16."""
        return cls(raw)

    def __bytes__(self) -> bytes:
        return self._raw

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seed) and compare_digest(self._raw, other._raw)

    def __hash__(self) -> int:
        return hash(self._raw)

    def __repr__(self) -> str:
        return "Seed(•••)"


class AccountKeys:
    """The key pairs of one account: Ed25519 signs, X25519 opens sealed boxes."""

    __slots__ = ("account_id", "ed25519", "ed25519_secret", "x25519", "x25519_secret")

    def __init__(self, seed32: bytes) -> None:
        self.ed25519, self.ed25519_secret = crypto_sign_seed_keypair(require_key(seed32))
        self.x25519 = x25519_from_ed25519(self.ed25519)
        self.x25519_secret = crypto_sign_ed25519_sk_to_curve25519(self.ed25519_secret)
        self.account_id = AccountId(self.x25519)

    @classmethod
    def from_seed(cls, seed: Seed) -> Self:
        """Return the keys of the account whose recovery password spells ``seed``."""
        return cls(bytes(seed) + bytes(KEY_BYTES - SEED_BYTES))

    @classmethod
    def from_seed32(cls, seed32: bytes) -> Self:
        """Return the keys made from a full Ed25519 seed, as storage nodes have one.

        Raises LocalProtocolError unless it has 32 bytes.
        """
        return cls(seed32)

    def sign(self, text: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of ``text``."""
        return crypto_sign(text, self.ed25519_secret)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"AccountKeys({self.account_id.short})"


def verify(ed25519: bytes, text: bytes, signature: bytes) -> bool:
    """Say whether ``signature`` over ``text`` was made with the key ``ed25519``."""
    if len(signature) != SIGNATURE_BYTES:
        # Else a short signature would borrow its missing bytes from the text.
        return False
    try:
        crypto_sign_open(signature + text, ed25519)
    except CryptoError:
        return False
    return True


def require_key(raw: bytes) -> bytes:
    """Return ``raw``. Raises LocalProtocolError unless it has the 32 bytes of a key."""
    if len(raw) != KEY_BYTES:
        raise LocalProtocolError("a key has 32 bytes")
    return raw
