"""T-V4: a slot made to open under two roots opens under the one it commits to, at most."""

import hashlib

from nacl import bindings

from tests.vault.slot_values import OTHER_ROOT, ROOT
from tests.vault.two_key_slot import collide
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind, encode_slot
from webapp.vault.slots import SLOT_BYTES, new_vault, open_vault

SALT = bytes(range(16))
NONCE = b"n" * 24
INDEX = 3
# Blocks that decode whatever is in them: one within the key of an entry, one within the options.
FREE_BLOCKS = (1, 25)


def keys_of(root: bytes) -> tuple[bytes, bytes]:
    keys = hashlib.blake2b(
        bytes([INDEX]), key=root, digest_size=64, person=b"safehouse/slotky"
    ).digest()
    return keys[:32], keys[32:]


def crafted(committed_to: bytes) -> bytes:
    """Return a vault whose slot both roots decrypt, with the commitment of one of them."""
    vault = new_vault(SALT)
    header = vault[:64]
    encryption = keys_of(ROOT)[0], keys_of(OTHER_ROOT)[0]
    honest = encode_slot(Slot(SlotKind.OPEN, entries=(Entry(5, b"k" * 32),)))
    sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        honest, header, NONCE, encryption[0]
    )
    sealed = collide(sealed, nonce=NONCE, associated=header, keys=encryption, free=FREE_BLOCKS)
    for key in encryption:
        # The cipher itself is content with both: that is the attack.
        bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, header, NONCE, key)
    commitment = hashlib.blake2b(
        NONCE + sealed, key=keys_of(committed_to)[1], digest_size=32, person=b"safehouse/commit"
    ).digest()
    start = 64 + INDEX * SLOT_BYTES
    return vault[:start] + commitment + NONCE + sealed + vault[start + SLOT_BYTES :]


def test_a_slot_that_two_keys_decrypt_opens_under_the_committed_root_only() -> None:
    vault = crafted(ROOT)

    opened = open_vault(vault, ROOT)
    assert opened is not None
    assert opened[1].entries[0].container == 5
    assert open_vault(vault, OTHER_ROOT) is None


def test_the_other_commitment_shuts_out_the_first_root() -> None:
    assert open_vault(crafted(OTHER_ROOT), ROOT) is None


def test_no_commitment_at_all_shuts_out_both() -> None:
    vault = bytearray(crafted(ROOT))
    start = 64 + INDEX * SLOT_BYTES
    vault[start : start + 32] = bytes(32)

    assert open_vault(bytes(vault), ROOT) is None
    assert open_vault(bytes(vault), OTHER_ROOT) is None
