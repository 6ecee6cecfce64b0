"""Containers: the eight files of one account each, as far as the vault decides.

A container in use is an SQLCipher database, an unused one is random bytes. Both
begin with the same 16 bytes, derived from the vault's salt, so a file tells
whether it belongs to this vault but not whether anything is in it.

Left alone, a container grows as its account does, and the others show that they do not.
The owner may have all eight kept at one size (security.md V13), which is then one of
``SIZES``. Nothing but the sizes says so: what is behind other codes cannot be told of it.
"""

import bisect
import hashlib
from collections.abc import Sequence
from typing import Final

CONTAINER_COUNT = 8
# What a new account needs, rounded up: the first messages change no file size.
CONTAINER_BYTES = 1024 * 1024
CONTAINER_SALT_BYTES = 16
CONTAINER_KEY_BYTES = 32
PRACTICE_SEED_BYTES = 16

# More than any disk has.
_LARGEST_BYTES: Final = 2**50
# The database grows by these.
PAGE_BYTES: Final = 4096

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


def _whole_pages(size: int) -> int:
    return -(-size // PAGE_BYTES) * PAGE_BYTES


def _sizes() -> tuple[int, ...]:
    """Return each half as much again as the one before, in whole pages, from 1.5 MiB on."""
    found = [CONTAINER_BYTES]
    while found[-1] < _LARGEST_BYTES:
        found.append(_whole_pages(found[-1] * 3 // 2))
    return tuple(found[1:])


SIZES: Final = _sizes()


def common_size(sizes: Sequence[int]) -> int:
    """Return the smallest size, in bytes, that all containers can be brought to by growing."""
    return SIZES[bisect.bisect_left(SIZES, max(sizes, default=0))]


def are_kept_equal(sizes: Sequence[int]) -> bool:
    """Return whether containers of these sizes, in bytes, are kept at one size.

    Only then do unused ones grow. Those in use may be ahead of the others until they are
    closed, and some may be missing; that two have grown to the same of ``SIZES`` by
    themselves is left to chance.
    """
    at_a_size = [size for size in sizes if size in SIZES]
    return len(set(at_a_size)) < len(at_a_size) and min(sizes) > CONTAINER_BYTES
