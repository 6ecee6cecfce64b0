"""The methods `delete`, `delete_all` and `delete_before` (storage-rpc.md §5)."""

from collections.abc import Iterable, Mapping
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
        text = f"{self.owner.hex}{self.timestamp_ms}{_join(all_of(removed))}"
        return {
            "deleted": listed(removed, self.namespace),
            "signature": node.sign_b64(text.encode()),
        }


@dataclass(frozen=True, slots=True)
class DeleteBefore:
    """Remove what is not younger than a given time, from one namespace or from all."""

    owner: Owner
    namespace: int | Literal["all"]
    before_ms: int
    credentials: Credentials

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        owner = parameters.owner()
        parameters.require("before")
        return cls(
            owner=owner,
            namespace=parameters.namespace_or_all(),
            before_ms=parameters.timestamp_ms("before") or 0,
            credentials=parameters.credentials(owner),
        )

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if self.before_ms > node.now_ms() + tolerance_ms:
            raise Refused(401, "delete_before timestamp too far in the future")
        text = signed_text.delete_before_text(self.namespace, self.before_ms)
        if not node.admits(self.credentials, self.owner, text, right=Right.DELETE):
            raise Refused(401, "delete_before signature verification failed")

    def apply(self, node: StorageNode) -> dict[str, object]:
        removed = node.store.remove_all(
            self.owner, self.namespace, until_ms=self.before_ms, now_ms=node.now_ms()
        )
        text = f"{self.owner.hex}{self.before_ms}{_join(all_of(removed))}"
        return {
            "deleted": listed(removed, self.namespace),
            "signature": node.sign_b64(text.encode()),
        }


def all_of(hashes: Mapping[int, Iterable[MessageHash]]) -> list[MessageHash]:
    """Return the hashes of all namespaces, sorted together."""
    return sorted(hash_ for group in hashes.values() for hash_ in group)


def listed(
    hashes: Mapping[int, Iterable[MessageHash]], namespace: int | Literal["all"]
) -> list[str] | dict[str, list[str]]:
    """Return sorted ``hashes`` as a reply lists them: by namespace if all were meant."""
    if namespace == "all":
        return {str(number): _texts(group) for number, group in hashes.items()}
    return _texts(all_of(hashes))


def _texts(hashes: Iterable[MessageHash]) -> list[str]:
    return [hash_.text for hash_ in hashes]


def _join(hashes: Iterable[MessageHash]) -> str:
    return "".join(_texts(hashes))
