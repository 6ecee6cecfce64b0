"""What the length of a message gives away: its size in steps of 160. Source: messages.md §4."""

from typing import Final

PADDING_STEP: Final = 160
_END_OF_CONTENT: Final = b"\x80"


def pad(content: bytes) -> bytes:
    """Return ``content`` | 80 | zeros up to a multiple of 160.

    Where the mark alone would fill the last step, a whole step of zeros is added,
    as other current clients do; without it our messages could be told from theirs.
    """
    marked = content + _END_OF_CONTENT
    return marked + bytes(PADDING_STEP - len(marked) % PADDING_STEP)


def unpad(padded: bytes) -> bytes:
    """Return the content of ``padded``; bytes that carry no padding are all content."""
    return padded.rstrip(b"\x00").removesuffix(_END_OF_CONTENT)
