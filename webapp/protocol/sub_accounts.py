"""Keys that the admins of a group give to its members. Sources: groups.md §2, storage-rpc.md §12.

    token   03 | rights (1) | 00 00 | member's point k·|T| (32)
    grant   03 | rights (1) | 00 00 | k (32) | signature of the token by the group (64)

T is the member's Ed25519 key, k a factor that only admins can compute. The
member gets the grant, and signs requests with k·t, t being the private scalar
of |T|. Nodes get the token with both signatures, and learn neither name.
"""

from dataclasses import dataclass
from enum import IntFlag
from hashlib import blake2b
from typing import Final, Self

from nacl.bindings import crypto_core_ed25519_scalar_mul, crypto_core_ed25519_scalar_reduce

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import KEY_BYTES, AccountId
from webapp.protocol.keys import SIGNATURE_BYTES, AccountKeys, require_key, verify
from webapp.protocol.scalar_signatures import made_positive, multiplied, sign_with_scalar
from webapp.protocol.xed25519 import ed25519_from_x25519

GROUP_PREFIX: Final = 0x03
_HEAD_BYTES: Final = 4
TOKEN_BYTES: Final = _HEAD_BYTES + KEY_BYTES
GRANT_BYTES: Final = TOKEN_BYTES + SIGNATURE_BYTES

# Keys of the hashes that make the factors of a group, and the nonce of a signature.
_MASK_LABEL: Final = b"SessionGroupSubaccountMask"
_SEED_LABEL: Final = b"SubaccountSeed"
_SIGNATURE_LABEL: Final = b"SubaccountSig"


class Right(IntFlag):
    """What a token allows."""

    READ = 1
    WRITE = 2
    DELETE = 4
    ANY_PREFIX = 8


MEMBER_RIGHTS: Final = Right.READ | Right.WRITE


@dataclass(frozen=True, slots=True)
class Token:
    """The name of a member towards nodes, and what the member may do."""

    rights: Right
    ed25519: bytes

    def __post_init__(self) -> None:
        require_key(self.ed25519)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Return the token whose 36 bytes are ``raw``. Raises RemoteProtocolError."""
        if len(raw) != TOKEN_BYTES:
            raise RemoteProtocolError("a token has 36 bytes")
        return cls(_parse_head(raw), raw[_HEAD_BYTES:])

    def __bytes__(self) -> bytes:
        return _head(self.rights) + self.ed25519


@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """What the admins send to a member; nobody else may see it."""

    rights: Right
    factor: bytes
    signature: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Return the grant whose 100 bytes are ``raw``. Raises RemoteProtocolError."""
        if len(raw) != GRANT_BYTES:
            raise RemoteProtocolError("a grant has 100 bytes")
        factor = raw[_HEAD_BYTES:TOKEN_BYTES]
        # The signature is over the point that the factor makes, and several
        # factors make the same one; only the smallest is what admins send.
        if factor != crypto_core_ed25519_scalar_reduce(factor + bytes(KEY_BYTES)):
            raise RemoteProtocolError("the factor of a grant is not reduced")
        return cls(_parse_head(raw), factor, raw[TOKEN_BYTES:])

    def __bytes__(self) -> bytes:
        return _head(self.rights) + self.factor + self.signature


class SubAccount:
    """A member's keys for one group; ``token`` and ``token_signature`` go with each request."""

    __slots__ = ("_nonce_secret", "_scalar", "token", "token_signature")

    def __init__(self, grant: Grant, *, member: AccountKeys, group: bytes) -> None:
        """Take up ``grant`` from the group with the Ed25519 key ``group``.

        Raises RemoteProtocolError unless that group made it for ``member``.
        """
        secret = crypto_core_ed25519_scalar_reduce(member.x25519_secret + bytes(KEY_BYTES))
        point, scalar = made_positive(member.ed25519, secret)
        self.token: Final = Token(grant.rights, multiplied(point, grant.factor))
        if not verify(group, bytes(self.token), grant.signature):
            raise RemoteProtocolError("a grant is not from this group for this member")
        self.token_signature: Final = grant.signature
        self._scalar: Final = crypto_core_ed25519_scalar_mul(grant.factor, scalar)
        seed = member.ed25519_secret[:KEY_BYTES]
        self._nonce_secret: Final = blake2b(seed, digest_size=KEY_BYTES, key=_SEED_LABEL).digest()

    def sign(self, text: bytes) -> bytes:
        """Return the 64-byte signature of ``text``, an Ed25519 one under the token's point."""
        public = self.token.ed25519
        nonce = blake2b(self._nonce_secret + public + text, key=_SIGNATURE_LABEL).digest()
        return sign_with_scalar(text, scalar=self._scalar, public=public, nonce=nonce)


def token_for(member: AccountId, *, group: AccountKeys, rights: Right = MEMBER_RIGHTS) -> Token:
    """Return the token of ``member``: always the same, so that it can be revoked.

    Raises RemoteProtocolError if the Account ID is no point.
    """
    point = ed25519_from_x25519(member.x25519)
    return Token(rights, multiplied(point, _factor(member, group)))


def grant_for(member: AccountId, *, group: AccountKeys, rights: Right = MEMBER_RIGHTS) -> Grant:
    """Return what the admins of ``group`` send to ``member``. Raises as ``token_for`` does."""
    token = token_for(member, group=group, rights=rights)
    return Grant(rights, _factor(member, group), group.sign(bytes(token)))


def _factor(member: AccountId, group: AccountKeys) -> bytes:
    seed = group.ed25519_secret[:KEY_BYTES]
    mask = blake2b(seed, digest_size=KEY_BYTES, key=_MASK_LABEL).digest()
    both = bytes(member) + bytes((GROUP_PREFIX,)) + group.ed25519
    return crypto_core_ed25519_scalar_reduce(blake2b(both, key=mask).digest())


def _head(rights: Right) -> bytes:
    return bytes((GROUP_PREFIX, rights, 0, 0))


def _parse_head(raw: bytes) -> Right:
    """Return the rights in the first bytes of a token or grant. Raises RemoteProtocolError."""
    prefix, rights, *reserved = raw[:_HEAD_BYTES]
    if prefix != GROUP_PREFIX or any(reserved) or rights > sum(Right):
        raise RemoteProtocolError("a token or grant is of another kind")
    return Right(rights)
