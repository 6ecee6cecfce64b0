"""Blinded ids: who one is in a community, where no id should lead to the account.

Sources: identity.md §2, communities.md. A blinded id is a point k·A of the
account's signing key A, with a factor k that both the server and the account
can compute, so that posts signed with k·a verify under it:

    15   k = BLAKE2b-64(server key) mod L                      id = 15 | k·A
    25   k = BLAKE2b-64(Account ID (33) | server key) mod L    id = 25 | k·|A|

|A| is A with its sign bit clear. Whoever knows only an Account ID knows |A|,
so there are two candidates for an id of kind 15 and one for kind 25.
"""

from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b, sha512
from typing import Final, Self

from nacl.bindings import (
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_negate,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
)

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import (
    ACCOUNT_ID_BYTES,
    ACCOUNT_ID_HEX_LENGTH,
    KEY_BYTES,
    AccountId,
)
from webapp.protocol.keys import AccountKeys, require_key
from webapp.protocol.scalar_signatures import (
    is_negative,
    multiplied,
    negated,
    sign_with_scalar,
)
from webapp.protocol.xed25519 import ed25519_from_x25519

# Keys of the hashes that make the secret part of a nonce, and the nonce, of kind 25.
_SEED_LABEL: Final = b"SessCommBlind25_seed"
_SIGNATURE_LABEL: Final = b"SessCommBlind25_sig"
# Key of the hash that makes the seed with which an account asks for versions.
_VERSION_LABEL: Final = b"VersionCheckKey_sig"


class BlindedKind(IntEnum):
    """The two ways of blinding, by the first byte of their ids."""

    SERVER_ONLY = 0x15
    SERVER_AND_ACCOUNT = 0x25


@dataclass(frozen=True, slots=True, order=True, repr=False)
class BlindedId:
    """A person in the communities of one server: a kind and an Ed25519 point."""

    kind: BlindedKind
    ed25519: bytes

    def __post_init__(self) -> None:
        require_key(self.ed25519)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the id that 66 hexadecimal digits spell. Raises RemoteProtocolError."""
        if len(text) != ACCOUNT_ID_HEX_LENGTH or not text.isalnum():
            raise RemoteProtocolError("a blinded id has 66 hexadecimal digits")
        try:
            return cls.from_bytes(bytes.fromhex(text))
        except ValueError as error:
            raise RemoteProtocolError("a blinded id is not hexadecimal") from error

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Return the id whose 33 bytes are ``raw``. Raises RemoteProtocolError."""
        if len(raw) != ACCOUNT_ID_BYTES:
            raise RemoteProtocolError("a blinded id has 33 bytes")
        if raw[0] not in set(BlindedKind):
            raise RemoteProtocolError("a blinded id begins with 15 or 25")
        return cls(BlindedKind(raw[0]), raw[1:])

    @property
    def hex(self) -> str:
        """The 66 lower-case digits by which servers and apps know the person."""
        return bytes(self).hex()

    def __bytes__(self) -> bytes:
        return bytes((self.kind,)) + self.ed25519

    def __repr__(self) -> str:
        return f"BlindedId({self.hex[:4]}…{self.hex[-4:]})"


class BlindedKeys:
    """The key pair of an account on one server."""

    __slots__ = ("_nonce_secret", "factor", "id", "scalar")

    def __init__(self, kind: BlindedKind, *, account: AccountKeys, server: bytes) -> None:
        """Blind ``account`` for the server with the X25519 key ``server``.

        Raises LocalProtocolError unless that has 32 bytes.
        """
        factor = blinding_factor(kind, account=account.account_id, server=server)
        if kind is BlindedKind.SERVER_AND_ACCOUNT and is_negative(account.ed25519):
            # The id is that of the positive point, hence so must the scalar be.
            factor = crypto_core_ed25519_scalar_negate(factor)
        self.factor: Final = factor
        self.scalar: Final = crypto_core_ed25519_scalar_mul(factor, account.x25519_secret)
        self.id: Final = BlindedId(kind, crypto_scalarmult_ed25519_base_noclamp(self.scalar))
        self._nonce_secret: Final = _nonce_secret(kind, account)

    def sign(self, text: bytes) -> bytes:
        """Return the 64-byte signature of ``text``, an Ed25519 one under the id's point."""
        public = self.id.ed25519
        parts = self._nonce_secret + public + text
        if self.id.kind is BlindedKind.SERVER_ONLY:
            nonce = sha512(parts).digest()
        else:
            nonce = blake2b(parts, key=_SIGNATURE_LABEL).digest()
        return sign_with_scalar(text, scalar=self.scalar, public=public, nonce=nonce)

    def __repr__(self) -> str:
        return f"BlindedKeys({self.id!r})"


def blinding_factor(kind: BlindedKind, *, account: AccountId, server: bytes) -> bytes:
    """Return the factor k of the module's text as a scalar of 32 bytes.

    Raises LocalProtocolError unless ``server`` has 32 bytes.
    """
    seen = b"" if kind is BlindedKind.SERVER_ONLY else bytes(account)
    return crypto_core_ed25519_scalar_reduce(blake2b(seen + require_key(server)).digest())


def blinded_candidates(
    kind: BlindedKind, *, account: AccountId, server: bytes
) -> tuple[BlindedId, ...]:
    """Return the ids that ``account`` may have on a server: two of kind 15, one of kind 25.

    Raises RemoteProtocolError if the Account ID is no point to be blinded.
    """
    factor = blinding_factor(kind, account=account, server=server)
    point = multiplied(ed25519_from_x25519(account.x25519), factor)
    if kind is BlindedKind.SERVER_ONLY:
        return BlindedId(kind, point), BlindedId(kind, negated(point))
    return (BlindedId(kind, point),)


def blinded_id_of(kind: BlindedKind, *, ed25519: bytes, server: bytes) -> BlindedId:
    """Return the one id that the account with this signing key has on a server.

    Raises RemoteProtocolError if ``ed25519`` is no signing key.
    """
    account = AccountId.from_ed25519(ed25519)
    factor = blinding_factor(kind, account=account, server=server)
    if kind is BlindedKind.SERVER_AND_ACCOUNT:
        ed25519 = negated(ed25519) if is_negative(ed25519) else ed25519
    return BlindedId(kind, multiplied(ed25519, factor))


def is_same_person(account: AccountId, blinded: BlindedId, *, server: bytes) -> bool:
    """Say whether ``blinded`` can be ``account`` on a server.

    Raises RemoteProtocolError if the Account ID is no point to be blinded.
    """
    return blinded in blinded_candidates(blinded.kind, account=account, server=server)


def version_keys(account: AccountKeys) -> AccountKeys:
    """Return the keys with which an account asks for the newest version of the app.

    The server can count who asks, and cannot tell who it is.
    """
    seed = blake2b(_secret_seed(account), digest_size=KEY_BYTES, key=_VERSION_LABEL)
    return AccountKeys.from_seed32(seed.digest())


def sign_version_request(
    account: AccountKeys, *, timestamp_s: int, method: str, path: str, body: bytes = b""
) -> bytes:
    """Return the signature over time | method | path | body by the keys for versions."""
    return version_keys(account).sign(f"{timestamp_s}{method}{path}".encode() + body)


def _nonce_secret(kind: BlindedKind, account: AccountKeys) -> bytes:
    """Return the part of a nonce that others cannot compute."""
    if kind is BlindedKind.SERVER_ONLY:
        return sha512(account.ed25519_secret).digest()[KEY_BYTES:]
    seed = _secret_seed(account)
    return blake2b(seed, digest_size=KEY_BYTES, key=_SEED_LABEL).digest()


def _secret_seed(account: AccountKeys) -> bytes:
    return account.ed25519_secret[:KEY_BYTES]
