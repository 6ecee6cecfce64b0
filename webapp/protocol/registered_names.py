"""Names that people registered for their Account ID. Source: identity.md §5.

    name hash   BLAKE2b-32(name), which is what nodes are asked for
    key         BLAKE2b-32(name, keyed by the name hash)
    value       XChaCha20-Poly1305(Account ID (33), nonce, key)

Nodes store values without knowing the names. Names are lower-case here.
"""

from hashlib import blake2b
from typing import Final

from nacl.bindings import (
    crypto_pwhash_alg,
    crypto_pwhash_ALG_ARGON2ID13,
    crypto_pwhash_argon2id_MEMLIMIT_MODERATE,
    crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
    crypto_pwhash_SALTBYTES,
    crypto_secretbox_NONCEBYTES,
    crypto_secretbox_open,
)
from nacl.exceptions import CryptoError

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import ACCOUNT_ID_BYTES, KEY_BYTES, AccountId
from webapp.protocol.xchacha20 import TAG_BYTES, decrypt

_VALUE_BYTES: Final = ACCOUNT_ID_BYTES + TAG_BYTES


def name_hash(name: str) -> bytes:
    """Return the 32 bytes under which the network knows ``name``."""
    return blake2b(name.encode(), digest_size=KEY_BYTES).digest()


def open_registration(value: bytes, *, name: str, nonce: bytes) -> AccountId:
    """Return the account that ``name`` stands for. Raises RemoteProtocolError."""
    _require_size(value)
    key = blake2b(name.encode(), digest_size=KEY_BYTES, key=name_hash(name)).digest()
    return AccountId.from_bytes(decrypt(value, key=key, nonce=nonce))


def open_old_registration(value: bytes, *, name: str) -> AccountId:
    """Return the account in a value of before 2020, which comes without a nonce.

    Its key is made from the name with Argon2id, which takes 256 MiB for about a
    second: ask for it only if a user waits for it. Raises RemoteProtocolError.
    """
    _require_size(value)
    key = crypto_pwhash_alg(
        KEY_BYTES,
        name.encode(),
        bytes(crypto_pwhash_SALTBYTES),
        crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
        crypto_pwhash_argon2id_MEMLIMIT_MODERATE,
        crypto_pwhash_ALG_ARGON2ID13,
    )
    try:
        opened = crypto_secretbox_open(value, bytes(crypto_secretbox_NONCEBYTES), key)
    except CryptoError as error:
        raise RemoteProtocolError("a registered name does not open with this name") from error
    return AccountId.from_bytes(opened)


def _require_size(value: bytes) -> None:
    """Raise RemoteProtocolError for what cannot hold an Account ID, before the costly part."""
    if len(value) != _VALUE_BYTES:
        raise RemoteProtocolError("the value of a registered name has 49 bytes")
