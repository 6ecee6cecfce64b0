"""Display names as the user types them (identity.md §4)."""

from webapp.protocol.content import NAME_LIMIT_BYTES, clean_name
from webapp.services.errors import NameMissing, NameTooLong


def require_name(text: str) -> str:
    """Return the name as contacts will see it; raise NameMissing or NameTooLong."""
    name = optional_name(text)
    if name is None:
        raise NameMissing
    return name


def optional_name(text: str) -> str | None:
    """Return the name, or None if nothing of it can be seen; raise NameTooLong."""
    if len(text.strip().encode()) > NAME_LIMIT_BYTES:
        raise NameTooLong
    return clean_name(text) or None
