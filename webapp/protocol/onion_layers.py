"""One layer of an onion: its ciphers, its keys, and the frame inside. Source: onion.md §3–4.

    frame(blob, json) = length of blob (4, little-endian) | blob | json

The json gives directions for the blob. Every layer is sealed to one X25519 key
by a fresh key pair, and a reply comes back under the key of the innermost layer.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    crypto_box_keypair,
    crypto_scalarmult,
)
from nacl.exceptions import CryptoError
from nacl.utils import random

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.json_reading import JsonObject, as_key_hex, parse_object

# The key of the HMAC that turns a shared secret into an AES key.
_AES_KEY_LABEL: Final = b"LOKI"
_AES_NONCE_BYTES: Final = 12
_XCHACHA20_NONCE_BYTES: Final = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
# Both ciphers end in a tag of this size.
_TAG_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
# Names that older software uses on the wire.
_OLDER_NAMES: Final = {"gcm": "aes-gcm", "xchacha20-poly1305": "xchacha20"}


class InvalidFrame(RemoteProtocolError):
    """The bytes are not a frame, or its directions cannot be followed."""


class InvalidCiphertext(RemoteProtocolError):
    """A layer was not sealed to this key, or not as its directions say."""


class Cipher(StrEnum):
    """How a layer is sealed, by its name on the wire."""

    AES_GCM = "aes-gcm"
    XCHACHA20 = "xchacha20"

    @classmethod
    def parse(cls, name: object) -> Self:
        """Return the cipher with this name, or this older name. Raises RemoteProtocolError."""
        if not isinstance(name, str):
            raise RemoteProtocolError("the name of a cipher is text")
        try:
            return cls(_OLDER_NAMES.get(name, name))
        except ValueError as error:
            raise RemoteProtocolError("unknown onion cipher") from error


@dataclass(frozen=True, slots=True)
class LayerKey:
    """What the two ends of a layer share: its key, and that of the reply.

    ``client`` is the layer's ephemeral public key, ``node`` the key it is sealed
    to; they keep this order in both directions.
    """

    cipher: Cipher
    client: bytes
    node: bytes
    shared: bytes = field(repr=False)

    def with_cipher(self, cipher: Cipher) -> "LayerKey":
        """Return the same secret for use with ``cipher``."""
        return LayerKey(cipher, client=self.client, node=self.node, shared=self.shared)


def shared_secret(secret: bytes, public: bytes) -> bytes:
    """Return the X25519 secret between two keys.

    Raises InvalidCiphertext for a key that would make it the same for everyone.
    """
    try:
        return crypto_scalarmult(secret, public)
    except CryptoError as error:
        raise InvalidCiphertext("not a usable X25519 key") from error


def derive_key(layer: LayerKey) -> bytes:
    """Return the 32-byte key of a layer and of the reply to it.

    AES-GCM: HMAC-SHA256 of the shared secret; XChaCha20: BLAKE2b of the shared
    secret, the client's and the node's key.
    """
    if layer.cipher is Cipher.AES_GCM:
        return hmac.digest(_AES_KEY_LABEL, layer.shared, "sha256")
    return blake2b(layer.shared + layer.client + layer.node, digest_size=32).digest()


def encrypt_layer(plaintext: bytes, layer: LayerKey) -> bytes:
    """Return nonce | ciphertext | tag (16) under the key of ``layer``.

    Two messages at most meet one key (a request and its reply), each with a
    random nonce, so even the 12 bytes of AES-GCM cannot repeat.
    """
    key = derive_key(layer)
    if layer.cipher is Cipher.AES_GCM:
        nonce = random(_AES_NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, plaintext, None)
    nonce = random(_XCHACHA20_NONCE_BYTES)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, None, nonce, key)


def decrypt_layer(sealed: bytes, layer: LayerKey) -> bytes:
    """Return what ``encrypt_layer`` sealed. Raises InvalidCiphertext."""
    is_aes = layer.cipher is Cipher.AES_GCM
    nonce_bytes = _AES_NONCE_BYTES if is_aes else _XCHACHA20_NONCE_BYTES
    if len(sealed) < nonce_bytes + _TAG_BYTES:
        raise InvalidCiphertext("a layer is too short")
    nonce, rest = sealed[:nonce_bytes], sealed[nonce_bytes:]
    key = derive_key(layer)
    try:
        if is_aes:
            return AESGCM(key).decrypt(nonce, rest, None)
        return crypto_aead_xchacha20poly1305_ietf_decrypt(rest, None, nonce, key)
    except (InvalidTag, CryptoError) as error:
        raise InvalidCiphertext("a layer cannot be opened with this key") from error


def seal_layer(plaintext: bytes, *, node: bytes, cipher: Cipher) -> tuple[bytes, LayerKey]:
    """Return ``plaintext`` sealed to the X25519 key ``node``, and the key for the reply."""
    client, secret = crypto_box_keypair()
    layer = LayerKey(cipher, client=client, node=node, shared=shared_secret(secret, node))
    return encrypt_layer(plaintext, layer), layer


def open_layer(
    sealed: bytes, directions: JsonObject, *, x25519: bytes, x25519_secret: bytes
) -> tuple[bytes, LayerKey]:
    """Return the plaintext of a layer sealed to us, and the key for the reply.

    ``directions`` are those beside ``sealed`` in its frame. Raises InvalidFrame
    if they do not say how it was sealed, InvalidCiphertext if it does not open.
    """
    try:
        client = as_key_hex(directions.get("ephemeral_key"))
        cipher = Cipher.parse(directions.get("enc_type", Cipher.AES_GCM.value))
    except RemoteProtocolError as error:
        raise InvalidFrame(str(error)) from error
    shared = shared_secret(x25519_secret, client)
    layer = LayerKey(cipher, client=client, node=x25519, shared=shared)
    return decrypt_layer(sealed, layer), layer


def frame(blob: bytes, directions: Mapping[str, object]) -> bytes:
    """Return ``blob`` and directions for it in the frame of the module's text."""
    length = len(blob).to_bytes(_LENGTH_BYTES, "little")
    return length + blob + json.dumps(directions, separators=(",", ":")).encode()


def unframe(framed: bytes) -> tuple[bytes, JsonObject]:
    """Return the blob of a frame, and its directions. Raises InvalidFrame."""
    end = _LENGTH_BYTES + int.from_bytes(framed[:_LENGTH_BYTES], "little")
    if len(framed) < max(end, _LENGTH_BYTES):
        raise InvalidFrame("a frame is shorter than it says")
    try:
        return framed[_LENGTH_BYTES:end], parse_object(framed[end:])
    except RemoteProtocolError as error:
        raise InvalidFrame("the directions of a frame cannot be read") from error
