"""Settings made smaller: one zstd frame. Sources: config.md (Compression), security.md N4.

    frame = magic 28 b5 2f fd | header | blocks

Four bytes of a frame can stand for 128 KiB, and the size that its header declares is
only what a stranger says. So a frame is read in small steps, against a budget.
"""

from typing import Final

from zstandard import ZstdCompressor, ZstdDecompressor, ZstdError

from webapp.protocol.errors import RemoteProtocolError

# What every client writes; more effort saves little on texts of this size.
_LEVEL: Final = 1
# Skippable frames, which hold nothing, have other magic numbers.
_MAGIC: Final = b"\x28\xb5\x2f\xfd"
# What a decoder must remember of its output. No level in use asks for more.
_MAX_WINDOW_BYTES: Final = 8 * 1024 * 1024
# The smallest block (4 bytes) makes 128 KiB, so that the budget is passed by 640 KiB at most.
_STEP_BYTES: Final = 16


def compress(text: bytes) -> bytes:
    """Return ``text`` as one frame that declares its size, without checksum or dictionary."""
    return ZstdCompressor(level=_LEVEL).compress(text)


def decompress(frame: bytes, *, max_bytes: int) -> bytes:
    """Return the text of exactly one whole frame, of ``max_bytes`` at most.

    Raises RemoteProtocolError.
    """
    if not frame.startswith(_MAGIC):
        raise RemoteProtocolError("not a compressed text")
    try:
        return _read_frame(frame, max_bytes=max_bytes)
    except ZstdError as error:
        raise RemoteProtocolError("a compressed text cannot be read") from error


def _read_frame(frame: bytes, *, max_bytes: int) -> bytes:
    reader = ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES).decompressobj()
    text = bytearray()
    for start in range(0, len(frame), _STEP_BYTES):
        end = start + _STEP_BYTES
        text += reader.decompress(frame[start:end])
        if len(text) > max_bytes:
            raise RemoteProtocolError("a compressed text is too long")
        if reader.eof:
            if reader.unused_data or frame[end:]:
                raise RemoteProtocolError("something follows a compressed text")
            return bytes(text)
    raise RemoteProtocolError("a compressed text is cut off")
