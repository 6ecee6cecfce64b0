"""Whose messages a node keeps, and how that owner proves that a request is theirs."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntFlag
from typing import ClassVar

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import ACCOUNT_PREFIX, x25519_from_ed25519
from webapp.protocol.keys import verify


@dataclass(frozen=True, slots=True)
class Owner:
    """The 33 bytes a message is addressed to: a prefix and a key (identity.md §2).

    A node keeps messages for ids of every kind, not for accounts alone, so this is
    deliberately wider than ``AccountId``.
    """

    raw: bytes

    @property
    def key(self) -> bytes:
        return self.raw[1:]

    @property
    def hex(self) -> str:
        return self.raw.hex()

    @property
    def is_account(self) -> bool:
        return self.raw[0] == ACCOUNT_PREFIX

    def __bytes__(self) -> bytes:
        return self.raw


class Right(IntFlag):
    """What an owner allows a sub-account: the second byte of its token (storage-rpc.md §12)."""

    READ = 1
    WRITE = 2
    DELETE = 4
    # Good for ids of every kind that share the owner's key.
    ANY_PREFIX = 8


@dataclass(frozen=True, slots=True)
class Token:
    """The 36 bytes that name a sub-account and its rights.

    Layout: prefix of the owner (1) | rights (1) | zero (2) | Ed25519 key of the sub-user (32)
    """

    LENGTH: ClassVar[int] = 36

    raw: bytes

    @property
    def rights(self) -> Right:
        return Right(self.raw[1] & 15)

    @property
    def ed25519(self) -> bytes:
        return self.raw[4:]

    def is_for(self, owner: Owner) -> bool:
        return self.raw[0] == owner.raw[0] or Right.ANY_PREFIX in self.rights


@dataclass(frozen=True, slots=True)
class Subaccount:
    """A token, and the owner's signature that makes it valid."""

    token: Token
    signature: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    """A signature and what tells with which key it is to be checked.

    ``ed25519`` is the signing key of an account; other owners' ids hold theirs. With a
    ``subaccount`` the signature is that of the sub-user.
    """

    signature: bytes
    ed25519: bytes | None
    subaccount: Subaccount | None = None

    def have(self, right: Right) -> bool:
        """Return whether their bearer claims ``right``; the owner has every right."""
        return self.subaccount is None or right in self.subaccount.token.rights

    def prove(
        self, owner: Owner, text: bytes, *, right: Right, revoked: Collection[Token] = ()
    ) -> bool:
        """Return whether ``text`` is signed by ``owner``, or by whom the owner gave ``right``.

        The order of the checks is that of storage-rpc.md §2 and §12.
        """
        if self.subaccount is None:
            return self.prove_owner(owner, text)
        token = self.subaccount.token
        return (
            token not in revoked
            and token.is_for(owner)
            and right in token.rights
            and self._of_owner(owner, token.raw, self.subaccount.signature)
            and verify(token.ed25519, text, self.signature)
        )

    def prove_owner(self, owner: Owner, text: bytes) -> bool:
        """Return whether ``owner`` in person signed ``text``."""
        return self.subaccount is None and self._of_owner(owner, text, self.signature)

    def _of_owner(self, owner: Owner, text: bytes, signature: bytes) -> bool:
        if self.ed25519 is None:
            return verify(owner.key, text, signature)
        return _belongs_to(self.ed25519, owner) and verify(self.ed25519, text, signature)


def _belongs_to(ed25519: bytes, owner: Owner) -> bool:
    """Return whether ``ed25519`` is the signing form of the account's X25519 key."""
    try:
        return x25519_from_ed25519(ed25519) == owner.key
    except RemoteProtocolError:
        return False
