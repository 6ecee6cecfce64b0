"""Sub-accounts: tokens, rights, revocation, against storage-rpc.md §5 and §12."""

import base64

import pytest

from tests.localnet.clocks import START_MS
from tests.localnet.people import ALICE, BOB, Nodes, refusal, reply
from webapp.localnet.owners import Owner, Right
from webapp.localnet.revocations import MAX_REVOKED
from webapp.localnet.rpc import Answer
from webapp.protocol.identifiers import DAY_MS
from webapp.protocol.keys import AccountKeys, verify

# A group's id holds the signing key itself.
GROUP = AccountKeys.from_seed32(b"G" * 32)
GROUP_ID = b"\x03" + GROUP.ed25519
MEMBER = Right.READ | Right.WRITE
MESSAGES = 11


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def token_of(member: AccountKeys, rights: int, *, prefix: int = 3) -> bytes:
    return bytes([prefix, rights, 0, 0]) + member.ed25519


def as_member(token: bytes, text: str, *, member: AccountKeys = BOB) -> dict[str, object]:
    """Return the parameters with which the bearer of ``token`` signs ``text``."""
    return {
        "pubkey": GROUP_ID.hex(),
        "subaccount": b64(token),
        "subaccount_sig": b64(GROUP.sign(token)),
        "signature": b64(member.sign(text.encode())),
    }


def ask(nodes: Nodes, method: str, params: dict[str, object]) -> Answer:
    return nodes.ask_with(nodes.directory.swarm_of(Owner(GROUP_ID))[0], method, params)


def store(nodes: Nodes, token: bytes, *, namespace: int = MESSAGES) -> Answer:
    params = as_member(token, f"store{namespace}{START_MS}")
    content = {"data": b64(b"hello"), "timestamp": START_MS, "ttl": DAY_MS, "namespace": namespace}
    return ask(nodes, "store", params | content)


def retrieve(nodes: Nodes, token: bytes, *, namespace: int = MESSAGES, **more: object) -> Answer:
    params = as_member(token, f"retrieve{namespace}{START_MS}")
    return ask(nodes, "retrieve", params | {"namespace": namespace, "timestamp": START_MS} | more)


def change(nodes: Nodes, method: str, *tokens: bytes, keys: AccountKeys = GROUP) -> Answer:
    signed = f"{method}{START_MS}".encode() + b"".join(tokens)
    field = method.removesuffix("_subaccount")
    return ask(
        nodes,
        method,
        {
            "pubkey": GROUP_ID.hex(),
            field: [b64(token) for token in tokens],
            "timestamp": START_MS,
            "signature": b64(keys.sign(signed)),
        },
    )


def test_a_member_stores_and_reads_with_its_own_signature(nodes: Nodes) -> None:
    token = token_of(BOB, MEMBER)

    stored = reply(store(nodes, token))
    found = reply(retrieve(nodes, token))

    assert [item["hash"] for item in found["messages"]] == [stored["hash"]]


def test_a_token_may_be_written_in_hex(nodes: Nodes) -> None:
    token = token_of(BOB, MEMBER)
    assert retrieve(nodes, token, subaccount=token.hex()).status == 200


@pytest.mark.parametrize(
    ("rights", "namespace", "status"),
    [
        (Right.READ, MESSAGES, 401),
        (Right.WRITE, MESSAGES, 200),
        (Right.READ | Right.DELETE, MESSAGES, 401),
        (MEMBER, -21, 401),
        (MEMBER | Right.DELETE, -21, 200),
    ],
)
def test_storing_needs_the_right_to_write_and_into_an_outbox_to_delete(
    nodes: Nodes, rights: Right, namespace: int, status: int
) -> None:
    assert store(nodes, token_of(BOB, rights), namespace=namespace).status == status


@pytest.mark.parametrize("rights", [0, Right.WRITE, Right.DELETE])
def test_reading_needs_the_right_to_read(nodes: Nodes, rights: int) -> None:
    answer = retrieve(nodes, token_of(BOB, rights))
    assert refusal(answer) == (401, "retrieve signature verification failed")


def test_a_token_for_another_kind_of_id_must_say_that_it_is_good_for_any(nodes: Nodes) -> None:
    assert retrieve(nodes, token_of(BOB, MEMBER, prefix=5)).status == 401
    assert retrieve(nodes, token_of(BOB, MEMBER | Right.ANY_PREFIX, prefix=5)).status == 200


def test_a_token_that_the_owner_did_not_sign_opens_nothing(nodes: Nodes) -> None:
    token = token_of(BOB, MEMBER)
    assert retrieve(nodes, token, subaccount_sig=b64(BOB.sign(token))).status == 401


def test_a_token_is_of_no_use_to_someone_else(nodes: Nodes) -> None:
    token = token_of(BOB, MEMBER)
    params = as_member(token, f"retrieve{MESSAGES}{START_MS}", member=ALICE)
    answer = ask(nodes, "retrieve", params | {"namespace": MESSAGES, "timestamp": START_MS})
    assert answer.status == 401


def test_without_the_right_to_delete_a_message_can_only_live_longer(nodes: Nodes) -> None:
    token = token_of(BOB, MEMBER)
    hash_ = reply(store(nodes, token))["hash"]

    def expire(expiry_ms: int, change: str = "") -> Answer:
        params = as_member(token, f"expire{change}{expiry_ms}{hash_}")
        flags = {change: True} if change else {}
        return ask(nodes, "expire", {**params, **flags, "messages": [hash_], "expiry": expiry_ms})

    def updated(answer: Answer) -> list[list[str]]:
        return [entry["updated"] for entry in reply(answer)["swarm"].values()]

    assert updated(expire(START_MS + 1)) == [[]] * 3
    assert updated(expire(START_MS + 2 * DAY_MS)) == [[hash_]] * 3
    assert expire(START_MS + 1, "shorten").status == 401


@pytest.mark.parametrize(
    ("name", "value"), [("subaccount", "AwMAAA=="), ("subaccount_sig", "AAAA"), ("subaccount", 3)]
)
def test_a_token_that_cannot_be_read_is_refused_before_anything_else(
    nodes: Nodes, name: str, value: object
) -> None:
    assert retrieve(nodes, token_of(BOB, MEMBER), **{name: value}).status == 400


def test_a_revoked_member_reads_only_where_it_learns_of_that(nodes: Nodes) -> None:
    token = token_of(BOB, MEMBER)

    answer = reply(change(nodes, "revoke_subaccount", token))

    text = GROUP_ID.hex().encode() + str(START_MS).encode() + token
    for name, entry in answer["swarm"].items():
        assert verify(bytes.fromhex(name), text, base64.b64decode(entry["signature"]))
    assert retrieve(nodes, token).status == 401
    assert store(nodes, token).status == 401
    assert retrieve(nodes, token, namespace=-11).status == 200
    assert retrieve(nodes, token, namespace=-111).status == 200
    assert retrieve(nodes, token_of(ALICE, MEMBER), namespace=-11).status == 401


def test_what_is_unrevoked_is_counted_and_works_again(nodes: Nodes) -> None:
    token, other = token_of(BOB, MEMBER), token_of(ALICE, MEMBER)
    change(nodes, "revoke_subaccount", token)

    answer = reply(change(nodes, "unrevoke_subaccount", other, token))

    assert {entry["count"] for entry in answer["swarm"].values()} == {1}
    assert retrieve(nodes, token).status == 200


def test_nodes_remember_the_newest_fifty_revoked_tokens(nodes: Nodes) -> None:
    token = token_of(BOB, MEMBER)
    others = [token_of(BOB, 0, prefix=number) for number in range(MAX_REVOKED)]
    change(nodes, "revoke_subaccount", token)

    change(nodes, "revoke_subaccount", *others[1:])
    assert retrieve(nodes, token).status == 401

    change(nodes, "revoke_subaccount", others[0])
    assert retrieve(nodes, token).status == 200


def test_only_the_owner_in_person_revokes(nodes: Nodes) -> None:
    token = token_of(BOB, 15)
    signed = as_member(token, f"revoke_subaccount{START_MS}")
    by_member = ask(
        nodes, "revoke_subaccount", signed | {"revoke": token.hex(), "timestamp": START_MS}
    )

    assert by_member.status == 401
    assert refusal(change(nodes, "revoke_subaccount", token, keys=BOB)) == (
        401,
        "revoke_subaccount signature verification failed",
    )


def test_a_revocation_is_signed_within_a_minute(nodes: Nodes) -> None:
    nodes.clock.ms += 60_001
    assert refusal(change(nodes, "revoke_subaccount", token_of(BOB, MEMBER))) == (
        406,
        "revoke_subaccount timestamp too far from current time",
    )


@pytest.mark.parametrize("count", [0, MAX_REVOKED + 1])
def test_none_and_more_than_fifty_tokens_are_refused(nodes: Nodes, count: int) -> None:
    assert change(nodes, "revoke_subaccount", *[token_of(BOB, 3)] * count).status == 400
