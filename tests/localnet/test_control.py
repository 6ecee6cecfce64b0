"""The control interface, asked directly and over its socket."""

import json
from collections.abc import Iterator

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.localnet.clocks import START_MS
from tests.localnet.control import Control, ControlError
from tests.localnet.people import ALICE
from webapp.localnet.control import ControlService
from webapp.localnet.faults import Faults, Lie, Refusal
from webapp.localnet.http_messages import Head, HttpRequest
from webapp.localnet.network import PracticeNetwork
from webapp.protocol import requests

TOKEN = "a token that is shown"
COMMANDS = ["/nodes", "/stored", "/start", "/stop", "/move", "/faults", "/clear"]

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")


@pytest.fixture
def announced(network: PracticeNetwork) -> dict[str, object]:
    url, cert_sha256 = network.serve(ControlService(network, token=TOKEN).answer_http)
    return {"control": {"url": url, "token": TOKEN, "cert_sha256": cert_sha256.hex()}}


@pytest.fixture
def control(announced: dict[str, object]) -> Iterator[Control]:
    with Control(announced) as control:
        yield control


def order(network: PracticeNetwork, path: str, body: bytes, **head: object) -> tuple[int, dict]:
    headers = {"authorization": f"Bearer {TOKEN}"}
    fields = {"method": "POST", "target": path, "headers": headers, **head}
    request = HttpRequest(Head(**fields, body_bytes=len(body), keep_alive=True), body)
    answer = ControlService(network, token=TOKEN).answer_http(request)
    assert answer.content_type == "application/json"
    return answer.status, json.loads(answer.body)


def test_it_lists_the_nodes(network: PracticeNetwork, control: Control) -> None:
    network.nodes[1].faults = Faults(delay_ms=5, lies={Lie.TIME, Lie.SWARM})

    listed = control.nodes()

    assert [node["index"] for node in listed] == list(range(6))
    assert [node["ed25519"] for node in listed] == [node.name for node in network.nodes]
    assert [int(node["swarm"], 16) for node in listed] == [node.swarm_id for node in network.nodes]
    assert [node["port"] for node in listed] == [node.port for node in network.nodes]
    assert [node["faults"] for node in listed[:2]] == [
        {},
        {"delay_ms": 5, "lies": ["swarm", "time"]},
    ]
    assert all(node["running"] for node in listed)


def test_it_counts_what_clients_ask_of_each_node(
    network: PracticeNetwork, control: Control, https: urllib3.PoolManager
) -> None:
    url = f"https://127.0.0.1:{network.nodes[3].port}/storage_rpc/v1"
    for _ in range(2):
        https.request("POST", url, body=requests.info().to_json())

    assert [node["requests"] for node in control.nodes()] == [0, 0, 0, 2, 0, 0]


def test_it_shows_what_is_stored_on_each_node(network: PracticeNetwork, control: Control) -> None:
    for namespace in (0, 2):
        request = requests.store(
            ALICE.account_id,
            b"hello",
            timestamp_ms=START_MS,
            ttl_ms=60_000,
            namespace=namespace,
            keys=ALICE,
        )
        network.submit(request, recipient=ALICE.account_id)

    filled = [contents for contents in control.stored() if contents]

    assert len(filled) == 3
    assert filled[0].keys() == {ALICE.account_id.hex}
    assert {ns: len(hashes) for ns, hashes in filled[0][ALICE.account_id.hex].items()} == {
        "0": 1,
        "2": 1,
    }
    assert filled[0] == filled[1] == filled[2]


def test_it_stops_and_starts_a_node_once(network: PracticeNetwork, control: Control) -> None:
    control.stop(2)
    assert not network.nodes[2].running
    with pytest.raises(ControlError, match="409: node 2 is stopped already"):
        control.stop(2)

    control.start(2)
    assert network.nodes[2].running
    with pytest.raises(ControlError, match="409: node 2 is running already"):
        control.start(2)


def test_it_moves_a_node(network: PracticeNetwork, control: Control) -> None:
    swarm = control.nodes()[1]["swarm"]

    control.move(0, swarm)

    assert network.nodes[0].swarm_id == network.nodes[1].swarm_id


def test_it_sets_faults_of_one_node_and_of_all(network: PracticeNetwork, control: Control) -> None:
    control.set_faults("all", lies=["time"], refusal={"status": 503, "text": "busy"})
    control.set_faults(4, drop_answers=0.5)

    expected = Faults(lies={Lie.TIME}, refusal=Refusal(503, "busy"))
    assert [node.faults for node in network.nodes[:4]] == [expected] * 4
    assert network.nodes[4].faults == Faults(
        lies={Lie.TIME}, refusal=Refusal(503, "busy"), drop_answers=0.5
    )
    network.nodes[0].faults.lies.clear()
    assert network.nodes[1].faults.lies == {Lie.TIME}


def test_it_clears_faults_of_one_node_and_of_all(
    network: PracticeNetwork, control: Control
) -> None:
    control.set_faults("all", delay_ms=1)

    control.clear_faults(0)
    assert [node.faults.delay_ms for node in network.nodes] == [0, 1, 1, 1, 1, 1]
    control.clear_faults()
    assert [node.faults for node in network.nodes] == [Faults()] * 6


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer other"}, {"authorization": "é"}])
def test_who_does_not_show_the_token_may_do_nothing(
    network: PracticeNetwork, headers: dict[str, str]
) -> None:
    refused = order(network, "/stop", b'{"node":0}', headers=headers)

    assert refused == (401, {"error": "the token is missing or wrong"})
    assert network.nodes[0].running


@pytest.mark.parametrize(("method", "path"), [("GET", "/nodes"), ("POST", "/"), ("POST", "/burn")])
def test_what_is_no_command_is_refused_with_the_list(
    network: PracticeNetwork, method: str, path: str
) -> None:
    status, reply = order(network, path, b"{}", method=method)

    assert status == 404
    assert all(command in reply["error"] for command in COMMANDS)


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("/nodes", "", "the body is a JSON object"),
        ("/nodes", "[]", "the body is a JSON object"),
        ("/nodes", '{"x":1}', "the fields are: none"),
        ("/stop", "{}", "the fields are: node"),
        ("/stop", '{"node":"0"}', "'node' is a number from 0 to 5"),
        ("/stop", '{"node":true}', "'node' is a number from 0 to 5"),
        ("/stop", '{"node":"all"}', "'node' is a number from 0 to 5"),
        ("/start", '{"node":6}', "'node' is a number from 0 to 5"),
        ("/move", '{"node":0}', "the fields are: node, swarm"),
        ("/move", '{"node":0,"swarm":7}', "'swarm' is the id of a swarm"),
        ("/move", '{"node":0,"swarm":"0x7"}', "'swarm' is the id of a swarm"),
        ("/move", '{"node":0,"swarm":"ffffffffffffffff"}', "'swarm' is the id of a swarm"),
        ("/faults", '{"node":0,"faults":[]}', "'faults' is an object"),
        ("/faults", '{"node":9,"faults":{"corrupt":1}}', "'node' is a number"),
        ("/faults", '{"node":0,"faults":{"corrupt":1,"x":1}}', "there is no fault 'x'"),
        ("/faults", '{"node":0,"faults":{"corrupt":NaN}}', "the body is a JSON object"),
        ("/clear", '{"node":null}', "'node' is a number"),
    ],
)
def test_what_cannot_be_read_is_refused_and_changes_nothing(
    network: PracticeNetwork, path: str, body: str, text: str
) -> None:
    status, reply = order(network, path, body.encode())

    assert status == 400
    assert text in reply["error"]
    assert all(node.running and node.faults == Faults() for node in network.nodes)


values = st.none() | st.booleans() | st.integers(-1, 6) | st.text(max_size=3) | st.just("all")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    path=st.sampled_from([path for path in COMMANDS if path not in {"/start", "/stop"}]),
    fields=st.dictionaries(st.sampled_from(["node", "swarm", "faults", "x"]), values, max_size=3),
)
def test_any_fields_give_an_answer(
    network: PracticeNetwork, path: str, fields: dict[str, object]
) -> None:
    assert order(network, path, json.dumps(fields).encode())[0] in {200, 400}
