"""The methods `delete` and `delete_all` (storage-rpc.md §5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from webapp.localnet.errors import Refused
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Credentials, Owner, Right
from webapp.localnet.parameters import Parameters
from webapp.protocol import signed_text
from webapp.protocol.identifiers import MessageHash


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the named messages, whatever namespace they are in."""

    owner: Owner
    hashes: tuple[MessageHash, ...]
    required: bool
    credentials: Credentials

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        owner = parameters.owner()
        return cls(
            owner=owner,
            hashes=parameters.message_hashes(),
            required=parameters.flag("required"),
            credentials=parameters.credentials(owner),
        )

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        del tolerance_ms  # A deletion may be ordered at any time.
        text = signed_text.delete_text(self.hashes)
        if not node.admits(self.credentials, self.owner, text, right=Right.DELETE):
            raise Refused(401, "delete_msgs signature verification failed")

    def apply(self, node: StorageNode) -> dict[str, object]:
        deleted = node.store.remove(self.owner, self.hashes, now_ms=node.now_ms())
        text = f"{self.owner.hex}{_join(self.hashes)}{_join(deleted)}"
        return {"deleted": _texts(deleted), "signature": node.sign_b64(text.encode())}


@dataclass(frozen=True, slots=True)
class DeleteAll:
    """Remove everything of one namespace, or of all."""

    owner: Owner
    namespace: int | Literal["all"]
    timestamp_ms: int
    credentials: Credentials

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        owner = parameters.owner()
        parameters.require("timestamp")
        return cls(
            owner=owner,
            namespace=parameters.namespace_or_all(),
            timestamp_ms=parameters.timestamp_ms("timestamp") or 0,
            credentials=parameters.credentials(owner),
        )

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if abs(self.timestamp_ms - node.now_ms()) > tolerance_ms:
            raise Refused(406, "delete_all timestamp too far from current time")
        text = signed_text.delete_all_text(self.namespace, self.timestamp_ms)
        if not node.admits(self.credentials, self.owner, text, right=Right.DELETE):
            raise Refused(401, "delete_all signature verification failed")

    def apply(self, node: StorageNode) -> dict[str, object]:
        removed = node.store.remove_all(self.owner, self.namespace, now_ms=node.now_ms())
        hashes = sorted(hash_ for group in removed.values() for hash_ in group)
        by_namespace = {str(number): _texts(group) for number, group in removed.items()}
        text = f"{self.owner.hex}{self.timestamp_ms}{_join(hashes)}"
        return {
            "deleted": by_namespace if self.namespace == "all" else _texts(hashes),
            "signature": node.sign_b64(text.encode()),
        }


def _texts(hashes: Iterable[MessageHash]) -> list[str]:
    return [hash_.text for hash_ in hashes]


def _join(hashes: Iterable[MessageHash]) -> str:
    return "".join(_texts(hashes))
