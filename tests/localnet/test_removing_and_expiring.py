"""`delete`, `delete_all`, `expire` and `get_expiries`, against storage-rpc.md §5."""

import base64

import pytest

from tests.localnet.clocks import START_MS
from tests.localnet.people import ALICE, BOB, Nodes, refusal, reply
from webapp.protocol import requests, signed_text
from webapp.protocol.identifiers import DAY_MS, MessageHash
from webapp.protocol.keys import AccountKeys, verify
from webapp.protocol.requests import Request

UNKNOWN = MessageHash("A" * 43)
HOUR_MS = DAY_MS // 24


def ask(nodes: Nodes, request: Request) -> dict:
    return reply(nodes.ask(nodes.swarm_of(ALICE)[0], request))


def assert_signed(nodes: Nodes, answer: dict, text: bytes) -> None:
    assert set(answer["swarm"]) == {node.name for node in nodes.swarm_of(ALICE)}
    for name, entry in answer["swarm"].items():
        assert verify(bytes.fromhex(name), text, base64.b64decode(entry["signature"]))


def entry_of(answer: dict) -> dict:
    """Return what each member says, which must be the same but for the signature."""
    entries = [
        {name: value for name, value in entry.items() if name != "signature"}
        for entry in answer["swarm"].values()
    ]
    assert all(entry == entries[0] for entry in entries)
    return entries[0]


def neighbour_of_alice(nodes: Nodes) -> AccountKeys:
    """Return the keys of somebody else whose messages the same nodes keep."""
    people = (AccountKeys.from_seed32(bytes([number]) * 32) for number in range(100, 200))
    return next(keys for keys in people if nodes.swarm_of(keys) == nodes.swarm_of(ALICE))


def changed(request: Request, **changes: object) -> Request:
    return Request(request.method, {**request.params, **changes})


def test_a_deleted_message_is_gone_everywhere_and_each_member_signs_that(nodes: Nodes) -> None:
    kept, gone = nodes.store(ALICE, b"kept"), nodes.store(ALICE, b"gone", namespace=2)

    answer = ask(nodes, requests.delete(ALICE, [UNKNOWN, gone]))

    assert entry_of(answer) == {"deleted": [gone.text]}
    text = signed_text.deleted_text(ALICE.account_id, requested=[UNKNOWN, gone], deleted=[gone])
    assert_signed(nodes, answer, text)
    assert [nodes.hashes(ALICE, member=member) for member in range(3)] == [[kept.text]] * 3
    assert nodes.hashes(ALICE, namespace=2) == []


def test_a_single_hash_may_stand_without_its_list(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"hello")

    answer = ask(nodes, changed(requests.delete(ALICE, [hash_]), messages=hash_.text))

    assert entry_of(answer) == {"deleted": [hash_.text]}


def test_deleting_nothing_is_an_error_only_if_something_was_required(nodes: Nodes) -> None:
    node = nodes.swarm_of(ALICE)[0]

    assert nodes.ask(node, requests.delete(ALICE, [UNKNOWN])).status == 200
    assert nodes.ask(node, requests.delete(ALICE, [UNKNOWN], required=True)).status == 404


def test_nobody_deletes_the_message_of_another(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"hello")
    stolen = changed(requests.delete(BOB, [hash_]), pubkey=ALICE.account_id.hex)

    answer = nodes.ask(nodes.swarm_of(ALICE)[0], stolen)
    reply(nodes.ask(nodes.swarm_of(BOB)[0], requests.delete(BOB, [hash_])))

    assert refusal(answer) == (401, "delete_msgs signature verification failed")
    assert nodes.hashes(ALICE) == [hash_.text]


def test_owners_of_one_swarm_have_no_power_over_each_other(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"hello")
    carol = neighbour_of_alice(nodes)

    deleted = ask(nodes, requests.delete(carol, [hash_]))
    moved = ask(nodes, requests.expire(carol, [hash_], expiry_ms=START_MS + 30_000))
    emptied = ask(nodes, requests.delete_all(carol, timestamp_ms=START_MS))
    seen = ask(nodes, requests.get_expiries(carol, [hash_], timestamp_ms=START_MS))

    assert entry_of(deleted) == {"deleted": []}
    assert entry_of(moved)["updated"] == []
    assert entry_of(emptied) == {"deleted": {}}
    assert seen == {"expiries": {}}
    assert nodes.hashes(ALICE) == [hash_.text]


def test_one_namespace_is_emptied_and_the_others_stay(nodes: Nodes) -> None:
    hashes = sorted(nodes.store(ALICE, bytes([number])) for number in range(3))
    config = nodes.store(ALICE, b"config", namespace=2)

    answer = ask(nodes, requests.delete_all(ALICE, timestamp_ms=START_MS, namespace=0))

    assert entry_of(answer) == {"deleted": [hash_.text for hash_ in hashes]}
    text = signed_text.deleted_all_text(ALICE.account_id, timestamp_ms=START_MS, deleted=hashes)
    assert_signed(nodes, answer, text)
    assert nodes.hashes(ALICE, namespace=2) == [config.text]


def test_all_namespaces_are_emptied_and_named(nodes: Nodes) -> None:
    message, config = nodes.store(ALICE, b"message"), nodes.store(ALICE, b"config", namespace=2)

    answer = ask(nodes, requests.delete_all(ALICE, timestamp_ms=START_MS))

    assert entry_of(answer) == {"deleted": {"0": [message.text], "2": [config.text]}}
    text = signed_text.deleted_all_text(
        ALICE.account_id, timestamp_ms=START_MS, deleted=[message, config]
    )
    assert_signed(nodes, answer, text)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            requests.delete_all(ALICE, timestamp_ms=START_MS - 61_000),
            (406, "delete_all timestamp too far from current time"),
        ),
        (
            changed(requests.delete_all(ALICE, timestamp_ms=START_MS), namespace=2),
            (401, "delete_all signature verification failed"),
        ),
        (
            changed(requests.delete(ALICE, [UNKNOWN]), messages=[]),
            (400, "invalid request: messages does not contain any message hashes"),
        ),
        (
            changed(requests.delete(ALICE, [UNKNOWN]), messages=["zz"]),
            (400, "invalid request: invalid message hash: zz"),
        ),
        (
            requests.expire(ALICE, [UNKNOWN], expiry_ms=START_MS - 5 * 60_000),
            (401, "expire: timestamp should be >= current time"),
        ),
        (
            changed(requests.expire(ALICE, [UNKNOWN], expiry_ms=START_MS), expiry=START_MS + 1),
            (401, "expire: signature verification failed"),
        ),
        (
            changed(
                requests.expire(ALICE, [UNKNOWN], expiry_ms=START_MS, change="extend"),
                shorten=True,
            ),
            (400, "invalid request: cannot specify both 'shorten' and 'extend'"),
        ),
        (
            changed(requests.expire(ALICE, [UNKNOWN], expiry_ms=START_MS), expiry=[START_MS] * 3),
            (
                400,
                "invalid request: 'expiry' must be a single expiry, "
                "or the same length as 'messages'",
            ),
        ),
        (
            requests.get_expiries(ALICE, [UNKNOWN], timestamp_ms=START_MS - 61_000),
            (406, "get_expiries timestamp too far from current time"),
        ),
        (
            changed(
                requests.get_expiries(ALICE, [UNKNOWN], timestamp_ms=START_MS),
                timestamp=START_MS + 1,
            ),
            (401, "get_expiries signature verification failed"),
        ),
    ],
)
def test_a_wrong_order_is_refused_in_the_words_of_real_nodes(
    nodes: Nodes, request_: Request, expected: tuple[int, str]
) -> None:
    assert refusal(nodes.ask(nodes.swarm_of(ALICE)[0], request_)) == expected


def test_every_method_of_an_owner_is_refused_by_another_swarm(nodes: Nodes) -> None:
    orders = [
        requests.retrieve(ALICE, timestamp_ms=START_MS),
        requests.delete(ALICE, [UNKNOWN]),
        requests.delete_all(ALICE, timestamp_ms=START_MS),
        requests.expire(ALICE, [UNKNOWN], expiry_ms=START_MS),
        requests.get_expiries(ALICE, [UNKNOWN], timestamp_ms=START_MS),
    ]

    assert [nodes.ask(nodes.others(ALICE)[0], order).status for order in orders] == [421] * 5


@pytest.mark.parametrize(
    ("change", "hours", "moves"),
    [
        (None, 1, True),
        (None, 48, True),
        ("extend", 1, False),
        ("extend", 48, True),
        ("shorten", 1, True),
        ("shorten", 48, False),
    ],
)
def test_an_expiry_moves_in_the_direction_asked_for(
    nodes: Nodes, change: str | None, hours: int, moves: bool
) -> None:
    hash_ = nodes.store(ALICE, b"hello", ttl_ms=DAY_MS)
    old_ms, new_ms = START_MS + DAY_MS, START_MS + hours * HOUR_MS

    answer = ask(nodes, requests.expire(ALICE, [UNKNOWN, hash_], expiry_ms=new_ms, change=change))

    entry = entry_of(answer)
    assert entry["expiry"] == new_ms
    assert entry["updated"] == ([hash_.text] if moves else [])
    assert entry.get("unchanged", {}) == ({} if moves else {hash_.text: old_ms})
    assert ("unchanged" in entry) == (change is not None)
    text = signed_text.expired_text(
        ALICE.account_id,
        expiries_ms=[new_ms],
        requested=[UNKNOWN, hash_],
        updated=[hash_] if moves else [],
        unchanged={} if moves else {hash_: old_ms},
    )
    assert_signed(nodes, answer, text)
    found = ask(nodes, requests.get_expiries(ALICE, [hash_, UNKNOWN], timestamp_ms=START_MS))
    assert found == {"expiries": {hash_.text: new_ms if moves else old_ms}}


def test_nothing_is_kept_longer_than_thirty_days(nodes: Nodes) -> None:
    hash_ = nodes.store(ALICE, b"hello")

    answer = ask(nodes, requests.expire(ALICE, [hash_], expiry_ms=START_MS + 40 * DAY_MS))

    assert entry_of(answer)["expiry"] == START_MS + 30 * DAY_MS


def test_each_message_may_get_an_expiry_of_its_own(nodes: Nodes) -> None:
    hashes = [nodes.store(ALICE, bytes([number])) for number in range(2)]
    expiries = [START_MS + HOUR_MS, START_MS + 2 * HOUR_MS]
    request = requests.expire(ALICE, hashes, expiry_ms=0)
    signature = ALICE.sign(signed_text.expire_text(hashes, expiries))

    answer = ask(
        nodes,
        changed(request, expiry=expiries, signature=base64.b64encode(signature).decode()),
    )

    wanted = dict(zip(hashes, expiries, strict=True))
    entry = entry_of(answer)
    assert entry["updated"] == [hash_.text for hash_ in sorted(hashes)]
    assert entry["expiry"] == [wanted[hash_] for hash_ in sorted(hashes)]
    text = signed_text.expired_text(
        ALICE.account_id,
        expiries_ms=entry["expiry"],
        requested=hashes,
        updated=hashes,
        unchanged={},
    )
    assert_signed(nodes, answer, text)
