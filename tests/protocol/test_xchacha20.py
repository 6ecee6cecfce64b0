"""Encryption with a key that both ends know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.strategies import keys32
from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.xchacha20 import DoesNotOpen, decrypt, encrypt

KEY, NONCE = bytes(range(32)), bytes(range(24))


@given(st.binary(), keys32)
def test_what_is_encrypted_opens_with_its_key_alone(text: bytes, key: bytes) -> None:
    sealed = encrypt(text, key=key, nonce=NONCE)
    assert decrypt(sealed, key=key, nonce=NONCE) == text
    with pytest.raises(DoesNotOpen):
        decrypt(sealed, key=bytes((key[0] ^ 1,)) + key[1:], nonce=NONCE)


@given(st.binary(), st.binary(max_size=30) | st.just(NONCE))
def test_anything_from_a_stranger_does_not_open(sealed: bytes, nonce: bytes) -> None:
    with pytest.raises(DoesNotOpen):
        decrypt(sealed, key=KEY, nonce=nonce)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_the_wrong_size_is_our_own_mistake(size: int) -> None:
    with pytest.raises(LocalProtocolError):
        encrypt(b"text", key=bytes(size), nonce=NONCE)
    with pytest.raises(LocalProtocolError):
        decrypt(bytes(20), key=bytes(size), nonce=NONCE)


@pytest.mark.parametrize("size", [0, 23, 25])
def test_a_nonce_of_the_wrong_size_is_our_own_mistake(size: int) -> None:
    with pytest.raises(LocalProtocolError):
        encrypt(b"text", key=KEY, nonce=bytes(size))
