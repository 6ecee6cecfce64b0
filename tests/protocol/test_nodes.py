import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB, CAROL
from tests.protocol.strategies import json_values
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.json_reading import MAX_JSON_BYTES
from webapp.protocol.nodes import MAX_NODES, NO_ADDRESS, Node, parse_node_list

ALICES_NODE = {
    "public_ip": "127.0.0.1",
    "storage_port": 22021,
    "pubkey_x25519": ALICE.x25519.hex(),
    "pubkey_ed25519": ALICE.ed25519.hex(),
    "requested_unlock_height": 0,
}
BOBS_NODE = ALICES_NODE | {
    "public_ip": "1.2.3.4",
    "pubkey_x25519": BOB.x25519.hex(),
    "pubkey_ed25519": BOB.ed25519.hex(),
    "swarm_id": 7,
}


def answer_with(*states: Any) -> bytes:
    return json.dumps({"result": {"height": 1, "service_node_states": states}}).encode()


def test_nodes_are_read_with_keys_address_and_swarm() -> None:
    alice = Node(ALICE.ed25519, ALICE.x25519, "127.0.0.1", 22021)
    bob = Node(BOB.ed25519, BOB.x25519, "1.2.3.4", 22021, swarm_id=7)
    assert parse_node_list(answer_with(ALICES_NODE, BOBS_NODE)) == (alice, bob)
    assert alice.url == "https://127.0.0.1:22021"


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_ip": ""},
        {"public_ip": NO_ADDRESS},
        {"public_ip": "example.org"},
        {"public_ip": "::1"},
        {"public_ip": "1.2.3.4/24"},
        {"public_ip": 16909060},
        {"public_ip": None},
        {"storage_port": 0},
        {"storage_port": 65536},
        {"storage_port": "22021"},
        {"storage_port": True},
        {"storage_port": None},
        {"pubkey_x25519": "00"},
        {"pubkey_x25519": "zz" * 32},
        {"pubkey_x25519": "é" * 64},
        {"pubkey_ed25519": None},
        {"swarm_id": -1},
        {"swarm_id": 2**64},
    ],
)
def test_an_entry_that_cannot_be_used_is_left_out(wrong: dict[str, Any]) -> None:
    nodes = parse_node_list(answer_with(ALICES_NODE | wrong, "junk", BOBS_NODE))
    assert [node.ed25519 for node in nodes] == [BOB.ed25519]


def test_a_node_outside_all_swarms_has_none() -> None:
    (node,) = parse_node_list(answer_with(ALICES_NODE | {"swarm_id": 2**64 - 1}))
    assert node.swarm_id is None


def test_of_two_entries_with_one_key_the_first_counts() -> None:
    impostor = BOBS_NODE | {"pubkey_ed25519": ALICE.ed25519.hex()}
    (node,) = parse_node_list(answer_with(ALICES_NODE, impostor))
    assert node.ip == "127.0.0.1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"result": []}',
        b'{"result": {"service_node_states": {}}}',
        b'{"result": NaN}',
        b"[" * 100_000,
        b'{"result": ' + b"9" * 5_000 + b"}",
        b"\xff\xfe",
    ],
)
def test_what_holds_no_node_list_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_node_list(body)


def test_an_oversized_answer_is_refused_unread() -> None:
    with pytest.raises(RemoteProtocolError, match="too long"):
        parse_node_list(b" " * (MAX_JSON_BYTES + 1))


def test_an_absurdly_long_list_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="too long"):
        parse_node_list({"result": {"service_node_states": [{}] * (MAX_NODES + 1)}})


@given(
    st.lists(
        json_values
        | st.fixed_dictionaries(
            {}, optional=dict.fromkeys(ALICES_NODE, json_values | st.just(CAROL.x25519.hex()))
        ),
        max_size=3,
    )
)
def test_any_entries_give_nodes_or_nothing(states: list[Any]) -> None:
    assert len(parse_node_list({"result": {"service_node_states": states}})) <= len(states)


@given(st.binary())
def test_any_bytes_are_a_node_list_or_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_node_list(body)
