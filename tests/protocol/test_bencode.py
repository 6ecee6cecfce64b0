"""One value, one spelling."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocol.bencode import MAX_DEPTH, Bencoded, decode, encode, read_value
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError

values = st.recursive(
    st.integers(min_value=-(2**63), max_value=2**63 - 1) | st.binary(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.binary(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
# Bytes that look more like bencode than any bytes do.
near_misses = st.text("0123456789ilde:-ab", max_size=40).map(str.encode)


@given(values)
def test_what_is_encoded_is_decoded(value: Bencoded) -> None:
    assert decode(encode(value)) == value


@given(st.binary() | near_misses)
def test_any_bytes_are_the_one_spelling_of_a_value_or_refused(raw: bytes) -> None:
    try:
        value = decode(raw)
    except RemoteProtocolError:
        return
    assert encode(value) == raw


@given(values, st.data())
def test_a_changed_byte_makes_another_value_or_none(value: Bencoded, data: st.DataObject) -> None:
    changed = bytearray(encode(value))
    place = data.draw(st.integers(min_value=0, max_value=len(changed) - 1))
    changed[place] ^= data.draw(st.integers(min_value=1, max_value=255))
    with suppress(RemoteProtocolError):
        assert decode(bytes(changed)) != value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"i0e", 0),
        (b"i-1e", -1),
        (b"i9223372036854775807e", 2**63 - 1),
        (b"i-9223372036854775808e", -(2**63)),
        (b"0:", b""),
        (b"10:0123456789", b"0123456789"),
        (b"le", []),
        (b"de", {}),
        (b"d0:i1e1:a2:bbe", {b"": 1, b"a": b"bb"}),
        (b"lli1eed1:aleee", [[1], {b"a": []}]),
    ],
)
def test_a_value_is_spelled_in_one_way(raw: bytes, value: Bencoded) -> None:
    assert decode(raw) == value
    assert encode(value) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"e",
        b"x",
        b"i",
        b"ie",
        b"i1",
        b"i-0e",
        b"i01e",
        b"i-01e",
        b"i+1e",
        b"i 1e",
        b"i1_0e",
        b"i9223372036854775808e",
        b"i-9223372036854775809e",
        b"i" + b"9" * 5000 + b"e",
        b"1",
        b"1:",
        b"2:a",
        b"01:a",
        b"-1:a",
        b":a",
        b"999999999:a",
        b"9" * 5000 + b":a",
        b"l",
        b"li1e",
        b"i1ei2e",
        b"i1ee",
        b"d",
        b"d1:a",
        b"d1:ae",
        b"d1:ai1e",
        b"di1ei2ee",
        b"dlei1ee",
        b"d1:bi1e1:ai2ee",
        b"d1:ai1e1:ai2ee",
        b"d2:aai1e1:bi1e1:aee",
    ],
)
def test_every_other_spelling_is_refused(raw: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        decode(raw)


def test_a_value_may_nest_sixteen_deep_and_no_deeper() -> None:
    assert decode(b"l" * MAX_DEPTH + b"e" * MAX_DEPTH)
    deeper = MAX_DEPTH + 1
    with pytest.raises(RemoteProtocolError, match="deep"):
        decode(b"l" * deeper + b"e" * deeper)
    with pytest.raises(RemoteProtocolError, match="deep"):
        decode(b"l" * 1_000_000)


def test_a_value_in_the_midst_of_others_is_read_with_its_end() -> None:
    assert read_value(b"xx3:abcyy", 2) == (b"abc", 7)


def test_a_string_in_the_midst_of_others_cannot_claim_more_than_there_is() -> None:
    with pytest.raises(RemoteProtocolError):
        read_value(b"xx4:abc", 2)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_an_integer_that_others_could_not_read_is_not_written(number: int) -> None:
    with pytest.raises(LocalProtocolError):
        encode([number])
