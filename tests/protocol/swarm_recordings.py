"""What real swarms were asked and answered, each member with its genuine signature."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.swarm_replies import (
    SwarmOutcome,
    parse_delete,
    parse_delete_all,
    parse_expire,
)

FILE = Path(__file__).parent.parent / "vectors" / "storage_rpc_observed.json"
OBSERVED: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["observed"]


@dataclass(frozen=True, slots=True)
class Recording:
    """One request for a whole swarm, and the reply."""

    method: str
    params: Mapping[str, Any]
    response: Mapping[str, Any]

    @classmethod
    def named(cls, name: str) -> Self:
        (seen,) = (each for each in OBSERVED if each["name"] == name)
        asked = seen["request"]["body"]
        return cls(asked["method"], asked["params"], seen["response"])

    @property
    def account(self) -> AccountId:
        return AccountId.parse(self.params["pubkey"])

    @property
    def hashes(self) -> list[MessageHash]:
        return [MessageHash.parse(text) for text in self.params["messages"]]

    @property
    def expiries_ms(self) -> list[int]:
        expiry = self.params["expiry"]
        return expiry if isinstance(expiry, list) else [expiry] * len(self.hashes)

    @property
    def members(self) -> list[bytes]:
        return [bytes.fromhex(name) for name in self.response["swarm"]]

    def parse(self, body: Any) -> SwarmOutcome[Any]:
        """Return what ``body`` proves as a reply to this request."""
        about: dict[str, Any] = {"account": self.account, "members": self.members}
        if self.method == "delete":
            return parse_delete(body, requested=self.hashes, **about)
        if self.method == "delete_all":
            return parse_delete_all(
                body,
                namespace=self.params.get("namespace", 0),
                timestamp_ms=self.params["timestamp"],
                **about,
            )
        requested = dict(zip(self.hashes, self.expiries_ms, strict=True))
        return parse_expire(body, requested=requested, **about)
