"""The vault: eight slots in 4096 bytes, all of which look random.

    offset  size
         0    16   salt
        16    16   BLAKE2b-16(salt): tells damage from a vault that no code opens
        32     1   profile: how a code becomes a root; 1 = Argon2id, 256 MiB, t = 3
        33    31   padding, zero
        64  4032   8 slots × 504:
                     commitment 32 | nonce 24 | ciphertext 432 | tag 16

A slot that is not in use is random bytes, which is what a used one looks like. The
file has one size and holds no counter, no name and no date.

    root           32 bytes, from a code, or BLAKE2b(salt) while no code is set
    enc, commit    = BLAKE2b-64(slot index, key = root), split in halves
    ciphertext     = XChaCha20-Poly1305(slot plaintext, enc, nonce, header as data)
    commitment     = BLAKE2b-32(nonce | ciphertext | tag, key = commit)

XChaCha20-Poly1305 alone would not bind a ciphertext to one key: whoever can write
the file could build a slot that opens under many guessed codes and learn from one
unlock which of them is near. The commitment rules that out.

One root is tried on all eight slots, always. The work and its order do not depend
on which slot opens, or on whether one does.
"""

import hashlib
import hmac
import secrets

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from webapp.vault.errors import InvalidVault, UnknownVaultVersion
from webapp.vault.slot_plaintext import (
    PLAINTEXT_BYTES,
    Slot,
    SlotKind,
    decode_slot,
    encode_slot,
)

# One block of a disk: it is written in one piece or not at all.
VAULT_BYTES = 4096
SLOT_COUNT = 8
SLOT_BYTES = 504
SALT_BYTES = 16
PROFILE = 1

_CHECK_BYTES = 16
_HEADER_BYTES = 64
_COMMITMENT_BYTES = 32
_NONCE_BYTES = 24
_KEY_BYTES = 32
_HEADER_PADDING = bytes(_HEADER_BYTES - SALT_BYTES - _CHECK_BYTES - 1)

_CHECK_LABEL = b"safehouse/vcheck"
_NO_CODE_LABEL = b"safehouse/nocode"
_SLOT_KEYS_LABEL = b"safehouse/slotky"
_COMMITMENT_LABEL = b"safehouse/commit"

_NOT_OPENED = bytes(PLAINTEXT_BYTES)
# Ranks what opened by its kind byte. If one code ever opens two slots, the one that
# opens accounts must win over the one that destroys them.
_PREFERENCE = bytes(2 if kind == SlotKind.OPEN else 1 for kind in range(256))


def new_salt() -> bytes:
    """Return the salt of a vault that never existed before."""
    return secrets.token_bytes(SALT_BYTES)


def new_vault(salt: bytes) -> bytes:
    """Return a vault of eight unused slots."""
    return _header(salt) + secrets.token_bytes(SLOT_COUNT * SLOT_BYTES)


def first_start_vault() -> bytes:
    """Return the vault of a first start: no code is set, and there is no account."""
    salt = new_salt()
    return lone_vault(salt, any_place(), root=no_code_root(salt), slot=Slot(SlotKind.OPEN))


def lone_vault(salt: bytes, index: int, *, root: bytes, slot: Slot) -> bytes:
    """Return a vault in which ``slot`` is the only one in use."""
    return seal_slot(new_vault(salt), index, root=root, slot=slot)


def any_place() -> int:
    """Return a place for a slot, by lot, so that no place ever means anything."""
    return secrets.randbelow(SLOT_COUNT)


def no_code_root(salt: bytes) -> bytes:
    """Return the root that stands in for a code while none is set.

    It keeps nothing secret from anybody who has the file; what it gives is one path
    for all cases, and a sealed slot that a first code can replace.
    """
    return hashlib.blake2b(salt, digest_size=_KEY_BYTES, person=_NO_CODE_LABEL).digest()


def read_salt(vault: bytes) -> bytes:
    """Return the salt of ``vault`` after checking length, check value and version.

    Raises InvalidVault if the bytes are damaged, UnknownVaultVersion if they are
    sound but of a form that only a newer program can read.
    """
    if len(vault) != VAULT_BYTES:
        raise InvalidVault("a vault has 4096 bytes")
    salt = vault[:SALT_BYTES]
    if vault[SALT_BYTES : SALT_BYTES + _CHECK_BYTES] != _salt_check(salt):
        raise InvalidVault("the salt is damaged")
    if vault[:_HEADER_BYTES] != _header(salt):
        raise UnknownVaultVersion("unknown profile")
    return salt


def open_vault(vault: bytes, root: bytes) -> tuple[int, Slot] | None:
    """Return the index and content of the slot that ``root`` opens, or None.

    Raises InvalidVault or UnknownVaultVersion as ``read_salt`` and ``decode_slot`` do.
    """
    read_salt(vault)
    index, opened, rank = 0, _NOT_OPENED, 0
    for candidate in range(SLOT_COUNT):
        hit, plaintext = _try_slot(vault, candidate, root=root)
        candidate_rank = hit * _PREFERENCE[plaintext[1]]
        # Picked by indexing: a branch here would do different work for a hit.
        better = candidate_rank > rank
        index, opened, rank = (
            (index, opened, rank),
            (candidate, plaintext, candidate_rank),
        )[better]
    return (index, decode_slot(opened)) if rank else None


def seal_slot(vault: bytes, index: int, *, root: bytes, slot: Slot) -> bytes:
    """Return ``vault`` with ``slot`` sealed under ``root`` in place ``index``.

    The seven other slots stay as they are, byte for byte.
    Raises InvalidVault or UnknownVaultVersion as ``read_salt`` does.
    """
    read_salt(vault)
    encryption_key, commitment_key = _slot_keys(root, index)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    ciphertext = crypto_aead_xchacha20poly1305_ietf_encrypt(
        encode_slot(slot), vault[:_HEADER_BYTES], nonce, encryption_key
    )
    sealed = _commitment(nonce + ciphertext, commitment_key) + nonce + ciphertext
    start = _HEADER_BYTES + index * SLOT_BYTES
    return vault[:start] + sealed + vault[start + SLOT_BYTES :]


def vacate_slot(vault: bytes, index: int) -> bytes:
    """Return ``vault`` with nothing but random bytes in place ``index``.

    The seven other slots stay as they are, byte for byte.
    Raises InvalidVault or UnknownVaultVersion as ``read_salt`` does.
    """
    read_salt(vault)
    start = _HEADER_BYTES + index * SLOT_BYTES
    return vault[:start] + secrets.token_bytes(SLOT_BYTES) + vault[start + SLOT_BYTES :]


def _try_slot(vault: bytes, index: int, *, root: bytes) -> tuple[bool, bytes]:
    """Return whether ``root`` opens this slot, and what it says (zeros if not)."""
    start = _HEADER_BYTES + index * SLOT_BYTES
    commitment = vault[start : start + _COMMITMENT_BYTES]
    sealed = vault[start + _COMMITMENT_BYTES : start + SLOT_BYTES]
    encryption_key, commitment_key = _slot_keys(root, index)
    committed = hmac.compare_digest(commitment, _commitment(sealed, commitment_key))
    try:
        plaintext = crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[_NONCE_BYTES:], vault[:_HEADER_BYTES], sealed[:_NONCE_BYTES], encryption_key
        )
    except CryptoError:
        return False, _NOT_OPENED
    return committed, plaintext


def _header(salt: bytes) -> bytes:
    return salt + _salt_check(salt) + bytes([PROFILE]) + _HEADER_PADDING


def _salt_check(salt: bytes) -> bytes:
    return hashlib.blake2b(salt, digest_size=_CHECK_BYTES, person=_CHECK_LABEL).digest()


def _slot_keys(root: bytes, index: int) -> tuple[bytes, bytes]:
    keys = hashlib.blake2b(
        bytes([index]), key=root, digest_size=2 * _KEY_BYTES, person=_SLOT_KEYS_LABEL
    ).digest()
    return keys[:_KEY_BYTES], keys[_KEY_BYTES:]


def _commitment(sealed: bytes, commitment_key: bytes) -> bytes:
    return hashlib.blake2b(
        sealed, key=commitment_key, digest_size=_COMMITMENT_BYTES, person=_COMMITMENT_LABEL
    ).digest()
