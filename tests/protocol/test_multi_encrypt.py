"""Texts for many people, none of whom is named."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB, CAROL
from webapp.protocol.bencode import decode, encode
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.keys import AccountKeys
from webapp.protocol.multi_encrypt import (
    KeyPair,
    decrypt_encoded,
    encrypt_encoded,
    encrypt_for_each,
)
from webapp.protocol.xchacha20 import NONCE_BYTES


def pair(keys: AccountKeys, purpose: bytes = b"test") -> KeyPair:
    return KeyPair(keys.x25519, secret=keys.x25519_secret, purpose=purpose)


def for_bob_and_carol(*texts: bytes, multiple_of: int = 1) -> bytes:
    return encrypt_encoded(
        texts,
        recipients=[BOB.x25519, CAROL.x25519],
        sender=pair(ALICE),
        multiple_of=multiple_of,
    )


@given(st.binary(), st.binary(), st.integers(min_value=1, max_value=9))
def test_each_reader_finds_the_own_text_among_junk(
    for_bob: bytes, for_carol: bytes, multiple_of: int
) -> None:
    raw = for_bob_and_carol(for_bob, for_carol, multiple_of=multiple_of)
    assert decrypt_encoded(raw, reader=pair(BOB), sender=ALICE.x25519) == for_bob
    assert decrypt_encoded(raw, reader=pair(CAROL), sender=ALICE.x25519) == for_carol


def test_who_is_not_meant_finds_nothing() -> None:
    raw = for_bob_and_carol(b"text")
    assert decrypt_encoded(raw, reader=pair(ALICE), sender=ALICE.x25519) is None
    assert decrypt_encoded(raw, reader=pair(BOB, b"other"), sender=ALICE.x25519) is None
    assert decrypt_encoded(raw, reader=pair(BOB), sender=CAROL.x25519) is None


def test_junk_cannot_be_told_from_entries_by_its_size() -> None:
    whole: Any = decode(for_bob_and_carol(b"text", multiple_of=5))
    assert {len(entry) for entry in whole[b"e"]} == {len(b"text") + 16}
    assert len(whole[b"e"]) == 5


def test_the_same_text_is_never_encrypted_alike_twice() -> None:
    assert for_bob_and_carol(b"text") != for_bob_and_carol(b"text")


@given(
    st.binary() | st.text("0123456789ilde:#", max_size=60).map(lambda text: b"d1:#" + text.encode())
)
def test_any_bytes_are_opened_or_refused(raw: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert decrypt_encoded(raw, reader=pair(BOB), sender=ALICE.x25519) is None


@given(st.integers(min_value=0))
def test_a_text_with_a_flipped_bit_is_not_opened(bit: int) -> None:
    raw = encrypt_encoded([b"text"], recipients=[BOB.x25519], sender=pair(ALICE))
    place = bit % (8 * (len(raw) - len(b"e")))
    flipped = bytearray(raw)
    flipped[place // 8] ^= 1 << place % 8
    try:
        opened = decrypt_encoded(bytes(flipped), reader=pair(BOB), sender=ALICE.x25519)
    except RemoteProtocolError:
        return
    assert opened is None


@pytest.mark.parametrize(
    "value",
    [
        {b"#": bytes(NONCE_BYTES), b"e": [1]},
        {b"#": bytes(NONCE_BYTES), b"e": b"entry"},
        {b"#": 1, b"e": []},
        {b"#": bytes(NONCE_BYTES - 1), b"e": []},
        {b"!": 1, b"#": bytes(NONCE_BYTES), b"e": []},
    ],
)
def test_other_fields_are_refused(value: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        decrypt_encoded(encode(value), reader=pair(BOB), sender=ALICE.x25519)


@pytest.mark.parametrize("sender", [bytes(32), b"short"])
def test_a_sender_whose_key_is_none_is_refused(sender: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        decrypt_encoded(for_bob_and_carol(b"text"), reader=pair(BOB), sender=sender)


def test_a_key_that_reaches_nobody_is_refused_unless_it_may_be_skipped() -> None:
    recipients, nonce = [bytes(32), BOB.x25519], bytes(NONCE_BYTES)
    with pytest.raises(RemoteProtocolError):
        encrypt_for_each([b"text"], recipients=recipients, sender=pair(ALICE), nonce=nonce)
    entries = encrypt_for_each(
        [b"text"], recipients=recipients, sender=pair(ALICE), nonce=nonce, skip_unusable=True
    )
    assert len(entries) == 1


def test_what_does_not_fit_together_is_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        for_bob_and_carol(b"one", b"two", b"three")
    with pytest.raises(LocalProtocolError):
        KeyPair(b"short", secret=bytes(32), purpose=b"test")


def test_a_secret_does_not_show_itself_in_a_log() -> None:
    assert repr(ALICE.x25519_secret) not in repr(pair(ALICE))
