"""The methods `expire` and `get_expiries` (storage-rpc.md §5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from webapp.localnet.errors import InvalidRequest, Refused
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Credentials, Owner, Right
from webapp.localnet.parameters import Parameters
from webapp.protocol import signed_text
from webapp.protocol.identifiers import AUTHENTICATED_MAX_TTL_MS, MessageHash
from webapp.protocol.signed_text import ExpiryChange

# For each direction, whether a message that ends at `old` may be made to end at `new`.
MAY_CHANGE: dict[ExpiryChange | None, Callable[[int, int], bool]] = {
    None: lambda old, new: True,
    "extend": lambda old, new: old < new,
    "shorten": lambda old, new: old > new,
}


@dataclass(frozen=True, slots=True)
class Expire:
    """Change when the named messages end: freely, or only to later or only to earlier."""

    owner: Owner
    hashes: tuple[MessageHash, ...]
    expiries_ms: tuple[int, ...]
    change: ExpiryChange | None
    credentials: Credentials

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        owner = parameters.owner()
        hashes = parameters.message_hashes()
        parameters.require("expiry")
        expiries_ms = parameters.timestamps_ms("expiry") or ()
        if len(expiries_ms) not in (1, len(hashes)):
            raise InvalidRequest(
                "'expiry' must be a single expiry, or the same length as 'messages'"
            )
        change = _change(parameters)
        return cls(owner, hashes, expiries_ms, change, parameters.credentials(owner))

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if min(self.expiries_ms) < node.now_ms() - tolerance_ms:
            raise Refused(401, "expire: timestamp should be >= current time")
        text = signed_text.expire_text(self.hashes, self.expiries_ms, change=self.change)
        right = Right.WRITE | Right.DELETE if self.change == "shorten" else Right.WRITE
        if not node.admits(self.credentials, self.owner, text, right=right):
            raise Refused(401, "expire: signature verification failed")

    def apply(self, node: StorageNode) -> dict[str, object]:
        now_ms = node.now_ms()
        wishes = self._wishes(now_ms + AUTHENTICATED_MAX_TTL_MS)
        # Ending a message early is deleting it, so without that right it can only live longer.
        change = self.change if self.credentials.have(Right.DELETE) else "extend"
        changes = node.store.set_expiries(
            self.owner, wishes, allowed=MAY_CHANGE[change], now_ms=now_ms
        )
        updated = sorted(changes.updated)
        unchanged = sorted(changes.unchanged.items())
        single = len(self.expiries_ms) == 1
        expiries = (
            [wishes[self.hashes[0]]] if single else [changes.updated[text] for text in updated]
        )
        entry: dict[str, object] = {
            "expiry": expiries[0] if single else expiries,
            "updated": [hash_.text for hash_ in updated],
            "signature": node.sign_b64(self._node_text(expiries, updated, unchanged)),
        }
        if self.change is not None:
            entry["unchanged"] = {hash_.text: expiry_ms for hash_, expiry_ms in unchanged}
        return entry

    def _wishes(self, latest_ms: int) -> dict[MessageHash, int]:
        """Return the expiry for each hash; nothing may be kept beyond ``latest_ms``."""
        single = len(self.expiries_ms) == 1
        wanted = self.expiries_ms * len(self.hashes) if single else self.expiries_ms
        return {
            hash_: min(wish_ms, latest_ms)
            for hash_, wish_ms in zip(self.hashes, wanted, strict=True)
        }

    def _node_text(
        self,
        expiries: Sequence[int],
        updated: Sequence[MessageHash],
        unchanged: Sequence[tuple[MessageHash, int]],
    ) -> bytes:
        parts = [self.owner.hex, *expiries, *self.hashes, *updated]
        parts += [part for pair in unchanged for part in pair]
        return "".join(map(str, parts)).encode()


@dataclass(frozen=True, slots=True)
class GetExpiries:
    """Ask one node when the named messages end; it is silent about those it has not got."""

    owner: Owner
    hashes: tuple[MessageHash, ...]
    timestamp_ms: int
    credentials: Credentials

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        owner = parameters.owner()
        hashes = parameters.message_hashes()
        parameters.require("timestamp")
        timestamp_ms = parameters.timestamp_ms("timestamp") or 0
        return cls(owner, hashes, timestamp_ms, parameters.credentials(owner))

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if abs(self.timestamp_ms - node.now_ms()) > tolerance_ms:
            raise Refused(406, "get_expiries timestamp too far from current time")
        text = signed_text.get_expiries_text(self.hashes, self.timestamp_ms)
        if not node.admits(self.credentials, self.owner, text, right=Right.READ):
            raise Refused(401, "get_expiries signature verification failed")

    def read(self, node: StorageNode) -> dict[str, object]:
        found = node.store.expiries(self.owner, self.hashes, now_ms=node.now_ms())
        return {"expiries": {hash_.text: expiry_ms for hash_, expiry_ms in found.items()}}


def _change(parameters: Parameters) -> ExpiryChange | None:
    shorten, extend = parameters.flag("shorten"), parameters.flag("extend")
    if shorten and extend:
        raise InvalidRequest("cannot specify both 'shorten' and 'extend'")
    if shorten:
        return "shorten"
    return "extend" if extend else None
