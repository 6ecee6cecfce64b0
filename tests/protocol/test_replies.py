import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.people import ALICE, BOB
from tests.protocol.strategies import json_values
from webapp.protocol import replies
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import MessageHash
from webapp.protocol.nodes import NO_ADDRESS
from webapp.protocol.replies import NotStored, RetrieveReply, StoreReply, SubReply

VECTORS = Path(__file__).parent.parent / "vectors"
T = 1_795_232_308_476


def item_of(data: bytes, namespace: int = 0) -> dict[str, Any]:
    return {
        "hash": MessageHash.of(BOB.account_id, namespace, data).text,
        "timestamp": T - 5,
        "expiration": T + 5,
        "data": b64encode(data).decode(),
    }


def retrieved(*items: Any, **fields: Any) -> dict[str, Any]:
    return {"messages": list(items), "more": False, "t": T, "hf": [19, 4]} | fields


def read(body: dict[str, Any]) -> RetrieveReply:
    return replies.parse_retrieve(json.dumps(body).encode(), replies.ParsedItems(BOB.account_id, 0))


def recorded_store() -> dict[str, Any]:
    """Return what a real node answered to a store in its swarm of three."""
    observed = json.loads((VECTORS / "storage_rpc_observed.json").read_bytes())["observed"]
    case = next(case for case in observed if case["name"] == "store again, same data: already")
    return dict(case["response"])


def test_a_stored_message_has_its_hash_and_the_time_of_the_node() -> None:
    hash_ = MessageHash.of(BOB.account_id, 0, b"x")
    body = {"hash": hash_.text, "t": T, "hf": [19, 4], "swarm": {}}
    assert replies.parse_store(body, members=frozenset()) == StoreReply(hash_, T, frozenset())


def test_a_real_swarm_has_signed_for_what_it_stored() -> None:
    body = recorded_store()
    members = frozenset(bytes.fromhex(name) for name in body["swarm"])
    assert len(members) == 3
    assert replies.parse_store(body, members=members).signers == members


def test_a_signature_counts_only_for_its_member_and_to_the_last_bit() -> None:
    body = recorded_store()
    forged, stolen, honest = sorted(body["swarm"])
    signature = bytearray(b64decode(body["swarm"][forged]["signature"]))
    signature[0] ^= 1
    body["swarm"][forged]["signature"] = b64encode(signature).decode()
    body["swarm"][stolen]["signature"] = body["swarm"][honest]["signature"]
    members = frozenset(map(bytes.fromhex, (forged, stolen, honest)))
    assert replies.parse_store(body, members=members).signers == {bytes.fromhex(honest)}


def test_a_stranger_cannot_sign_for_a_swarm() -> None:
    body = recorded_store()
    members = frozenset([ALICE.ed25519])
    assert replies.parse_store(body, members=members).signers == frozenset()


def test_a_store_without_hash_was_kept_by_nobody() -> None:
    body = {"swarm": {ALICE.ed25519.hex(): {"failed": True, "timeout": True}}, "t": T}
    with pytest.raises(NotStored):
        replies.parse_store(body, members=frozenset())


def test_messages_are_read_in_the_order_of_the_node() -> None:
    reply = read(retrieved(item_of(b"second"), item_of(b"first"), more=True))
    assert [item.data for item in reply.items] == [b"second", b"first"]
    assert reply.items[0].hash == MessageHash.of(BOB.account_id, 0, b"second")
    assert (reply.items[0].timestamp_ms, reply.items[0].expires_ms) == (T - 5, T + 5)
    assert (reply.more, reply.t_ms) == (True, T)


def test_an_empty_inbox_is_an_answer() -> None:
    assert read(retrieved()).items == ()


@pytest.mark.parametrize(
    "item",
    [
        "junk",
        {},
        item_of(b"x") | {"hash": "short"},
        item_of(b"x") | {"data": "!!!!"},
        item_of(b"x") | {"data": "eA"},
        item_of(b"x") | {"data": "eA==\n"},
        item_of(b"x") | {"data": None},
        item_of(b"x") | {"timestamp": -1},
        item_of(b"x") | {"timestamp": "1"},
        item_of(b"x") | {"expiration": 2**63},
        item_of(b"x") | {"expiration": True},
        item_of(bytes(76_801)),
    ],
)
def test_a_node_that_gives_one_broken_item_is_not_believed(item: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        read(retrieved(item_of(b"good"), item))


@pytest.mark.parametrize(
    "item", [item_of(b"real") | {"data": b64encode(b"rubbish").decode()}, item_of(b"x", 2)]
)
def test_rubbish_under_the_hash_of_another_message_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(RemoteProtocolError, match="another hash"):
        read(retrieved(item))


@pytest.mark.parametrize(
    "wrong", [{"messages": None}, {"more": 1}, {"more": None}, {"t": None}, {"t": 1.5}]
)
def test_a_retrieve_reply_needs_all_its_fields(wrong: dict[str, Any]) -> None:
    with pytest.raises(RemoteProtocolError):
        read(retrieved() | wrong)


def swarm_of(*snodes: Any, **fields: Any) -> dict[str, Any]:
    return {"snodes": list(snodes), "swarm": "4000000000000000", "t": T} | fields


ALICES_SNODE = {"ip": "1.2.3.4", "port": "22021", "pubkey_ed25519": ALICE.ed25519.hex()}


def test_a_swarm_names_its_members_once_by_their_keys() -> None:
    nowhere = {"ip": NO_ADDRESS, "pubkey_ed25519": BOB.ed25519.hex()}
    reply = replies.parse_swarm(swarm_of(ALICES_SNODE, nowhere, ALICES_SNODE))
    assert reply.nodes == (ALICE.ed25519,)
    assert reply.swarm_id == 2**62


def test_an_account_without_swarm_has_no_members() -> None:
    reply = replies.parse_swarm(swarm_of(swarm="f" * 16))
    assert (reply.swarm_id, reply.nodes) == (2**64 - 1, ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"snodes": None},
        {"snodes": ["junk"]},
        {"snodes": [ALICES_SNODE | {"pubkey_ed25519": "00"}]},
        {"snodes": [{}] * 1001},
        {"swarm": 5},
        {"swarm": ""},
        {"swarm": "1" + "0" * 16},
        {"swarm": "0x1"},
        {"t": None},
    ],
)
def test_a_broken_swarm_reply_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(RemoteProtocolError):
        replies.parse_swarm(swarm_of() | wrong)


def test_results_of_a_batch_are_objects_or_texts() -> None:
    results = [{"code": 200, "body": {"t": T}}, {"code": 401, "body": "no"}]
    assert replies.parse_batch({"results": results}) == (
        SubReply(200, {"t": T}),
        SubReply(401, "no"),
    )


@pytest.mark.parametrize(
    "results",
    [
        None,
        ["junk"],
        [{"code": 200}],
        [{"code": 200, "body": []}],
        [{"code": "200", "body": {}}],
        [{"code": 0, "body": {}}],
        [{"code": 200, "body": "\ud800"}],
        [{"code": 200, "body": {}}] * 21,
    ],
)
def test_a_broken_batch_reply_is_refused(results: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        replies.parse_batch({"results": results})


def test_a_node_tells_its_version_and_time() -> None:
    reply = replies.parse_info({"version": [2, 8, 0], "timestamp": T, "t": T, "hf": [19, 4]})
    assert (reply.version, reply.t_ms) == ((2, 8, 0), T)
    with pytest.raises(RemoteProtocolError):
        replies.parse_info({"version": ["2"], "t": T})


def parse_retrieve(body: Any) -> object:
    return replies.parse_retrieve(body, replies.ParsedItems(BOB.account_id, 0))


def parse_store(body: Any) -> object:
    return replies.parse_store(body, members=frozenset([ALICE.ed25519]))


PARSERS: list[Callable[[Any], object]] = [
    parse_store,
    parse_retrieve,
    replies.parse_swarm,
    replies.parse_batch,
    replies.parse_info,
]
FIELDS = ("hash", "t", "messages", "more", "snodes", "swarm", "results", "version")
ENTRIES = ("hash", "timestamp", "expiration", "data", "ip", "pubkey_ed25519", "code", "body")
entries = st.fixed_dictionaries({}, optional=dict.fromkeys(ENTRIES, json_values))
bodies = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(FIELDS, json_values | st.lists(entries, max_size=3))
)


@pytest.mark.parametrize("parse", PARSERS)
@given(body=st.binary() | json_values.map(json.dumps) | bodies)
def test_anything_is_a_reply_or_refused(parse: Callable[[Any], object], body: Any) -> None:
    try:
        assert parse(body) is not None
    except RemoteProtocolError:
        return


def test_what_two_nodes_give_alike_is_one_item_and_a_false_copy_is_refused() -> None:
    items = replies.ParsedItems(BOB.account_id, 0)
    data = b"the real message"
    true = {
        "hash": MessageHash.of(BOB.account_id, 0, data).text,
        "timestamp": 1_740_000_000_000,
        "expiration": 1_740_000_100_000,
        "data": b64encode(data).decode(),
    }
    first = items.parse(true)

    assert items.parse(dict(true)) is first
    assert items.parse({**true, "expiration": 1_740_000_200_000}) != first
    with pytest.raises(RemoteProtocolError):
        items.parse({**true, "data": b64encode(b"rubbish").decode()})
