"""`delete_before` and `expire_all`, against storage-rpc.md §5 and §17.12."""

import base64

import pytest

from tests.localnet.clocks import START_MS
from tests.localnet.people import ALICE, BOB, Nodes, refusal, reply
from webapp.localnet.rpc import Answer
from webapp.protocol import requests, signed_text
from webapp.protocol.identifiers import DAY_MS
from webapp.protocol.keys import AccountKeys, verify

Namespace = int | str


def order(
    nodes: Nodes, method: str, when_ms: int, *, namespace: Namespace, keys: AccountKeys = ALICE
) -> Answer:
    text, field = {
        "delete_before": (signed_text.delete_before_text, "before"),
        "expire_all": (signed_text.expire_all_text, "expiry"),
    }[method]
    params = {
        "pubkey": ALICE.account_id.hex,
        "pubkey_ed25519": keys.ed25519.hex(),
        "namespace": namespace,
        field: when_ms,
        "signature": base64.b64encode(keys.sign(text(namespace, when_ms))).decode(),
    }
    return nodes.ask_with(nodes.swarm_of(ALICE)[0], method, params)


def entries(nodes: Nodes, answer: Answer, *, signed: str) -> list[dict]:
    """Return what each member says, after checking that each has signed ``signed``."""
    swarm = reply(answer)["swarm"]
    assert set(swarm) == {node.name for node in nodes.swarm_of(ALICE)}
    for name, entry in swarm.items():
        signature = base64.b64decode(entry.pop("signature"))
        assert verify(bytes.fromhex(name), signed.encode(), signature)
    return list(swarm.values())


def store_old_and_new(nodes: Nodes, *, namespace: int = 0) -> list[str]:
    """Store one message now and one a minute later; return their hashes in that order."""
    old = nodes.store(ALICE, b"old", namespace=namespace)
    nodes.clock.ms += 60_000
    return [old.text, nodes.store(ALICE, b"new", namespace=namespace).text]


def test_what_is_not_younger_is_deleted_everywhere_and_each_member_signs_that(
    nodes: Nodes,
) -> None:
    old, new = store_old_and_new(nodes)
    other = nodes.store(ALICE, b"config", namespace=2)

    answer = order(nodes, "delete_before", START_MS, namespace=0)

    signed = f"{ALICE.account_id.hex}{START_MS}{old}"
    assert entries(nodes, answer, signed=signed) == [{"deleted": [old]}] * 3
    assert [nodes.hashes(ALICE, member=member) for member in range(3)] == [[new]] * 3
    assert nodes.hashes(ALICE, namespace=2) == [other.text]


def test_deleting_in_all_namespaces_says_that_it_failed_although_it_did_not(nodes: Nodes) -> None:
    _, new = store_old_and_new(nodes)
    store_old_and_new(nodes, namespace=2)

    answer = order(nodes, "delete_before", START_MS, namespace="all")

    assert refusal(answer) == (500, "request failed")
    assert nodes.hashes(ALICE) == [new]


def test_nothing_lives_longer_than_allowed_and_each_member_signs_what_changed(
    nodes: Nodes,
) -> None:
    short = nodes.store(ALICE, b"short", ttl_ms=20_000)
    long = nodes.store(ALICE, b"long")
    config = nodes.store(ALICE, b"config", namespace=2)
    end_ms = START_MS + 30_000

    answer = order(nodes, "expire_all", end_ms, namespace="all")

    hashes = "".join(sorted([long.text, config.text]))
    signed = f"{ALICE.account_id.hex}{end_ms}{hashes}"
    updated = {"0": [long.text], "2": [config.text]}
    assert entries(nodes, answer, signed=signed) == [{"updated": updated}] * 3
    question = requests.get_expiries(ALICE, [short, long], timestamp_ms=START_MS)
    found = reply(nodes.ask(nodes.swarm_of(ALICE)[1], question))["expiries"]
    assert found == {short.text: START_MS + 20_000, long.text: end_ms}


def test_expiries_of_one_namespace_are_listed_without_its_name(nodes: Nodes) -> None:
    nodes.store(ALICE, b"elsewhere", namespace=2)
    here = nodes.store(ALICE, b"here").text

    answer = order(nodes, "expire_all", START_MS, namespace=0)

    signed = f"{ALICE.account_id.hex}{START_MS}{here}"
    assert entries(nodes, answer, signed=signed) == [{"updated": [here]}] * 3


@pytest.mark.parametrize(
    ("method", "when_ms", "expected"),
    [
        ("delete_before", START_MS + 60_000, None),
        (
            "delete_before",
            START_MS + 60_001,
            (401, "delete_before timestamp too far in the future"),
        ),
        ("expire_all", START_MS - 60_000, None),
        ("expire_all", START_MS - 60_001, (406, "expire_all timestamp should be >= current time")),
    ],
)
def test_only_times_that_make_sense_are_taken(
    nodes: Nodes, method: str, when_ms: int, expected: tuple[int, str] | None
) -> None:
    answer = order(nodes, method, when_ms, namespace=0)
    assert answer.status == 200 if expected is None else refusal(answer) == expected


@pytest.mark.parametrize("method", ["delete_before", "expire_all"])
def test_only_the_owner_orders_it(nodes: Nodes, method: str) -> None:
    hash_ = nodes.store(ALICE, b"hello", ttl_ms=DAY_MS)

    answer = order(nodes, method, START_MS, namespace=0, keys=BOB)

    assert refusal(answer) == (401, f"{method} signature verification failed")
    assert nodes.hashes(ALICE) == [hash_.text]
