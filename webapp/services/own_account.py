"""What the owner does with the account itself."""

from webapp.protocol.recovery import encode_recovery_password
from webapp.services.open_account import OpenAccount
from webapp.storage import accounts


def recovery_words(account: OpenAccount) -> tuple[str, ...]:
    """Return the 13 words of the recovery password, in order."""
    return tuple(encode_recovery_password(accounts.load(account.database).seed).split())


def confirm_words(account: OpenAccount) -> None:
    """Note that the user has written the words down; the reminder goes away."""
    with account.database.write():
        accounts.confirm_words(account.database)
