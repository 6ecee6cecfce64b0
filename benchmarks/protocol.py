"""One message sealed and opened, against the bare libsodium calls that this needs."""

from collections.abc import Iterator

from nacl import bindings as sodium
from nacl.utils import random

from benchmarks.result import Result
from benchmarks.timing import compare
from webapp.protocol import envelope
from webapp.protocol.content import Content, Profile, VisibleMessage, encode_content
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.padding import pad

SENT_AT_MS = 1_740_000_000_000
# A sentence, with the sender's name: what most messages are.
MESSAGE = Content(
    SENT_AT_MS,
    VisibleMessage("Shall we meet at the harbour at eight?", Profile(name="Ada", updated_s=1)),
)


def measure() -> Iterator[Result]:
    """Yield the cost of opening and of sealing one message."""
    sender, recipient = (AccountKeys.from_seed(Seed.generate()) for _ in range(2))
    account_id = recipient.account_id
    raw = encode_content(MESSAGE)
    signed = envelope.sign_for(pad(raw), sender=sender, recipient=account_id)
    sealed = sodium.crypto_box_seal(signed, recipient.x25519)
    stored = envelope.wrap(raw, sender=sender, recipient=account_id, sent_at_ms=SENT_AT_MS)

    def open_bare() -> bytes:
        inner = sodium.crypto_box_seal_open(sealed, recipient.x25519, recipient.x25519_secret)
        text, signature = inner[:-64] + recipient.x25519, inner[-64:]
        # The sender's Account ID is derived once and then known, so that is not counted here.
        return sodium.crypto_sign_open(signature + text, sender.ed25519)

    def seal_bare() -> bytes:
        sodium.crypto_scalarmult_ed25519_base_noclamp(
            sodium.crypto_core_ed25519_scalar_reduce(random(64))
        )
        sodium.crypto_core_ed25519_scalar_reduce(random(64))
        sodium.crypto_sign(signed, sender.ed25519_secret)
        return sodium.crypto_box_seal(signed, recipient.x25519)

    def seal_ours() -> bytes:
        raw = encode_content(MESSAGE)
        return envelope.wrap(raw, sender=sender, recipient=account_id, sent_at_ms=SENT_AT_MS)

    ours, bare = compare(lambda: envelope.open_stored(stored, recipient=recipient), open_bare)
    yield Result("open one message: libsodium alone", bare, "µs")
    yield Result("open one message, against libsodium alone", ours / bare, "×", budget=1.3)
    ours, bare = compare(seal_ours, seal_bare)
    yield Result("seal one message: libsodium alone", bare, "µs")
    yield Result("seal one message, against libsodium alone", ours / bare, "×")
