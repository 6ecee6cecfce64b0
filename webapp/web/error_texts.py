"""The sentence for each error that a person can run into (R15), next to nothing else.

A sentence says what happened, what it means for the user's data, and what to do.
"""

from webapp.protocol.recovery import (
    ChecksumMismatch,
    RecoveryPasswordError,
    TooFewWords,
    TooManyWords,
    UnknownWord,
)
from webapp.services import errors
from webapp.storage import errors as storage
from webapp.web.errors import NOTHING_CHANGED, ErrorText
from webapp.web.texts import Counted, mark

KEPT = mark("What you typed is kept.")

ERROR_TEXTS: dict[type[Exception], ErrorText] = {
    errors.ServiceError: ErrorText(400, "refused", mark("Safehouse could not do this."), KEPT),
    errors.NoAccount: ErrorText(
        409, "no_account", mark("No account is open."), mark("Reload this page to begin.")
    ),
    errors.AccountExists: ErrorText(
        409,
        "account_exists",
        mark("An account is open already, perhaps from another tab."),
        mark("Reload this page to see it."),
    ),
    errors.AccountClosed: ErrorText(
        410,
        "account_closed",
        mark("This account is no longer open here."),
        mark("Reload this page to see what is."),
    ),
    errors.AccountOpenAlready: ErrorText(
        409,
        "account_open_already",
        mark("The account of these words is open already."),
        mark("Nothing was changed. Choose it in the menu of accounts."),
    ),
    errors.OnlyAccount: ErrorText(
        409,
        "only_account",
        mark("This is the only account behind its code."),
        mark("Nothing was changed. Change the code instead, or add another account first."),
    ),
    errors.NoFreeSlot: ErrorText(
        409,
        "no_free_slot",
        mark("There is no place left for another code."),
        mark("Nothing was changed. Choose one of the codes that you have."),
    ),
    errors.CodeOpensNothing: ErrorText(
        403,
        "code_opens_nothing",
        mark("This code does not open anything."),
        mark("Nothing was changed. Other codes that you have typed here are kept."),
    ),
    errors.CodeInUse: ErrorText(
        409,
        "code_in_use",
        mark("This code cannot be used here."),
        mark("Nothing was changed. Choose another one."),
    ),
    errors.DuressLength: ErrorText(
        400,
        "duress_length",
        mark("The duress code must be as long as your own code."),
        mark("Otherwise whoever watches sees which of them you type."),
    ),
    errors.DuressNear: ErrorText(
        400,
        "duress_near",
        mark("This is too much like your own code: one slip would destroy everything."),
        mark("Choose a code that looks quite different."),
    ),
    errors.DuressNotRehearsed: ErrorText(
        409,
        "duress_not_rehearsed",
        mark("The duress code was not rehearsed, so it is still off."),
        mark("Type it once in the rehearsal."),
    ),
    errors.PanicIsOff: ErrorText(
        409, "panic_is_off", mark("The panic shortcut is off."), mark("Nothing was changed.")
    ),
    errors.CodeMissing: ErrorText(
        409,
        "code_missing",
        mark("No code is set, so nobody would be asked for another one."),
        mark("Nothing was changed. Set a code first."),
    ),
    errors.AnotherCodeNeeded: ErrorText(
        409,
        "another_code_needed",
        mark("Afterwards no code would open anything."),
        mark("Nothing was erased. Type another code to keep above, or remove the code first."),
    ),
    errors.NameMissing: ErrorText(
        400, "name_missing", mark("A name needs at least one visible character."), mark("Type one.")
    ),
    errors.NameTooLong: ErrorText(
        400,
        "name_too_long",
        mark("This name is too long for the network."),
        mark("Shorten it a little."),
    ),
    errors.UnknownNetwork: ErrorText(
        400,
        "unknown_network",
        mark("This network is not available here."),
        mark("Go back and choose another."),
    ),
    errors.NetworkUnavailable: ErrorText(
        503,
        "network_unavailable",
        mark("The practice network could not be started on this computer."),
        mark("Nothing was made. Try again, or choose the Session network."),
    ),
    errors.NetworkUnreachable: ErrorText(
        503,
        "network_unreachable",
        mark("This network does not answer, so nothing was made yet."),
        mark("Check the connection and try again, or go back and practice on this computer."),
    ),
    errors.ProxyUnusable: ErrorText(
        503,
        "proxy_unusable",
        "%(reason)s",
        mark("Nothing was made yet. Start the proxy or correct its address, then try again."),
    ),
    errors.InvalidProxy: ErrorText(
        400, "invalid_proxy", "%(reason)s", mark("Nothing was changed. What you typed is kept.")
    ),
    errors.InvalidProxyLogin: ErrorText(400, "invalid_proxy_login", "%(reason)s", KEPT),
    errors.ProxyGivenAtStart: ErrorText(
        409,
        "proxy_given_at_start",
        mark("This start of Safehouse was given its proxy on the command line."),
        mark("Nothing was changed. To change it, start again without --proxy."),
    ),
    errors.UnknownConversation: ErrorText(
        404, "unknown_conversation", mark("This conversation is gone."), mark("Reload this page.")
    ),
    errors.ContactBlocked: ErrorText(
        409,
        "contact_blocked",
        mark("You have blocked this person, so nothing is sent to them."),
        mark("What you typed is kept. Unblock them to send it."),
    ),
    errors.NoteToSelf: ErrorText(
        400,
        "note_to_self",
        mark("This needs another person, and your notes have none."),
        mark("Nothing was changed."),
    ),
    errors.UnknownMessage: ErrorText(
        404, "unknown_message", mark("This message is gone."), mark("Reload this page.")
    ),
    errors.EmptyMessage: ErrorText(
        400, "empty_message", mark("There is nothing to send yet."), mark("Write something first.")
    ),
    errors.MessageTooLong: ErrorText(
        400,
        "message_too_long",
        Counted(
            "This message is %(num)s character too long.",
            "This message is %(num)s characters too long.",
        ),
        mark("Shorten it or send it in two parts. Nothing was lost."),
        number="over",
    ),
    errors.InvalidSetting: ErrorText(
        400,
        "invalid_setting",
        mark("This version of Safehouse has no such setting."),
        mark("Nothing was changed. Reload this page."),
    ),
    errors.DraftMissing: ErrorText(
        400,
        "draft_missing",
        mark("There was no draft to keep."),
        mark("What is kept has not changed."),
    ),
    errors.DraftTooLong: ErrorText(
        400,
        "draft_too_long",
        Counted(
            "This text is %(num)s character too long to be kept as a draft.",
            "This text is %(num)s characters too long to be kept as a draft.",
        ),
        mark("It stays here while this page is open. Shorten it, or send it in parts."),
        number="over",
    ),
    errors.NotAnEmoji: ErrorText(
        400, "not_an_emoji", mark("This is not an emoji."), NOTHING_CHANGED
    ),
    errors.AppLocked: ErrorText(
        423, "locked", mark("Safehouse is locked."), mark("Reload this page to unlock it.")
    ),
    errors.UnlockBusy: ErrorText(
        429,
        "unlock_busy",
        mark("Another code is being tried right now."),
        mark("Nothing was changed. Try again in a moment."),
    ),
    errors.LockNeedsCode: ErrorText(
        409,
        "lock_needs_code",
        mark("Without a code there is nothing that could be locked."),
        mark("Set one first, in the settings of the lock."),
    ),
    errors.NotYetErasable: ErrorText(
        409,
        "not_yet_erasable",
        mark("It cannot be erased yet, or not any more."),
        mark("Nothing was changed. Load this page again to see how long it takes."),
    ),
    errors.NotEnoughRoom: ErrorText(
        409,
        "not_enough_room",
        mark("The disk has too little room for files of one size."),
        mark("Nothing was changed. Make room on the disk, then try again."),
    ),
    errors.UnknownCodeKind: ErrorText(
        400, "unknown_code_kind", mark("There is no such kind of code."), NOTHING_CHANGED
    ),
    errors.CodeTooShort: ErrorText(
        400, "code_too_short", mark("This code is too short."), mark("Nothing was changed yet.")
    ),
    errors.PinTooShort: ErrorText(
        400,
        "pin_too_short",
        mark("A PIN has at least %(shortest)s digits."),
        mark("Nothing was changed yet. Add some."),
    ),
    errors.PatternTooShort: ErrorText(
        400,
        "pattern_too_short",
        mark("A pattern joins at least %(shortest)s points."),
        mark("Nothing was changed yet. Draw a longer one."),
    ),
    errors.PassphraseTooShort: ErrorText(
        400,
        "passphrase_too_short",
        mark("A passphrase has at least %(shortest)s characters."),
        mark("Nothing was changed yet. Add some."),
    ),
    errors.CodeTooLong: ErrorText(
        400,
        "code_too_long",
        mark("A code has at most %(longest)s characters."),
        mark("Nothing was changed yet. Was something else pasted?"),
    ),
    errors.PinCharacters: ErrorText(
        400,
        "pin_characters",
        mark("A PIN has digits only."),
        mark("Nothing was changed yet. For letters, choose a passphrase."),
    ),
    errors.PatternCharacters: ErrorText(
        400,
        "pattern_characters",
        mark("A pattern joins the points 1 to 9, each at most once."),
        mark("Nothing was changed yet. Draw it again."),
    ),
    errors.PassphraseCharacters: ErrorText(
        400,
        "passphrase_characters",
        mark("There are signs in this passphrase that cannot be typed."),
        mark("Nothing was changed yet. Type it instead of pasting it."),
    ),
    errors.CodesDiffer: ErrorText(
        400,
        "codes_differ",
        mark("The two codes are not the same."),
        mark("Nothing was changed yet. Type both again."),
    ),
    errors.WrongCode: ErrorText(
        403, "wrong_code", mark("This is not the present code."), NOTHING_CHANGED
    ),
    errors.WaitBeforeCode: ErrorText(
        429,
        "wait_before_code",
        Counted(
            "After several wrong codes the next one has to wait for %(num)s second.",
            "After several wrong codes the next one has to wait for %(num)s seconds.",
        ),
        NOTHING_CHANGED,
        number="seconds",
    ),
    errors.NotEnoughMemory: ErrorText(
        503,
        "not_enough_memory",
        mark("This computer has too little free memory to try a code."),
        mark("Nothing was changed. Close other programs, then try again."),
    ),
    errors.ErasingWordMissing: ErrorText(
        400,
        "erasing_word_missing",
        mark('Type the word "%(word)s" to confirm.'),
        mark("Nothing was erased."),
    ),
    errors.RolledBack: ErrorText(
        409,
        "rolled_back",
        mark("The settings of the lock are older than they should be."),
        mark("Nothing was changed. Confirm the warning on the page of the lock first."),
    ),
    storage.StorageError: ErrorText(
        507,
        "storage",
        mark("This could not be written to the disk."),
        mark("It may be full or read-only. Nothing was changed; make room, then try again."),
    ),
    storage.NoFreeContainer: ErrorText(
        409,
        "no_free_container",
        mark("There is no room for another account."),
        mark("Eight fit. Nothing was made. Erase one that you no longer need, then try again."),
    ),
    storage.FsyncFailed: ErrorText(
        507,
        "disk_failed",
        mark("The disk did not confirm what was written."),
        mark("Stop Safehouse, check the disk, then start it again."),
    ),
    errors.AccountIdLength: ErrorText(
        400,
        "account_id_length",
        mark("An Account ID has 66 characters, this one has %(length)s."),
        mark("Copy it again."),
    ),
    errors.AccountIdNotHex: ErrorText(
        400,
        "account_id_characters",
        mark("An Account ID has only the digits 0 to 9 and the letters a to f."),
        mark("Copy it again."),
    ),
    errors.AccountIdPrefix: ErrorText(
        400,
        "account_id_prefix",
        mark("The Account ID of a person begins with 05."),
        mark("This may be the ID of a group or a community."),
    ),
    RecoveryPasswordError: ErrorText(
        400,
        "recovery_words",
        mark("These words do not open an account."),
        mark("Compare them once more."),
    ),
    TooFewWords: ErrorText(
        400,
        "too_few_words",
        mark("There are 13 recovery words, these are %(count)s."),
        mark("Add the missing ones."),
    ),
    TooManyWords: ErrorText(
        400,
        "too_many_words",
        mark("There are 13 recovery words, these are %(count)s."),
        mark("Remove what does not belong to them."),
    ),
    UnknownWord: ErrorText(
        400,
        "unknown_word",
        mark('Word %(position)s, "%(word)s", is not in the list.'),
        mark('The nearest is "%(nearest)s".'),
    ),
    errors.UnlistedWord: ErrorText(
        400, "unlisted_word", mark('Word %(position)s, "%(word)s", is not in the list.'), KEPT
    ),
    ChecksumMismatch: ErrorText(
        400,
        "checksum",
        mark("Every word is in the list, but together they are not right."),
        mark("One is wrong, or two have changed places. Compare them in order."),
    ),
}
