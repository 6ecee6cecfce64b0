"""What storage nodes answer, checked and typed. Source: storage-rpc.md §3–5 and §8.

Each function takes a reply's bytes, or the object of one result of a batch.
All raise RemoteProtocolError for a reply that does not keep to its format.
"""

from dataclasses import dataclass
from typing import Final

from webapp.protocol import signed_text
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.json_reading import (
    JsonObject,
    as_bytes_b64,
    as_int,
    as_key_hex,
    as_list,
    as_object,
    as_text,
    as_timestamp_ms,
    parse_object,
)
from webapp.protocol.keys import verify
from webapp.protocol.nodes import NO_ADDRESS
from webapp.protocol.requests import MAX_DATA_BYTES, MAX_SUBREQUESTS

Body = bytes | str | JsonObject

# How nodes of 2.8.0 spell no bytes at all (vectors/storage_rpc_observed.json, no. 66). Anybody
# may store an empty message, and it must not make the inbox unreadable.
EMPTY_DATA_B64: Final = "="
# A swarm has about ten members; a reply with more than this is no swarm.
MAX_SWARM_NODES: Final = 1000


class NotStored(RemoteProtocolError):
    """The node answered, but no member of the swarm kept the message (§17.1)."""


@dataclass(frozen=True, slots=True)
class StoreReply:
    """A message is in its swarm: under this hash, since this time of the node.

    ``signers`` are the members that have signed for it, by their Ed25519 keys.
    """

    hash: MessageHash
    t_ms: int
    signers: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One message as it lies in a swarm."""

    hash: MessageHash
    timestamp_ms: int
    expires_ms: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RetrieveReply:
    """Messages in the order of their arrival at this node, and whether more wait."""

    items: tuple[StoredItem, ...]
    more: bool
    t_ms: int


@dataclass(frozen=True, slots=True)
class SwarmReply:
    """The swarm of an account, its members named by their Ed25519 keys."""

    swarm_id: int
    nodes: tuple[bytes, ...]
    t_ms: int


@dataclass(frozen=True, slots=True)
class SubReply:
    """One result of a batch: the status it would have had alone, and its body."""

    code: int
    body: JsonObject | str


@dataclass(frozen=True, slots=True)
class InfoReply:
    """A node's version and clock."""

    version: tuple[int, ...]
    t_ms: int


def parse_store(body: Body, *, members: frozenset[bytes]) -> StoreReply:
    """Return what became of a ``store`` in the swarm of these members (§2, §3).

    Entries of nodes that are no members, and signatures that do not verify, are passed
    over: they prove nothing. Raises NotStored if no member claims to have kept it.
    """
    reply = parse_object(body)
    if "hash" not in reply:
        raise NotStored("no member of the swarm stored the message")
    message_hash = MessageHash.parse(reply["hash"])
    entries = as_object(reply.get("swarm"))
    text = signed_text.stored_text(message_hash)
    return StoreReply(
        hash=message_hash,
        t_ms=as_timestamp_ms(reply.get("t")),
        signers=frozenset(
            member for member in members if _has_signed(entries.get(member.hex()), member, text)
        ),
    )


class ParsedItems:
    """Items of one inbox that were parsed before.

    Nodes of a swarm mostly hold the same; what another reply has already brought,
    to the letter, need not be decoded and hashed again.
    """

    def __init__(self, account: AccountId, namespace: int) -> None:
        self._owner = bytes(account)
        self._namespace = namespace
        self._known: dict[object, tuple[JsonObject, StoredItem]] = {}

    def parse(self, value: object) -> StoredItem:
        """Return the item that ``value`` describes. Raises RemoteProtocolError."""
        raw = as_object(value)
        known = self._known.get(as_text(raw.get("hash")))
        if known is not None and known[0] == raw:
            return known[1]
        item = _parse_item(raw, owner=self._owner, namespace=self._namespace)
        self._known[item.hash.text] = (raw, item)
        return item


def parse_retrieve(body: Body, items: ParsedItems) -> RetrieveReply:
    """Return the messages that a ``retrieve`` of one inbox found.

    One wrong item refuses the whole reply: a sender cannot cause one, only the
    node itself. The hash is recomputed for the same reason: a node that gives
    rubbish the hash of a real message would make us skip the real one, which
    another node still has.
    """
    reply = parse_object(body)
    found = tuple(map(items.parse, as_list(reply.get("messages"))))
    more = reply.get("more")
    if not isinstance(more, bool):
        raise RemoteProtocolError("expected a JSON boolean")
    return RetrieveReply(items=found, more=more, t_ms=as_timestamp_ms(reply.get("t")))


def parse_swarm(body: Body) -> SwarmReply:
    """Return the swarm of a ``get_swarm`` reply, or of the body of a 421.

    Members without an address are left out.
    """
    reply = parse_object(body)
    snodes = as_list(reply.get("snodes"))
    if len(snodes) > MAX_SWARM_NODES:
        raise RemoteProtocolError("a swarm is too large")
    entries = map(as_object, snodes)
    nodes = [
        as_key_hex(entry.get("pubkey_ed25519"))
        for entry in entries
        if entry.get("ip") not in (None, "", NO_ADDRESS)
    ]
    return SwarmReply(
        swarm_id=_parse_swarm_id_hex(reply.get("swarm")),
        nodes=tuple(dict.fromkeys(nodes)),
        t_ms=as_timestamp_ms(reply.get("t")),
    )


def parse_batch(body: Body) -> tuple[SubReply, ...]:
    """Return the results of a ``batch`` or ``sequence``, in the order of its requests."""
    results = as_list(parse_object(body).get("results"))
    if len(results) > MAX_SUBREQUESTS:
        raise RemoteProtocolError("a batch has too many results")
    return tuple(_parse_result(as_object(result)) for result in results)


def parse_info(body: Body) -> InfoReply:
    """Return a node's version and clock."""
    reply = parse_object(body)
    version = (as_int(part, low=0, high=2**31) for part in as_list(reply.get("version")))
    return InfoReply(version=tuple(version), t_ms=as_timestamp_ms(reply.get("t")))


def _has_signed(entry: object, member: bytes, text: bytes) -> bool:
    if not isinstance(entry, dict):
        return False
    try:
        signature = as_bytes_b64(entry.get("signature"))
    except RemoteProtocolError:
        return False
    return verify(member, text, signature)


def _parse_item(item: JsonObject, *, owner: bytes, namespace: int) -> StoredItem:
    text = item.get("data")
    data = b"" if text == EMPTY_DATA_B64 else as_bytes_b64(text)
    if len(data) > MAX_DATA_BYTES:
        raise RemoteProtocolError("a stored message is too long")
    message_hash = MessageHash.of(owner, namespace, data)
    if item.get("hash") != message_hash.text:
        raise RemoteProtocolError("a stored message has another hash than its node says")
    return StoredItem(
        hash=message_hash,
        timestamp_ms=as_timestamp_ms(item.get("timestamp")),
        expires_ms=as_timestamp_ms(item.get("expiration")),
        data=data,
    )


def _parse_swarm_id_hex(value: object) -> int:
    text = as_text(value)
    if not 1 <= len(text) <= 16 or not set(text) <= set("0123456789abcdef"):
        raise RemoteProtocolError("not a swarm id")
    return int(text, 16)


def _parse_result(result: JsonObject) -> SubReply:
    body = result.get("body")
    return SubReply(
        code=as_int(result.get("code"), low=100, high=599),
        body=as_text(body) if isinstance(body, str) else as_object(body),
    )
