"""Encryption with a key that both ends know: XChaCha20-Poly1305, without further data."""

from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.keys import require_key

NONCE_BYTES: Final = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
TAG_BYTES: Final = crypto_aead_xchacha20poly1305_ietf_ABYTES


class DoesNotOpen(RemoteProtocolError):
    """A text was not encrypted with this key and nonce, or was changed since."""


def encrypt(text: bytes, *, key: bytes, nonce: bytes) -> bytes:
    """Return ``text`` encrypted, 16 bytes longer.

    Raises LocalProtocolError for a key or nonce of the wrong size.
    """
    if len(nonce) != NONCE_BYTES:
        raise LocalProtocolError("a nonce has 24 bytes")
    return crypto_aead_xchacha20poly1305_ietf_encrypt(text, None, nonce, require_key(key))


def decrypt(sealed: bytes, *, key: bytes, nonce: bytes) -> bytes:
    """Return the text in ``sealed``. The nonce comes from a stranger, the key does not.

    Raises DoesNotOpen, or LocalProtocolError for a key of the wrong size.
    """
    require_key(key)
    if len(nonce) != NONCE_BYTES or len(sealed) < TAG_BYTES:
        raise DoesNotOpen("a text or its nonce has the wrong size")
    try:
        return crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, None, nonce, key)
    except CryptoError as error:
        raise DoesNotOpen("a text does not open with this key") from error
