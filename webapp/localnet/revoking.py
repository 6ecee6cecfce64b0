"""The methods `revoke_subaccount` and `unrevoke_subaccount` (storage-rpc.md §5, §12)."""

from dataclasses import dataclass
from typing import Self

from webapp.localnet.errors import Refused
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Credentials, Owner, Token
from webapp.localnet.parameters import Parameters


@dataclass(frozen=True, slots=True)
class _ChangeOfTokens:
    """What both methods have in common: only the owner in person may use them."""

    method: str
    owner: Owner
    tokens: tuple[Token, ...]
    timestamp_ms: int
    credentials: Credentials

    @classmethod
    def _parse(cls, parameters: Parameters, *, method: str, field: str) -> Self:
        owner = parameters.owner()
        tokens = parameters.tokens(field)
        parameters.require("timestamp")
        timestamp_ms = parameters.timestamp_ms("timestamp") or 0
        return cls(method, owner, tokens, timestamp_ms, parameters.credentials(owner))

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if abs(self.timestamp_ms - node.now_ms()) > tolerance_ms:
            raise Refused(406, f"{self.method} timestamp too far from current time")
        if not self.credentials.prove_owner(self.owner, self._text(self.method)):
            raise Refused(401, f"{self.method} signature verification failed")

    def _text(self, beginning: str) -> bytes:
        tokens = b"".join(token.raw for token in self.tokens)
        return f"{beginning}{self.timestamp_ms}".encode() + tokens

    def _signature(self, node: StorageNode) -> str:
        return node.sign_b64(self._text(self.owner.hex))


class RevokeSubaccount(_ChangeOfTokens):
    """Take back what sub-accounts were allowed."""

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        return cls._parse(parameters, method="revoke_subaccount", field="revoke")

    def apply(self, node: StorageNode) -> dict[str, object]:
        node.revocations.revoke(self.owner, self.tokens)
        return {"signature": self._signature(node)}


class UnrevokeSubaccount(_ChangeOfTokens):
    """Allow sub-accounts again what they were allowed before."""

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        return cls._parse(parameters, method="unrevoke_subaccount", field="unrevoke")

    def apply(self, node: StorageNode) -> dict[str, object]:
        count = node.revocations.unrevoke(self.owner, self.tokens)
        return {"count": count, "signature": self._signature(node)}
