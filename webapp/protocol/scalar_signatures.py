"""Ed25519 signatures made with a private scalar, where no seed exists to sign with.

Blinded ids and X25519 keys have a scalar only (communities.md, identity.md §2).
What comes out verifies as any other Ed25519 signature; every operation on
points and scalars is libsodium's.
"""

from hashlib import sha512
from typing import Final

from nacl.bindings import (
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_negate,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
    crypto_scalarmult_ed25519_noclamp,
)
from nacl.exceptions import CryptoError

from webapp.protocol.errors import RemoteProtocolError

# The bit of an encoded point that says which of two opposite points it is.
SIGN_BIT: Final = 0x80


def sign_with_scalar(text: bytes, *, scalar: bytes, public: bytes, nonce: bytes) -> bytes:
    """Return the signature R (32) | S (32) of ``text`` that verifies under ``public``.

    R = r·B and S = r + SHA-512(R | public | text)·scalar, where r is the 64 bytes
    of ``nonce`` modulo L. ``public`` is scalar·B.

    ``nonce`` must be secret and must differ for every text: whoever sees two
    texts signed with one nonce can compute the scalar.
    """
    r = crypto_core_ed25519_scalar_reduce(nonce)
    point = crypto_scalarmult_ed25519_base_noclamp(r)
    challenge = crypto_core_ed25519_scalar_reduce(sha512(point + public + text).digest())
    return point + crypto_core_ed25519_scalar_add(
        r, crypto_core_ed25519_scalar_mul(challenge, scalar)
    )


def multiplied(point: bytes, scalar: bytes) -> bytes:
    """Return scalar·``point``, without clamping.

    Raises RemoteProtocolError if ``point`` is none of the curve's main subgroup:
    with another, a stranger could learn about the scalar.
    """
    try:
        return crypto_scalarmult_ed25519_noclamp(scalar, point)
    except CryptoError as error:
        raise RemoteProtocolError("not a point of the main subgroup") from error


def is_negative(point: bytes) -> bool:
    """Say whether an encoded point has its sign bit set."""
    return bool(point[-1] & SIGN_BIT)


def negated(point: bytes) -> bytes:
    """Return the opposite of an encoded point."""
    return point[:-1] + bytes((point[-1] ^ SIGN_BIT,))


def made_positive(point: bytes, scalar: bytes) -> tuple[bytes, bytes]:
    """Return ``point`` with its sign bit clear, and the ``scalar`` that goes with it."""
    if is_negative(point):
        return negated(point), crypto_core_ed25519_scalar_negate(scalar)
    return point, scalar
