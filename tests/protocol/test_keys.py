import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, ALICE_SEED, BOB, BOB_SEED
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.identifiers import AccountId, x25519_from_ed25519
from webapp.protocol.keys import AccountKeys, Seed, verify


def test_the_keys_of_the_worked_seeds_are_the_published_ones() -> None:
    assert ALICE.ed25519.hex() == "65adc5bfb14b5363f1b50e63a431f6fe08ff5d4e8d362c1e3d4c56c9d044bfb0"
    assert ALICE.x25519_secret.hex() == (
        "d003ce60ea7d2a0190abea35bb271bff65af6f77bec8f5d6c87a343dd5a1f05d"
    )
    assert ALICE.account_id.hex == (
        "05ca03b8e369aeeb69fd260c2957d37b232db17a60db7a39bca9f0c0a6be135c1a"
    )
    assert BOB.ed25519.hex() == "99045c71aeb5606bfa2045f219de4120be44cb978a85521ab17ca2972d36140a"
    assert BOB.x25519_secret.hex() == (
        "10e15e1b25a4e81b51631d50f1190b53489622b9e75b0c9be829ec9530618a4c"
    )
    assert BOB.account_id.hex == (
        "051b8e86e8275ac67886d1c1502348734742aac8354adc62a9439ff247b5758a72"
    )


@pytest.mark.parametrize(
    ("fill", "account_id"),
    [
        (0x00, "055bf55c73b82ebe22be80f3430667af570fae2556a6415e6b30d4065300aa947d"),
        (0xFF, "05fbc4b8c9a80643a287c8d7747dd95ae5475acd97ecd5398ea0bfa85393d70e21"),
    ],
)
def test_the_outermost_seeds_have_their_published_ids(fill: int, account_id: str) -> None:
    assert AccountKeys.from_seed(Seed(bytes([fill]) * 16)).account_id.hex == account_id


def test_a_new_seed_is_random() -> None:
    assert len(bytes(Seed.generate())) == 16
    assert Seed.generate() != Seed.generate()


def test_equal_seeds_are_equal_values() -> None:
    same = Seed.from_bytes(bytes(ALICE_SEED))
    assert same == ALICE_SEED
    assert len({same, ALICE_SEED, BOB_SEED}) == 2
    assert same != bytes(ALICE_SEED)


def test_secrets_do_not_show_in_their_representation() -> None:
    shown = repr(ALICE_SEED) + repr(ALICE)
    for secret in (bytes(ALICE_SEED), ALICE.ed25519_secret, ALICE.x25519_secret):
        assert secret.hex()[:8] not in shown
        assert repr(secret) not in shown


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_a_seed_has_16_bytes(size: int) -> None:
    with pytest.raises(LocalProtocolError):
        Seed(bytes(size))


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_the_seed_of_a_signing_key_has_32_bytes(size: int) -> None:
    with pytest.raises(LocalProtocolError):
        AccountKeys.from_seed32(bytes(size))


@given(st.binary(max_size=200))
def test_a_signature_is_verified_by_its_key_only(text: bytes) -> None:
    signature = ALICE.sign(text)
    assert verify(ALICE.ed25519, text, signature)
    assert not verify(BOB.ed25519, text, signature)
    assert not verify(ALICE.ed25519, text + b"\0", signature)


@given(st.integers(min_value=0, max_value=64 * 8 - 1))
def test_a_signature_with_a_flipped_bit_is_refused(bit: int) -> None:
    signature = bytearray(ALICE.sign(b"text"))
    signature[bit // 8] ^= 1 << bit % 8
    assert not verify(ALICE.ed25519, b"text", bytes(signature))


def test_a_signature_may_not_lend_bytes_to_its_text() -> None:
    signature = ALICE.sign(b"text")
    assert not verify(ALICE.ed25519, b"ext", signature + b"t")
    assert not verify(ALICE.ed25519, signature[-1:] + b"text", signature[:-1])


@given(st.binary(max_size=40), st.binary(max_size=10), st.binary(max_size=70))
def test_any_key_text_and_signature_get_an_answer(key: bytes, text: bytes, sig: bytes) -> None:
    assert not verify(key, text, sig)


@given(st.binary(max_size=40))
def test_any_bytes_convert_to_an_x25519_key_or_are_refused(raw: bytes) -> None:
    try:
        assert len(x25519_from_ed25519(raw)) == 32
    except RemoteProtocolError:
        return
    assert AccountId.from_ed25519(raw).x25519 == x25519_from_ed25519(raw)
