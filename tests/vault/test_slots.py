"""The vault: what opens, what fails closed, and what the file gives away."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from tests.vault.slot_values import OTHER_ROOT, ROOT, THIRD_ROOT, slots
from webapp.vault.errors import InvalidVault, UnknownVaultVersion
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.slots import (
    SLOT_BYTES,
    SLOT_COUNT,
    VAULT_BYTES,
    first_start_vault,
    lone_vault,
    new_salt,
    new_vault,
    no_code_root,
    open_vault,
    read_salt,
    seal_slot,
    vacate_slot,
)

SALT = bytes(range(16))
HEADER_BYTES = 64
indexes = st.integers(0, SLOT_COUNT - 1)


def slot_start(index: int) -> int:
    return HEADER_BYTES + index * SLOT_BYTES


def flip(vault: bytes, bit: int) -> bytes:
    changed = bytearray(vault)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(slots(), indexes)
def test_a_sealed_slot_opens_under_its_root_and_no_other(slot: Slot, index: int) -> None:
    vault = seal_slot(new_vault(SALT), index, root=ROOT, slot=slot)
    assert len(vault) == VAULT_BYTES
    assert open_vault(vault, ROOT) == (index, slot)
    assert open_vault(vault, OTHER_ROOT) is None


@given(slots(), indexes)
def test_sealing_changes_its_own_504_bytes_only(slot: Slot, index: int) -> None:
    before = new_vault(SALT)
    after = seal_slot(before, index, root=ROOT, slot=slot)
    start = slot_start(index)
    assert after[:start] == before[:start]
    assert after[start + SLOT_BYTES :] == before[start + SLOT_BYTES :]


@given(slots(), indexes)
def test_a_vacated_slot_opens_with_nothing_and_changes_its_own_504_bytes_only(
    slot: Slot, index: int
) -> None:
    before = seal_slot(new_vault(SALT), index, root=ROOT, slot=slot)
    after = vacate_slot(before, index)
    start = slot_start(index)
    assert after[:start] == before[:start]
    assert after[start + SLOT_BYTES :] == before[start + SLOT_BYTES :]
    assert len(after) == VAULT_BYTES
    assert open_vault(after, ROOT) is None
    assert vacate_slot(before, index) != after


def test_no_slot_of_a_damaged_vault_is_vacated() -> None:
    with pytest.raises(InvalidVault):
        vacate_slot(new_vault(SALT)[:-1], 0)


def test_every_flipped_bit_closes_its_slot_and_leaves_the_others_open() -> None:
    neighbours = (Slot(SlotKind.DURESS), Slot(SlotKind.OPEN, entries=(Entry(1, OTHER_ROOT),)))
    vault = seal_slot(new_vault(SALT), 4, root=ROOT, slot=Slot(SlotKind.OPEN))
    vault = seal_slot(vault, 3, root=OTHER_ROOT, slot=neighbours[0])
    vault = seal_slot(vault, 5, root=THIRD_ROOT, slot=neighbours[1])
    for bit in range(SLOT_BYTES * 8):
        changed = flip(vault, slot_start(4) * 8 + bit)
        assert open_vault(changed, ROOT) is None
        assert open_vault(changed, OTHER_ROOT) == (3, neighbours[0])
        assert open_vault(changed, THIRD_ROOT) == (5, neighbours[1])


def test_every_flipped_bit_of_the_header_is_refused() -> None:
    vault = seal_slot(new_vault(SALT), 0, root=ROOT, slot=Slot(SlotKind.OPEN))
    for bit in range(HEADER_BYTES * 8):
        expected = InvalidVault if bit < 32 * 8 else UnknownVaultVersion
        with pytest.raises(expected):
            open_vault(flip(vault, bit), ROOT)


@pytest.mark.parametrize("length", [0, 15, VAULT_BYTES - 1, VAULT_BYTES + 1])
def test_another_length_is_no_vault(length: int) -> None:
    vault = new_vault(SALT) + b"x"
    with pytest.raises(InvalidVault):
        read_salt(vault[:length])


@given(st.binary(max_size=HEADER_BYTES))
def test_a_header_of_any_bytes_is_refused(header: bytes) -> None:
    with pytest.raises(InvalidVault):
        open_vault(header + b"\x01" * (VAULT_BYTES - len(header)), ROOT)


def test_a_slot_moved_to_another_place_stays_shut() -> None:
    vault = seal_slot(new_vault(SALT), 2, root=ROOT, slot=Slot(SlotKind.OPEN))
    moved = bytearray(new_vault(SALT))
    source, target = slot_start(2), slot_start(3)
    moved[target : target + SLOT_BYTES] = vault[source : source + SLOT_BYTES]
    assert open_vault(bytes(moved), ROOT) is None


def test_a_slot_moved_to_another_vault_stays_shut() -> None:
    slots_of_first = seal_slot(new_vault(SALT), 2, root=ROOT, slot=Slot(SlotKind.OPEN))[64:]
    assert open_vault(new_vault(new_salt())[:64] + slots_of_first, ROOT) is None


def test_a_valid_ciphertext_with_a_foreign_commitment_stays_shut() -> None:
    """The commitment decides, even where the cipher itself would be content."""
    vault = bytearray(seal_slot(new_vault(SALT), 0, root=ROOT, slot=Slot(SlotKind.OPEN)))
    forged_key = b"\x01" * 32
    sealed = bytes(vault[HEADER_BYTES + 32 : HEADER_BYTES + SLOT_BYTES])
    vault[HEADER_BYTES : HEADER_BYTES + 32] = hashlib.blake2b(
        sealed, key=forged_key, digest_size=32
    ).digest()
    assert open_vault(bytes(vault), ROOT) is None


@pytest.mark.parametrize("duress_first", [True, False])
def test_if_one_root_opens_both_kinds_the_ordinary_one_wins(duress_first: bool) -> None:
    kinds = [SlotKind.DURESS, SlotKind.OPEN] if duress_first else [SlotKind.OPEN, SlotKind.DURESS]
    vault = new_vault(SALT)
    for index, kind in zip((2, 5), kinds, strict=True):
        vault = seal_slot(vault, index, root=ROOT, slot=Slot(kind))
    opened = open_vault(vault, ROOT)
    assert opened is not None
    assert opened[1].kind is SlotKind.OPEN


@pytest.mark.parametrize("used", [None, 0, 3, 7])
def test_all_eight_slots_are_tried_whatever_opens(
    used: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = new_vault(SALT)
    if used is not None:
        vault = seal_slot(vault, used, root=ROOT, slot=Slot(SlotKind.OPEN))
    decrypt = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt
    attempts: list[bytes] = []

    def counted(ciphertext: bytes, aad: bytes, nonce: bytes, key: bytes) -> bytes:
        attempts.append(key)
        return decrypt(ciphertext, aad, nonce, key)

    # A counter around the library's function, which goes on doing its work.
    monkeypatch.setattr("webapp.vault.slots.crypto_aead_xchacha20poly1305_ietf_decrypt", counted)
    open_vault(vault, ROOT)
    assert len(set(attempts)) == SLOT_COUNT


def test_a_first_start_opens_without_a_code_and_holds_no_account() -> None:
    vault = first_start_vault()
    opened = open_vault(vault, no_code_root(read_salt(vault)))
    assert opened is not None
    assert opened[1] == Slot(SlotKind.OPEN)


def test_a_lone_slot_is_the_only_one_and_the_others_are_random() -> None:
    vault = lone_vault(SALT, 3, root=ROOT, slot=Slot(SlotKind.OPEN))
    again = lone_vault(SALT, 3, root=ROOT, slot=Slot(SlotKind.OPEN))

    assert read_salt(vault) == SALT
    assert open_vault(vault, ROOT) == (3, Slot(SlotKind.OPEN))
    slots = {each[64 + n * 504 :][:504] for each in (vault, again) for n in range(SLOT_COUNT)}
    assert len(slots) == 2 * SLOT_COUNT
    assert all(len(set(slot)) > 128 for slot in slots)


def test_the_no_code_slot_has_no_fixed_place() -> None:
    places = set()
    for _ in range(200):
        vault = first_start_vault()
        opened = open_vault(vault, no_code_root(read_salt(vault)))
        assert opened is not None
        places.add(opened[0])
    assert places == set(range(SLOT_COUNT))


def test_a_slot_of_a_later_layout_is_refused_not_taken_for_a_wrong_code() -> None:
    later = b"\x02" + bytes(431)
    vault = seal_slot(new_vault(SALT), 4, root=ROOT, slot=Slot(SlotKind.OPEN))
    start = slot_start(4)
    sealed = _seal_by_the_documented_layout(later, vault[:HEADER_BYTES], index=4)
    with pytest.raises(UnknownVaultVersion):
        open_vault(vault[:start] + sealed + vault[start + SLOT_BYTES :], ROOT)


def test_a_slot_sealed_by_the_documented_layout_opens() -> None:
    key = bytes(range(32))
    entry = bytes([6]) + key + bytes(16)
    plaintext = bytes([1, 1, 0, 0]) + entry + (b"\xff" + bytes(48)) * 7 + bytes(36)
    vault = new_vault(SALT)
    sealed = _seal_by_the_documented_layout(plaintext, vault[:HEADER_BYTES], index=0)
    assert open_vault(vault[:64] + sealed + vault[64 + SLOT_BYTES :], ROOT) == (
        0,
        Slot(SlotKind.OPEN, entries=(Entry(6, key),)),
    )


def _seal_by_the_documented_layout(plaintext: bytes, header: bytes, *, index: int) -> bytes:
    """Seal as the module's docstring says, written a second time from the prose."""
    keys = hashlib.blake2b(
        bytes([index]), key=ROOT, digest_size=64, person=b"safehouse/slotky"
    ).digest()
    nonce = b"n" * 24
    ciphertext = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plaintext, header, nonce, keys[:32]
    )
    commitment = hashlib.blake2b(
        nonce + ciphertext, key=keys[32:], digest_size=32, person=b"safehouse/commit"
    ).digest()
    return commitment + nonce + ciphertext
