"""What whoever has the key can read of a container: all of it, free pages included."""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from webapp.storage.connection import PAGE_BYTES, USABLE_PAGE_BYTES

# The first page begins with the salt; each ends with a nonce of 16 bytes and an HMAC.
SALT_BYTES = 16
NONCE_BYTES = 16


def decrypted_pages(path: Path, *, key: bytes) -> bytes:
    """Return the plaintext of every page of the database at ``path``, one after the other."""
    raw = path.read_bytes()
    pages = [raw[start : start + PAGE_BYTES] for start in range(0, len(raw), PAGE_BYTES)]
    return b"".join(
        _open(page, key=key, begins_at=0 if number else SALT_BYTES)
        for number, page in enumerate(pages)
    )


def _open(page: bytes, *, key: bytes, begins_at: int) -> bytes:
    nonce = page[USABLE_PAGE_BYTES : USABLE_PAGE_BYTES + NONCE_BYTES]
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(nonce)).decryptor()
    return decryptor.update(page[begins_at:USABLE_PAGE_BYTES])
