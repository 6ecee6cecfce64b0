"""What a push server delivers. Source: ``decrypt_pn`` of the reference vectors.

    payload = nonce (24) | XChaCha20-Poly1305(text | zeros, nonce, key)

The key is one that the app gave to the push server when it subscribed.
"""

from webapp.protocol.xchacha20 import NONCE_BYTES, decrypt


def open_notification(payload: bytes, *, key: bytes) -> bytes:
    """Return the text of a notification without the zeros that hide its length.

    A text of zeros alone is returned as it is, as the reference does.

    Raises RemoteProtocolError if the payload does not open, LocalProtocolError
    unless ``key`` has 32 bytes.
    """
    padded = decrypt(payload[NONCE_BYTES:], key=key, nonce=payload[:NONCE_BYTES])
    return padded.rstrip(b"\x00") or padded
