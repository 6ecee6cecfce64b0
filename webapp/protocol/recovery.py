"""The recovery password: an account's seed as 13 English words. Source: identity.md §3.

Four bytes of the seed make three words; the thirteenth repeats one of the twelve,
chosen by a checksum over the first three letters of each. Those letters are all
that counts in a word.
"""

import re
import unicodedata
from binascii import crc32
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.keys import Seed

WORD_COUNT: Final = 13
_SEED_WORDS: Final = WORD_COUNT - 1
_PREFIX_LETTERS: Final = 3
_GROUP_BYTES: Final = 4
_GROUP_RANGE: Final = 2**32
_WORDS_PER_GROUP: Final = 3
# Twice the longest word: a longer one is not worth a search for similar words.
_MAX_WORD_LETTERS: Final = 24
# Whatever stands between words on paper: white space, commas, dashes, bullets.
_SEPARATORS: Final = re.compile(r"[\W_]+")


class RecoveryPasswordError(RemoteProtocolError):
    """A text is not a recovery password."""


class TooFewWords(RecoveryPasswordError):
    """There are ``count`` words where 13 are needed."""

    def __init__(self, count: int) -> None:
        super().__init__("a recovery password has more words")
        self.count: Final = count


class TooManyWords(RecoveryPasswordError):
    """There are ``count`` words where 13 are needed."""

    def __init__(self, count: int) -> None:
        super().__init__("a recovery password has fewer words")
        self.count: Final = count


class UnknownWord(RecoveryPasswordError):
    """The word at ``position``, counted from 1, is not in the list.

    ``word`` and ``nearest`` are for the screen of the person who typed it; the
    text of the error holds neither.
    """

    def __init__(self, position: int, *, word: str, nearest: str | None) -> None:
        super().__init__("a word is not in the list")
        self.position: Final = position
        self.word: Final = word
        self.nearest: Final = nearest


class ChecksumMismatch(RecoveryPasswordError):
    """All words are known, but one is wrong or out of its place."""

    def __init__(self) -> None:
        super().__init__("the words do not belong together")


@dataclass(frozen=True, slots=True, repr=False)
class RecoveryInput:
    """Thirteen words as the list spells them.

    ``completed`` says that only twelve were typed. The thirteenth could then
    prove nothing, so the account needs to be confirmed by its Account ID.
    """

    words: tuple[str, ...]
    completed: bool

    @property
    def password(self) -> str:
        """The words joined, as ``decode_recovery_password`` takes them."""
        return " ".join(self.words)

    def __repr__(self) -> str:
        return "RecoveryInput(•••)"


def encode_recovery_password(seed: Seed) -> str:
    """Return the 13 words of ``seed``, separated by single spaces."""
    raw = bytes(seed)
    words = [
        word
        for start in range(0, len(raw), _GROUP_BYTES)
        for word in _encode_group(raw[start : start + _GROUP_BYTES])
    ]
    return " ".join([*words, _checksum_word(words)])


def decode_recovery_password(text: str) -> Seed:
    """Return the seed that exactly 13 words, separated by single spaces, spell.

    Of three words that spell more than 32 bits the low 32 count, as in other
    clients: the account they lead to must be the same everywhere.

    Raises RecoveryPasswordError.
    """
    typed = text.split(" ")
    _require_word_count(len(typed), at_least=WORD_COUNT)
    words, checksum = typed[:_SEED_WORDS], typed[_SEED_WORDS]
    numbers = [_word_number(word, position=at) for at, word in enumerate(words, start=1)]
    if _prefix(checksum) != _prefix(_checksum_word(words)):
        raise ChecksumMismatch
    groups = range(0, _SEED_WORDS, _WORDS_PER_GROUP)
    return Seed(b"".join(_decode_group(numbers[at : at + _WORDS_PER_GROUP]) for at in groups))


def normalise_recovery_input(text: str) -> RecoveryInput:
    """Return the 13 words that a person meant by ``text``.

    Case, numbering and the signs between words do not matter, and a word may be
    cut short where only one begins so. From 12 words the last is computed.

    Raises RecoveryPasswordError.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    parts = [part.strip("0123456789") for part in _SEPARATORS.split(plain)]
    typed = [part for part in parts if part]
    _require_word_count(len(typed), at_least=_SEED_WORDS)
    words = [_complete_word(word, position=at) for at, word in enumerate(typed, start=1)]
    is_completed = len(words) == _SEED_WORDS
    if is_completed:
        words.append(_checksum_word(words))
    return RecoveryInput(tuple(words), completed=is_completed)


@cache
def word_list() -> tuple[str, ...]:
    """Return the 1626 words; a word's place in the list is its number."""
    source = files("webapp.protocol").joinpath("words_english.txt")
    return tuple(source.read_text(encoding="ascii").split())


@cache
def _numbers_by_prefix() -> dict[str, int]:
    return {_prefix(word): number for number, word in enumerate(word_list())}


def _prefix(word: str) -> str:
    return word[:_PREFIX_LETTERS]


def _require_word_count(count: int, *, at_least: int) -> None:
    if count < at_least:
        raise TooFewWords(count)
    if count > WORD_COUNT:
        raise TooManyWords(count)


def _word_number(word: str, *, position: int) -> int:
    number = _numbers_by_prefix().get(_prefix(word))
    if number is None:
        raise UnknownWord(position, word=word, nearest=_nearest_word(word))
    return number


def _complete_word(word: str, *, position: int) -> str:
    """Return the word of the list that ``word`` begins or, past three letters, misspells."""
    candidates = [listed for listed in word_list() if listed.startswith(_prefix(word))]
    if len(candidates) != 1:
        raise UnknownWord(position, word=word, nearest=_nearest_word(word))
    return candidates[0]


def _nearest_word(word: str) -> str | None:
    close = get_close_matches(word[:_MAX_WORD_LETTERS], word_list(), n=1)
    return close[0] if close else None


def _checksum_word(words: Sequence[str]) -> str:
    prefixes = "".join(_prefix(word) for word in words)
    return words[crc32(prefixes.encode()) % len(words)]


def _encode_group(group: bytes) -> tuple[str, ...]:
    """Return three words for four bytes, each counted on from the one before."""
    listed = word_list()
    size = len(listed)
    value = int.from_bytes(group, "little")
    first = value % size
    second = (value // size + first) % size
    third = (value // size**2 + second) % size
    return listed[first], listed[second], listed[third]


def _decode_group(numbers: Sequence[int]) -> bytes:
    size = len(word_list())
    first, second, third = numbers
    value = first + size * ((second - first) % size) + size**2 * ((third - second) % size)
    return (value % _GROUP_RANGE).to_bytes(_GROUP_BYTES, "little")
