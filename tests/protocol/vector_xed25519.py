"""How our functions answer the operations of ``xed25519.json``."""

from typing import Any

from nacl.bindings import crypto_scalarmult_base

from tests.protocol.vector_identity import answered_by, ed25519_verify
from webapp.protocol.xed25519 import ed25519_from_x25519, sign, verify_with_x25519


def xed_pubkey(pk: str) -> str:
    return ed25519_from_x25519(bytes.fromhex(pk)).hex()


def check_xed_sign(case: dict[str, Any]) -> None:
    """Both signatures must verify; they differ, because each has its own noise."""
    secret, text = (bytes.fromhex(case["inputs"][name]) for name in ("sk", "msg"))
    ours = sign(text, x25519_secret=secret)
    theirs = bytes.fromhex(case["output"])
    public = crypto_scalarmult_base(secret)
    assert ours != theirs
    assert verify_with_x25519(public, text, ours)
    assert verify_with_x25519(public, text, theirs)


def xed_verify(sig: str, pk: str, msg: str) -> bool:
    return verify_with_x25519(*map(bytes.fromhex, (pk, msg, sig)))


CHECKS = {
    compute.__name__: answered_by(compute) for compute in (xed_pubkey, xed_verify, ed25519_verify)
} | {"xed_sign": check_xed_sign}
