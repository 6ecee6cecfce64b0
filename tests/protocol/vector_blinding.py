"""How our functions answer the operations of ``blinding.json``."""

from typing import Any

from tests.protocol.vector_identity import answered_by, ed25519_verify, keys_of_secret
from webapp.protocol.blinding import (
    BlindedId,
    BlindedKeys,
    BlindedKind,
    blinded_candidates,
    blinded_id_of,
    blinding_factor,
    is_same_person,
    sign_version_request,
    version_keys,
)
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys

PLATFORMS = ("android", "desktop", "ios")
# The factor of this kind needs no account, but its function takes one.
ANYONE = AccountId(bytes(32))


def blind15_factor(server_pk: str) -> str:
    server = bytes.fromhex(server_pk)
    return blinding_factor(BlindedKind.SERVER_ONLY, account=ANYONE, server=server).hex()


def blind25_factor(session_id: str, server_pk: str) -> str:
    account, server = AccountId.parse(session_id), bytes.fromhex(server_pk)
    return blinding_factor(BlindedKind.SERVER_AND_ACCOUNT, account=account, server=server).hex()


def candidates(kind: BlindedKind, session_id: str, server_pk: str) -> list[str]:
    account, server = AccountId.parse(session_id), bytes.fromhex(server_pk)
    return [one.hex for one in blinded_candidates(kind, account=account, server=server)]


def blind15_id(session_id: str, server_pk: str) -> list[str]:
    return candidates(BlindedKind.SERVER_ONLY, session_id, server_pk)


def blind25_id(session_id: str, server_pk: str) -> str:
    (blinded,) = candidates(BlindedKind.SERVER_AND_ACCOUNT, session_id, server_pk)
    return blinded


def from_ed(kind: BlindedKind, pk: str, server_pk: str) -> dict[str, str]:
    ed25519, server = bytes.fromhex(pk), bytes.fromhex(server_pk)
    return {
        "blinded_id": blinded_id_of(kind, ed25519=ed25519, server=server).hex,
        "session_id": AccountId.from_ed25519(ed25519).hex,
    }


def blinded15_id_from_ed(pk: str, server_pk: str) -> dict[str, str]:
    return from_ed(BlindedKind.SERVER_ONLY, pk, server_pk)


def blinded25_id_from_ed(pk: str, server_pk: str) -> dict[str, str]:
    return from_ed(BlindedKind.SERVER_AND_ACCOUNT, pk, server_pk)


def blinded_keys(kind: BlindedKind, sk: str, server_pk: str) -> BlindedKeys:
    return BlindedKeys(kind, account=keys_of_secret(sk), server=bytes.fromhex(server_pk))


def described(keys: BlindedKeys) -> dict[str, str]:
    return {"pk": keys.id.ed25519.hex(), "scalar": keys.scalar.hex(), "k": keys.factor.hex()}


def blind15_key_pair(sk: str, server_pk: str) -> dict[str, str]:
    return described(blinded_keys(BlindedKind.SERVER_ONLY, sk, server_pk))


def blind25_key_pair(sk: str, server_pk: str) -> dict[str, str]:
    return described(blinded_keys(BlindedKind.SERVER_AND_ACCOUNT, sk, server_pk))


def blind15_sign(sk: str, server_pk: str, msg: str) -> str:
    return blinded_keys(BlindedKind.SERVER_ONLY, sk, server_pk).sign(bytes.fromhex(msg)).hex()


def blind25_sign(sk: str, server_pk: str, msg: str) -> str:
    keys = blinded_keys(BlindedKind.SERVER_AND_ACCOUNT, sk, server_pk)
    return keys.sign(bytes.fromhex(msg)).hex()


def session_id_matches_blinded_id(session_id: str, blinded_id: str, server_pk: str) -> bool:
    account, blinded = AccountId.parse(session_id), BlindedId.parse(blinded_id)
    return is_same_person(account, blinded, server=bytes.fromhex(server_pk))


def blind_version_key_pair(sk: str) -> dict[str, str]:
    keys = version_keys(keys_of_secret(sk))
    return {"pk": keys.ed25519.hex(), "sk": keys.ed25519_secret.hex()}


def signed_request(account: AccountKeys, timestamp: int, method: str, path: str, body: str) -> str:
    signature = sign_version_request(
        account, timestamp_s=timestamp, method=method, path=path, body=bytes.fromhex(body)
    )
    return signature.hex()


def blind_version_sign(sk: str, platform: int, timestamp: int) -> str:
    path = f"/session_version?platform={PLATFORMS[platform]}"
    return signed_request(keys_of_secret(sk), timestamp, "GET", path, "")


def blind_version_sign_request(
    sk: str, timestamp: int, method: str, path: str, body: str | None
) -> str:
    return signed_request(keys_of_secret(sk), timestamp, method, path, body or "")


CHECKS: dict[str, Any] = {
    compute.__name__: answered_by(compute)
    for compute in (
        blind15_factor,
        blind25_factor,
        blind15_id,
        blind25_id,
        blinded15_id_from_ed,
        blinded25_id_from_ed,
        blind15_key_pair,
        blind25_key_pair,
        blind15_sign,
        blind25_sign,
        ed25519_verify,
        session_id_matches_blinded_id,
        blind_version_key_pair,
        blind_version_sign,
        blind_version_sign_request,
    )
}
