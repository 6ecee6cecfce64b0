import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocol.padding import PADDING_STEP, pad, unpad


@pytest.mark.parametrize(
    ("size", "padded"),
    [(0, 160), (1, 160), (158, 160), (159, 320), (160, 320), (318, 320), (319, 480)],
)
def test_padded_sizes_are_those_of_other_clients(size: int, padded: int) -> None:
    assert len(pad(bytes(size))) == padded


@given(st.binary(max_size=1000) | st.binary(max_size=400).map(lambda b: b + b"\x80\0\0"))
def test_padding_is_undone(content: bytes) -> None:
    padded = pad(content)
    assert unpad(padded) == content
    assert len(padded) % PADDING_STEP == 0


@pytest.mark.parametrize(
    ("padded", "content"),
    [
        (b"", b""),
        (bytes(160), b""),
        (b"abc", b"abc"),
        (b"abc\0\0", b"abc"),
        (b"abc\x80\x80\0", b"abc\x80"),
        (b"abc\x80" + bytes(5000), b"abc"),
    ],
)
def test_any_amount_of_padding_is_accepted(padded: bytes, content: bytes) -> None:
    assert unpad(padded) == content
