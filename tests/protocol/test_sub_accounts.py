"""Keys that a group gives to its members; the worked values are those of groups.md §2."""

from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB
from tests.protocol.strategies import keys32
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys, verify
from webapp.protocol.sub_accounts import (
    GRANT_BYTES,
    MEMBER_RIGHTS,
    TOKEN_BYTES,
    Grant,
    Right,
    SubAccount,
    Token,
    grant_for,
    token_for,
)

GROUP = AccountKeys.from_seed32(
    bytes.fromhex("0123456789abcdeffedcba98765432100123456789abcdeffedcba9876543210")
)
MEMBER = AccountKeys.from_seed32(bytes.fromhex("00112233445566778899aabbccddeeff" * 2))
GRANT = (
    "03030000013cb83a207d36c574aefe7dc51a5d1c3ad69d17f6c8d1c9398bee1180f8770ae9baefbffda37dc8"
    "8100979128c1927a93492ee965cab5551e28f254313ef060b939cf3d50dc6336bab59155753fea6450844339"
    "ec36e2048b1602d97dd97e05"
)
TOKEN_B64 = b"AwMAAIWvMR2nJXCFnK5+hNahNecWqMC39/TVVLjaR3imNug5"
SIGNATURE_B64 = (
    b"c3PJ4g29v5RivKm8Tdg49vGU2/6kVd0yONnpz5U5zePMYptqW3iYQ0TYf2rEzv3qqkPhS5p67M5GAccHoBHGDQ=="
)
accounts = keys32.map(AccountKeys.from_seed32)
rights = st.integers(min_value=0, max_value=15).map(Right)


def test_the_worked_grant_token_and_signature_are_the_published_ones() -> None:
    grant = grant_for(MEMBER.account_id, group=GROUP)
    member = SubAccount(grant, member=MEMBER, group=GROUP.ed25519)
    assert bytes(grant).hex() == GRANT
    assert b64encode(bytes(member.token)) == TOKEN_B64
    assert b64encode(member.sign(b"retrieve9991693340111000")) == SIGNATURE_B64


@given(accounts, accounts, rights, st.binary())
def test_what_a_member_signs_verifies_under_the_token_of_the_group(
    group: AccountKeys, member: AccountKeys, granted: Right, text: bytes
) -> None:
    raw = bytes(grant_for(member.account_id, group=group, rights=granted))
    sub_account = SubAccount(Grant.from_bytes(raw), member=member, group=group.ed25519)
    assert sub_account.token == token_for(member.account_id, group=group, rights=granted)
    assert verify(group.ed25519, bytes(sub_account.token), sub_account.token_signature)
    assert verify(sub_account.token.ed25519, text, sub_account.sign(text))


# The last bit of the factor, which no multiplication looks at.
@example(8 * TOKEN_BYTES - 1)
@given(st.integers(min_value=0, max_value=8 * GRANT_BYTES - 1))
def test_a_grant_with_a_flipped_bit_is_refused(bit: int) -> None:
    raw = bytearray.fromhex(GRANT)
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RemoteProtocolError):
        SubAccount(Grant.from_bytes(bytes(raw)), member=MEMBER, group=GROUP.ed25519)


def test_a_grant_of_another_member_or_group_is_refused() -> None:
    grant = grant_for(MEMBER.account_id, group=GROUP)
    with pytest.raises(RemoteProtocolError, match="not from this group"):
        SubAccount(grant, member=ALICE, group=GROUP.ed25519)
    with pytest.raises(RemoteProtocolError, match="not from this group"):
        SubAccount(grant, member=MEMBER, group=BOB.ed25519)


sized = st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES) | st.binary(
    min_size=GRANT_BYTES, max_size=GRANT_BYTES
)


@given(st.binary() | sized | sized.map(lambda raw: b"\x03\x03\x00\x00" + raw[4:]))
def test_any_bytes_are_a_token_or_a_grant_or_refused(raw: bytes) -> None:
    for kind in (Token, Grant):
        with suppress(RemoteProtocolError):
            assert bytes(kind.from_bytes(raw)) == raw


def test_the_usual_member_reads_and_writes() -> None:
    token = token_for(MEMBER.account_id, group=GROUP)
    assert token.rights == MEMBER_RIGHTS
    assert Right.DELETE not in token.rights


@given(keys32)
def test_any_account_id_has_a_token_or_is_refused(x25519: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert len(bytes(token_for(AccountId(x25519), group=GROUP))) == TOKEN_BYTES


def test_a_token_of_the_wrong_size_is_our_own_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        Token(Right.READ, b"short")


def test_a_grant_does_not_show_itself_in_a_log() -> None:
    assert repr(Grant.from_bytes(bytes.fromhex(GRANT)).factor) not in repr(
        Grant.from_bytes(bytes.fromhex(GRANT))
    )
