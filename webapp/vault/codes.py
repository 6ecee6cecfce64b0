"""Codes: what a person types to open the vault, and how it becomes a root.

    canonical bytes   kind 1 | text in UTF-8:  01 PIN, 02 pattern, 03 passphrase, 00 no kind
    PIN               NFKC, which turns the digits of wide scripts into ASCII; every decimal
                      digit of Unicode by its value; blanks dropped
    pattern           the points 1-9 in the order in which they are joined, blanks dropped
    passphrase        NFKC, outer blanks dropped, a run of inner blanks is one space
    root              Argon2id(canonical bytes, salt of the vault), 32 bytes

``canonical`` refuses nothing, because an unlock must cost the same whatever was typed: what
can be no code has canonical bytes like any other, and opens no slot. The rules are for
setting a code. They hold for the canonical form, so that what is counted is what is derived.
"""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from nacl.bindings import crypto_pwhash_alg
from nacl.bindings.crypto_pwhash import crypto_pwhash_ALG_ARGON2ID13
from nacl.exceptions import CryptoError

from webapp.vault.errors import TooLittleMemory

ROOT_BYTES: Final = 32
SHORTEST_PIN: Final = 6
SHORTEST_PATTERN: Final = 6
SHORTEST_PASSPHRASE: Final = 10
# Longer than anything a person types without a mistake, and short enough that a slip (a whole
# document pasted) is told when the code is set instead of when it can no longer be typed.
LONGEST_CODE: Final = 256
# Beyond this, blanks and all, nothing can be a code that was set, so it is not normalised: the
# work on a text of combining signs grows with the square of its length.
LONGEST_NORMALISED: Final = 4 * LONGEST_CODE
PATTERN_POINTS: Final = "123456789"


class CodeKind(StrEnum):
    """The three ways to type a code."""

    PIN = "pin"
    PATTERN = "pattern"
    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind of code


_KIND_BYTES: Final = {
    CodeKind.PIN: b"\x01",
    CodeKind.PATTERN: b"\x02",
    CodeKind.PASSPHRASE: b"\x03",
}
_NO_KIND: Final = b"\x00"


class CodeFlaw(StrEnum):
    """Why a text cannot be set as a code of its kind."""

    SHORT = "short"
    LONG = "long"
    CHARACTERS = "characters"
    REPEATED_POINT = "repeated_point"


@dataclass(frozen=True, slots=True)
class Code:
    """The canonical bytes of something typed; empty if there was nothing in it."""

    content: bytes = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed, which is no attempt at anything."""
        return len(self.content) == len(_NO_KIND)


@dataclass(frozen=True, slots=True)
class Profile:
    """How dear one guess is. The number stands in the header of the vault."""

    number: int
    memory_bytes: int
    passes: int


# security.md V3: the same in every installation, so that an erased one looks like a new one.
PROFILE_1: Final = Profile(1, memory_bytes=256 * 1024 * 1024, passes=3)


def canonical(kind: str, text: str) -> Code:
    """Return the canonical bytes of ``text`` typed as ``kind``, whatever both are."""
    try:
        known = CodeKind(kind)
    except ValueError:
        return Code(_NO_KIND + _encoded(text))
    return Code(_KIND_BYTES[known] + _encoded(normalised(known, text)))


def flaw_of(kind: CodeKind, text: str) -> CodeFlaw | None:
    """Return why ``text`` cannot be set as a code of this kind, or None if it can."""
    if len(text) > LONGEST_NORMALISED:
        return CodeFlaw.LONG
    typed = normalised(kind, text)
    if len(typed) > LONGEST_CODE:
        return CodeFlaw.LONG
    return _FLAWS[kind](typed)


def derive(code: Code, salt: bytes, *, profile: Profile) -> bytes:
    """Return the root of ``code`` in the vault with this salt.

    Raises TooLittleMemory if the computer has not what the profile asks for.
    """
    try:
        return crypto_pwhash_alg(
            ROOT_BYTES,
            code.content,
            salt,
            profile.passes,
            profile.memory_bytes,
            crypto_pwhash_ALG_ARGON2ID13,
        )
    except (MemoryError, CryptoError) as error:
        raise TooLittleMemory("the derivation found no memory") from error


def normalised(kind: CodeKind, text: str) -> str:
    """Return ``text`` as it counts as a code of this kind."""
    if len(text) > LONGEST_NORMALISED:
        return text
    words = unicodedata.normalize("NFKC", text).split()
    if kind is CodeKind.PASSPHRASE:
        return " ".join(words)
    return "".join(_ascii_digit(character) for character in "".join(words))


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _encoded(text: str) -> bytes:
    # What arrived as invalid UTF-8 may be half a surrogate pair here. It is wrong, not an error.
    return text.encode("utf-8", "surrogatepass")


def _flaw_of_pin(typed: str) -> CodeFlaw | None:
    if not all(character in "0123456789" for character in typed):
        return CodeFlaw.CHARACTERS
    return CodeFlaw.SHORT if len(typed) < SHORTEST_PIN else None


def _flaw_of_pattern(typed: str) -> CodeFlaw | None:
    if not all(character in PATTERN_POINTS for character in typed):
        return CodeFlaw.CHARACTERS
    if len(set(typed)) < len(typed):
        return CodeFlaw.REPEATED_POINT
    return CodeFlaw.SHORT if len(typed) < SHORTEST_PATTERN else None


def _flaw_of_passphrase(typed: str) -> CodeFlaw | None:
    # Half a surrogate pair, or a control sign, could not be typed again elsewhere.
    if any(unicodedata.category(character) in {"Cs", "Cc"} for character in typed):
        return CodeFlaw.CHARACTERS
    return CodeFlaw.SHORT if len(typed) < SHORTEST_PASSPHRASE else None


_FLAWS: Final = {
    CodeKind.PIN: _flaw_of_pin,
    CodeKind.PATTERN: _flaw_of_pattern,
    CodeKind.PASSPHRASE: _flaw_of_passphrase,
}
