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
from webapp.web.errors import ErrorText

KEPT = "What you typed is kept."

ERROR_TEXTS: dict[type[Exception], ErrorText] = {
    errors.ServiceError: ErrorText(400, "refused", "Safehouse could not do this.", KEPT),
    errors.NoAccount: ErrorText(
        409, "no_account", "No account is open.", "Reload this page to begin."
    ),
    errors.AccountExists: ErrorText(
        409,
        "account_exists",
        "An account is open already, perhaps from another tab.",
        "Reload this page to see it.",
    ),
    errors.NameMissing: ErrorText(
        400, "name_missing", "A name needs at least one visible character.", "Type one."
    ),
    errors.NameTooLong: ErrorText(
        400, "name_too_long", "This name is too long for the network.", "Shorten it a little."
    ),
    errors.UnknownNetwork: ErrorText(
        400, "unknown_network", "This network is not available here.", "Go back and choose another."
    ),
    errors.NetworkUnavailable: ErrorText(
        503,
        "network_unavailable",
        "The practice network could not be started on this computer.",
        "Nothing was made. Try again, or choose the Session network.",
    ),
    errors.NetworkUnreachable: ErrorText(
        503,
        "network_unreachable",
        "This network does not answer, so nothing was made yet.",
        "Check the connection and try again, or go back and practice on this computer.",
    ),
    errors.ProxyUnusable: ErrorText(
        503,
        "proxy_unusable",
        "{error.reason}",
        "Nothing was made yet. Start the proxy or correct its address, then try again.",
    ),
    errors.InvalidProxy: ErrorText(
        400, "invalid_proxy", "{error.reason}", "Nothing was changed. What you typed is kept."
    ),
    errors.InvalidProxyLogin: ErrorText(400, "invalid_proxy_login", "{error.reason}", KEPT),
    errors.ProxyGivenAtStart: ErrorText(
        409,
        "proxy_given_at_start",
        "This start of Safehouse was given its proxy on the command line.",
        "Nothing was changed. To change it, start again without --proxy.",
    ),
    errors.UnknownConversation: ErrorText(
        404, "unknown_conversation", "This conversation is gone.", "Reload this page."
    ),
    errors.UnknownMessage: ErrorText(
        404, "unknown_message", "This message is gone.", "Reload this page."
    ),
    errors.EmptyMessage: ErrorText(
        400, "empty_message", "There is nothing to send yet.", "Write something first."
    ),
    errors.MessageTooLong: ErrorText(
        400,
        "message_too_long",
        "This message is {error.over} characters too long.",
        "Shorten it or send it in two parts. Nothing was lost.",
    ),
    errors.InvalidSetting: ErrorText(
        400,
        "invalid_setting",
        "This version of Safehouse has no such setting.",
        "Nothing was changed. Reload this page.",
    ),
    errors.DraftMissing: ErrorText(
        400, "draft_missing", "There was no draft to keep.", "What is kept has not changed."
    ),
    errors.DraftTooLong: ErrorText(
        400,
        "draft_too_long",
        "This text is {error.over} characters too long to be kept as a draft.",
        "It stays here while this page is open. Shorten it, or send it in parts.",
    ),
    errors.ProtectedByCode: ErrorText(
        423, "protected", "This data directory asks for a code.", "Nothing was changed."
    ),
    storage.StorageError: ErrorText(
        507,
        "storage",
        "This could not be written to the disk.",
        "It may be full or read-only. Nothing was changed; make room, then try again.",
    ),
    storage.FsyncFailed: ErrorText(
        507,
        "disk_failed",
        "The disk did not confirm what was written.",
        "Stop Safehouse, check the disk, then start it again.",
    ),
    errors.AccountIdLength: ErrorText(
        400,
        "account_id_length",
        "An Account ID has 66 characters, this one has {error.length}.",
        "Copy it again.",
    ),
    errors.AccountIdNotHex: ErrorText(
        400,
        "account_id_characters",
        "An Account ID has only the digits 0 to 9 and the letters a to f.",
        "Copy it again.",
    ),
    errors.AccountIdPrefix: ErrorText(
        400,
        "account_id_prefix",
        "The Account ID of a person begins with 05.",
        "This may be the ID of a group or a community.",
    ),
    RecoveryPasswordError: ErrorText(
        400, "recovery_words", "These words do not open an account.", "Compare them once more."
    ),
    TooFewWords: ErrorText(
        400,
        "too_few_words",
        "There are 13 recovery words, these are {error.count}.",
        "Add the missing ones.",
    ),
    TooManyWords: ErrorText(
        400,
        "too_many_words",
        "There are 13 recovery words, these are {error.count}.",
        "Remove what does not belong to them.",
    ),
    UnknownWord: ErrorText(
        400,
        "unknown_word",
        'Word {error.position}, "{error.word}", is not in the list.',
        'The nearest is "{error.nearest}".',
    ),
    errors.UnlistedWord: ErrorText(
        400, "unlisted_word", 'Word {error.position}, "{error.word}", is not in the list.', KEPT
    ),
    ChecksumMismatch: ErrorText(
        400,
        "checksum",
        "Every word is in the list, but together they are not right.",
        "One is wrong, or two have changed places. Compare them in order.",
    ),
}
