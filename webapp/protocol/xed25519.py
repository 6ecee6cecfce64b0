"""Signatures with X25519 keys, as unblinded communities want. Source: communities.md.

An X25519 key and an Ed25519 key are two coordinates of one point, except that
the first has no sign. Signer and verifier agree on the positive point.
"""

from hashlib import sha512
from typing import Final

from nacl.bindings import (
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
)
from nacl.utils import random

from webapp.protocol.identifiers import KEY_BYTES
from webapp.protocol.keys import require_key, verify
from webapp.protocol.scalar_signatures import made_positive, sign_with_scalar

_PRIME: Final = 2**255 - 19
# The 2²⁵⁶ − 2 with which XEdDSA begins a nonce: no point is encoded like that, so
# the hash of a nonce is never one of another purpose.
_NONCE_LABEL: Final = b"\xfe" + b"\xff" * 31
_NOISE_BYTES: Final = 64


def ed25519_from_x25519(x25519: bytes) -> bytes:
    """Return the positive Ed25519 point of a public key: y = (u − 1)/(u + 1).

    The arithmetic is on public values only. Not every result is a point; what
    uses it finds out. Raises LocalProtocolError unless ``x25519`` has 32 bytes.
    """
    u = int.from_bytes(require_key(x25519), "little") % 2**255
    y = (u - 1) * pow(u + 1, _PRIME - 2, _PRIME) % _PRIME
    return y.to_bytes(KEY_BYTES, "little")


def sign(text: bytes, *, x25519_secret: bytes) -> bytes:
    """Return the 64-byte XEd25519 signature of ``text``.

    Raises LocalProtocolError unless the secret has 32 bytes.
    """
    scalar = _clamped(require_key(x25519_secret))
    point = crypto_scalarmult_ed25519_base_noclamp(scalar)
    public, scalar = made_positive(point, crypto_core_ed25519_scalar_reduce(scalar + bytes(32)))
    # Secret, text and noise are all in the nonce: it stays unique with bad
    # randomness, and unpredictable to one who makes us sign the same text twice.
    nonce = sha512(_NONCE_LABEL + scalar + text + random(_NOISE_BYTES)).digest()
    return sign_with_scalar(text, scalar=scalar, public=public, nonce=nonce)


def verify_with_x25519(x25519: bytes, text: bytes, signature: bytes) -> bool:
    """Say whether ``signature`` over ``text`` was made with the X25519 key ``x25519``."""
    return len(x25519) == KEY_BYTES and verify(ed25519_from_x25519(x25519), text, signature)


def _clamped(secret: bytes) -> bytes:
    """Return ``secret`` with the bits set that X25519 sets before it multiplies."""
    return bytes((secret[0] & 0xF8,)) + secret[1:-1] + bytes((secret[-1] & 0x7F | 0x40,))
