"""First messages to people known by a blinded id. Sources: messages.md §14, communities.md.

    shared   15: a·(other's point)      25: (k·a)·(other's point)
    key      BLAKE2b-32(shared | sender's point | recipient's point)
    message  00 | XChaCha20-Poly1305(text | sender's Ed25519 key (32), nonce, key) | nonce (24)

a is the private scalar of the own account, k·a that of the own blinded id.
There is no signature: only the two ends know the key, so each knows that
whatever it has not written itself is the other's.
"""

from hashlib import blake2b
from typing import Final

from nacl.utils import random

from webapp.protocol.blinding import BlindedId, BlindedKeys, BlindedKind, is_same_person
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import KEY_BYTES, AccountId
from webapp.protocol.keys import AccountKeys
from webapp.protocol.scalar_signatures import multiplied
from webapp.protocol.xchacha20 import NONCE_BYTES, TAG_BYTES, decrypt, encrypt

_VERSION: Final = b"\x00"
_MIN_BYTES: Final = len(_VERSION) + KEY_BYTES + TAG_BYTES + NONCE_BYTES


def seal_for_blinded(
    padded: bytes, *, sender: AccountKeys, recipient: BlindedId, server: bytes
) -> bytes:
    """Return ``padded`` content as the inbox of ``recipient`` on a server takes it.

    Raises RemoteProtocolError if nobody can have that id.
    """
    own = BlindedKeys(recipient.kind, account=sender, server=server)
    shared = _shared_point(own, account=sender, other=recipient)
    key, nonce = _key(shared, sender=own.id, recipient=recipient), random(NONCE_BYTES)
    return _VERSION + encrypt(padded + sender.ed25519, key=key, nonce=nonce) + nonce


def open_blinded(
    message: bytes, *, account: AccountKeys, sender: BlindedId, recipient: BlindedId, server: bytes
) -> tuple[bytes, AccountId]:
    """Return the padded content of a message and the account behind its blinded sender.

    ``account`` is at either end of it: people read what they sent themselves as well.

    Raises RemoteProtocolError.
    """
    if sender.kind is not recipient.kind:
        raise RemoteProtocolError("sender and recipient are blinded in different ways")
    if len(message) < _MIN_BYTES or not message.startswith(_VERSION):
        raise RemoteProtocolError("a blinded message is too short or of another version")
    own = BlindedKeys(sender.kind, account=account, server=server)
    other = recipient if own.id == sender else sender
    shared = _shared_point(own, account=account, other=other)
    inner = decrypt(
        message[len(_VERSION) : -NONCE_BYTES],
        key=_key(shared, sender=sender, recipient=recipient),
        nonce=message[-NONCE_BYTES:],
    )
    # Without this, a person could write as any other account.
    named = AccountId.from_ed25519(inner[-KEY_BYTES:])
    if not is_same_person(named, sender, server=server):
        raise RemoteProtocolError("a blinded message names an account that did not send it")
    return inner[:-KEY_BYTES], named


def _shared_point(own: BlindedKeys, *, account: AccountKeys, other: BlindedId) -> bytes:
    """Return the point that both ends can compute. Raises RemoteProtocolError."""
    is_old = own.id.kind is BlindedKind.SERVER_ONLY
    return multiplied(other.ed25519, account.x25519_secret if is_old else own.scalar)


def _key(shared: bytes, *, sender: BlindedId, recipient: BlindedId) -> bytes:
    both = sender.ed25519 + recipient.ed25519
    return blake2b(shared + both, digest_size=KEY_BYTES).digest()
