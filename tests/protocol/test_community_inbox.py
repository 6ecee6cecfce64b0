"""Messages between blinded people; forgeries and wrong keys are in the vectors."""

from contextlib import suppress
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_scalarmult_ed25519_noclamp
from nacl.utils import random

from tests.protocol.people import ALICE, BOB, CAROL
from webapp.protocol import xchacha20
from webapp.protocol.blinding import BlindedId, BlindedKeys, BlindedKind
from webapp.protocol.community_inbox import open_blinded, seal_for_blinded
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys

SERVER = bytes(range(0x20, 0x40))
kinds = st.sampled_from(BlindedKind)


def blinded(person: AccountKeys, kind: BlindedKind) -> BlindedId:
    return BlindedKeys(kind, account=person, server=SERVER).id


def from_alice_to_bob(text: bytes, kind: BlindedKind) -> bytes:
    return seal_for_blinded(text, sender=ALICE, recipient=blinded(BOB, kind), server=SERVER)


def opened_by(person: AccountKeys, message: bytes, kind: BlindedKind) -> tuple[bytes, AccountId]:
    return open_blinded(
        message,
        account=person,
        sender=blinded(ALICE, kind),
        recipient=blinded(BOB, kind),
        server=SERVER,
    )


@given(st.binary(), kinds)
def test_both_ends_and_nobody_else_can_read_a_message(text: bytes, kind: BlindedKind) -> None:
    message = from_alice_to_bob(text, kind)
    assert opened_by(BOB, message, kind) == (text, ALICE.account_id)
    assert opened_by(ALICE, message, kind) == (text, ALICE.account_id)
    with pytest.raises(RemoteProtocolError):
        opened_by(CAROL, message, kind)


@given(st.integers(min_value=0), kinds)
def test_a_message_with_a_flipped_bit_is_refused(bit: int, kind: BlindedKind) -> None:
    message = bytearray(from_alice_to_bob(b"text", kind))
    place = bit % (8 * len(message))
    message[place // 8] ^= 1 << place % 8
    with pytest.raises(RemoteProtocolError):
        opened_by(BOB, bytes(message), kind)


@given(st.binary() | st.binary(min_size=73, max_size=90).map(lambda raw: b"\x00" + raw), kinds)
def test_any_bytes_are_refused(raw: bytes, kind: BlindedKind) -> None:
    with pytest.raises(RemoteProtocolError):
        opened_by(BOB, raw, kind)


@given(st.binary(min_size=32, max_size=32), kinds)
def test_an_id_is_written_to_or_refused(point: bytes, kind: BlindedKind) -> None:
    recipient = BlindedId(kind, point)
    with suppress(RemoteProtocolError):
        seal_for_blinded(b"text", sender=ALICE, recipient=recipient, server=SERVER)


@pytest.mark.parametrize("kind", BlindedKind)
def test_a_sender_cannot_name_another_account(kind: BlindedKind) -> None:
    sender, recipient = blinded(ALICE, kind), blinded(BOB, kind)
    is_old = kind is BlindedKind.SERVER_ONLY
    own = ALICE.x25519_secret if is_old else BlindedKeys(kind, account=ALICE, server=SERVER).scalar
    shared = crypto_scalarmult_ed25519_noclamp(own, recipient.ed25519)
    key = key_of(shared + sender.ed25519 + recipient.ed25519)
    nonce = random(xchacha20.NONCE_BYTES)
    forged = xchacha20.encrypt(b"text" + CAROL.ed25519, key=key, nonce=nonce)
    honest = xchacha20.encrypt(b"text" + ALICE.ed25519, key=key, nonce=nonce)

    assert opened_by(BOB, b"\x00" + honest + nonce, kind) == (b"text", ALICE.account_id)
    with pytest.raises(RemoteProtocolError, match="did not send"):
        opened_by(BOB, b"\x00" + forged + nonce, kind)


def key_of(parts: bytes) -> bytes:
    return blake2b(parts, digest_size=32).digest()
