"""Blinded ids, for people and servers that no vector knows."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB
from tests.protocol.strategies import keys32
from webapp.protocol.blinding import (
    BlindedId,
    BlindedKeys,
    BlindedKind,
    blinded_candidates,
    blinded_id_of,
    is_same_person,
    version_keys,
)
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys, verify

SERVER = bytes(range(0x20, 0x40))
kinds = st.sampled_from(BlindedKind)
accounts = keys32.map(AccountKeys.from_seed32)


@pytest.mark.parametrize(
    "blinded",
    [
        "15fdde4008f0c914a126c2c2620a15a76b9ccff67011935cf6e9a971983c340640",
        "25f78313f2cb122a2bb6f3bb522a06ed20afc571ada867382a3ff4a202bb403aa5",
    ],
)
def test_the_blinded_ids_of_the_worked_account_are_the_published_ones(blinded: str) -> None:
    keys = BlindedKeys(BlindedId.parse(blinded).kind, account=ALICE, server=SERVER)
    assert keys.id.hex == blinded


@given(kinds, accounts, keys32)
def test_owner_and_stranger_arrive_at_the_same_id(
    kind: BlindedKind, account: AccountKeys, server: bytes
) -> None:
    blinded = BlindedKeys(kind, account=account, server=server).id
    assert blinded == blinded_id_of(kind, ed25519=account.ed25519, server=server)
    assert is_same_person(account.account_id, blinded, server=server)


@given(kinds, accounts, keys32, st.binary())
def test_what_a_blinded_key_signs_verifies_under_its_id(
    kind: BlindedKind, account: AccountKeys, server: bytes, text: bytes
) -> None:
    keys = BlindedKeys(kind, account=account, server=server)
    assert verify(keys.id.ed25519, text, keys.sign(text))
    assert not verify(keys.id.ed25519, text + b"!", keys.sign(text))


@pytest.mark.parametrize("kind", BlindedKind)
def test_nobody_is_the_same_person_on_another_server(kind: BlindedKind) -> None:
    blinded = BlindedKeys(kind, account=ALICE, server=SERVER).id
    assert not is_same_person(ALICE.account_id, blinded, server=SERVER[::-1])
    assert not is_same_person(BOB.account_id, blinded, server=SERVER)


@given(st.binary(max_size=40) | st.binary(min_size=33, max_size=33))
def test_any_bytes_are_a_blinded_id_or_refused(raw: bytes) -> None:
    try:
        assert bytes(BlindedId.from_bytes(raw)) == raw
    except RemoteProtocolError:
        assert len(raw) != 33 or raw[0] not in (0x15, 0x25)


@given(st.text() | st.text("012345abcdefABCDEF -١", min_size=66, max_size=66))
def test_any_text_is_a_blinded_id_or_refused(text: str) -> None:
    with suppress(RemoteProtocolError):
        assert BlindedId.parse(text).hex == text.lower()


@given(kinds, keys32)
def test_any_account_id_is_blinded_or_refused(kind: BlindedKind, x25519: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert blinded_candidates(kind, account=AccountId(x25519), server=SERVER)


def test_a_key_of_the_wrong_size_is_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        BlindedKeys(BlindedKind.SERVER_ONLY, account=ALICE, server=b"short")
    with pytest.raises(LocalProtocolError):
        BlindedId(BlindedKind.SERVER_ONLY, b"short")


def test_the_keys_for_versions_do_not_lead_to_the_account() -> None:
    assert version_keys(ALICE).ed25519 != ALICE.ed25519
    assert version_keys(ALICE).ed25519 == version_keys(ALICE).ed25519


def test_neither_ids_nor_keys_show_themselves_in_a_log() -> None:
    keys = BlindedKeys(BlindedKind.SERVER_ONLY, account=ALICE, server=SERVER)
    assert repr(keys) == "BlindedKeys(BlindedId(15fd…0640))"
