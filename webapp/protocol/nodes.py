"""Storage nodes and the lists that name them. Source: onion.md §1."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.json_reading import (
    JsonObject,
    as_int,
    as_key_hex,
    as_list,
    as_object,
    parse_object,
)
from webapp.protocol.swarms import NO_SWARM

# What nodes say of themselves while their address is unknown.
NO_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - compared with, never bound
# About five times the size of the network: a longer list is an attack on memory.
MAX_NODES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Node:
    """A storage node: who it is, where it is, and the swarm it serves, if known."""

    ed25519: bytes
    x25519: bytes
    ip: str
    port: int
    swarm_id: int | None = None

    @property
    def url(self) -> str:
        """The origin of its HTTPS address."""
        return f"https://{self.ip}:{self.port}"


def parse_node_list(body: bytes | str | JsonObject) -> tuple[Node, ...]:
    """Return the usable nodes of a seed's answer, or of a node's ``get_service_nodes``.

    Both hold ``result.service_node_states``. Entries without an address or with
    fields we cannot read are left out, as nodes do come and go half registered;
    of two entries with one key the first counts.

    Raises RemoteProtocolError if there is no such list, or an absurdly long one.
    """
    result = as_object(parse_object(body).get("result"))
    states = as_list(result.get("service_node_states"))
    if len(states) > MAX_NODES:
        raise RemoteProtocolError("a node list is too long")
    nodes: dict[bytes, Node] = {}
    for node in _readable_nodes(states):
        nodes.setdefault(node.ed25519, node)
    return tuple(nodes.values())


def _readable_nodes(states: list[object]) -> Iterator[Node]:
    for state in states:
        try:
            yield _parse_node(as_object(state))
        except RemoteProtocolError:
            continue


def _parse_node(state: JsonObject) -> Node:
    return Node(
        ed25519=as_key_hex(state.get("pubkey_ed25519")),
        x25519=as_key_hex(state.get("pubkey_x25519")),
        ip=_parse_address(state.get("public_ip")),
        port=as_int(state.get("storage_port"), low=1, high=65535),
        swarm_id=_parse_swarm_id(state.get("swarm_id")),
    )


def _parse_address(value: object) -> str:
    if not isinstance(value, str):
        raise RemoteProtocolError("expected an IPv4 address")
    try:
        address = IPv4Address(value)
    except AddressValueError as error:
        raise RemoteProtocolError("not an IPv4 address") from error
    if str(address) == NO_ADDRESS:
        raise RemoteProtocolError("a node has no address yet")
    return str(address)


def _parse_swarm_id(value: object) -> int | None:
    if value is None:
        return None
    swarm_id = as_int(value, low=0, high=NO_SWARM)
    return None if swarm_id == NO_SWARM else swarm_id
