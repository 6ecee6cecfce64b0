"""What is prepared for an emergency, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.vault.emergency import Prepared, decode_prepared, duress_slot, encode_prepared
from webapp.vault.errors import UnknownVaultVersion
from webapp.vault.slot_plaintext import OPTIONS_BYTES, Entry, SlotKind, decode_slot, encode_slot

PLACES = st.none() | st.integers(0, 7)
PREPARED = st.builds(Prepared, PLACES, PLACES, st.booleans())


def test_nothing_prepared_is_a_slot_without_options() -> None:
    assert encode_prepared(Prepared()) == bytes(OPTIONS_BYTES)
    assert decode_prepared(bytes(OPTIONS_BYTES)) == Prepared()


def test_the_first_place_and_container_are_told_from_none() -> None:
    prepared = Prepared(duress_place=0, cover=7, panic_chord=True)

    assert encode_prepared(prepared) == b"\x01\x08\x01" + bytes(29)


@given(PREPARED)
def test_what_is_written_is_read(prepared: Prepared) -> None:
    assert decode_prepared(encode_prepared(prepared)) == prepared


@given(st.binary(min_size=OPTIONS_BYTES, max_size=OPTIONS_BYTES))
def test_other_bytes_are_of_another_version(options: bytes) -> None:
    try:
        prepared = decode_prepared(options)
    except UnknownVaultVersion:
        return
    assert encode_prepared(prepared) == options


@pytest.mark.parametrize(
    "options",
    [b"\x09" + bytes(31), b"\0\x09" + bytes(30), b"\0\0\x02" + bytes(29), bytes(31) + b"\x01"],
)
def test_a_place_that_does_not_exist_is_refused(options: bytes) -> None:
    with pytest.raises(UnknownVaultVersion):
        decode_prepared(options)


def test_a_duress_slot_says_what_is_left_by_the_entry_it_has_or_has_not() -> None:
    entry = Entry(3, bytes(range(32)))

    for cover, entries in ((None, ()), (entry, (entry,))):
        slot = decode_slot(encode_slot(duress_slot(cover)))
        assert slot.kind is SlotKind.DURESS
        assert slot.entries == entries
        assert slot.options == bytes(OPTIONS_BYTES)
