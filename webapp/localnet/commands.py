"""What a storage request becomes once it is read: a change in a swarm, or a question."""

from typing import Protocol

from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Owner

# How old a signature may be; a member that is asked by another member allows for the
# time that took (storage-rpc.md §9).
SIGNATURE_TOLERANCE_MS = 60_000
FORWARDED_TOLERANCE_MS = 70_000


class SwarmCommand(Protocol):
    """A change of messages that each member checks and makes for itself."""

    @property
    def owner(self) -> Owner: ...

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        """Raise Refused unless the owner may have this done now."""
        ...

    def apply(self, node: StorageNode) -> dict[str, object]:
        """Make the change on one node; return its entry in the reply."""
        ...


class Question(Protocol):
    """A read of messages on the asked node alone."""

    @property
    def owner(self) -> Owner: ...

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        """Raise Refused unless the owner may know this now."""
        ...

    def read(self, node: StorageNode) -> dict[str, object]:
        """Return the reply, but for time and fork."""
        ...
