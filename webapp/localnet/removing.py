"""The method `delete` (storage-rpc.md §5)."""

from dataclasses import dataclass
from typing import Self

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
        texts = [hash_.text for hash_ in deleted]
        asked = [hash_.text for hash_ in self.hashes]
        signature = node.sign_b64("".join([self.owner.hex, *asked, *texts]).encode())
        return {"deleted": texts, "signature": signature}
