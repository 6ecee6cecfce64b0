"""What a push server delivers; wrong keys and sizes are in the vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.strategies import keys32
from webapp.protocol import xchacha20
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.notifications import open_notification

nonces = st.binary(min_size=24, max_size=24)


@given(st.binary(max_size=20), st.integers(min_value=0, max_value=20), keys32, nonces)
def test_the_text_is_returned_without_its_padding(
    text: bytes, zeros: int, key: bytes, nonce: bytes
) -> None:
    text += b"."
    payload = nonce + xchacha20.encrypt(text + bytes(zeros), key=key, nonce=nonce)
    assert open_notification(payload, key=key) == text


@given(st.binary(), keys32)
def test_any_bytes_are_refused(payload: bytes, key: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        open_notification(payload, key=key)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_the_wrong_size_is_our_own_mistake(size: int) -> None:
    with pytest.raises(LocalProtocolError):
        open_notification(bytes(60), key=bytes(size))
