"""Display names as the user types them (identity.md §4)."""

from webapp.protocol.content import NAME_LIMIT_BYTES, clean_name
from webapp.services.errors import NameMissing, NameTooLong


def require_name(text: str) -> str:
    """Return the name as contacts will see it; raise NameMissing or NameTooLong."""
    if len(text.strip().encode()) > NAME_LIMIT_BYTES:
        raise NameTooLong
    name = clean_name(text)
    if not name:
        raise NameMissing
    return name
