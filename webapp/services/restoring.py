"""Bringing an account back from its recovery words."""

from dataclasses import dataclass, field

from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.recovery import (
    RecoveryInput,
    UnknownWord,
    decode_recovery_password,
    normalise_recovery_input,
)
from webapp.services.errors import UnlistedWord


@dataclass(frozen=True, slots=True)
class CheckedWords:
    """Words that open an account, and which one."""

    password: str = field(repr=False)
    completed: bool
    account_id: AccountId


def check_words(text: str) -> CheckedWords:
    """Return the account that ``text`` opens.

    The words may come in any case and spacing; ``completed`` tells that the
    thirteenth was computed because only twelve were given.
    Raises RecoveryPasswordError, UnlistedWord.
    """
    given = _read(text)
    seed = decode_recovery_password(given.password)
    return CheckedWords(given.password, given.completed, AccountKeys.from_seed(seed).account_id)


def seed_of(text: str) -> Seed:
    """Return the seed that ``text`` spells. Raises RecoveryPasswordError, UnlistedWord."""
    return decode_recovery_password(_read(text).password)


def _read(text: str) -> RecoveryInput:
    try:
        return normalise_recovery_input(text)
    except UnknownWord as error:
        if error.nearest is None:
            raise UnlistedWord(error.position, word=error.word) from error
        raise
