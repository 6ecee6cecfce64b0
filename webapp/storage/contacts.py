"""People: their name, and who has accepted whom (messages.md §10, §13)."""

from dataclasses import dataclass

from webapp.protocol.identifiers import AccountId
from webapp.storage.connection import Row
from webapp.storage.database import AccountDatabase
from webapp.storage.models import ContactModel

_SELECT = """
    SELECT name, profile_updated_s, approved, approved_me, blocked, nickname
    FROM contact WHERE account_id = ?
"""
_SELECT_BLOCKED = """
    SELECT account_id, name, profile_updated_s, approved, approved_me, blocked, nickname
    FROM contact WHERE blocked = 1
"""
# The update changes nothing, but makes the row come back if another thread was faster.
_INSERT = """
    INSERT INTO contact (account_id) VALUES (?)
    ON CONFLICT (account_id) DO UPDATE SET account_id = excluded.account_id
    RETURNING name, profile_updated_s, approved, approved_me, blocked, nickname
"""


@dataclass(frozen=True, slots=True)
class Contact:
    """One person. ``approved``: we accepted them; ``approved_me``: they accepted us.

    ``nickname`` is what the owner of this account calls them; they never learn it.
    """

    account_id: AccountId
    name: str | None
    profile_updated_s: int
    approved: bool
    approved_me: bool
    blocked: bool
    nickname: str | None


def get(database: AccountDatabase, account_id: AccountId) -> Contact | None:
    """Return the contact, or None if this account has never met them."""
    with database.read() as connection:
        row = connection.execute(_SELECT, (bytes(account_id),)).fetchone()
    return _contact(account_id, row) if row else None


def blocked(database: AccountDatabase) -> list[Contact]:
    """Return everybody whose messages are dropped, in no particular order."""
    with database.read() as connection:
        rows = connection.execute(_SELECT_BLOCKED).fetchall()
    return [_contact(AccountId.from_bytes(row[0]), row[1:]) for row in rows]


def ensure(database: AccountDatabase, account_id: AccountId) -> Contact:
    """Return the contact, made without name and approval if there was none."""
    known = get(database, account_id)
    if known is not None:
        return known
    with database.write() as connection:
        [row] = connection.execute(_INSERT, (bytes(account_id),)).fetchall()
    return _contact(account_id, row)


def set_approved(database: AccountDatabase, account_id: AccountId, approved: bool) -> None:
    """Remember whether we accept this person's messages."""
    with database.write():
        ensure(database, account_id)
        _this(account_id, approved=approved)


def set_approved_me(database: AccountDatabase, account_id: AccountId, approved_me: bool) -> None:
    """Remember whether this person accepts our messages."""
    with database.write():
        ensure(database, account_id)
        _this(account_id, approved_me=approved_me)


def set_blocked(database: AccountDatabase, account_id: AccountId, blocked: bool) -> None:
    """Remember whether what this person sends is dropped."""
    with database.write():
        ensure(database, account_id)
        _this(account_id, blocked=blocked)


def set_nickname(database: AccountDatabase, account_id: AccountId, nickname: str | None) -> None:
    """Remember what the owner calls this person; None goes back to their own name."""
    with database.write():
        ensure(database, account_id)
        _this(account_id, nickname=nickname)


def forget(database: AccountDatabase, account_id: AccountId) -> None:
    """Delete a contact; of somebody who is blocked only that remains. Then ``checkpoint``."""
    with database.write() as connection:
        known = get(database, account_id)
        connection.execute("DELETE FROM contact WHERE account_id = ?", (bytes(account_id),))
        if known is not None and known.blocked:
            set_blocked(database, account_id, True)


def apply_profile(
    database: AccountDatabase, account_id: AccountId, *, name: str | None, updated_s: int
) -> bool:
    """Take over a received profile if it is newer; return whether the name changed.

    Newer means a later update time, or that neither side has ever given one. An
    empty name keeps the old one (messages.md §13).
    """
    profile = (name or None, updated_s)
    # Most messages repeat what is known; they cost no write.
    if not _says_something_new(get(database, account_id), *profile):
        return False
    with database.write() as connection:
        known = ensure(database, account_id)
        if not _says_something_new(known, *profile):
            return False
        connection.execute(
            "UPDATE contact SET name = coalesce(?, name), profile_updated_s = ?"
            " WHERE account_id = ?",
            (*profile, bytes(account_id)),
        )
    return profile[0] not in (None, known.name)


def _says_something_new(known: Contact | None, name: str | None, updated_s: int) -> bool:
    stored_s = known.profile_updated_s if known else 0
    if updated_s == stored_s == 0:
        return name is not None and (known is None or name != known.name)
    return updated_s > stored_s


def _contact(account_id: AccountId, row: Row) -> Contact:
    return Contact(account_id, row[0], row[1], bool(row[2]), bool(row[3]), bool(row[4]), row[5])


def _this(account_id: AccountId, **columns: object) -> None:
    ContactModel.update(**columns).where(ContactModel.account_id == bytes(account_id)).execute()
