"""Signatures with X25519 keys; the reference's own are in the vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_scalarmult_base

from tests.protocol.people import ALICE, BOB
from tests.protocol.strategies import keys32
from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.xed25519 import ed25519_from_x25519, sign, verify_with_x25519


@given(keys32, st.binary())
def test_any_secret_signs_what_its_public_key_verifies(secret: bytes, text: bytes) -> None:
    signature = sign(text, x25519_secret=secret)
    assert verify_with_x25519(crypto_scalarmult_base(secret), text, signature)


@given(st.integers(min_value=0, max_value=64 * 8 - 1))
def test_a_signature_with_a_flipped_bit_is_refused(bit: int) -> None:
    signature = bytearray(sign(b"text", x25519_secret=ALICE.x25519_secret))
    signature[bit // 8] ^= 1 << bit % 8
    assert not verify_with_x25519(ALICE.x25519, b"text", bytes(signature))


def test_the_same_text_is_never_signed_alike_twice() -> None:
    first, second = (sign(b"text", x25519_secret=ALICE.x25519_secret) for _ in range(2))
    assert first[:32] != second[:32]


def test_the_signature_of_one_person_is_not_that_of_another() -> None:
    assert not verify_with_x25519(
        BOB.x25519, b"text", sign(b"text", x25519_secret=ALICE.x25519_secret)
    )


@given(st.binary(), st.binary(), st.binary())
def test_anything_given_to_verify_is_answered_with_no(
    key: bytes, text: bytes, signature: bytes
) -> None:
    assert not verify_with_x25519(key, text, signature)


def test_the_point_of_an_account_is_its_signing_key_without_the_sign() -> None:
    for person in (ALICE, BOB):
        positive = person.ed25519[:-1] + bytes((person.ed25519[-1] & 0x7F,))
        assert ed25519_from_x25519(person.x25519) == positive


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_of_the_wrong_size_is_refused(size: int) -> None:
    with pytest.raises(LocalProtocolError):
        sign(b"text", x25519_secret=bytes(size))
