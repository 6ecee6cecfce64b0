"""What each member of a swarm says it did, and proves. Source: storage-rpc.md §2 and §5.

Any node passes on what the others answer, and could invent it. So each member signs
its own entry with its Ed25519 key, by which the reply names it, and what is not
signed by an expected member was not done, whoever says so. A signature does not tell
when it was made: an older reply to the same request proves as much.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Generic, Literal, TypeVar

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import NAMESPACE_MAX, NAMESPACE_MIN, AccountId, MessageHash
from webapp.protocol.json_reading import (
    JsonObject,
    as_bytes_b64,
    as_key_hex,
    as_list,
    as_object,
    as_timestamp_ms,
    parse_object,
)
from webapp.protocol.keys import verify
from webapp.protocol.replies import MAX_SWARM_NODES, Body
from webapp.protocol.signed_text import (
    ALL_NAMESPACES,
    deleted_all_text,
    deleted_text,
    expired_text,
)

Hashes = tuple[MessageHash, ...]


class Failure(StrEnum):
    """Why a node counts as not having done what was asked."""

    MISSING = "the reply does not mention this member"
    FAILED = "the member could not do it"
    TIMED_OUT = "the member did not answer in time"
    MALFORMED = "what the member answers cannot be, or cannot be read"
    NOT_SIGNED = "the member did not sign what the reply says"
    STRANGER = "the node is not of this swarm"


Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class SwarmOutcome(Generic[Done]):
    """What the members did, by their Ed25519 keys; each expected one is in one of the two."""

    done: Mapping[bytes, Done]
    failed: Mapping[bytes, Failure]
    t_ms: int


@dataclass(frozen=True, slots=True)
class Expiries:
    """When messages end at one member: those it moved, and those it was asked to and left."""

    updated: Mapping[MessageHash, int]
    unchanged: Mapping[MessageHash, int]


# What an entry says, and the text whose signature proves it.
Claim = tuple[Done, bytes]


def parse_delete(
    body: Body, *, account: AccountId, requested: Sequence[MessageHash], members: Collection[bytes]
) -> SwarmOutcome[Hashes]:
    """Return which of the ``requested`` messages each member had, and deleted.

    Raises RemoteProtocolError.
    """

    def read(entry: JsonObject) -> Claim[Hashes]:
        deleted = _sorted_hashes(entry.get("deleted"), among=requested)
        return deleted, deleted_text(account, requested=requested, deleted=deleted)

    return _parse(body, members=members, read=read)


def parse_delete_all(
    body: Body,
    *,
    account: AccountId,
    timestamp_ms: int,
    namespace: int | Literal["all"],
    members: Collection[bytes],
) -> SwarmOutcome[Mapping[int, Hashes]]:
    """Return which messages each member deleted, by namespace.

    Which namespace a message was in is not signed. Raises RemoteProtocolError.
    """

    def read(entry: JsonObject) -> Claim[Mapping[int, Hashes]]:
        deleted = _by_namespace(entry.get("deleted"), namespace=namespace)
        every = [hash_ for hashes in deleted.values() for hash_ in hashes]
        return deleted, deleted_all_text(account, timestamp_ms=timestamp_ms, deleted=every)

    return _parse(body, members=members, read=read)


def parse_expire(
    body: Body,
    *,
    account: AccountId,
    requested: Mapping[MessageHash, int],
    members: Collection[bytes],
) -> SwarmOutcome[Expiries]:
    """Return when the messages end now at each member.

    ``requested`` holds the expiries asked for, in the order of the request.
    Raises RemoteProtocolError.
    """

    def read(entry: JsonObject) -> Claim[Expiries]:
        updated = _sorted_hashes(entry.get("updated"), among=requested)
        expiries_ms = _expiries_ms(entry.get("expiry"))
        each = expiries_ms if isinstance(entry.get("expiry"), list) else expiries_ms * len(updated)
        if len(each) != len(updated):
            raise RemoteProtocolError("a node gives expiries to other messages than it updated")
        done = Expiries(
            updated=dict(zip(updated, each, strict=True)),
            unchanged=_unchanged(entry.get("unchanged", {}), among=requested.keys() - updated),
        )
        # Nodes shorten what is asked (30 days are the most). This also keeps the text
        # from being read in two ways: it joins numbers without separators.
        if any(expiry_ms > requested[hash_] for hash_, expiry_ms in done.updated.items()):
            raise RemoteProtocolError("a node keeps a message longer than it was asked to")
        return done, expired_text(
            account,
            expiries_ms=expiries_ms,
            requested=requested,
            updated=updated,
            unchanged=done.unchanged,
        )

    return _parse(body, members=members, read=read)


def _parse(
    body: Body, *, members: Collection[bytes], read: Callable[[JsonObject], Claim[Done]]
) -> SwarmOutcome[Done]:
    reply = parse_object(body)
    entries = _entries_by_key(as_object(reply.get("swarm")))
    done: dict[bytes, Done] = {}
    failed = {member: Failure.MISSING for member in members if member not in entries}
    for key, entry in entries.items():
        outcome = _judge(entry, key=key, read=read) if key in members else Failure.STRANGER
        if isinstance(outcome, Failure):
            failed[key] = outcome
        else:
            done[key] = outcome
    return SwarmOutcome(done=done, failed=failed, t_ms=as_timestamp_ms(reply.get("t")))


def _entries_by_key(swarm: JsonObject) -> dict[bytes, object]:
    if len(swarm) > MAX_SWARM_NODES:
        raise RemoteProtocolError("a swarm is too large")
    entries = {as_key_hex(name): entry for name, entry in swarm.items()}
    if len(entries) != len(swarm):
        raise RemoteProtocolError("a reply names a node twice")
    return entries


def _judge(
    entry: object, *, key: bytes, read: Callable[[JsonObject], Claim[Done]]
) -> Done | Failure:
    """Return what the member with ``key`` did, or why it counts as not done."""
    try:
        fields = as_object(entry)
        # What other members say arrives with 0 and 1 for no and yes (storage-rpc.md §17.2).
        if fields.get("failed"):
            return Failure.TIMED_OUT if fields.get("timeout") else Failure.FAILED
        claimed, text = read(fields)
        signature = as_bytes_b64(fields.get("signature"))
    except RemoteProtocolError:
        return Failure.MALFORMED
    return claimed if verify(key, text, signature) else Failure.NOT_SIGNED


def _sorted_hashes(value: object, *, among: Collection[MessageHash] | None = None) -> Hashes:
    """Return a list of hashes. Raises RemoteProtocolError.

    Each is there once, and all are ``among`` those that were asked about, if any were.
    """
    hashes = tuple(map(MessageHash.parse, as_list(value)))
    if any(left >= right for left, right in pairwise(hashes)):
        raise RemoteProtocolError("the hashes of a node are not sorted")
    if among is not None and not set(hashes) <= set(among):
        raise RemoteProtocolError("a node names messages that it was not asked about")
    return hashes


def _by_namespace(value: object, *, namespace: int | Literal["all"]) -> Mapping[int, Hashes]:
    if namespace != ALL_NAMESPACES:
        return {int(namespace): _sorted_hashes(value)}
    groups = as_object(value)
    return {_namespace(name): _sorted_hashes(hashes) for name, hashes in groups.items()}


def _namespace(text: str) -> int:
    try:
        number = int(text) if len(text) <= len(str(NAMESPACE_MIN)) else NAMESPACE_MAX + 1
    except ValueError as error:
        raise RemoteProtocolError("not a namespace") from error
    if str(number) != text or not NAMESPACE_MIN <= number <= NAMESPACE_MAX:
        raise RemoteProtocolError("not a namespace")
    return number


def _expiries_ms(value: object) -> list[int]:
    return [as_timestamp_ms(each) for each in (value if isinstance(value, list) else [value])]


def _unchanged(value: object, *, among: Collection[MessageHash]) -> Mapping[MessageHash, int]:
    unchanged = {
        MessageHash.parse(text): as_timestamp_ms(expiry_ms)
        for text, expiry_ms in as_object(value).items()
    }
    if not unchanged.keys() <= set(among):
        raise RemoteProtocolError("a node leaves messages that it was not asked about")
    return unchanged
