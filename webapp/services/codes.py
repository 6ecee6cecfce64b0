"""Setting, changing and removing the code, and saying what a code is worth.

A code does not encrypt the account: it opens the slot that holds the key to it. So another
code is another root for the same slot. The container stays as it is, and so do the seven
other slots and the salt.

    1. The new code is looked at: its form, and that it was typed twice alike.
    2. The present one, if there is one, is asked for as at an unlock: counted, throttled,
       answered at a fixed moment.
    3. The new root is derived, and the vault is replaced (storage/files.py).

Until the last step nothing has changed.
"""

import secrets
from collections.abc import Callable
from typing import Final

from webapp.protocol.recovery import word_list
from webapp.services.errors import (
    AppLocked,
    CodesDiffer,
    CodeTooLong,
    CodeTooShort,
    NoAccount,
    NotEnoughMemory,
    PassphraseCharacters,
    PassphraseTooShort,
    PatternCharacters,
    PatternTooShort,
    PinCharacters,
    PinTooShort,
    ServiceError,
    UnknownCodeKind,
    WaitBeforeCode,
    WrongCode,
)
from webapp.services.runtime import Runtime
from webapp.services.unlocking import UnlockResult
from webapp.storage.data_directory import Space
from webapp.vault import codes, strength
from webapp.vault.codes import CodeFlaw, CodeKind, canonical, flaw_of
from webapp.vault.strength import Protects, Strength

# The interface knows these from here.
__all__ = ["CodeKind", "Protects", "Strength"]

_TOO_SHORT: Final[dict[CodeKind, tuple[type[CodeTooShort], int]]] = {
    CodeKind.PIN: (PinTooShort, codes.SHORTEST_PIN),
    CodeKind.PATTERN: (PatternTooShort, codes.SHORTEST_PATTERN),
    CodeKind.PASSPHRASE: (PassphraseTooShort, codes.SHORTEST_PASSPHRASE),
}
_OTHER_CHARACTERS: Final[dict[CodeKind, type[ServiceError]]] = {
    CodeKind.PIN: PinCharacters,
    CodeKind.PATTERN: PatternCharacters,
    CodeKind.PASSPHRASE: PassphraseCharacters,
}


def set_code(
    runtime: Runtime, *, kind: str, text: str, repeated: str, current: str | None = None
) -> None:
    """Let the open account be opened by this code from now on, and by no other.

    ``current`` is the present code, of the kind that is set; None while none is.
    Raises UnknownCodeKind, CodeTooShort, CodeTooLong, PinCharacters, PatternCharacters,
    PassphraseCharacters, CodesDiffer, CodeInUse, WrongCode, WaitBeforeCode, UnlockBusy,
    NotEnoughMemory, NoAccount, AppLocked and what the storage raises; then the old code holds.
    """
    known = require_new_code(kind, text, repeated)
    generation = runtime.generation
    runtime.account()
    if runtime.code_is_set:
        require_current(runtime, current or "")
    root = runtime.gate.root_of(known, text)
    runtime.change_root(root, known, generation=generation)


def remove_code(runtime: Runtime, *, current: str) -> None:
    """Let the account open without a code from now on.

    Raises WrongCode, WaitBeforeCode, UnlockBusy, NotEnoughMemory, NoAccount, AppLocked and what the
    storage raises; then the code holds. Without a code this does nothing.
    """
    generation = runtime.generation
    runtime.account()
    if runtime.code_is_set:
        require_current(runtime, current)
        runtime.change_root(None, None, generation=generation)
        # Without a code there is none to be guessed; the next one begins without a limit.
        if runtime.gate.limit:
            runtime.gate.set_limit(0)


def require_current(
    runtime: Runtime, text: str, *, use: Callable[[], object] = lambda: None
) -> None:
    """Go on only with the present code, and do what needs it before the answer is due.

    A lock that comes in between is noticed by whoever then changes something.
    Raises WrongCode, WaitBeforeCode, UnlockBusy, NotEnoughMemory, what the storage and ``use``
    raise, and NoAccount if this was one wrong code too many.
    """

    def use_it(_space: Space) -> bool:
        use()
        return True

    result = runtime.gate.attempt(runtime.code_kind() or "", text, accept=runtime.owns, use=use_it)
    require_opened(result, otherwise=WrongCode)


def require_new_code(kind: str, text: str, repeated: str) -> CodeKind:
    """Return the kind of a code that may be set and was typed twice alike.

    Raises CodesDiffer and what ``require_code`` raises.
    """
    known = require_code(kind, text)
    if canonical(known, text) != canonical(known, repeated):
        raise CodesDiffer
    return known


def require_code(kind: str, text: str) -> CodeKind:
    """Return the kind of a code that may be set.

    Raises UnknownCodeKind, and what ``set_code`` raises about the form of a code.
    """
    try:
        known = CodeKind(kind)
    except ValueError as error:
        raise UnknownCodeKind from error
    match flaw_of(known, text):
        case None:
            return known
        case CodeFlaw.LONG:
            raise CodeTooLong(codes.LONGEST_CODE)
        case CodeFlaw.SHORT:
            error_class, shortest = _TOO_SHORT[known]
            raise error_class(shortest)
        case _:
            raise _OTHER_CHARACTERS[known]


def strength_of(kind: str, text: str) -> Strength:
    """Return how long a code would last. Raises what ``require_code`` raises."""
    return strength.strength(require_code(kind, text), text, listed=word_list())


def suggest_passphrase() -> str:
    """Return six words of the list, by lot. Nothing remembers them."""
    words = word_list()
    return " ".join(secrets.choice(words) for _ in range(strength.GENERATED_WORDS))


def require_opened(result: UnlockResult, *, otherwise: type[ServiceError]) -> None:
    """Go on only after a code that was right.

    Raises WaitBeforeCode, NotEnoughMemory, AppLocked if that has come in between, NoAccount if
    it was one wrong code too many, and ``otherwise`` if it was another one or none.
    """
    match result.reason:
        case "wait":
            raise WaitBeforeCode(result.wait_s)
        case "no_memory":
            raise NotEnoughMemory
        case "erased":
            raise NoAccount
        case "wrong" | "empty":
            raise otherwise
        case "late":
            raise AppLocked
