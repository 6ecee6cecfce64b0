"""`store` and `retrieve`, against storage-rpc.md §3, §4, §10, §17."""

import base64
import contextlib
from itertools import count

import pytest

from tests.localnet.clocks import START_MS, HeldClock
from tests.localnet.people import ALICE, BOB, Nodes, refusal, reply
from webapp.localnet.errors import StoreFull
from webapp.localnet.owners import Owner
from webapp.localnet.store import Message, MessageStore
from webapp.protocol import requests, signed_text
from webapp.protocol.identifiers import DAY_MS, MessageHash
from webapp.protocol.keys import verify
from webapp.protocol.replies import ParsedItems, parse_retrieve, parse_store, parse_swarm

SECOND_MS = 1000


def store_params(**changes: object) -> dict[str, object]:
    params = {
        "pubkey": ALICE.account_id.hex,
        "timestamp": START_MS,
        "ttl": DAY_MS,
        "data": base64.b64encode(b"hello").decode(),
    }
    return {name: value for name, value in {**params, **changes}.items() if value is not None}


def signed_store_params(*, sig_timestamp: int = START_MS, **changes: object) -> dict[str, object]:
    namespace = int(changes.get("namespace", 2))
    signature = ALICE.sign(signed_text.store_text(namespace, sig_timestamp))
    return store_params(
        **{
            "namespace": namespace,
            "signature": base64.b64encode(signature).decode(),
            "pubkey_ed25519": ALICE.ed25519.hex(),
            **changes,
        }
    )


def fill(store: MessageStore) -> None:
    """Put as many of the largest messages into ``store`` as it takes."""
    owner, data_b64 = Owner(bytes(BOB.account_id)), "A" * 102_400
    with contextlib.suppress(StoreFull):
        for number in count():
            message = Message(owner, 0, MessageHash(f"{number:043}"), START_MS, data_b64)
            store.add(message, expiry_ms=START_MS + DAY_MS, now_ms=START_MS)


def test_a_stored_message_is_found_on_every_member_of_the_swarm(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"hello")

    for member in range(3):
        found = parse_retrieve(
            nodes.retrieve(ALICE, member=member), ParsedItems(ALICE.account_id, 0)
        )
        assert [(item.hash, item.data) for item in found.items] == [(hash_, b"hello")]


def test_each_member_signs_the_hash_it_stored(nodes: Nodes) -> None:
    answer = reply(nodes.ask_with(nodes.swarm_of(ALICE)[0], "store", store_params()))

    text = signed_text.stored_text(MessageHash.parse(answer["hash"]))
    assert set(answer["swarm"]) == {node.name for node in nodes.swarm_of(ALICE)}
    for name, entry in answer["swarm"].items():
        assert verify(bytes.fromhex(name), text, base64.b64decode(entry["signature"]))


def test_the_reply_to_a_store_is_one_that_clients_read(nodes: Nodes) -> None:
    answer = nodes.ask_with(nodes.swarm_of(ALICE)[0], "store", store_params())

    stored = parse_store(answer.text.encode(), members=frozenset())
    assert stored.hash == MessageHash.of(ALICE.account_id, namespace=0, data=b"hello")
    assert stored.t_ms == START_MS


def test_storing_again_extends_a_message_and_never_shortens_it(nodes: Nodes) -> None:
    member = nodes.swarm_of(ALICE)[0]
    nodes.ask_with(member, "store", store_params())

    longer = reply(nodes.ask_with(member, "store", store_params(ttl=2 * DAY_MS)))
    shorter = reply(nodes.ask_with(member, "store", store_params(ttl=DAY_MS // 2)))

    assert longer["swarm"][member.name]["expiry"] == START_MS + 2 * DAY_MS
    assert shorter["swarm"][member.name]["expiry"] == START_MS + 2 * DAY_MS
    assert nodes.hashes(ALICE) == [longer["hash"]]


def test_relayed_booleans_are_numbers_and_own_ones_are_booleans(nodes: Nodes) -> None:
    own, *relayed = nodes.swarm_of(ALICE)
    nodes.ask_with(own, "store", store_params())

    swarm = reply(nodes.ask_with(own, "store", store_params()))["swarm"]

    assert swarm[own.name]["already"] is True
    assert [type(swarm[node.name]["already"]) for node in relayed] == [int, int]
    assert "t" in swarm[own.name]
    assert all("t" not in swarm[node.name] for node in relayed)


def test_another_swarm_refuses_and_names_the_right_one(nodes: Nodes) -> None:
    answer = nodes.ask_with(nodes.others(ALICE)[0], "store", store_params())

    assert answer.status == 421
    swarm = parse_swarm(answer.text.encode())
    assert set(swarm.nodes) == {node.ed25519 for node in nodes.swarm_of(ALICE)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ttl": 9_999}, (403, "Provided expiry/TTL is not valid.")),
        ({"ttl": 14 * DAY_MS + 1}, (403, "Provided expiry/TTL is not valid.")),
        # The length of life is looked at before the clock is.
        ({"ttl": 0, "timestamp": START_MS + DAY_MS}, (403, "Provided expiry/TTL is not valid.")),
        (
            {"timestamp": START_MS + 10 * SECOND_MS + 1},
            (406, "Timestamp error: check your clock"),
        ),
        (
            {"timestamp": START_MS - 70 * SECOND_MS - 1, "ttl": 60 * SECOND_MS},
            (406, "Timestamp error: check your clock"),
        ),
        ({"timestamp": START_MS // 1000}, (406, "Timestamp error: check your clock")),
        ({"namespace": 2}, (401, "store: signature required to store to namespace 2")),
        ({"namespace": -11}, (401, "store: signature required to store to namespace -11")),
        ({"ttl": -5}, "Invalid value given for 'ttl': expected positive integer"),
        ({"expiry": START_MS + DAY_MS}, "Cannot specify both 'expiry' and 'ttl'"),
        ({"ttl": None}, "Required field 'expiry' or 'ttl' missing"),
        ({"data": None}, "Required field 'data' missing"),
        ({"data": "!!!"}, "Invalid 'data' value: not base64 encoded"),
        (
            {"data": base64.b64encode(bytes(76_801)).decode()},
            "Message body exceeds maximum allowed length of 76800 bytes",
        ),
        ({"timestamp": None}, "Required field 'timestamp' missing"),
        ({"pubkey": None}, "Required field 'pubkey' missing"),
        ({"pubkey": "05abcd"}, "Pubkey must be 66 hex digits (33 bytes) long"),
        ({"namespace": 40_000}, "Invalid value given for 'namespace': value out of range"),
        ({"namespace": "x"}, "Invalid value given for 'namespace': expected 16-bit integer"),
        ({"namespace": True}, "Invalid value given for 'namespace': expected 16-bit integer"),
    ],
)
def test_a_store_is_refused_in_the_words_of_real_nodes(
    nodes: Nodes, changes: dict[str, object], expected: tuple[int, str] | str
) -> None:
    if isinstance(expected, str):
        expected = (400, f"invalid request: {expected}")

    answer = nodes.ask_with(nodes.swarm_of(ALICE)[0], "store", store_params(**changes))

    assert refusal(answer) == expected
    assert nodes.hashes(ALICE) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"ttl": 10_000},
        {"ttl": 14 * DAY_MS},
        {"timestamp": START_MS + 9 * SECOND_MS},
        {"timestamp": START_MS - 69 * SECOND_MS, "ttl": 60 * SECOND_MS},
        {"timestamp": str(START_MS), "ttl": str(DAY_MS)},
        {"ttl": None, "expiry": START_MS + DAY_MS},
        {"data": base64.b64encode(bytes(76_800)).decode()},
        {"data": "YWJjZA"},
        {"pubkey": ALICE.account_id.hex.upper()},
        {"pubkey": None, "pubKey": ALICE.account_id.hex},
        {"namespace": -10},
        {"signature": "A" * 86, "pubkey_ed25519": ALICE.ed25519.hex()},
        {"an_unknown_parameter": {}},
    ],
)
def test_a_store_at_the_edge_of_the_rules_is_accepted(
    nodes: Nodes, changes: dict[str, object]
) -> None:
    answer = nodes.ask_with(nodes.swarm_of(ALICE)[0], "store", store_params(**changes))

    assert "hash" in reply(answer)


def test_an_owner_stores_into_an_authenticated_namespace_for_thirty_days(nodes: Nodes) -> None:
    params = signed_store_params(ttl=30 * DAY_MS)

    assert "hash" in reply(nodes.ask_with(nodes.swarm_of(ALICE)[0], "store", params))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signature": "A" * 88}, "invalid signature: expected base64 encoded Ed25519 signature"),
        ({"signature": "A" * 86 + "=="}, (401, "store signature verification failed")),
        ({"pubkey_ed25519": BOB.ed25519.hex()}, (401, "store signature verification failed")),
        ({"pubkey_ed25519": "00" * 32}, (401, "store signature verification failed")),
        ({"pubkey_ed25519": None}, (401, "store signature verification failed")),
        ({"ttl": 30 * DAY_MS + 1}, (403, "Provided expiry/TTL is not valid.")),
        (
            {"timestamp": START_MS - 61 * SECOND_MS},
            (406, "store signature timestamp too far from current time"),
        ),
    ],
)
def test_nobody_else_stores_into_an_authenticated_namespace(
    nodes: Nodes, changes: dict[str, object], expected: tuple[int, str] | str
) -> None:
    if isinstance(expected, str):
        expected = (400, f"invalid request: {expected}")

    params = signed_store_params(**changes)

    assert refusal(nodes.ask_with(nodes.swarm_of(ALICE)[0], "store", params)) == expected


def test_an_old_message_is_stored_under_a_fresh_signature(nodes: Nodes) -> None:
    params = signed_store_params(timestamp=START_MS - DAY_MS // 2, sig_timestamp=START_MS)
    params["sig_timestamp"] = START_MS

    assert "hash" in reply(nodes.ask_with(nodes.swarm_of(ALICE)[0], "store", params))


def test_a_public_outbox_holds_the_last_message_only(nodes: Nodes) -> None:
    nodes.store(ALICE, b"something else")
    nodes.store(ALICE, b"first", namespace=-21)
    second = nodes.store(ALICE, b"second", namespace=-21)

    params = {"pubkey": ALICE.account_id.hex, "namespace": -21}
    found = reply(nodes.ask_with(nodes.swarm_of(ALICE)[1], "retrieve", params))

    assert [item["hash"] for item in found["messages"]] == [second.text]


def test_an_owner_with_nothing_else_cannot_replace_what_is_in_a_public_outbox(
    nodes: Nodes,
) -> None:
    """A defect of real nodes that clients have to live with (storage-rpc.md §17.12)."""
    first = nodes.store(ALICE, b"first", namespace=-21)
    again = nodes.store(ALICE, b"first", namespace=-21)
    second = requests.store(
        ALICE.account_id, b"2nd", timestamp_ms=START_MS, ttl_ms=DAY_MS, namespace=-21, keys=ALICE
    )

    answer = reply(nodes.ask(nodes.swarm_of(ALICE)[0], second))

    assert again == first
    assert "hash" not in answer
    assert {entry["reason"] for entry in answer["swarm"].values()} == {
        "FOREIGN KEY constraint failed"
    }
    assert nodes.hashes(ALICE, namespace=-21) == [first.text]


def test_a_full_node_says_so_and_keeps_what_it_has(nodes: Nodes) -> None:
    for member in nodes.swarm_of(ALICE):
        fill(member.store)
    asked = nodes.swarm_of(ALICE)[0]

    answer = reply(nodes.ask_with(asked, "store", store_params(data="A" * 102_400)))

    assert "hash" not in answer
    assert answer["swarm"][asked.name]["query_failure"] is True
    assert asked.store.expiries(
        Owner(bytes(BOB.account_id)), [MessageHash("0" * 43)], now_ms=START_MS
    )


def test_what_is_deleted_makes_room(nodes: Nodes) -> None:
    store = nodes.nodes[0].store
    fill(store)

    store.remove_all(Owner(bytes(BOB.account_id)), 0, now_ms=START_MS)

    fill(store)
    assert store.expiries(Owner(bytes(BOB.account_id)), [MessageHash("0" * 43)], now_ms=START_MS)


def test_a_stopped_member_is_reported_and_misses_the_message(nodes: Nodes) -> None:
    asked, stopped, _ = nodes.swarm_of(ALICE)
    stopped.running = False

    answer = reply(nodes.ask_with(asked, "store", store_params()))

    assert answer["swarm"][stopped.name] == {"failed": 1, "timeout": 1}
    stopped.running = True
    assert nodes.hashes(ALICE, member=1) == []
    assert nodes.hashes(ALICE, member=2) == [answer["hash"]]


def test_messages_come_in_the_order_of_their_arrival(nodes: Nodes) -> None:
    hashes = [nodes.store(ALICE, bytes([number])).text for number in range(5)]

    assert nodes.hashes(ALICE) == hashes
    assert nodes.hashes(ALICE, last_hash=hashes[1]) == hashes[2:]
    assert nodes.hashes(ALICE, last_hash=hashes[-1]) == []


def test_an_unknown_cursor_gives_everything(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"hello").text
    elsewhere = nodes.store(ALICE, b"config", namespace=2).text

    assert nodes.hashes(ALICE, last_hash="A" * 43) == [hash_]
    assert nodes.hashes(ALICE, last_hash=elsewhere) == [hash_]
    assert nodes.hashes(ALICE, last_hash="") == [hash_]
    assert nodes.hashes(ALICE, last_hash=None) == [hash_]


def test_a_count_and_a_size_bound_a_reply_which_holds_one_message_at_least(nodes: Nodes) -> None:
    hashes = [nodes.store(ALICE, bytes([number]) * 300).text for number in range(4)]

    counted = nodes.retrieve(ALICE, max_count=2)
    sized = nodes.retrieve(ALICE, max_size=3 * (143 + 400))
    tiny = nodes.retrieve(ALICE, max_size=1)

    assert [item["hash"] for item in counted["messages"]] == hashes[:2]
    assert [item["hash"] for item in sized["messages"]] == hashes[:3]
    assert [item["hash"] for item in tiny["messages"]] == hashes[:1]
    assert [counted["more"], sized["more"], tiny["more"]] == [True, True, True]
    assert nodes.retrieve(ALICE)["more"] is False


def test_half_of_the_largest_reply_holds_half_of_the_largest_backlog(nodes: Nodes) -> None:
    for number in range(60):
        nodes.store(ALICE, number.to_bytes(2) + bytes(76_798))

    page = nodes.retrieve(ALICE, max_size=-2)

    assert len(page["messages"]) == 7_800_000 // 2 // (143 + 102_400)
    assert page["more"] is True


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (401, "retrieve: request signature required")),
        ({"namespace": 2}, (400, "invalid request: Required field 'signature' missing")),
        ({"timestamp": START_MS}, (400, "invalid request: Required field 'signature' missing")),
        (
            {"last_hash": "zz"},
            (400, "invalid request: Invalid last_hash: expected base64 (43 chars)"),
        ),
        (
            {"timestamp": str(START_MS), "signature": "A" * 86},
            (
                400,
                "invalid request: Invalid value given for 'timestamp': "
                "expected integer timestamp (in milliseconds)",
            ),
        ),
        ({"signature": "A" * 86}, (406, "retrieve timestamp too far from current time")),
        (
            {
                "signature": "A" * 86,
                "timestamp": START_MS,
                "pubkey_ed25519": ALICE.ed25519.hex(),
            },
            (401, "retrieve signature verification failed"),
        ),
        (
            {"pubkey": "03" + "11" * 32, "signature": "A" * 86, "pubkey_ed25519": "11" * 32},
            (400, "invalid request: pubkey_ed25519 is only permitted for 05[...] pubkeys"),
        ),
    ],
)
def test_a_retrieve_is_refused_in_the_words_of_real_nodes(
    nodes: Nodes, params: dict[str, object], expected: tuple[int, str]
) -> None:
    params = {"pubkey": ALICE.account_id.hex, **params}

    assert refusal(nodes.ask_with(nodes.swarm_of(ALICE)[0], "retrieve", params)) == expected


@pytest.mark.parametrize(("seconds", "status"), [(-61, 406), (-59, 200), (59, 200), (61, 406)])
def test_a_signature_is_good_for_a_minute_either_way(
    nodes: Nodes, seconds: int, status: int
) -> None:
    request = requests.retrieve(ALICE, timestamp_ms=START_MS + seconds * SECOND_MS)

    assert nodes.ask(nodes.swarm_of(ALICE)[0], request).status == status


def test_a_signature_for_one_namespace_opens_no_other(nodes: Nodes) -> None:
    request = requests.retrieve(ALICE, timestamp_ms=START_MS, namespace=3)
    params = {**request.params, "namespace": 2}

    answer = nodes.ask_with(nodes.swarm_of(ALICE)[0], "retrieve", params)

    assert refusal(answer) == (401, "retrieve signature verification failed")


def test_an_expired_message_disappears_within_ten_seconds(nodes: Nodes, clock: HeldClock) -> None:
    nodes.store(ALICE, b"short", ttl_ms=30 * SECOND_MS)
    long = nodes.store(ALICE, b"long", ttl_ms=DAY_MS).text

    clock.ms += 20 * SECOND_MS
    before = nodes.hashes(ALICE)
    clock.ms += 20 * SECOND_MS
    after = nodes.hashes(ALICE)

    assert len(before) == 2
    assert after == [long]


def test_a_clock_that_was_set_back_does_not_stop_expiry(nodes: Nodes, clock: HeldClock) -> None:
    clock.ms += 365 * DAY_MS
    nodes.store(ALICE, b"a year ahead")
    clock.ms = START_MS
    short = nodes.store(ALICE, b"short", ttl_ms=30 * SECOND_MS).text

    clock.ms += 60 * SECOND_MS

    assert short not in nodes.hashes(ALICE)


def test_no_data_is_written_as_real_nodes_write_it(nodes: Nodes) -> None:
    nodes.store(ALICE, b"")

    assert nodes.retrieve(ALICE)["messages"][0]["data"] == "="
