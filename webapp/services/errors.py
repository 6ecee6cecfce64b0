"""What can go wrong in the services, in classes that the interface turns into sentences."""

import math
from typing import Final

from webapp.sentence import Sentence


class ServiceError(Exception):
    """Base of everything the services refuse."""


class NoAccount(ServiceError):
    """The action needs an open account and there is none."""


class AccountClosed(NoAccount):
    """The page shows an account that is no longer open: it was moved, or erased."""


class AccountExists(ServiceError):
    """Other accounts are open than the page knew when it offered to make one."""


class AccountOpenAlready(ServiceError):
    """The account to be brought back is one of those that are open."""


class OnlyAccount(ServiceError):
    """An account that is alone behind its code has to stay there."""


class NoFreeSlot(ServiceError):
    """All places for a further code are taken."""


class NotYetErasable(ServiceError):
    """The wait before an erase without the code is not over, or nobody has begun it."""


class NotEnoughRoom(ServiceError):
    """The disk has less room left than would have to be written."""


class NameMissing(ServiceError):
    """A display name has no visible character."""


class NameTooLong(ServiceError):
    """A display name is longer than the network allows (identity.md §4)."""


class AccountIdLength(ServiceError):
    """A text is no Account ID: it has ``length`` characters."""

    def __init__(self, length: int) -> None:
        super().__init__("an Account ID has another length")
        self.length: Final = length


class AccountIdNotHex(ServiceError):
    """A text is no Account ID: it has other characters than hexadecimal digits."""


class AccountIdPrefix(ServiceError):
    """A text is an ID of something else than a person."""


class UnlistedWord(ServiceError):
    """A recovery word is not in the list, and none of the list comes near."""

    def __init__(self, position: int, *, word: str) -> None:
        super().__init__("a word is not in the list")
        self.position: Final = position
        self.word: Final = word


class UnknownNetwork(ServiceError):
    """The chosen network is not one of those offered."""


class NetworkUnavailable(ServiceError):
    """The practice network could not be started."""


class NetworkUnreachable(ServiceError):
    """The chosen network does not answer, so no account was made on it."""


class ProxyUnusable(NetworkUnreachable):
    """The proxy is why the network does not answer; ``reason`` is a sentence about it."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason: Final = reason


class InvalidProxy(ServiceError):
    """A text or a login is not one of a proxy; ``reason`` is a sentence about it."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason: Final = reason


class InvalidProxyLogin(InvalidProxy):
    """The login is what is wrong with a proxy."""


class ProxyGivenAtStart(ServiceError):
    """The proxy was given on the command line, which holds until the program ends."""


class UnknownConversation(ServiceError):
    """No conversation has this number."""


class ContactBlocked(ServiceError):
    """Nothing is sent to somebody whom the owner has blocked."""


class NoteToSelf(ServiceError):
    """The action needs another person, and a note to self has none."""


class UnknownMessage(ServiceError):
    """No message has this number."""


class EmptyMessage(ServiceError):
    """A message without any visible character."""


class MessageTooLong(ServiceError):
    """A message above the limit of the network; ``over`` is the number of characters too many."""

    def __init__(self, over: int) -> None:
        super().__init__("a message is too long")
        self.over: Final = over


class InvalidSetting(ServiceError):
    """There is no such setting, or it cannot have this value."""


class DraftMissing(ServiceError):
    """A draft was to be saved, and none came along."""


class DraftTooLong(ServiceError):
    """A draft above our own limit; ``over`` is the number of characters too many."""

    def __init__(self, over: int) -> None:
        super().__init__("a draft is too long")
        self.over: Final = over


class NotAnEmoji(ServiceError):
    """A text that should be remembered as an emoji cannot be one."""


class AppLocked(NoAccount):
    """The action needs an open account, and the app is locked."""


class UnlockBusy(ServiceError):
    """One code is being tried and another one waits; a third is not let in (security.md V7)."""


class LockNeedsCode(ServiceError):
    """Without a code nothing would ask for one, so there is nothing to lock."""


class UnknownCodeKind(ServiceError):
    """A code is a PIN, a pattern or a passphrase."""


class CodeTooShort(ServiceError):
    """A new code has fewer than ``shortest`` digits, points or characters."""

    def __init__(self, shortest: int) -> None:
        super().__init__("a code is too short")
        self.shortest: Final = shortest


class PinTooShort(CodeTooShort):
    """A PIN with too few digits."""


class PatternTooShort(CodeTooShort):
    """A pattern over too few points."""


class PassphraseTooShort(CodeTooShort):
    """A passphrase with too few characters."""


class CodeTooLong(ServiceError):
    """A new code has more than ``longest`` characters, which is a slip and no code."""

    def __init__(self, longest: int) -> None:
        super().__init__("a code is too long")
        self.longest: Final = longest


class PinCharacters(ServiceError):
    """A PIN with something else than digits in it."""


class PatternCharacters(ServiceError):
    """A pattern with something else than the nine points in it, or one of them twice."""


class PassphraseCharacters(ServiceError):
    """A passphrase with signs that nobody can type again."""


class CodesDiffer(ServiceError):
    """The new code was typed in two different ways."""


class WrongCode(ServiceError):
    """The present code was asked for and this was not it; nothing has changed."""


class CodeOpensNothing(ServiceError):
    """A code was to be kept, and there is nothing behind it."""


class CodeInUse(ServiceError):
    """A new code that something else answers to; what, is not told."""


class CodeMissing(ServiceError):
    """Where no code is set nobody is asked for one, so there can be no other either."""


class DuressLength(ServiceError):
    """A duress code that is longer or shorter than the code that it stands beside."""


class DuressNear(ServiceError):
    """A duress code that a slip of the hand makes of the code that it stands beside."""


class DuressNotRehearsed(ServiceError):
    """A duress code that nobody has typed in a rehearsal, or whose rehearsal is over."""


class PanicIsOff(ServiceError):
    """The panic shortcut was pressed, and the owner has not switched it on."""


class AnotherCodeNeeded(ServiceError):
    """The last account behind a code may go only when another code is known to open something."""


class WaitBeforeCode(ServiceError):
    """After several wrong codes the next one has to wait ``seconds``; none was tried."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("the next code has to wait")
        self.wait_s: Final = wait_s
        self.seconds: Final = math.ceil(wait_s)


class NotEnoughMemory(ServiceError):
    """The computer has not the memory that trying a code takes; no attempt was counted."""


class ErasingWordMissing(ServiceError):
    """The ``word`` that confirms an erase was not typed."""

    def __init__(self, word: str) -> None:
        super().__init__("the word was not typed")
        self.word: Final = word


class RolledBack(ServiceError):
    """The settings of the lock are older than the vault says; first that must be acknowledged."""
