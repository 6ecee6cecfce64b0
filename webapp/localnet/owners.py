"""Whose messages a node keeps, and how that owner proves that a request is theirs."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Credentials:
    """A signature and, for accounts, the Ed25519 key it is to be checked with."""

    signature: bytes
    ed25519: bytes | None

    def prove(self, owner: Owner, text: bytes) -> bool:
        """Return whether ``owner`` signed ``text`` (storage-rpc.md §2)."""
        if self.ed25519 is None:
            return verify(owner.key, text, self.signature)
        return _belongs_to(self.ed25519, owner) and verify(self.ed25519, text, self.signature)


def _belongs_to(ed25519: bytes, owner: Owner) -> bool:
    """Return whether ``ed25519`` is the signing form of the account's X25519 key."""
    try:
        return x25519_from_ed25519(ed25519) == owner.key
    except RemoteProtocolError:
        return False
