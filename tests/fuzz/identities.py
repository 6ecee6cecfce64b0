"""Targets: names, words, keys and signatures that people type or strangers send."""

from collections.abc import Iterator

from tests.fuzz import seeds
from tests.fuzz.target import Target, as_typed, cut
from tests.protocol.people import ALICE, BOB
from webapp.protocol.blinding import BlindedId, is_same_person
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.keys import Seed, verify
from webapp.protocol.recovery import (
    RecoveryInput,
    RecoveryPasswordError,
    decode_recovery_password,
    encode_recovery_password,
    normalise_recovery_input,
)
from webapp.protocol.sub_accounts import Grant, SubAccount, Token, grant_for
from webapp.protocol.xed25519 import verify_with_x25519

SERVER = b"S" * 32


def parse_account_id(data: bytes) -> AccountId:
    return AccountId.parse(as_typed(data))


def account_id_is_spelled_again(data: bytes, account: AccountId) -> None:
    assert account.hex == as_typed(data).lower()
    assert AccountId.from_bytes(bytes(account)) == account


def parse_message_hash(data: bytes) -> MessageHash:
    return MessageHash.parse(as_typed(data))


def message_hash_is_its_text(data: bytes, hash_: MessageHash) -> None:
    assert hash_.text.encode() == data


def parse_blinded_id(data: bytes) -> BlindedId:
    return BlindedId.parse(as_typed(data))


def blinded_id_is_spelled_again(data: bytes, blinded: BlindedId) -> None:
    assert blinded.hex == as_typed(data).lower()
    assert BlindedId.from_bytes(bytes(blinded)) == blinded


def match_blinded_id(data: bytes) -> bool:
    account, blinded = cut(data, 33)
    return is_same_person(
        AccountId.from_bytes(account), BlindedId.from_bytes(blinded), server=SERVER
    )


def decode_words(data: bytes) -> Seed:
    return decode_recovery_password(as_typed(data))


def words_are_spelled_again(_: bytes, seed: Seed) -> None:
    assert decode_recovery_password(encode_recovery_password(seed)) == seed


def normalise_words(data: bytes) -> RecoveryInput:
    return normalise_recovery_input(as_typed(data))


def words_stay_normal(_: bytes, typed: RecoveryInput) -> None:
    again = normalise_recovery_input(typed.password)
    assert again.words == typed.words
    assert not again.completed


def parse_token(data: bytes) -> Token:
    return Token.from_bytes(data)


def token_is_written_again(data: bytes, token: Token) -> None:
    assert bytes(token) == data


def take_up_grant(data: bytes) -> SubAccount:
    return SubAccount(Grant.from_bytes(data), member=BOB, group=ALICE.ed25519)


def grant_is_the_groups(data: bytes, account: SubAccount) -> None:
    assert verify(ALICE.ed25519, bytes(account.token), data[-64:])
    assert verify(account.token.ed25519, b"text", account.sign(b"text"))


def verify_anything(data: bytes) -> tuple[bool, bool]:
    key, signature, text = cut(data, 32, 64)
    return verify(key, text, signature), verify_with_x25519(key, text, signature)


def recovery_words() -> Iterator[bytes]:
    yield from seeds.texts("identity", "mnemonic_decode", "mnemonic")
    yield b"1. Abbey, 2. ABBEY - abb"


def account_ids() -> Iterator[bytes]:
    yield from (BOB.account_id.hex.encode(), BOB.account_id.hex.upper().encode())
    yield from seeds.texts("blinding", "blind25_id", "session_id")


def blinded_ids() -> Iterator[bytes]:
    return seeds.texts("blinding", "session_id_matches_blinded_id", "blinded_id")


def matched_ids() -> Iterator[bytes]:
    operation = "session_id_matches_blinded_id"
    return seeds.inputs("blinding", operation, "session_id", "blinded_id")


def message_hashes() -> Iterator[bytes]:
    found = (case.get("output") for case in seeds.cases("encrypt", "message_hash"))
    return (text.encode() for text in found if text)


def grants() -> Iterator[bytes]:
    yield bytes(grant_for(BOB.account_id, group=ALICE))


def tokens() -> Iterator[bytes]:
    return (grant[:36] for grant in grants())


def signatures() -> Iterator[bytes]:
    yield from seeds.inputs("identity", "ed25519_verify", "pk", "sig", "msg")
    yield from seeds.inputs("xed25519", "xed_verify", "pk", "sig", "msg")


def no_signature_of_ours(data: bytes, verified: tuple[bool, bool]) -> None:
    assert all(isinstance(answer, bool) for answer in verified)
    assert len(data) >= 96 or not any(verified)


TARGETS = [
    Target("account_id", parse_account_id, account_ids, account_id_is_spelled_again),
    Target("message_hash", parse_message_hash, message_hashes, message_hash_is_its_text),
    Target("blinded_id", parse_blinded_id, blinded_ids, blinded_id_is_spelled_again),
    Target("blinded_match", match_blinded_id, seeds=matched_ids),
    Target(
        "recovery_words",
        decode_words,
        recovery_words,
        words_are_spelled_again,
        refusals=(RecoveryPasswordError,),
    ),
    Target(
        "recovery_input",
        normalise_words,
        recovery_words,
        words_stay_normal,
        refusals=(RecoveryPasswordError,),
    ),
    Target("token", parse_token, tokens, token_is_written_again),
    Target("grant", take_up_grant, grants, grant_is_the_groups),
    Target("signature", verify_anything, signatures, no_signature_of_ours, refusals=()),
]
