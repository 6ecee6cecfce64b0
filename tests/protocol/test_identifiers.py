from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB
from tests.protocol.strategies import account_ids, message_hashes
from tests.protocol.worked_values import STORED_FOR_BOB
from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError
from webapp.protocol.identifiers import (
    DAY_MS,
    AccountId,
    InvalidAccountId,
    MessageHash,
    Namespace,
    is_public_inbox,
    is_public_outbox,
    max_ttl_ms,
    needs_auth_to_retrieve,
    needs_auth_to_store,
)


@given(account_ids)
def test_an_account_id_survives_its_text_and_its_bytes(account: AccountId) -> None:
    assert AccountId.parse(account.hex) == account
    assert AccountId.parse(account.hex.upper()) == account
    assert AccountId.from_bytes(bytes(account)) == account


@given(st.text())
def test_any_text_is_an_account_id_or_refused_with_a_reason(text: str) -> None:
    refusal = None
    try:
        assert AccountId.parse(text).hex == text.lower()
    except InvalidAccountId as error:
        refusal = error
    assert refusal is None or refusal.length == len(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ALICE.account_id.hex[:-1], "length"),
        (ALICE.account_id.hex + "0", "length"),
        (ALICE.account_id.hex + "\n", "length"),
        ("", "length"),
        ("05" + "zz" * 32, "not_hex"),
        ("05" + "٣" * 64, "not_hex"),
        (" 05" + "0" * 63, "not_hex"),
        *[(prefix + "00" * 32, "prefix") for prefix in ("03", "15", "25", "00")],
    ],
)
def test_a_wrong_account_id_says_which_rule_it_breaks(text: str, reason: str) -> None:
    with pytest.raises(InvalidAccountId) as refusal:
        AccountId.parse(text)
    assert refusal.value.reason == reason


def test_an_account_id_of_32_bytes_lacks_its_prefix() -> None:
    with pytest.raises(InvalidAccountId, match="length"):
        AccountId.from_bytes(bytes(32))


def test_an_account_id_cannot_be_made_of_another_number_of_bytes() -> None:
    with pytest.raises(LocalProtocolError):
        AccountId(bytes(33))


def test_the_fingerprint_shows_both_ends() -> None:
    assert ALICE.account_id.short == "05ca…5c1a"
    assert repr(ALICE.account_id) == "AccountId(05ca…5c1a)"


def test_the_signing_key_leads_to_the_account_id() -> None:
    assert AccountId.from_ed25519(BOB.ed25519) == BOB.account_id


@given(message_hashes)
def test_a_message_hash_survives_its_text(message_hash: MessageHash) -> None:
    assert MessageHash.parse(str(message_hash)) == message_hash


@pytest.mark.parametrize(
    "text", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "A" * 43 + "\n", 43, None]
)
def test_what_is_not_43_letters_of_base64_is_no_message_hash(text: object) -> None:
    with pytest.raises(RemoteProtocolError):
        MessageHash.parse(text)


@pytest.mark.parametrize(
    ("namespace", "text"),
    [
        (0, "GeL90TdxL5wqlpq95G1HycvrmeDQbc3jn4wfZooPa8g"),
        (Namespace.USER_PROFILE, "zXImui/RFoRywJlHZKDrspZjok06bNlNUuK+wMZ9DGs"),
        (-11, "oRB8oFPBMTHSKE+jtUg/JiOL/SKOiJwNQV1x+gAH79w"),
    ],
)
def test_the_hash_of_the_worked_message_is_the_published_one(namespace: int, text: str) -> None:
    data = b64decode(STORED_FOR_BOB)
    assert MessageHash.of(BOB.account_id, namespace, data).text == text
    assert MessageHash.of(bytes(BOB.account_id), namespace, data).text == text


def test_every_tenth_namespace_is_open_for_storing() -> None:
    assert [n for n in range(-21, 22) if is_public_inbox(n)] == [-20, -10, 0, 10, 20]
    assert [n for n in range(-21, 22) if not needs_auth_to_store(n)] == [-20, -10, 0, 10, 20]


def test_public_outboxes_and_legacy_groups_are_open_for_reading() -> None:
    assert [n for n in range(-42, 42) if is_public_outbox(n)] == [-41, -21, -1]
    assert [n for n in range(-42, 42) if not needs_auth_to_retrieve(n)] == [-41, -21, -10, -1]


@pytest.mark.parametrize(("namespace", "days"), [(0, 14), (-10, 14), (2, 30), (-21, 30), (11, 30)])
def test_public_inboxes_keep_messages_14_days_and_others_30(namespace: int, days: int) -> None:
    assert max_ttl_ms(namespace) == days * DAY_MS
