"""How our functions answer the operations of ``multi_encrypt.json``."""

from typing import Any

from tests.protocol.vector_identity import answered_by, keys_of_secret
from webapp.protocol.bencode import decode
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import x25519_from_ed25519
from webapp.protocol.multi_encrypt import (
    KeyPair,
    decrypt_any,
    decrypt_encoded,
    encrypt_encoded,
    encrypt_for_each,
)


def pair_of(inputs: dict[str, Any]) -> KeyPair:
    """Return the keys given as an X25519 pair, or as the Ed25519 secret of one."""
    purpose = inputs["domain"].encode()
    if "sk" in inputs:
        keys = keys_of_secret(inputs["sk"])
        return KeyPair(keys.x25519, secret=keys.x25519_secret, purpose=purpose)
    public, secret = bytes.fromhex(inputs["pubkey"]), bytes.fromhex(inputs["privkey"])
    return KeyPair(public, secret=secret, purpose=purpose)


def listed(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def multi_encrypt(messages: list[str], recipients: list[str], nonce: str, **others: Any) -> Any:
    entries = encrypt_for_each(
        listed(messages),
        recipients=listed(recipients),
        sender=pair_of(others),
        nonce=bytes.fromhex(nonce),
        skip_unusable=others.get("ignore_invalid", False),
    )
    return [entry.hex() for entry in entries]


def multi_decrypt(ciphertexts: list[str], nonce: str, sender_pubkey: str, **others: str) -> Any:
    sender = bytes.fromhex(sender_pubkey)
    text = decrypt_any(
        listed(ciphertexts), reader=pair_of(others), sender=sender, nonce=bytes.fromhex(nonce)
    )
    return None if text is None else text.hex()


def check_multi_encrypt_simple(case: dict[str, Any]) -> None:
    """The real entries must be the reference's; junk is only counted."""
    inputs = case["inputs"]
    theirs: Any = decode(bytes.fromhex(case["output"]))
    recipients = listed(inputs["recipients"])
    raw = encrypt_encoded(
        listed(inputs["messages"]),
        recipients=recipients,
        sender=pair_of(inputs),
        nonce=theirs[b"#"],
        multiple_of=inputs["pad"] or 1,
    )
    ours: Any = decode(raw)
    assert ours.keys() == theirs.keys()
    assert len(ours[b"e"]) == len(theirs[b"e"])
    assert ours[b"e"][: len(recipients)] == theirs[b"e"][: len(recipients)]
    if not inputs["pad"]:
        assert raw.hex() == case["output"]


def opened(inputs: dict[str, str], *, sender: bytes) -> str | None:
    """Return what is for us; the reference has no errors for what cannot be read."""
    try:
        text = decrypt_encoded(
            bytes.fromhex(inputs["encoded"]), reader=pair_of(inputs), sender=sender
        )
    except RemoteProtocolError:
        return None
    return None if text is None else text.hex()


def multi_decrypt_simple(**inputs: str) -> str | None:
    return opened(inputs, sender=bytes.fromhex(inputs["sender_pubkey"]))


def multi_decrypt_simple_ed_ed(**inputs: str) -> str | None:
    sender = x25519_from_ed25519(bytes.fromhex(inputs["sender_pubkey"]))
    return opened(inputs, sender=sender)


CHECKS = {
    "multi_encrypt": answered_by(multi_encrypt),
    "multi_decrypt": answered_by(multi_decrypt),
    "multi_encrypt_simple": check_multi_encrypt_simple,
    "multi_encrypt_simple_ed": check_multi_encrypt_simple,
    "multi_decrypt_simple": answered_by(multi_decrypt_simple),
    "multi_decrypt_simple_ed": answered_by(multi_decrypt_simple),
    "multi_decrypt_simple_ed_ed": answered_by(multi_decrypt_simple_ed_ed),
}
