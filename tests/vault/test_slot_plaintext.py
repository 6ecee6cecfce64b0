"""The struct inside a slot: exact bytes, round trip, and refusal of anything else."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.slot_values import slots
from webapp.vault.errors import InvalidSlot, UnknownVaultVersion
from webapp.vault.slot_plaintext import (
    PLAINTEXT_BYTES,
    Entry,
    Slot,
    SlotFlags,
    SlotKind,
    decode_slot,
    encode_slot,
)

KEY = bytes(range(32))


def test_the_layout_is_the_documented_one() -> None:
    slot = Slot(
        SlotKind.DURESS,
        entries=(Entry(5, KEY, freshness_counter=0x01020304, freshness_digest=b"d" * 12),),
        flags=SlotFlags.REBUILD_OTHERS,
        options=b"o" * 32,
    )
    used = bytes([5]) + KEY + bytes([1, 2, 3, 4]) + b"d" * 12
    unused = (b"\xff" + bytes(48)) * 7
    assert encode_slot(slot) == bytes([1, 2, 0, 2]) + used + unused + b"o" * 32 + bytes(4)


@given(slots())
def test_decoding_an_encoded_slot_gives_the_slot(slot: Slot) -> None:
    encoded = encode_slot(slot)
    assert len(encoded) == PLAINTEXT_BYTES
    assert decode_slot(encoded) == slot


@given(st.binary(min_size=PLAINTEXT_BYTES - 1, max_size=PLAINTEXT_BYTES + 1))
def test_any_bytes_give_a_slot_or_are_refused(plaintext: bytes) -> None:
    try:
        slot = decode_slot(plaintext)
    except UnknownVaultVersion:
        return
    assert encode_slot(slot) == plaintext


@given(slots(), st.integers(0, PLAINTEXT_BYTES * 8 - 1))
def test_a_flipped_bit_is_refused_or_means_another_slot(slot: Slot, bit: int) -> None:
    changed = bytearray(encode_slot(slot))
    changed[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(UnknownVaultVersion):
        assert decode_slot(bytes(changed)) != slot


@pytest.mark.parametrize(
    ("offset", "value", "what"),
    [
        (0, 2, "a later layout"),
        (0, 0, "no layout"),
        (1, 0, "no kind"),
        (1, 3, "an unknown kind"),
        (2, 1, "an unknown flag"),
        (3, 4, "the next free flag"),
        (4, 8, "a container that does not exist"),
        (4 + 49, 0, "the container of the first entry again"),
        (4 + 2 * 49 + 1, 1, "an unused entry that is not empty"),
        (431, 1, "padding in use"),
    ],
)
def test_an_unknown_form_is_refused(offset: int, value: int, what: str) -> None:
    changed = bytearray(encode_slot(Slot(SlotKind.OPEN, entries=(Entry(0, KEY),))))
    changed[offset] = value
    with pytest.raises(UnknownVaultVersion):
        decode_slot(bytes(changed))


def test_a_used_entry_behind_an_unused_one_is_refused() -> None:
    encoded = encode_slot(Slot(SlotKind.OPEN, entries=(Entry(3, KEY),)))
    swapped = encoded[:4] + encoded[4 + 49 : 4 + 98] + encoded[4 : 4 + 49] + encoded[4 + 98 :]
    with pytest.raises(UnknownVaultVersion):
        decode_slot(swapped)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Entry(-1, KEY),
        lambda: Entry(8, KEY),
        lambda: Entry(0, KEY[1:]),
        lambda: Entry(0, KEY, freshness_counter=-1),
        lambda: Entry(0, KEY, freshness_counter=2**32),
        lambda: Entry(0, KEY, freshness_digest=b""),
        lambda: Slot(SlotKind.OPEN, entries=(Entry(1, KEY), Entry(1, KEY))),
        lambda: Slot(SlotKind.OPEN, options=b""),
    ],
)
def test_values_that_do_not_fit_are_our_own_mistake(build: Callable[[], object]) -> None:
    with pytest.raises(InvalidSlot):
        build()


def test_no_key_shows_in_the_repr_of_a_slot() -> None:
    slot = Slot(SlotKind.OPEN, entries=(Entry(0, b"secret key of thirty-two bytes!!"),))
    assert "secret" not in repr(slot)
