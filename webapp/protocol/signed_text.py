"""The texts that clients and nodes sign, for both ends of the wire.

Everything is joined without separators, numbers in base 10. Client texts are
those of storage-rpc.md §3–5; node texts prove what a swarm member did.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from webapp.protocol.identifiers import AccountId, MessageHash, namespace_text

# How ``expire`` may move an expiry; without one it is set as given.
ExpiryChange = Literal["shorten", "extend"]
ALL_NAMESPACES: Literal["all"] = "all"


def store_text(namespace: int, timestamp_ms: int) -> bytes:
    """Return what an owner signs to store into an authenticated namespace."""
    return f"store{namespace_text(namespace)}{timestamp_ms}".encode()


def retrieve_text(namespace: int, timestamp_ms: int) -> bytes:
    """Return what an owner signs to read a namespace."""
    return f"retrieve{namespace_text(namespace)}{timestamp_ms}".encode()


def delete_text(hashes: Iterable[MessageHash]) -> bytes:
    """Return what an owner signs to delete messages."""
    return f"delete{_join(hashes)}".encode()


def delete_all_text(namespace: int | Literal["all"], timestamp_ms: int) -> bytes:
    """Return what an owner signs to empty one namespace, or all of them."""
    return f"delete_all{_which(namespace)}{timestamp_ms}".encode()


def delete_before_text(namespace: int | Literal["all"], before_ms: int) -> bytes:
    """Return what an owner signs to delete what is not younger than ``before_ms``."""
    return f"delete_before{_which(namespace)}{before_ms}".encode()


def expire_all_text(namespace: int | Literal["all"], expiry_ms: int) -> bytes:
    """Return what an owner signs so that nothing ends after ``expiry_ms``."""
    return f"expire_all{_which(namespace)}{expiry_ms}".encode()


def expire_text(
    hashes: Iterable[MessageHash],
    expiries_ms: Sequence[int],
    *,
    change: ExpiryChange | None = None,
) -> bytes:
    """Return what an owner signs to move expiries: one for all hashes, or one for each."""
    expiries = "".join(map(str, expiries_ms))
    return f"expire{change or ''}{expiries}{_join(hashes)}".encode()


def get_expiries_text(hashes: Iterable[MessageHash], timestamp_ms: int) -> bytes:
    """Return what an owner signs to ask when messages expire."""
    return f"get_expiries{timestamp_ms}{_join(hashes)}".encode()


def stored_text(message_hash: MessageHash) -> bytes:
    """Return what a node signs after storing a message."""
    return message_hash.text.encode()


def deleted_text(
    account: AccountId,
    *,
    requested: Iterable[MessageHash],
    deleted: Iterable[MessageHash],
) -> bytes:
    """Return what a node signs after deleting: hashes as requested, then those it had."""
    return f"{account.hex}{_join(requested)}{_join(sorted(deleted))}".encode()


def deleted_all_text(
    account: AccountId, *, timestamp_ms: int, deleted: Iterable[MessageHash]
) -> bytes:
    """Return what a node signs after emptying namespaces: all hashes sorted together."""
    return f"{account.hex}{timestamp_ms}{_join(sorted(deleted))}".encode()


def expired_text(
    account: AccountId,
    *,
    expiries_ms: Sequence[int],
    requested: Iterable[MessageHash],
    updated: Iterable[MessageHash],
    unchanged: Mapping[MessageHash, int],
) -> bytes:
    """Return what a node signs after moving expiries.

    Layout: id | expiries | hashes as requested | updated, sorted |
    unchanged, sorted, each followed by its expiry.
    """
    kept = "".join(f"{message}{expiry}" for message, expiry in sorted(unchanged.items()))
    expiries = "".join(map(str, expiries_ms))
    return f"{account.hex}{expiries}{_join(requested)}{_join(sorted(updated))}{kept}".encode()


def _which(namespace: int | Literal["all"]) -> str:
    return namespace if namespace == ALL_NAMESPACES else namespace_text(int(namespace))


def _join(hashes: Iterable[MessageHash]) -> str:
    return "".join(message_hash.text for message_hash in hashes)
