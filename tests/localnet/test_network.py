"""The whole network over real sockets, as a client meets it."""

import hashlib
import json
import socket
import ssl
import threading

import pytest
import urllib3

from tests.localnet.clocks import START_MS, HeldClock
from tests.localnet.people import ALICE
from webapp.localnet.network import PracticeNetwork
from webapp.protocol import requests
from webapp.protocol.identifiers import AccountId
from webapp.protocol.nodes import Node, parse_node_list
from webapp.protocol.onion import build, open_reply
from webapp.protocol.replies import ParsedItems, parse_retrieve, parse_store, parse_swarm
from webapp.protocol.requests import Request
from webapp.protocol.swarms import nearest_swarm, swarm_space

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")


def seed_url(network: PracticeNetwork) -> str:
    return network.network_file()["seeds"][0]["url"]


def ask_seed(https: urllib3.PoolManager, network: PracticeNetwork, body: bytes) -> dict:
    answer = https.request("POST", f"{seed_url(network)}/json_rpc", body=body)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    return json.loads(answer.data)


def listed(https: urllib3.PoolManager, network: PracticeNetwork) -> tuple[Node, ...]:
    return parse_node_list(ask_seed(https, network, requests.seed_service_nodes().to_json()))


def send(https: urllib3.PoolManager, node: Node, request: Request) -> urllib3.BaseHTTPResponse:
    return https.request("POST", f"{node.url}/storage_rpc/v1", body=request.to_json())


def through_three(
    https: urllib3.PoolManager, path: list[Node], destination: Node, request: Request
) -> tuple[int, str]:
    onion = build(path, destination=destination, body=request.to_json())
    answer = https.request("POST", f"{path[0].url}/onion_req/v2", body=onion.body)
    assert answer.status == 200, answer.data
    reply = open_reply(answer.data, onion.reply)
    return reply.status, reply.body


def split(
    https: urllib3.PoolManager, network: PracticeNetwork, account: AccountId
) -> tuple[list[Node], list[Node]]:
    """Return the nodes of the account's swarm, and the others."""
    nodes = listed(https, network)
    answer = send(https, nodes[0], requests.get_swarm(account))
    members = parse_swarm(answer.data).nodes
    return (
        [node for node in nodes if node.ed25519 in members],
        [node for node in nodes if node.ed25519 not in members],
    )


def test_the_network_file_leads_to_the_seed_and_the_seed_to_the_nodes(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    nodes = listed(https, network)

    assert [(node.ed25519, node.x25519, node.port) for node in nodes] == [
        (node.ed25519, node.keys.x25519, node.port) for node in network.nodes
    ]
    assert len({node.port for node in nodes}) == 6


def test_the_network_file_is_what_the_design_says(network: PracticeNetwork) -> None:
    file = network.network_file()

    assert set(file) == {"name", "seeds", "file_server", "distinct_subnets", "min_nodes", "echo"}
    assert file["distinct_subnets"] is False
    assert file["min_nodes"] == 6
    assert AccountId.parse(file["echo"]) == network.echo.account_id
    assert json.loads(json.dumps(file)) == file


def test_the_seed_shows_the_certificate_that_the_network_file_pins(
    network: PracticeNetwork,
) -> None:
    seed = network.network_file()["seeds"][0]
    port = int(seed["url"].rpartition(":")[2])

    der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))

    assert hashlib.sha256(der).hexdigest() == seed["cert_sha256"]


def test_the_seed_refuses_in_json_what_it_does_not_know(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    assert "error" in ask_seed(https, network, b"{nope")
    assert "error" in ask_seed(https, network, b'{"method":"get_info"}')
    assert https.request("GET", f"{seed_url(network)}/json_rpc").status == 404
    assert https.request("POST", f"{seed_url(network)}/nope", body=b"{}").status == 404


def test_the_swarm_of_an_account_is_the_one_its_key_points_at(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    nodes = listed(https, network)
    ids = {node.swarm_id for node in network.nodes}

    swarm = parse_swarm(send(https, nodes[0], requests.get_swarm(ALICE.account_id)).data)

    assert len(ids) == 2
    assert swarm.swarm_id == nearest_swarm(swarm_space(ALICE.account_id.x25519), ids)


def test_a_message_travels_through_three_hops_to_every_member(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    members, others = split(https, network, ALICE.account_id)
    store = requests.store(ALICE.account_id, b"hello", timestamp_ms=START_MS, ttl_ms=60_000)

    status, body = through_three(https, others, members[0], store)
    stored = parse_store(body, members=frozenset())

    assert status == 200
    for member in members:
        retrieve = requests.retrieve(ALICE, timestamp_ms=START_MS)
        _, body = through_three(https, others, member, retrieve)
        found = parse_retrieve(body, ParsedItems(ALICE.account_id, 0))
        assert [(item.hash, item.data) for item in found.items] == [(stored.hash, b"hello")]


def test_the_wrong_swarm_answers_421_at_the_end_of_three_hops(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    members, others = split(https, network, ALICE.account_id)
    retrieve = requests.retrieve(ALICE, timestamp_ms=START_MS)

    status, body = through_three(https, members, others[0], retrieve)

    assert status == 421
    assert set(parse_swarm(body).nodes) == {node.ed25519 for node in members}


def test_a_stopped_node_is_unreachable_until_it_starts_again_on_its_port(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    node = listed(https, network)[2]
    send(https, node, requests.info())

    network.stop_node(2)
    with pytest.raises(urllib3.exceptions.HTTPError):
        send(https, node, requests.info())
    still_listed = listed(https, network)
    network.start_node(2)

    assert node in still_listed
    assert send(https, node, requests.info()).status == 200


def test_a_restarted_node_has_what_it_had_and_lacks_what_it_missed(
    network: PracticeNetwork, clock: HeldClock, https: urllib3.PoolManager
) -> None:
    members, _ = split(https, network, ALICE.account_id)
    index = [node.ed25519 for node in network.nodes].index(members[0].ed25519)

    def store(data: bytes) -> None:
        request = requests.store(ALICE.account_id, data, timestamp_ms=clock.now_ms(), ttl_ms=60_000)
        assert send(https, members[1], request).status == 200

    store(b"had")
    network.stop_node(index)
    store(b"missed")
    network.start_node(index)

    answer = send(https, members[0], requests.retrieve(ALICE, timestamp_ms=START_MS))
    found = parse_retrieve(answer.data, ParsedItems(ALICE.account_id, 0))
    assert [item.data for item in found.items] == [b"had"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET /storage_rpc/v1", (404, "get /storage_rpc/v1 Not Found")),
        ("POST /nope", (404, "post /nope Not Found")),
        ("POST /storage_rpc/v1", (400, "invalid json")),
        ("POST /ping_test/v1", (200, "")),
        ("GET /get_stats/v1", (200, '{"version":"2.8.0"}')),
        ("DELETE /onion_req/v2", (404, "delete /onion_req/v2 Not Found")),
    ],
)
def test_each_path_answers_as_on_real_nodes(
    network: PracticeNetwork, https: urllib3.PoolManager, line: str, expected: tuple[int, str]
) -> None:
    method, path = line.split()

    answer = https.request(method, listed(https, network)[0].url + path)

    assert (answer.status, answer.data.decode()) == expected


def test_a_ping_is_answered_with_the_key_of_the_node(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    answer = https.request("POST", f"{listed(https, network)[0].url}/ping_test/v1")

    assert len(answer.headers["X-Oxen-Snode-Pubkey"]) == 44


def test_long_polling_is_refused(network: PracticeNetwork, https: urllib3.PoolManager) -> None:
    answer = https.request(
        "POST",
        f"{listed(https, network)[0].url}/storage_rpc/v1",
        body=requests.info().to_json(),
        headers={"X-Loki-Long-Poll": "1"},
    )

    assert answer.status == 410


def test_after_stop_no_thread_and_no_port_is_left(clock: HeldClock) -> None:
    before = set(threading.enumerate())
    network = PracticeNetwork(node_count=4, swarm_count=1, clock=clock)
    network.start()
    ports = [node.port for node in network.nodes]

    network.stop()

    assert set(threading.enumerate()) == before
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_no_two_networks_share_a_key(clock: HeldClock) -> None:
    first, second = PracticeNetwork(clock=clock), PracticeNetwork(clock=clock)

    names = [node.name for network in (first, second) for node in network.nodes]
    assert len(set(names)) == 24
    assert first.echo.account_id != second.echo.account_id


def test_every_swarm_has_its_share_of_the_nodes(clock: HeldClock) -> None:
    network = PracticeNetwork(node_count=12, swarm_count=3, clock=clock)

    ids = [node.swarm_id for node in network.nodes]
    assert sorted(ids.count(swarm_id) for swarm_id in set(ids)) == [4, 4, 4]


def test_a_backlog_of_five_thousand_is_fetched_page_by_page(
    network: PracticeNetwork, https: urllib3.PoolManager
) -> None:
    members, _ = split(https, network, ALICE.account_id)
    for number in range(0, 5000, 20):
        batch = requests.batch(
            [
                requests.store(
                    ALICE.account_id,
                    (number + offset).to_bytes(2) + bytes(398),
                    timestamp_ms=START_MS,
                    ttl_ms=60_000,
                )
                for offset in range(20)
            ]
        )
        assert send(https, members[0], batch).status == 200

    fetched: list[int] = []
    last_hash, more = None, True
    while more:
        request = requests.retrieve(ALICE, timestamp_ms=START_MS, last_hash=last_hash, max_size=-8)
        reply = parse_retrieve(
            send(https, members[1], request).data, ParsedItems(ALICE.account_id, 0)
        )
        fetched += [int.from_bytes(item.data[:2]) for item in reply.items]
        last_hash, more = reply.items[-1].hash, reply.more

    assert fetched == list(range(5000))
