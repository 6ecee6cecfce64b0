"""Replies of whole swarms; the recorded ones carry the signatures of real nodes."""

import copy
import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.localnet.clocks import START_MS, HeldClock
from tests.localnet.people import ALICE, Nodes, reply
from tests.protocol.strategies import json_values
from tests.protocol.swarm_recordings import Recording
from webapp.protocol import requests, signed_text
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import DAY_MS, AccountId, MessageHash
from webapp.protocol.keys import AccountKeys, verify
from webapp.protocol.replies import MAX_SWARM_NODES
from webapp.protocol.swarm_replies import (
    Expiries,
    Failure,
    parse_delete,
    parse_delete_all,
    parse_expire,
)

RECORDINGS = [
    Recording.named(name)
    for name in (
        "delete",
        "delete again (nothing left)",
        "delete again, required",
        "delete_all ns 2",
        "delete_all ns all",
        "delete_all ns default, nothing there",
        "expire: set two",
        "expire: shorten to earlier",
        "expire: shorten to later (unchanged)",
        "expire: extend to earlier (unchanged)",
        "expire: extend to later",
        "expire: several expiries (hf 19.4)",
        "expire: 40 d ahead is cut to 30 d",
        "expire: unknown hash",
    )
]
DELETED = Recording.named("delete")
EMPTIED = Recording.named("delete_all ns all")
MOVED_EACH = Recording.named("expire: several expiries (hf 19.4)")
KEPT = Recording.named("expire: shorten to later (unchanged)")
T = 1_795_232_308_662


def entry_of(response: Any, number: int = 0) -> dict[str, Any]:
    entry: dict[str, Any] = list(response["swarm"].values())[number]
    return entry


def changed(recording: Recording, **fields: Any) -> dict[str, Any]:
    """Return the recorded reply with other fields in the entry of its first member."""
    response: dict[str, Any] = copy.deepcopy(dict(recording.response))
    entry_of(response).update(fields)
    return response


def failure_of(recording: Recording, **fields: Any) -> Failure:
    """Return why the first member counts as failed when it answers otherwise."""
    outcome = recording.parse(changed(recording, **fields))
    first, *others = recording.members
    assert outcome.done.keys() == set(others)
    assert outcome.failed.keys() == {first}
    return outcome.failed[first]


@pytest.mark.parametrize("recording", RECORDINGS)
def test_what_real_members_signed_is_done(recording: Recording) -> None:
    outcome = recording.parse(json.dumps(recording.response).encode())
    assert outcome.done.keys() == set(recording.members)
    assert outcome.failed == {}
    assert outcome.t_ms == recording.response["t"]


def test_a_deletion_names_what_each_member_had() -> None:
    done = DELETED.parse(dict(DELETED.response)).done
    assert set(done.values()) == {(DELETED.hashes[0],)}


def test_emptying_all_namespaces_names_each() -> None:
    deleted = EMPTIED.parse(dict(EMPTIED.response)).done[EMPTIED.members[0]]
    assert {namespace: len(hashes) for namespace, hashes in deleted.items()} == {
        -10: 1,
        0: 10,
        10: 1,
    }


def test_emptying_one_namespace_names_it_too() -> None:
    recording = Recording.named("delete_all ns 2")
    deleted = recording.parse(dict(recording.response)).done[recording.members[0]]
    assert deleted.keys() == {2}
    assert len(deleted[2]) == 2


def test_each_message_gets_the_expiry_asked_for_it() -> None:
    done = MOVED_EACH.parse(dict(MOVED_EACH.response)).done[MOVED_EACH.members[0]]
    asked = dict(zip(MOVED_EACH.hashes, MOVED_EACH.expiries_ms, strict=True))
    assert done == Expiries(updated=asked, unchanged={})
    assert len(set(asked.values())) == 2


def test_a_message_that_a_member_left_alone_has_its_old_expiry() -> None:
    done = KEPT.parse(dict(KEPT.response)).done[KEPT.members[0]]
    assert done == Expiries(updated={}, unchanged={KEPT.hashes[0]: 1_795_664_307_639})


def test_nodes_may_keep_a_message_shorter_than_asked() -> None:
    recording = Recording.named("expire: 40 d ahead is cut to 30 d")
    done = recording.parse(dict(recording.response)).done[recording.members[0]]
    assert done.updated[recording.hashes[0]] < recording.expiries_ms[0]


def test_our_request_with_an_expiry_for_each_is_what_a_real_node_accepted() -> None:
    text = signed_text.expire_text(MOVED_EACH.hashes, MOVED_EACH.expiries_ms)
    ed25519 = bytes.fromhex(MOVED_EACH.params["pubkey_ed25519"])
    assert verify(ed25519, text, b64decode(MOVED_EACH.params["signature"]))


@pytest.mark.parametrize("recording", RECORDINGS)
@given(bit=st.integers(0, 8 * 64 - 1))
def test_any_flipped_bit_of_a_signature_makes_its_entry_fail(
    recording: Recording, bit: int
) -> None:
    signature = bytearray(b64decode(entry_of(recording.response)["signature"]))
    signature[bit // 8] ^= 1 << bit % 8
    text = b64encode(signature).decode()
    assert failure_of(recording, signature=text) is Failure.NOT_SIGNED


HASH = MOVED_EACH.hashes[0].text


@pytest.mark.parametrize(
    ("recording", "fields"),
    [
        (DELETED, {"deleted": []}),
        (DELETED, {"deleted": [DELETED.hashes[1].text]}),
        (EMPTIED, {"deleted": {}}),
        (MOVED_EACH, {"updated": [], "expiry": []}),
        (MOVED_EACH, {"expiry": MOVED_EACH.expiries_ms[:1] * 2}),
        (KEPT, {"unchanged": {}}),
        (KEPT, {"unchanged": {KEPT.hashes[0].text: 1_795_664_307_638}}),
        (DELETED, {"signature": ""}),
        (DELETED, {"signature": b64encode(bytes(63)).decode()}),
    ],
)
def test_what_a_member_did_not_sign_is_not_done(
    recording: Recording, fields: dict[str, Any]
) -> None:
    assert failure_of(recording, **fields) is Failure.NOT_SIGNED


@pytest.mark.parametrize(
    ("recording", "fields"),
    [
        (DELETED, {"signature": None}),
        (DELETED, {"signature": "!"}),
        (DELETED, {"deleted": None}),
        (DELETED, {"deleted": "junk"}),
        (DELETED, {"deleted": {}}),
        (DELETED, {"deleted": ["short"]}),
        (DELETED, {"deleted": ["A" * 43]}),
        (DELETED, {"deleted": [DELETED.hashes[0].text] * 2}),
        (DELETED, {"deleted": [hash_.text for hash_ in DELETED.hashes]}),
        (EMPTIED, {"deleted": []}),
        (EMPTIED, {"deleted": {"zero": []}}),
        (EMPTIED, {"deleted": {"00": []}}),
        (EMPTIED, {"deleted": {"\u0661": []}}),
        (EMPTIED, {"deleted": {"32768": []}}),
        (EMPTIED, {"deleted": {"1" * 5000: []}}),
        (MOVED_EACH, {"expiry": MOVED_EACH.expiries_ms[:1]}),
        (MOVED_EACH, {"expiry": MOVED_EACH.expiries_ms * 2}),
        (MOVED_EACH, {"expiry": None}),
        (MOVED_EACH, {"expiry": [-1, -1]}),
        (MOVED_EACH, {"expiry": [1_795_664_308_642] * 2}),
        (MOVED_EACH, {"unchanged": []}),
        (MOVED_EACH, {"unchanged": {"A" * 43: 1}}),
        (MOVED_EACH, {"unchanged": {HASH: 1}}),
        (KEPT, {"unchanged": {KEPT.hashes[0].text: True}}),
    ],
)
def test_an_entry_that_cannot_be_is_not_done(recording: Recording, fields: dict[str, Any]) -> None:
    assert failure_of(recording, **fields) is Failure.MALFORMED


@pytest.mark.parametrize("yes", [True, 1])
def test_a_member_that_failed_or_was_late_is_told_apart(yes: object) -> None:
    assert failure_of(DELETED, failed=yes) is Failure.FAILED
    assert failure_of(DELETED, failed=yes, timeout=yes) is Failure.TIMED_OUT


def test_a_member_says_with_a_nought_that_it_did_not_fail() -> None:
    assert DELETED.parse(changed(DELETED, failed=0)).failed == {}


def test_members_cannot_speak_for_each_other() -> None:
    response = copy.deepcopy(dict(DELETED.response))
    names = list(response["swarm"])
    one, two = (response["swarm"][name] for name in names[:2])
    response["swarm"] |= {names[0]: two, names[1]: one}
    outcome = DELETED.parse(response)
    assert list(outcome.failed.values()) == [Failure.NOT_SIGNED] * 2
    assert outcome.done.keys() == {DELETED.members[2]}


def test_a_member_that_is_not_mentioned_has_failed() -> None:
    response = copy.deepcopy(dict(DELETED.response))
    del response["swarm"][DELETED.members[1].hex()]
    assert DELETED.parse(response).failed == {DELETED.members[1]: Failure.MISSING}


def test_a_stranger_did_nothing_even_if_it_signs() -> None:
    stranger = DELETED.members[0]
    outcome = parse_delete(
        dict(DELETED.response),
        account=DELETED.account,
        requested=DELETED.hashes,
        members=DELETED.members[1:],
    )
    assert outcome.failed == {stranger: Failure.STRANGER}
    assert outcome.done.keys() == set(DELETED.members[1:])


def test_numbers_that_are_joined_cannot_be_parted_otherwise() -> None:
    """One who passes a reply on must not turn it into another with the same signed text."""
    node, account = AccountKeys.from_seed32(b"N" * 32), ALICE.account_id
    hashes = sorted(MessageHash.of(account, 0, bytes([number])) for number in range(2))
    asked = dict.fromkeys(hashes, 1_795_664_308_649)
    text = signed_text.expired_text(
        account, expiries_ms=list(asked.values()), requested=hashes, updated=hashes, unchanged={}
    )

    def outcome_with(expiries_ms: list[int]) -> Any:
        entry = {
            "expiry": expiries_ms,
            "updated": [hash_.text for hash_ in hashes],
            "signature": b64encode(node.sign(text)).decode(),
        }
        body = {"swarm": {node.ed25519.hex(): entry}, "t": T}
        return parse_expire(body, account=account, requested=asked, members=[node.ed25519])

    assert outcome_with(list(asked.values())).done[node.ed25519].updated == asked
    joined = "".join(map(str, asked.values()))
    parted = outcome_with([int(joined[:12]), int(joined[12:])])
    assert parted.failed == {node.ed25519: Failure.MALFORMED}


@pytest.mark.parametrize(
    "body",
    [
        b"junk",
        {},
        {"swarm": [], "t": T},
        {"swarm": {"junk": {}}, "t": T},
        {"swarm": {"ab" * 32: {}, "AB" * 32: {}}, "t": T},
        {"swarm": {}},
        {"swarm": {f"{number:064x}": {} for number in range(MAX_SWARM_NODES + 1)}, "t": T},
    ],
)
def test_a_reply_that_is_none_is_refused(body: Any) -> None:
    with pytest.raises(RemoteProtocolError):
        DELETED.parse(body)


fields = st.fixed_dictionaries(
    {},
    optional={
        name: json_values | st.lists(st.just(HASH), max_size=2)
        for name in ("deleted", "updated", "unchanged", "expiry", "failed", "timeout", "signature")
    },
)
swarms = st.dictionaries(
    st.sampled_from([member.hex() for member in DELETED.members]) | st.text(), fields | json_values
)
replies = st.builds(lambda swarm, t: {"swarm": swarm, "t": t}, swarms, st.just(T) | json_values)


@pytest.mark.parametrize("recording", [DELETED, EMPTIED, MOVED_EACH])
@given(body=st.binary() | json_values.map(json.dumps) | replies)
def test_anything_is_an_outcome_or_refused(recording: Recording, body: Any) -> None:
    try:
        outcome = recording.parse(body)
    except RemoteProtocolError:
        return
    assert outcome.done == {}
    assert outcome.failed.keys() >= set(recording.members)


class TestPracticeNodes:
    """Our own nodes sign the same texts as the real ones."""

    @pytest.fixture
    def nodes(self) -> Nodes:
        return Nodes(HeldClock())

    def ask(self, nodes: Nodes, request: requests.Request) -> dict[str, Any]:
        answered: dict[str, Any] = reply(nodes.ask(nodes.swarm_of(ALICE)[0], request))
        return answered

    def about(self, nodes: Nodes) -> dict[str, Any]:
        members = [node.ed25519 for node in nodes.swarm_of(ALICE)]
        account: AccountId = ALICE.account_id
        return {"account": account, "members": members}

    def test_a_deletion_is_proved(self, nodes: Nodes) -> None:
        hash_ = nodes.store(ALICE, b"hello")
        body = self.ask(nodes, requests.delete(ALICE, [hash_]))
        outcome = parse_delete(body, requested=[hash_], **self.about(nodes))
        assert list(outcome.done.values()) == [(hash_,)] * 3

    def test_emptying_is_proved(self, nodes: Nodes) -> None:
        hashes = [nodes.store(ALICE, b"hello", namespace=number) for number in (0, 2)]
        body = self.ask(nodes, requests.delete_all(ALICE, timestamp_ms=START_MS))
        outcome = parse_delete_all(
            body, namespace="all", timestamp_ms=START_MS, **self.about(nodes)
        )
        expected = {0: (hashes[0],), 2: (hashes[1],)}
        assert list(outcome.done.values()) == [expected] * 3

    @pytest.mark.parametrize("change", [None, "shorten", "extend"])
    def test_moved_expiries_are_proved(
        self, nodes: Nodes, change: signed_text.ExpiryChange | None
    ) -> None:
        hashes = [nodes.store(ALICE, bytes([number])) for number in range(2)]
        asked = {hashes[0]: START_MS + DAY_MS // 2, hashes[1]: START_MS + 2 * DAY_MS}
        request = requests.expire(ALICE, hashes, expiry_ms=list(asked.values()), change=change)
        body = self.ask(nodes, request)
        outcome = parse_expire(body, requested=asked, **self.about(nodes))
        moved = {None: hashes, "shorten": hashes[:1], "extend": hashes[1:]}[change]
        expected = Expiries(
            updated={hash_: asked[hash_] for hash_ in moved},
            unchanged={hash_: START_MS + DAY_MS for hash_ in hashes if hash_ not in moved},
        )
        assert list(outcome.done.values()) == [expected] * 3
