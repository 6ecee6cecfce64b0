"""The freshness chain: whether the rows that decide about security are the newest there were.

SQLCipher vouches for every page and not for its age: one that is copied back from an older
file is accepted, and with it a setting that was changed since. So a counter and a digest
over these rows are kept twice: in the database, and sealed in the slot of the vault.

    digest   BLAKE2b-12(counter 4 | digest before 12 | rows), where the rows are sorted by name:
             length of the name 4 | name | length of the value 4 | value, UTF-8
    no row was ever set: counter 0, both digests zero

A change goes into the database first and into the slot then. A crash in between leaves the
database one step ahead, and its head names the digest that the slot has:

    database                                              verdict
    rows and head disagree                                rolled back: pages of two ages
    the counter and digest of the slot                    current
    one step more, made from the digest of the slot       ahead: seal it
    anything else                                         rolled back

96 bits are enough: whoever exchanges encrypted pages cannot choose what they decrypt to. A
whole directory that is put back, vault and all, is current by its own account.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from webapp.vault.slot_plaintext import FRESHNESS_DIGEST_BYTES

Verdict = Literal["current", "ahead", "rolled_back"]

_LABEL: Final = b"safehouse/freshn"
_NO_DIGEST: Final = bytes(FRESHNESS_DIGEST_BYTES)
_NUMBER_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of the chain, as the slot remembers it."""

    counter: int = 0
    digest: bytes = field(default=_NO_DIGEST, repr=False)


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The newest link as the database has it, with the digest of the one before."""

    head: Head = field(default_factory=Head)
    previous: bytes = field(default=_NO_DIGEST, repr=False)


def link(sealed: Head, rows: Mapping[str, str]) -> StoredHead:
    """Return the step after ``sealed`` that makes the rows what they are."""
    counter = sealed.counter + 1
    return StoredHead(Head(counter, _digest(counter, sealed.digest, rows)), sealed.digest)


def judge(sealed: Head, stored: StoredHead, rows: Mapping[str, str]) -> Verdict:
    """Return what the slot says about the head and the rows of the database."""
    if not _belongs(stored, rows):
        return "rolled_back"
    if stored.head == sealed:
        return "current"
    is_next = stored.head.counter == sealed.counter + 1 and stored.previous == sealed.digest
    return "ahead" if is_next else "rolled_back"


def _belongs(stored: StoredHead, rows: Mapping[str, str]) -> bool:
    if stored.head.counter == 0:
        return stored == StoredHead() and not rows
    return stored.head.digest == _digest(stored.head.counter, stored.previous, rows)


def _digest(counter: int, previous: bytes, rows: Mapping[str, str]) -> bytes:
    hashed = hashlib.blake2b(
        counter.to_bytes(_NUMBER_BYTES, "big") + previous,
        digest_size=FRESHNESS_DIGEST_BYTES,
        person=_LABEL,
    )
    for name in sorted(rows):
        for text in (name, rows[name]):
            encoded = text.encode()
            hashed.update(len(encoded).to_bytes(_NUMBER_BYTES, "big") + encoded)
    return hashed.digest()
