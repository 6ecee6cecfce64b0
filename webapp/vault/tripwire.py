"""The tripwire: one block that looks random, and belongs to one vault.

    offset  size
         0    16   derived from the vault's salt
        16  4080   random

Like a container it tells by its first bytes whether it belongs to this vault, so that one left
over by an erase is known for rubbish.
"""

import hashlib
import secrets
from typing import Final

TRIPWIRE_BYTES: Final = 4096
TRIPWIRE_SALT_BYTES: Final = 16

_SALT_LABEL: Final = b"safehouse/twsalt"


def tripwire_salt(vault_salt: bytes) -> bytes:
    """Return the 16 bytes with which the tripwire of this vault begins."""
    return hashlib.blake2b(vault_salt, digest_size=TRIPWIRE_SALT_BYTES, person=_SALT_LABEL).digest()


def unused_tripwire(vault_salt: bytes) -> bytes:
    """Return a tripwire that stands for nothing."""
    return tripwire_salt(vault_salt) + secrets.token_bytes(TRIPWIRE_BYTES - TRIPWIRE_SALT_BYTES)
