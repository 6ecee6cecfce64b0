"""One text, or one each, for many people at once. Source: groups.md §3, §6.

    key    = BLAKE2b-32(X25519 secret | sender's key | recipient's key, keyed by the purpose)
    entry  = XChaCha20-Poly1305(text, nonce, key)
    whole  = bencoded {"#": nonce (24), "e": [entry, …]}

All entries share one nonce, for their keys differ. An entry does not say whom
it is for: a reader tries them all, and junk entries hide how many readers exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from nacl.bindings import crypto_scalarmult
from nacl.exceptions import CryptoError
from nacl.utils import random

from webapp.protocol.bencode import Bencoded, read_value
from webapp.protocol.bencode import encode as bencoded
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.identifiers import KEY_BYTES
from webapp.protocol.keys import require_key
from webapp.protocol.xchacha20 import NONCE_BYTES, TAG_BYTES, DoesNotOpen, decrypt, encrypt


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The X25519 keys of the one who writes or reads, and the purpose of what is written.

    The purpose keeps a text of one kind from being taken for one of another.
    """

    public: bytes
    secret: bytes = field(repr=False)
    purpose: bytes

    def __post_init__(self) -> None:
        require_key(self.public)
        require_key(self.secret)


def encrypt_for_each(
    texts: Sequence[bytes],
    *,
    recipients: Sequence[bytes],
    sender: KeyPair,
    nonce: bytes,
    skip_unusable: bool = False,
) -> list[bytes]:
    """Return one entry for each X25519 key of ``recipients``, in their order.

    ``texts`` holds one for all, or one for each. With ``skip_unusable``, a key
    that nobody can be reached by has no entry; else it raises RemoteProtocolError.

    ``nonce`` must never come twice with the same sender, recipient and purpose,
    unless the text is the same as well.

    Raises LocalProtocolError for anything of the wrong size or number.
    """
    if len(texts) not in (1, len(recipients)):
        raise LocalProtocolError("one text for all, or one for each")
    each = [*texts] * len(recipients) if len(texts) == 1 else texts
    entries = []
    for text, recipient in zip(each, recipients, strict=True):
        try:
            key = _key(sender, other=require_key(recipient), sent=True)
        except RemoteProtocolError:
            if skip_unusable:
                continue
            raise
        entries.append(encrypt(text, key=key, nonce=nonce))
    return entries


def decrypt_any(
    entries: Iterable[bytes], *, reader: KeyPair, sender: bytes, nonce: bytes
) -> bytes | None:
    """Return the text of the first entry that is for ``reader``, or None if none is.

    ``sender`` is an X25519 key. Raises RemoteProtocolError if that is unusable
    or ``nonce`` has the wrong size.
    """
    if len(nonce) != NONCE_BYTES or len(sender) != KEY_BYTES:
        raise RemoteProtocolError("a nonce or key has the wrong size")
    key = _key(reader, other=sender, sent=False)
    for entry in entries:
        try:
            return decrypt(entry, key=key, nonce=nonce)
        except DoesNotOpen:
            continue
    return None


def encrypt_encoded(
    texts: Sequence[bytes],
    *,
    recipients: Sequence[bytes],
    sender: KeyPair,
    nonce: bytes | None = None,
    multiple_of: int = 1,
) -> bytes:
    """Return the whole of the module's text, its entries filled up with junk to a multiple.

    Junk has the size of the first entry. The reference's is 16 bytes shorter, so
    that anyone can count the real ones. Raises as ``encrypt_for_each`` does.
    """
    nonce = random(NONCE_BYTES) if nonce is None else nonce
    entries = encrypt_for_each(texts, recipients=recipients, sender=sender, nonce=nonce)
    junk = [random(len(texts[0]) + TAG_BYTES) for _ in range(-len(entries) % multiple_of)]
    values: list[Bencoded] = [*entries, *junk]
    return bencoded({b"#": nonce, b"e": values})


def decrypt_encoded(raw: bytes, *, reader: KeyPair, sender: bytes) -> bytes | None:
    """Return the text in ``raw`` for ``reader``, or None if there is none.

    Raises RemoteProtocolError.
    """
    nonce, entries = _parse(raw)
    return decrypt_any(entries, reader=reader, sender=sender, nonce=nonce)


def _key(own: KeyPair, *, other: bytes, sent: bool) -> bytes:
    """Return the key between two people. Raises RemoteProtocolError for an unusable one."""
    try:
        shared = crypto_scalarmult(own.secret, other)
    except CryptoError as error:
        raise RemoteProtocolError("not a usable X25519 key") from error
    both = own.public + other if sent else other + own.public
    return blake2b(shared + both, digest_size=KEY_BYTES, key=own.purpose).digest()


def _parse(raw: bytes) -> tuple[bytes, list[bytes]]:
    """Return the nonce and the entries of ``raw``. Raises RemoteProtocolError.

    Like the reference, this stops after the entries: each of them proves itself,
    and nothing that may follow has a meaning.
    """
    if raw[:1] != b"d":
        raise RemoteProtocolError("a text for many is no bencoded dict")
    at = 1
    parts: list[Bencoded] = []
    for _ in range(4):
        part, at = read_value(raw, at)
        parts.append(part)
    name, nonce, next_name, entries = parts
    if (name, next_name) != (b"#", b"e"):
        raise RemoteProtocolError("a text for many has other fields")
    if not isinstance(nonce, bytes) or not isinstance(entries, list):
        raise RemoteProtocolError("a text for many has a field of another type")
    return nonce, [_as_bytes(entry) for entry in entries]


def _as_bytes(entry: Bencoded) -> bytes:
    if not isinstance(entry, bytes):
        raise RemoteProtocolError("a text for many has an entry that is no string")
    return entry
