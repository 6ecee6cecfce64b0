"""The methods `delete_all`, `delete_before` and `expire_all` (storage-rpc.md §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from webapp.localnet.errors import Refused
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Credentials, Owner, Right
from webapp.localnet.parameters import Parameters
from webapp.protocol import signed_text
from webapp.protocol.identifiers import MessageHash

Found = Mapping[int, Sequence[MessageHash]]


@dataclass(frozen=True, slots=True)
class _WholeNamespace:
    """What they have in common: one namespace or all, a time, and the right to delete."""

    time_field: ClassVar[str]

    owner: Owner
    namespace: int | Literal["all"]
    time_ms: int
    credentials: Credentials

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        owner = parameters.owner()
        parameters.require(cls.time_field)
        return cls(
            owner=owner,
            namespace=parameters.namespace_or_all(),
            time_ms=parameters.timestamp_ms(cls.time_field) or 0,
            credentials=parameters.credentials(owner),
        )

    def _require_signature(self, node: StorageNode, text: bytes, *, method: str) -> None:
        if not node.admits(self.credentials, self.owner, text, right=Right.DELETE):
            raise Refused(401, f"{method} signature verification failed")

    def _entry(self, node: StorageNode, found: Found, *, name: str) -> dict[str, object]:
        """Return the messages that were ``found`` under ``name``, signed by ``node``."""
        hashes = sorted(hash_ for group in found.values() for hash_ in group)
        text = f"{self.owner.hex}{self.time_ms}{''.join(_texts(hashes))}"
        by_namespace = {str(number): _texts(group) for number, group in found.items()}
        return {
            name: by_namespace if self.namespace == "all" else _texts(hashes),
            "signature": node.sign_b64(text.encode()),
        }


class DeleteAll(_WholeNamespace):
    """Remove everything."""

    time_field = "timestamp"

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if abs(self.time_ms - node.now_ms()) > tolerance_ms:
            raise Refused(406, "delete_all timestamp too far from current time")
        text = signed_text.delete_all_text(self.namespace, self.time_ms)
        self._require_signature(node, text, method="delete_all")

    def apply(self, node: StorageNode) -> dict[str, object]:
        removed = node.store.remove_all(self.owner, self.namespace, now_ms=node.now_ms())
        return self._entry(node, removed, name="deleted")


class DeleteBefore(_WholeNamespace):
    """Remove what is not younger than the given time."""

    time_field = "before"

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if self.time_ms > node.now_ms() + tolerance_ms:
            raise Refused(401, "delete_before timestamp too far in the future")
        text = signed_text.delete_before_text(self.namespace, self.time_ms)
        self._require_signature(node, text, method="delete_before")

    def apply(self, node: StorageNode) -> dict[str, object]:
        removed = node.store.remove_all(
            self.owner, self.namespace, until_ms=self.time_ms, now_ms=node.now_ms()
        )
        return self._entry(node, removed, name="deleted")


class ExpireAll(_WholeNamespace):
    """Let nothing outlive the given time."""

    time_field = "expiry"

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if self.time_ms < node.now_ms() - tolerance_ms:
            raise Refused(406, "expire_all timestamp should be >= current time")
        text = signed_text.expire_all_text(self.namespace, self.time_ms)
        self._require_signature(node, text, method="expire_all")

    def apply(self, node: StorageNode) -> dict[str, object]:
        shortened = node.store.shorten_all(
            self.owner, self.namespace, expiry_ms=self.time_ms, now_ms=node.now_ms()
        )
        return self._entry(node, shortened, name="updated")


def _texts(hashes: Sequence[MessageHash]) -> list[str]:
    return [hash_.text for hash_ in hashes]
