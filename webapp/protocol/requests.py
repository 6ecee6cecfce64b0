"""What a client asks of storage nodes, ready signed. Source: storage-rpc.md §3–5, onion.md §1."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from webapp.protocol import signed_text
from webapp.protocol.errors import LocalProtocolError
from webapp.protocol.identifiers import (
    PUBLIC_INBOX_MAX_TTL_MS,
    AccountId,
    MessageHash,
    needs_auth_to_store,
)
from webapp.protocol.keys import AccountKeys
from webapp.protocol.signed_text import ExpiryChange

# Limits of every node (storage-rpc.md §13); asking for more fails the whole request.
MAX_DATA_BYTES: Final = 76_800
MAX_SUBREQUESTS: Final = 20
# How long every client asks swarms to keep a text (messages.md §6).
MESSAGE_TTL_MS: Final = PUBLIC_INBOX_MAX_TTL_MS

# Exactly the fields that other clients ask for, so that we do not stand out.
_NODE_FIELDS: Final = (
    "public_ip",
    "storage_port",
    "pubkey_x25519",
    "pubkey_ed25519",
    "requested_unlock_height",
    "height",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a storage node's method."""

    method: str
    params: Mapping[str, object]

    def to_json(self) -> bytes:
        """Return the body that travels: a JSON-RPC call without an id."""
        call = {"jsonrpc": "2.0", "method": self.method, "params": self.params}
        return json.dumps(call, separators=(",", ":")).encode()


def store(
    recipient: AccountId,
    data: bytes,
    *,
    timestamp_ms: int,
    ttl_ms: int,
    namespace: int = 0,
    keys: AccountKeys | None = None,
) -> Request:
    """Return the request to keep ``data`` in an inbox of ``recipient`` for ``ttl_ms``.

    ``keys`` are the owner's, for namespaces into which only the owner may
    store. Raises LocalProtocolError if they are missing or ``data`` is too long.
    """
    if len(data) > MAX_DATA_BYTES:
        raise LocalProtocolError("a stored message has at most 76,800 bytes")
    params: dict[str, object] = {
        "pubkey": recipient.hex,
        "namespace": int(namespace),
        "timestamp": timestamp_ms,
        "ttl": ttl_ms,
        "data": b64encode(data).decode(),
    }
    if needs_auth_to_store(namespace):
        if keys is None or keys.account_id != recipient:
            raise LocalProtocolError("only its owner stores into this namespace")
        params |= _signature(keys, signed_text.store_text(namespace, timestamp_ms))
    return Request("store", params)


def retrieve(
    keys: AccountKeys,
    *,
    timestamp_ms: int,
    namespace: int = 0,
    last_hash: MessageHash | None = None,
    max_size: int | None = None,
) -> Request:
    """Return the request for what lies in an own inbox behind ``last_hash``.

    ``max_size`` is in bytes; a negative −n asks for one n-th of the most that
    a node gives (storage-rpc.md §4).
    """
    params: dict[str, object] = {
        "namespace": int(namespace),
        "timestamp": timestamp_ms,
        "last_hash": last_hash.text if last_hash else "",
    }
    if max_size is not None:
        params["max_size"] = max_size
    text = signed_text.retrieve_text(namespace, timestamp_ms)
    return Request("retrieve", _owned(keys, params, text))


def delete(keys: AccountKeys, hashes: Sequence[MessageHash], *, required: bool = False) -> Request:
    """Return the request to delete own messages; ``required`` makes finding none an error."""
    params: dict[str, object] = {"messages": _texts(hashes)}
    if required:
        params["required"] = True
    return Request("delete", _owned(keys, params, signed_text.delete_text(hashes)))


def delete_all(
    keys: AccountKeys, *, timestamp_ms: int, namespace: int | Literal["all"] = "all"
) -> Request:
    """Return the request to empty one own namespace, or all."""
    params: dict[str, object] = {"namespace": namespace, "timestamp": timestamp_ms}
    text = signed_text.delete_all_text(namespace, timestamp_ms)
    return Request("delete_all", _owned(keys, params, text))


def expire(
    keys: AccountKeys,
    hashes: Sequence[MessageHash],
    *,
    expiry_ms: int | list[int],
    change: ExpiryChange | None = None,
) -> Request:
    """Return the request to move the expiry of own messages, in one direction if asked.

    ``expiry_ms`` is one for all, or one for each. Raises LocalProtocolError for another number.
    """
    if isinstance(expiry_ms, list) and len(expiry_ms) != len(hashes):
        raise LocalProtocolError("one expiry for all messages, or one for each")
    params: dict[str, object] = {"messages": _texts(hashes), "expiry": expiry_ms}
    if change is not None:
        params[change] = True
    signed_ms = expiry_ms if isinstance(expiry_ms, list) else [expiry_ms]
    text = signed_text.expire_text(hashes, signed_ms, change=change)
    return Request("expire", _owned(keys, params, text))


def get_expiries(keys: AccountKeys, hashes: Sequence[MessageHash], *, timestamp_ms: int) -> Request:
    """Return the question when own messages will expire."""
    params: dict[str, object] = {"messages": _texts(hashes), "timestamp": timestamp_ms}
    text = signed_text.get_expiries_text(hashes, timestamp_ms)
    return Request("get_expiries", _owned(keys, params, text))


def get_swarm(account: AccountId) -> Request:
    """Return the question which nodes keep the messages of ``account``."""
    return Request("get_swarm", {"pubkey": account.hex})


def info() -> Request:
    """Return the question for a node's version and time."""
    return Request("info", {})


def oxend_service_nodes() -> Request:
    """Return the question for the list of all nodes, to be asked of any node."""
    return Request(
        "oxend_request",
        {"endpoint": "get_service_nodes", "params": _node_list_params()},
    )


def seed_service_nodes() -> Request:
    """Return the question for the list of all nodes, to be asked of a seed server."""
    return Request("get_n_service_nodes", _node_list_params())


def batch(requests: Sequence[Request]) -> Request:
    """Return a request that runs ``requests`` side by side. Raises LocalProtocolError."""
    return _many("batch", requests)


def sequence(requests: Sequence[Request]) -> Request:
    """Return a request that runs ``requests`` in order and stops at the first failure.

    Raises LocalProtocolError.
    """
    return _many("sequence", requests)


def _many(method: str, requests: Sequence[Request]) -> Request:
    if not 1 <= len(requests) <= MAX_SUBREQUESTS:
        raise LocalProtocolError("a batch has 1 to 20 requests")
    calls = [{"method": request.method, "params": request.params} for request in requests]
    return Request(method, {"requests": calls})


def _owned(keys: AccountKeys, params: Mapping[str, object], text: bytes) -> dict[str, object]:
    return {"pubkey": keys.account_id.hex, **params, **_signature(keys, text)}


def _signature(keys: AccountKeys, text: bytes) -> dict[str, object]:
    return {
        "pubkey_ed25519": keys.ed25519.hex(),
        "signature": b64encode(keys.sign(text)).decode(),
    }


def _texts(hashes: Sequence[MessageHash]) -> list[str]:
    return [message_hash.text for message_hash in hashes]


def _node_list_params() -> dict[str, object]:
    return {"active_only": True, "fields": dict.fromkeys(_NODE_FIELDS, True)}
