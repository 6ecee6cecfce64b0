"""A random value that grants something (R17)."""

import secrets

# Twice the least that security.md S6 asks for.
SECRET_BYTES = 32
LONGEST_OFFER = 128


class Secret:
    """A random text nobody can guess. Its repr is masked; it is compared in constant time.

    The text form is base64url without padding, so it may stand in a cookie, a header, a
    WebSocket subprotocol or a form field as it is.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str | None = None) -> None:
        """Draw one; or go on with the ``text`` of one that this process has inherited."""
        self._text = text or secrets.token_urlsafe(SECRET_BYTES)

    def reveal(self) -> str:
        """Return the text, for the one place it is meant for."""
        return self._text

    def matches(self, offered: str) -> bool:
        """Return whether ``offered`` is this secret; the time taken tells nothing about it."""
        # Cut first: the comparison should not run as long as a stranger likes.
        return secrets.compare_digest(
            self._text.encode(), offered[:LONGEST_OFFER].encode("utf-8", "replace")
        )

    def __repr__(self) -> str:
        return "Secret(…)"
