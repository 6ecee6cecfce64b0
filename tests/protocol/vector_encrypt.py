"""How our functions answer the operations of ``encrypt.json``."""

from base64 import b64decode
from hashlib import blake2b
from typing import Any

from nacl.bindings import crypto_box, crypto_box_seed_keypair, crypto_scalarmult_base

from tests.protocol.vector_identity import answered_by, keys_of_secret
from webapp.protocol.blinding import BlindedId, BlindedKeys
from webapp.protocol.community_inbox import open_blinded, seal_for_blinded
from webapp.protocol.envelope import open_signed, sign_for
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.notifications import open_notification
from webapp.protocol.registered_names import open_old_registration, open_registration

# The reference derives the ephemeral key of its deterministic sealed boxes with
# this key; our product draws it at random and has no such function.
DETERMINISTIC_KEY = b"SessionBoxEphemeralHashKey"


def recipient_of(to: str) -> AccountId:
    """Return the account given as 33 bytes, or as the 32 of its key."""
    raw = bytes.fromhex(to)
    return AccountId(raw) if len(raw) == 32 else AccountId.from_bytes(raw)


def sign_for_recipient(sk: str, to: str, msg: str) -> str:
    signed = sign_for(bytes.fromhex(msg), sender=keys_of_secret(sk), recipient=recipient_of(to))
    return signed.hex()


def sealed_with(ephemeral_secret: bytes, signed: bytes, recipient: AccountId) -> bytes:
    """Return a sealed box as libsodium makes it, but with a given ephemeral key."""
    ephemeral = crypto_scalarmult_base(ephemeral_secret)
    nonce = blake2b(ephemeral + recipient.x25519, digest_size=24).digest()
    return ephemeral + crypto_box(signed, nonce, recipient.x25519, ephemeral_secret)


def check_encrypt_for_recipient(case: dict[str, Any]) -> None:
    inputs = case["inputs"]
    signed = bytes.fromhex(sign_for_recipient(**inputs))
    ephemeral_secret = bytes.fromhex(case["random"][0])
    box = sealed_with(ephemeral_secret, signed, recipient_of(inputs["to"]))
    assert box.hex() == case["output"]


def encrypt_for_recipient_det(sk: str, to: str, msg: str) -> str:
    sender, recipient = keys_of_secret(sk), recipient_of(to)
    secret_seed = sender.ed25519_secret[:32]
    seed = blake2b(
        secret_seed + recipient.x25519 + bytes.fromhex(msg), digest_size=32, key=DETERMINISTIC_KEY
    )
    _, ephemeral_secret = crypto_box_seed_keypair(seed.digest())
    signed = bytes.fromhex(sign_for_recipient(sk, to, msg))
    return sealed_with(ephemeral_secret, signed, recipient).hex()


def decrypt_incoming(sk: str, ct: str) -> dict[str, str]:
    keys = keys_of_secret(sk)
    return decrypt_incoming_x(keys.x25519.hex(), keys.x25519_secret.hex(), ct)


def decrypt_incoming_session_id(sk: str, ct: str) -> dict[str, str]:
    opened = decrypt_incoming(sk, ct)
    sender = AccountId.from_ed25519(bytes.fromhex(opened["sender_ed25519_pk"]))
    return {"msg": opened["msg"], "session_id": sender.hex}


def decrypt_incoming_x(xpk: str, xsk: str, ct: str) -> dict[str, str]:
    message, ed25519 = open_signed(
        bytes.fromhex(ct), x25519=bytes.fromhex(xpk), x25519_secret=bytes.fromhex(xsk)
    )
    return {"msg": message.hex(), "sender_ed25519_pk": ed25519.hex()}


def message_hash(pubkey: str, ns: int, data_b64: str) -> str:
    return MessageHash.of(AccountId.parse(pubkey), ns, b64decode(data_b64)).text


def check_encrypt_blinded(case: dict[str, Any]) -> None:
    """The sender reads both messages again, ours and the reference's."""
    inputs = case["inputs"]
    sender, server = keys_of_secret(inputs["sk"]), bytes.fromhex(inputs["server_pk"])
    recipient, text = (
        BlindedId.from_bytes(bytes.fromhex(inputs["to"])),
        bytes.fromhex(inputs["msg"]),
    )
    ours = seal_for_blinded(text, sender=sender, recipient=recipient, server=server)
    theirs = bytes.fromhex(case["output"])
    own = BlindedKeys(recipient.kind, account=sender, server=server).id
    assert len(ours) == len(theirs)
    for message in (ours, theirs):
        opened = open_blinded(
            message, account=sender, sender=own, recipient=recipient, server=server
        )
        assert opened == (text, sender.account_id)


def decrypt_blinded(
    sk: str, server_pk: str, sender_id: str, recipient_id: str, ct: str
) -> dict[str, str]:
    text, account = open_blinded(
        bytes.fromhex(ct),
        account=keys_of_secret(sk),
        sender=BlindedId.parse(sender_id),
        recipient=BlindedId.parse(recipient_id),
        server=bytes.fromhex(server_pk),
    )
    return {"msg": text.hex(), "session_id": account.hex}


def decrypt_ons(name: str, ct: str, nonce: str | None) -> str:
    value = bytes.fromhex(ct)
    if nonce is None:
        return open_old_registration(value, name=name).hex
    return open_registration(value, name=name, nonce=bytes.fromhex(nonce)).hex


def decrypt_pn(payload: str, key: str) -> str:
    return open_notification(bytes.fromhex(payload), key=bytes.fromhex(key)).hex()


CHECKS = {
    compute.__name__: answered_by(compute)
    for compute in (
        sign_for_recipient,
        encrypt_for_recipient_det,
        decrypt_incoming,
        decrypt_incoming_session_id,
        decrypt_incoming_x,
        decrypt_blinded,
        decrypt_ons,
        decrypt_pn,
        message_hash,
    )
} | {
    "encrypt_for_recipient": check_encrypt_for_recipient,
    "encrypt_blinded": check_encrypt_blinded,
}
