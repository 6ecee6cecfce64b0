"""Files that go up and come down over three nodes, as clients send them."""

import json
from urllib.parse import urlsplit

import pytest
import urllib3

from tests.localnet.clocks import HeldClock
from webapp.localnet.network import PracticeNetwork
from webapp.protocol.bencode import encode
from webapp.protocol.identifiers import x25519_from_ed25519
from webapp.protocol.keys import Seed
from webapp.protocol.nodes import Node
from webapp.protocol.onion import Server, build
from webapp.protocol.onion_layers import Cipher
from webapp.protocol.server_requests import (
    MAX_BODY_BYTES,
    ServerReply,
    ServerRequest,
    encode_server_request,
    open_server_reply,
)

pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")

UPLOAD = ServerRequest(
    "POST",
    "/file",
    headers={
        "Content-Type": "application/octet-stream",
        "Content-Disposition": "attachment",
        "X-FS-TTL": "60",
    },
    body=b"\x00 any bytes \xff",
)


class PathFailed(Exception):
    """The guard answered with another status than 200: (status, text)."""


class Client:
    """Someone who knows the network file and the list of nodes."""

    def __init__(self, network: PracticeNetwork, https: urllib3.PoolManager) -> None:
        self._network = network
        self._https = https

    def ask(self, request: ServerRequest, cipher: Cipher = Cipher.AES_GCM) -> ServerReply:
        return self.send(encode_server_request(request), cipher)

    def send(self, plaintext: bytes, cipher: Cipher = Cipher.AES_GCM) -> ServerReply:
        file = json.loads(json.dumps(self._network.network_file()))["file_server"]
        parts = urlsplit(file["url"])
        server = Server(
            str(parts.hostname),
            x25519_from_ed25519(bytes.fromhex(file["ed25519"])),
            protocol=parts.scheme,
            port=parts.port or 80,
        )
        path = [
            Node(node.ed25519, node.keys.x25519, node.ip, node.port)
            for node in self._network.nodes[:3]
        ]
        onion = build(path, destination=server, body=plaintext, cipher=cipher)
        guard = f"https://{path[0].ip}:{path[0].port}/onion_req/v2"
        answer = self._https.request("POST", guard, body=onion.body)
        if answer.status != 200:
            raise PathFailed(answer.status, answer.data.decode())
        return open_server_reply(answer.data, onion.reply)


@pytest.fixture
def client(network: PracticeNetwork, https: urllib3.PoolManager) -> Client:
    return Client(network, https)


def name_of(reply: ServerReply) -> str:
    assert reply.code == 200
    return str(json.loads(reply.body)["id"])


@pytest.mark.parametrize("cipher", Cipher)
def test_a_file_goes_up_and_comes_down(client: Client, cipher: Cipher) -> None:
    name = name_of(client.ask(UPLOAD, cipher))

    reply = client.ask(ServerRequest("GET", f"/file/{name}"), cipher)

    assert (reply.code, reply.body) == (200, UPLOAD.body)
    assert reply.headers["content-type"] == "application/octet-stream"


def test_a_life_is_extended_and_ends(client: Client, clock: HeldClock) -> None:
    name = name_of(client.ask(UPLOAD))
    client.ask(ServerRequest("POST", f"/file/{name}/extend", headers={"X-FS-TTL": "90"}))

    clock.ms += 89_999
    assert client.ask(ServerRequest("GET", f"/file/{name}/info")).code == 200
    clock.ms += 1
    assert client.ask(ServerRequest("GET", f"/file/{name}")).code == 404


def test_the_longest_file_passes_and_a_longer_one_is_told_so(client: Client) -> None:
    longest = ServerRequest("POST", "/file", body=b"\xff" * MAX_BODY_BYTES)
    name = name_of(client.ask(longest))
    too_long = encode([b'{"method":"POST","endpoint":"/file"}', longest.body + b"\xff"])

    assert client.ask(ServerRequest("GET", f"/file/{name}")).body == longest.body
    assert client.send(too_long).code == 413


def test_a_malformed_request_is_told_so(client: Client) -> None:
    reply = client.send(b"garbage")

    assert (reply.code, reply.body) == (400, b"Invalid v4 onion request")


def test_a_stopped_file_server_is_a_502_and_loses_nothing(
    client: Client, network: PracticeNetwork
) -> None:
    name = name_of(client.ask(UPLOAD))
    fetch = ServerRequest("GET", f"/file/{name}")

    network.stop_file_server()
    with pytest.raises(PathFailed) as failed:
        client.ask(fetch)
    network.start_file_server()

    host = urlsplit(network.network_file()["file_server"]["url"]).hostname
    text = f"Failed to connect to {host} port 80 after 0 ms: Couldn't connect to server"
    assert failed.value.args == (502, text)
    assert client.ask(fetch).body == UPLOAD.body


def test_the_name_of_the_file_server_exists_nowhere_else(network: PracticeNetwork) -> None:
    parts = urlsplit(network.network_file()["file_server"]["url"])

    assert str(parts.hostname).endswith(".invalid")
    assert (parts.scheme, parts.path, parts.port) == ("http", "", None)


def test_the_next_network_can_say_that_a_file_is_gone(clock: HeldClock) -> None:
    """Its file server has the key that messages name, if Echo is the same."""
    seed = Seed.from_bytes(b"E" * 16)
    first, second = (PracticeNetwork(clock=clock, echo_seed=seed) for _ in range(2))
    other = PracticeNetwork(clock=clock)

    assert first.file_server.ed25519 == second.file_server.ed25519
    assert first.file_server.ed25519 != other.file_server.ed25519
