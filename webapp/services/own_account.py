"""What the owner does with the account itself."""

from webapp.protocol.recovery import encode_recovery_password
from webapp.services.events import AccountChanged
from webapp.services.names import require_name
from webapp.services.open_account import OpenAccount
from webapp.storage import accounts


def rename(account: OpenAccount, name: str) -> None:
    """Change the display name; contacts learn it with the next message to them.

    Raises NameMissing, NameTooLong; then nothing has changed.
    """
    name = require_name(name)
    updated_s = account.network.now_ms() // 1000
    before_s = accounts.load(account.database).profile_updated_s
    # Contacts take over a profile only if it is newer (messages.md §13).
    accounts.set_name(account.database, name, updated_s=max(updated_s, before_s + 1))
    account.events.publish(AccountChanged())


def recovery_words(account: OpenAccount) -> tuple[str, ...]:
    """Return the 13 words of the recovery password, in order."""
    return tuple(encode_recovery_password(accounts.load(account.database).seed).split())


def confirm_words(account: OpenAccount) -> None:
    """Note that the user has written the words down; the reminder goes away."""
    with account.database.write():
        accounts.confirm_words(account.database)
