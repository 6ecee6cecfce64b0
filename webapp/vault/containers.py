"""Containers: the eight files of one account each, as far as the vault decides.

A container in use is an SQLCipher database, an unused one is random bytes. Both
begin with the same 16 bytes, derived from the vault's salt, so a file tells
whether it belongs to this vault but not whether anything is in it.
"""

import hashlib

CONTAINER_COUNT = 8
# What a new account needs, rounded up: the first messages change no file size.
CONTAINER_BYTES = 1024 * 1024
CONTAINER_SALT_BYTES = 16
CONTAINER_KEY_BYTES = 32
PRACTICE_SEED_BYTES = 16

_SALT_LABEL = b"safehouse/ctsalt"
_PRACTICE_LABEL = b"safehouse/prseed"


def container_salt(vault_salt: bytes, number: int) -> bytes:
    """Return the 16 bytes with which container ``number`` of this vault begins.

    BLAKE2b-16(vault salt | number), personalised. SQLCipher takes them as the salt
    of its first page, where a plain SQLite file would show its name.
    """
    return hashlib.blake2b(
        vault_salt + bytes([number]), digest_size=CONTAINER_SALT_BYTES, person=_SALT_LABEL
    ).digest()


def practice_seed(vault_salt: bytes) -> bytes:
    """Return the 16 bytes from which Echo, the contact of the practice network, is made.

    With the vault they stay what they are from one start to the next, and after an
    erase they are others. They protect nothing: the salt is there for all to read.
    """
    return hashlib.blake2b(
        vault_salt, digest_size=PRACTICE_SEED_BYTES, person=_PRACTICE_LABEL
    ).digest()
