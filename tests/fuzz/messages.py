"""Targets: what people write, from the outermost wrapper to the text inside."""

from base64 import b64decode
from collections.abc import Iterator
from functools import cache

from tests.fuzz import seeds
from tests.fuzz.target import Target, cut
from tests.protocol.people import ALICE, BOB
from tests.protocol.worked_values import CONTENT_HEX, SENT_AT_MS, STORED_FOR_BOB
from webapp.protocol import bencode, padding
from webapp.protocol.blinding import BlindedId, BlindedKeys, BlindedKind
from webapp.protocol.community_inbox import open_blinded, seal_for_blinded
from webapp.protocol.compression import compress, decompress
from webapp.protocol.content import (
    BODY_LIMIT,
    Content,
    Unsupported,
    VisibleMessage,
    decode_content,
    encode_content,
)
from webapp.protocol.envelope import Opened, enclose, open_stored, seal, wrap
from webapp.protocol.identifiers import AccountId
from webapp.protocol.multi_encrypt import KeyPair, decrypt_encoded
from webapp.protocol.notifications import open_notification
from webapp.protocol.registered_names import open_registration
from webapp.protocol.xchacha20 import NONCE_BYTES, encrypt

NONCE, SERVER = b"N" * NONCE_BYTES, b"S" * 32
PUSH_KEY = seeds.from_hex(next(seeds.cases("encrypt", "decrypt_pn"))["inputs"]["key"])
MAX_TEXT_BYTES = 1024 * 1024
BLINDED = {
    kind: (
        BlindedKeys(kind, account=ALICE, server=SERVER).id,
        BlindedKeys(kind, account=BOB, server=SERVER).id,
    )
    for kind in BlindedKind
}


def open_stored_by_bob(data: bytes) -> Opened | None:
    return open_stored(data, recipient=BOB)


def open_content_from_alice(content: bytes) -> Opened | None:
    stored = wrap(content, sender=ALICE, recipient=BOB.account_id, sent_at_ms=SENT_AT_MS)
    return open_stored(stored, recipient=BOB)


def opened_is_from_alice(_: bytes, opened: Opened | None) -> None:
    assert opened is not None
    assert opened.sender == ALICE.account_id
    assert opened.sent_at_ms == SENT_AT_MS


def content_is_written_again(_: bytes, content: Content) -> None:
    message = content.message
    if isinstance(message, Unsupported) or content.sent_at_ms == 0:
        return
    # Others may write more than we may.
    if isinstance(message, VisibleMessage) and len(message.body) > BODY_LIMIT:
        return
    assert decode_content(encode_content(content)) == content


def contents() -> Iterator[bytes]:
    yield bytes.fromhex(CONTENT_HEX)
    # A response, a receipt, typing, a call, an unsend request, a group update.
    for text in (
        "520208017880d0eab6b733",
        "2a0a080110808080808080017801",
        "320908808080808080011000",
        "1a0408021a00",
        "4a0b080112076f7263686964",
        "0a04c2070178",
    ):
        yield bytes.fromhex(text)


@cache
def envelopes() -> tuple[bytes, ...]:
    sealed = seal(bytes.fromhex(CONTENT_HEX), sender=ALICE, recipient=BOB.account_id)
    own = enclose(sealed, sent_at_ms=SENT_AT_MS, pro_signature=bytes(64))
    return b64decode(STORED_FOR_BOB), own, b"\x00of a later version"


def open_pushed_text(data: bytes) -> bytes:
    return open_notification(NONCE + encrypt(data, key=PUSH_KEY, nonce=NONCE), key=PUSH_KEY)


def pushed_text_is_kept(data: bytes, text: bytes) -> None:
    assert data.startswith(text)
    assert not data[len(text) :].strip(b"\x00")


def open_post_for_bob(data: bytes) -> tuple[bytes, AccountId]:
    """Return what a message holds whose first byte chooses the kind of blinding."""
    kind = BlindedKind.SERVER_ONLY if data[:1] < b"\x80" else BlindedKind.SERVER_AND_ACCOUNT
    sender, recipient = BLINDED[kind]
    return open_blinded(data[1:], account=BOB, sender=sender, recipient=recipient, server=SERVER)


def open_post_between_any(data: bytes) -> tuple[bytes, AccountId]:
    sender, recipient, message = cut(data, 33, 33)
    return open_blinded(
        message,
        account=BOB,
        sender=BlindedId.from_bytes(sender),
        recipient=BlindedId.from_bytes(recipient),
        server=SERVER,
    )


@cache
def posts() -> tuple[bytes, ...]:
    return tuple(
        bytes((kind + 0x60,))
        + seal_for_blinded(b"hello", sender=ALICE, recipient=recipient, server=SERVER)
        for kind, (_, recipient) in BLINDED.items()
    )


@cache
def posts_with_ids() -> tuple[bytes, ...]:
    named = (bytes(sender) + bytes(recipient) for sender, recipient in BLINDED.values())
    return tuple(ids + post[1:] for ids, post in zip(named, posts(), strict=True))


def open_for_many(data: bytes) -> bytes | None:
    reader = KeyPair(BOB.x25519, secret=BOB.x25519_secret, purpose=b"fuzz")
    return decrypt_encoded(data, reader=reader, sender=ALICE.x25519)


def open_name(data: bytes) -> AccountId:
    nonce, value, name = cut(data, NONCE_BYTES, 49)
    return open_registration(value, name=as_spelled(name), nonce=nonce)


def as_spelled(data: bytes) -> str:
    """Return a name that a user can have typed: text, without halves of characters."""
    return data.decode("utf-8", "replace")


def registrations() -> Iterator[bytes]:
    for case in seeds.cases("encrypt", "decrypt_ons"):
        nonce = case["inputs"]["nonce"] or ""
        value = seeds.from_hex(case["inputs"]["ct"])
        yield seeds.from_hex(nonce) + value + case["inputs"]["name"].encode()


def decode_bencode(data: bytes) -> bencode.Bencoded:
    return bencode.decode(data)


def bencode_has_one_spelling(data: bytes, value: bencode.Bencoded) -> None:
    assert bencode.encode(value) == data


def decompress_in_budget(data: bytes) -> bytes:
    return decompress(data, max_bytes=MAX_TEXT_BYTES)


def text_is_compressed_again(_: bytes, text: bytes) -> None:
    assert len(text) <= MAX_TEXT_BYTES
    assert decompress(compress(text), max_bytes=len(text)) == text


def pad_and_unpad(data: bytes) -> bytes:
    padding.unpad(data)
    return padding.unpad(padding.pad(data))


def padding_takes_nothing(data: bytes, content: bytes) -> None:
    assert content == data


def compressed() -> Iterator[bytes]:
    yield from seeds.inputs("config_crypto", "zstd_decompress", "msg")


def bencoded() -> Iterator[bytes]:
    yield from (b"i-9223372036854775808e", b"d1:a1:b1:cli0elee1:dd0:0:ee", b"l" * 16 + b"e" * 16)
    yield from seeds.inputs("multi_encrypt", "multi_decrypt_simple", "encoded")


TARGETS = [
    Target("envelope", open_stored_by_bob, seeds=envelopes),
    Target("envelope_content", open_content_from_alice, contents, opened_is_from_alice),
    Target("content", decode_content, contents, content_is_written_again),
    Target(
        "notification",
        lambda data: open_notification(data, key=PUSH_KEY),
        seeds=lambda: seeds.inputs("encrypt", "decrypt_pn", "payload"),
    ),
    Target("notification_text", open_pushed_text, lambda: [b"text\0\0"], pushed_text_is_kept),
    Target("community_inbox", open_post_for_bob, seeds=posts),
    Target("community_inbox_ids", open_post_between_any, seeds=posts_with_ids),
    Target(
        "multi_encrypt",
        open_for_many,
        seeds=lambda: seeds.inputs("multi_encrypt", "multi_decrypt_simple", "encoded"),
    ),
    Target("registered_name", open_name, seeds=registrations),
    Target("bencode", decode_bencode, bencoded, bencode_has_one_spelling),
    Target("compression", decompress_in_budget, compressed, text_is_compressed_again),
    Target("padding", pad_and_unpad, lambda: [b"", b"text\x80\0"], padding_takes_nothing),
]
