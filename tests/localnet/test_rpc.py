"""The method table, batches, and what garbage gets for an answer (storage-rpc.md §1, §5, §11)."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.localnet.clocks import START_MS, HeldClock
from tests.localnet.people import ALICE, Nodes, refusal, reply
from webapp.protocol import requests
from webapp.protocol.nodes import parse_node_list
from webapp.protocol.replies import parse_batch, parse_info, parse_swarm
from webapp.protocol.requests import Request

METHODS = [
    "store",
    "retrieve",
    "delete",
    "delete_all",
    "expire",
    "get_expiries",
    "get_swarm",
    "info",
    "oxend_request",
    "batch",
    "sequence",
]
PARAMETERS = [
    *["pubkey", "pubKey", "pubkey_ed25519", "signature", "timestamp", "sig_timestamp", "ttl"],
    *["expiry", "data", "namespace", "last_hash", "lastHash", "max_count", "max_size"],
    *["messages", "required", "shorten", "extend", "endpoint", "params", "requests"],
]
DOCUMENTED = {200, 400, 401, 403, 404, 406, 421}

plausible = st.sampled_from(
    [
        *[ALICE.account_id.hex, "03" + "ab" * 32, ALICE.ed25519.hex(), "00" * 32, "A" * 86],
        *["A" * 43, "AA==", "", "all", "get_service_nodes", "ons_resolve", "\ud800", "²"],
        *[START_MS, START_MS + 10_000, 0, -1, 2**64, 10**400, -(2**15), 2, True, False, None],
    ]
)
json_values = st.recursive(
    plausible | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(PARAMETERS), inner, max_size=4)
    ),
    max_leaves=6,
)
params = st.dictionaries(st.sampled_from(PARAMETERS), json_values, max_size=8)
calls = st.fixed_dictionaries({"method": st.sampled_from(METHODS), "params": params})
batches = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["batch", "sequence"]),
        "params": st.fixed_dictionaries({"requests": st.lists(calls | json_values, max_size=22)}),
    }
)
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def answer(nodes: Nodes, body: bytes) -> tuple[int, object]:
    return refusal(nodes.services[nodes.nodes[0].ed25519].rpc.answer(body))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{nope", "invalid json"),
        (b"", "invalid json"),
        (b"\xff\xfe", "invalid json"),
        (b"[" * 100_000, "invalid json"),
        (b'{"method":"info","params":{"x":NaN}}', "invalid json"),
        (b'{"method":"info","params":{"x":' + b"9" * 5000 + b"}}", "invalid json"),
        (b"[]", "invalid json: no `method` field"),
        (b'{"params":{}}', "invalid json: no `method` field"),
        (b'{"method":7,"params":{}}', "invalid json: no `method` field"),
        (b'{"method":"info"}', "invalid json: no `params` field"),
        (b'{"method":"info","params":[]}', "invalid json: no `params` field"),
        (b'{"method":"nope","params":{}}', "no method nope"),
    ],
)
def test_what_is_no_request_is_refused(nodes: Nodes, body: bytes, text: str) -> None:
    assert answer(nodes, body) == (400, text)


@shared
@given(call=calls | batches)
def test_any_parameters_give_a_documented_status(nodes: Nodes, call: dict[str, object]) -> None:
    result = nodes.services[nodes.nodes[0].ed25519].rpc.answer(json.dumps(call).encode())

    assert result.status in DOCUMENTED
    assert isinstance(result.text, str)


@shared
@given(body=st.binary() | st.recursive(st.none(), st.lists).map(lambda v: json.dumps(v).encode()))
def test_any_bytes_give_an_answer(nodes: Nodes, body: bytes) -> None:
    assert answer(nodes, body)[0] == 400


def test_a_node_tells_its_version_and_time(nodes: Nodes) -> None:
    info = parse_info(nodes.ask(nodes.nodes[0], requests.info()).text)

    assert info.version == (2, 8, 0)
    assert info.t_ms == START_MS


def test_any_node_names_the_swarm_of_any_account(nodes: Nodes) -> None:
    found = {
        parse_swarm(nodes.ask(node, requests.get_swarm(ALICE.account_id)).text)
        for node in nodes.nodes
    }

    assert len(found) == 1
    assert set(found.pop().nodes) == {node.ed25519 for node in nodes.swarm_of(ALICE)}


def test_the_older_name_of_get_swarm_and_of_its_parameter_still_work(nodes: Nodes) -> None:
    params = {"pubKey": ALICE.account_id.hex}

    assert reply(nodes.ask_with(nodes.nodes[0], "get_snodes_for_pubkey", params))["snodes"]


def test_a_malformed_id_is_refused_by_get_swarm_in_its_own_words(nodes: Nodes) -> None:
    answer = nodes.ask_with(nodes.nodes[0], "get_swarm", {"pubkey": "05"})

    assert refusal(answer) == (
        400,
        "invalid request: Pubkey must be 66 hex digits/33 bytes long",
    )


def test_two_names_for_the_owner_are_one_too_many(nodes: Nodes) -> None:
    both = {"pubkey": ALICE.account_id.hex, "pubKey": ALICE.account_id.hex}

    assert nodes.ask_with(nodes.nodes[0], "get_swarm", both).status == 400


def test_the_chain_lists_every_node(nodes: Nodes) -> None:
    listed = parse_node_list(nodes.ask(nodes.nodes[0], requests.oxend_service_nodes()).text)

    assert [(node.ed25519, node.x25519, node.port) for node in listed] == [
        (node.ed25519, node.keys.x25519, node.port) for node in nodes.nodes
    ]


def test_the_chain_gives_the_fields_and_the_number_asked_for(nodes: Nodes) -> None:
    params = {"limit": 2, "fields": {"swarm_id": True, "public_ip": False}}
    call = {"endpoint": "get_service_nodes", "params": params}

    result = reply(nodes.ask_with(nodes.nodes[0], "oxend_request", call))["result"]

    assert [list(state) for state in result["service_node_states"]] == [["swarm_id"]] * 2
    assert result["status"] == "OK"


def test_only_two_questions_reach_the_chain(nodes: Nodes) -> None:
    ons = {"endpoint": "ons_resolve", "params": {"type": 0, "name_hash": "A" * 43 + "="}}

    assert reply(nodes.ask_with(nodes.nodes[0], "oxend_request", ons))["result"] == {}
    assert refusal(nodes.ask_with(nodes.nodes[0], "oxend_request", {"endpoint": "get_info"})) == (
        400,
        "invalid request: Invalid oxend endpoint 'get_info'",
    )


def test_a_batch_answers_each_part_and_goes_on_after_a_failure(nodes: Nodes) -> None:
    unsigned = Request("retrieve", {"pubkey": ALICE.account_id.hex})
    batch = requests.batch([requests.info(), unsigned, requests.info()])

    results = parse_batch(nodes.ask(nodes.swarm_of(ALICE)[0], batch).text)

    assert [result.code for result in results] == [200, 401, 200]
    assert results[1].body == "retrieve: request signature required"


def test_a_sequence_stops_after_its_first_failure(nodes: Nodes) -> None:
    unsigned = Request("retrieve", {"pubkey": ALICE.account_id.hex})
    sequence = requests.sequence([requests.info(), unsigned, requests.info()])

    results = parse_batch(nodes.ask(nodes.swarm_of(ALICE)[0], sequence).text)

    assert [result.code for result in results] == [200, 401]


def test_a_wrong_swarm_inside_a_batch_is_described_as_an_object(nodes: Nodes) -> None:
    batch = requests.batch([requests.retrieve(ALICE, timestamp_ms=START_MS)])

    (result,) = parse_batch(nodes.ask(nodes.others(ALICE)[0], batch).text)

    assert result.code == 421
    assert len(parse_swarm(result.body).nodes) == 3


INFO = {"method": "info", "params": {}}


@pytest.mark.parametrize(
    ("calls", "text"),
    [
        ([INFO] * 21, "Invalid batch request: subrequest limit exceeded"),
        ([], 'Invalid batch request: no valid "requests" field'),
        (None, 'Invalid batch request: no valid "requests" field'),
        (
            [{"method": "batch", "params": {"requests": [INFO]}}],
            "Invalid batch subrequest: subrequests may not contain meta-requests",
        ),
        ([INFO, {"method": "store", "params": {}}], "Required field 'timestamp' missing"),
    ],
)
def test_one_unreadable_part_spoils_the_batch(nodes: Nodes, calls: object, text: str) -> None:
    answer = nodes.ask_with(nodes.nodes[0], "batch", {"requests": calls})

    assert refusal(answer) == (400, f"invalid request: {text}")


def test_an_unreadable_part_keeps_the_others_from_being_run(nodes: Nodes) -> None:
    store = requests.store(ALICE.account_id, b"x", timestamp_ms=START_MS, ttl_ms=60_000)

    spoiled = requests.batch([store, Request("store", {})])

    assert nodes.ask(nodes.swarm_of(ALICE)[0], spoiled).status == 400
    assert nodes.hashes(ALICE) == []


def test_a_member_with_another_clock_refuses_for_itself(nodes: Nodes) -> None:
    asked, late, _ = nodes.swarm_of(ALICE)
    late.clock = HeldClock()
    late.clock.ms += 71_000

    order = requests.delete_all(ALICE, timestamp_ms=START_MS)
    swarm = reply(nodes.ask(asked, order))["swarm"]

    assert swarm[late.name] == {
        "failed": 1,
        "code": "406",
        "reason": "delete_all timestamp too far from current time",
    }
    assert "failed" not in swarm[asked.name]
