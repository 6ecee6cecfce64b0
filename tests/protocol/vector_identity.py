"""How our functions answer the operations of ``identity.json``."""

from typing import Any

from webapp.protocol.identifiers import x25519_from_ed25519
from webapp.protocol.keys import AccountKeys, Seed, verify
from webapp.protocol.recovery import (
    ChecksumMismatch,
    TooFewWords,
    TooManyWords,
    UnknownWord,
    decode_recovery_password,
    encode_recovery_password,
)

ERRORS = {
    "NotEnoughWordsError": TooFewWords,
    "TooManyWordsError": TooManyWords,
    "InvalidWordsError": UnknownWord,
    "VerificationError": ChecksumMismatch,
}


def keys_of_secret(sk: str) -> AccountKeys:
    """Return the keys of a secret given as seed, or as seed and public key."""
    raw = bytes.fromhex(sk)
    return AccountKeys.from_seed32(raw[:32] if len(raw) == 64 else raw)


def account(seed16: str) -> dict[str, str]:
    seed = Seed.from_bytes(bytes.fromhex(seed16))
    keys = AccountKeys.from_seed(seed)
    return described(keys) | {
        "ed25519_seed": keys.ed25519_secret[:32].hex(),
        "mnemonic": encode_recovery_password(seed),
    }


def account_seed32(seed32: str) -> dict[str, str]:
    return described(AccountKeys.from_seed32(bytes.fromhex(seed32)))


def described(keys: AccountKeys) -> dict[str, str]:
    return {
        "ed25519_pk": keys.ed25519.hex(),
        "ed25519_sk": keys.ed25519_secret.hex(),
        "x25519_pk": keys.x25519.hex(),
        "x25519_sk": keys.x25519_secret.hex(),
        "account_id": keys.account_id.hex,
    }


def mnemonic_decode(mnemonic: str) -> str:
    return bytes(decode_recovery_password(mnemonic)).hex()


def ed25519_sign(sk: str, msg: str) -> str:
    return keys_of_secret(sk).sign(bytes.fromhex(msg)).hex()


def ed25519_verify(sig: str, pk: str, msg: str) -> bool:
    return verify(bytes.fromhex(pk), bytes.fromhex(msg), bytes.fromhex(sig))


def ed25519_seed(sk: str) -> str:
    return keys_of_secret(sk).ed25519_secret[:32].hex()


def to_x25519_pk(pk: str) -> str:
    return x25519_from_ed25519(bytes.fromhex(pk)).hex()


def to_x25519_sk(sk: str) -> str:
    return keys_of_secret(sk).x25519_secret.hex()


def answered_by(compute: Any) -> Any:
    """Return the check that ``compute`` gives a case's output for its inputs."""

    def check(case: dict[str, Any]) -> None:
        assert compute(**case["inputs"]) == case["output"]

    return check


CHECKS = {
    compute.__name__: answered_by(compute)
    for compute in (
        account,
        account_seed32,
        mnemonic_decode,
        ed25519_sign,
        ed25519_verify,
        ed25519_seed,
        to_x25519_pk,
        to_x25519_sk,
    )
}
