"""The methods `store` and `retrieve` (storage-rpc.md §3, §4)."""

import base64
from dataclasses import dataclass
from typing import Self

from webapp.localnet.errors import InvalidRequest, Refused, StoreFailed
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Credentials, Owner, Right
from webapp.localnet.parameters import Parameters
from webapp.localnet.store import Message
from webapp.protocol import signed_text
from webapp.protocol.identifiers import (
    MessageHash,
    is_public_outbox,
    max_ttl_ms,
    needs_auth_to_retrieve,
    needs_auth_to_store,
)

MIN_TTL_MS = 10_000
# How far the clocks of a client and a node may differ for a message itself.
CLOCK_LEEWAY_MS = 10_000

# What one reply of `retrieve` may weigh (storage-rpc.md §13).
MAX_REPLY_BYTES = 7_800_000
# A client that names no bound gets a fifth of it, so that five of them fit a batch.
DEFAULT_MAX_SIZE = -5

# Real nodes write no bytes this way (storage_rpc_observed.json), which no strict decoder takes.
EMPTY_DATA = "="


@dataclass(frozen=True, slots=True)
class Store:
    """Keep a message for its owner, on every node of the swarm."""

    message: Message
    expiry_ms: int
    signed_at_ms: int
    credentials: Credentials | None

    @property
    def owner(self) -> Owner:
        return self.message.owner

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        parameters.require("timestamp")
        timestamp_ms = parameters.timestamp_ms("timestamp", decimal_text=True) or 0
        expiry_ms = _expiry_ms(parameters, timestamp_ms)
        owner = parameters.owner()
        # In a public inbox a signature is read but not verified, as real nodes have it.
        signed = parameters.has("signature")
        namespace, data = parameters.namespace(), parameters.data()
        hash_ = MessageHash.of(owner, namespace=namespace, data=data)
        data_b64 = base64.b64encode(data).decode()
        return cls(
            message=Message(owner, namespace, hash_, timestamp_ms, data_b64),
            expiry_ms=expiry_ms,
            signed_at_ms=parameters.timestamp_ms("sig_timestamp") or timestamp_ms,
            credentials=parameters.credentials(owner) if signed else None,
        )

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        now_ms = node.now_ms()
        namespace, timestamp_ms = self.message.namespace, self.message.timestamp_ms
        ttl_ms = self.expiry_ms - timestamp_ms
        if not MIN_TTL_MS <= ttl_ms <= max_ttl_ms(namespace):
            raise Refused(403, "Provided expiry/TTL is not valid.")
        is_early = timestamp_ms > now_ms + CLOCK_LEEWAY_MS
        if is_early or self.expiry_ms < now_ms - CLOCK_LEEWAY_MS:
            raise Refused(406, "Timestamp error: check your clock")
        if not needs_auth_to_store(namespace):
            return
        if self.credentials is None:
            raise Refused(401, f"store: signature required to store to namespace {namespace}")
        if abs(self.signed_at_ms - now_ms) > tolerance_ms:
            raise Refused(406, "store signature timestamp too far from current time")
        text = signed_text.store_text(namespace, self.signed_at_ms)
        # Storing into an outbox removes what was there.
        right = Right.WRITE | Right.DELETE if is_public_outbox(namespace) else Right.WRITE
        if not node.admits(self.credentials, self.owner, text, right=right):
            raise Refused(401, "store signature verification failed")

    def apply(self, node: StorageNode) -> dict[str, object]:
        message = self.message
        try:
            if is_public_outbox(message.namespace):
                node.store.keep_only(message)
            already, expiry_ms = node.store.add(
                message, expiry_ms=self.expiry_ms, now_ms=node.now_ms()
            )
        except StoreFailed as failure:
            return {"failed": True, "query_failure": True, "reason": str(failure)}
        entry: dict[str, object] = {
            "hash": message.hash.text,
            "expiry": expiry_ms,
            "signature": node.sign_b64(signed_text.stored_text(message.hash)),
        }
        return entry | {"already": True} if already else entry


@dataclass(frozen=True, slots=True)
class Retrieve:
    """Read on in one inbox of one node, in the order in which messages arrived there."""

    owner: Owner
    namespace: int
    last_hash: MessageHash | None
    max_count: int | None
    max_size: int | None
    timestamp_ms: int
    credentials: Credentials | None

    @classmethod
    def parse(cls, parameters: Parameters) -> Self:
        owner = parameters.owner()
        namespace = parameters.namespace()
        # Observed: namespace 0 without any of these fields is refused later and
        # differently than another namespace without a signature (storage-rpc.md §17).
        signed = any(map(parameters.has, ("signature", "timestamp", "pubkey_ed25519"))) or (
            namespace != 0 and needs_auth_to_retrieve(namespace)
        )
        return cls(
            owner=owner,
            namespace=namespace,
            last_hash=parameters.last_hash(),
            max_count=max(parameters.integer("max_count") or 0, 0) or None,
            max_size=parameters.integer("max_size") or None,
            timestamp_ms=parameters.timestamp_ms("timestamp") or 0,
            credentials=parameters.credentials(owner) if signed else None,
        )

    def check(self, node: StorageNode, *, tolerance_ms: int) -> None:
        if self.credentials is None:
            if needs_auth_to_retrieve(self.namespace):
                raise Refused(401, "retrieve: request signature required")
            return
        if abs(self.timestamp_ms - node.now_ms()) > tolerance_ms:
            raise Refused(406, "retrieve timestamp too far from current time")
        text = signed_text.retrieve_text(self.namespace, self.timestamp_ms)
        # A revoked member still learns there that it was removed.
        revoked = () if _is_open_to_revoked(self.namespace) else node.revocations.of(self.owner)
        if not self.credentials.prove(self.owner, text, right=Right.READ, revoked=revoked):
            raise Refused(401, "retrieve signature verification failed")

    def read(self, node: StorageNode) -> dict[str, object]:
        page = node.store.page(
            self.owner,
            self.namespace,
            after=self.last_hash,
            max_count=self.max_count,
            max_bytes=self._max_bytes(),
            now_ms=node.now_ms(),
        )
        messages = [
            {
                "data": message.data_b64 or EMPTY_DATA,
                "expiration": expiry_ms,
                "hash": message.hash.text,
                "timestamp": message.timestamp_ms,
            }
            for message, expiry_ms in page.messages
        ]
        return {"messages": messages, "more": page.more}

    def _max_bytes(self) -> int:
        size = self.max_size
        if size is None:
            size = DEFAULT_MAX_SIZE if self.max_count is None else MAX_REPLY_BYTES
        return min(size, MAX_REPLY_BYTES) if size > 0 else MAX_REPLY_BYTES // -size


def _is_open_to_revoked(namespace: int) -> bool:
    """Return whether revoked sub-accounts may read: in −11, −111 and so on (§6)."""
    return namespace < 0 and -namespace % 100 == 11


def _expiry_ms(parameters: Parameters, timestamp_ms: int) -> int:
    """Return when the message ends: exactly one of ``ttl`` and ``expiry`` says so."""
    ttl_ms = parameters.duration_ms("ttl")
    expiry_ms = parameters.timestamp_ms("expiry")
    if ttl_ms is not None and expiry_ms is not None:
        raise InvalidRequest("Cannot specify both 'expiry' and 'ttl'")
    if ttl_ms is not None:
        return timestamp_ms + ttl_ms
    if expiry_ms is None:
        raise InvalidRequest("Required field 'expiry' or 'ttl' missing")
    return expiry_ms
