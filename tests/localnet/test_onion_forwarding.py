"""Onion requests as nodes peel and pass them on, against onion.md §4–6, §8."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.localnet.clocks import START_MS
from tests.localnet.people import ALICE, Nodes
from webapp.localnet.http_messages import HttpAnswer, HttpRequest
from webapp.localnet.known_servers import ServerAddress
from webapp.localnet.node import StorageNode
from webapp.protocol import requests
from webapp.protocol.nodes import Node
from webapp.protocol.onion import OnionReply, Server, build, decrypt_reply, open_reply
from webapp.protocol.onion_layers import Cipher, frame, seal_layer
from webapp.protocol.replies import (
    ParsedItems,
    parse_info,
    parse_retrieve,
    parse_store,
    parse_swarm,
)


def as_destination(node: StorageNode) -> Node:
    return Node(node.ed25519, node.keys.x25519, node.ip, 1)


def send(nodes: Nodes, guard: StorageNode, body: bytes) -> HttpAnswer:
    return nodes.services[guard.ed25519].answer_onion(body)


def refused(nodes: Nodes, body: bytes) -> tuple[int, str]:
    answer = send(nodes, nodes.nodes[0], body)
    return answer.status, answer.body.decode()


def through_three(nodes: Nodes, destination: StorageNode) -> list[StorageNode]:
    return [node for node in nodes.nodes if node is not destination][:3]


@pytest.mark.parametrize("cipher", Cipher)
def test_a_message_is_stored_and_fetched_through_three_hops(nodes: Nodes, cipher: Cipher) -> None:
    store = requests.store(ALICE.account_id, b"hello", timestamp_ms=START_MS, ttl_ms=60_000)
    retrieve = requests.retrieve(ALICE, timestamp_ms=START_MS)
    replies = []
    for request, member in zip([store, retrieve], nodes.swarm_of(ALICE), strict=False):
        path = through_three(nodes, member)
        onion = build(
            [as_destination(node) for node in path],
            destination=as_destination(member),
            body=request.to_json(),
            cipher=cipher,
        )
        answer = send(nodes, path[0], onion.body)
        assert (answer.status, answer.content_type) == (200, "text/plain")
        replies.append(open_reply(answer.body, onion.reply))

    stored = parse_store(replies[0].body, members=frozenset())
    found = parse_retrieve(replies[1].body, ParsedItems(ALICE.account_id, 0))
    assert [reply.status for reply in replies] == [200, 200]
    assert [item.hash for item in found.items] == [stored.hash]


def ask_through(nodes: Nodes, path: list[StorageNode], target: StorageNode, body: bytes):
    onion = build(list(map(as_destination, path)), destination=as_destination(target), body=body)
    return send(nodes, path[0], onion.body), onion.reply


def test_what_the_destination_refuses_comes_back_sealed(nodes: Nodes) -> None:
    target = nodes.others(ALICE)[0]
    body = requests.retrieve(ALICE, timestamp_ms=START_MS).to_json()

    answer, key = ask_through(nodes, through_three(nodes, target), target, body)

    assert answer.status == 200
    reply = open_reply(answer.body, key)
    assert reply.status == 421
    assert len(parse_swarm(reply.body).nodes) == 3


@pytest.mark.parametrize(
    ("body", "text"),
    [(b"\x00 no JSON", "invalid json"), (b'{"method":"nope","params":{}}', "no method nope")],
)
def test_an_unreadable_request_is_refused_by_the_destination(
    nodes: Nodes, body: bytes, text: str
) -> None:
    target = nodes.nodes[5]
    answer, key = ask_through(nodes, through_three(nodes, target), target, body)

    reply = open_reply(answer.body, key)

    assert (reply.status, reply.body) == (400, text)


def test_an_unknown_next_node_is_named_in_clear(nodes: Nodes) -> None:
    stranger = Node(b"\x07" * 32, nodes.nodes[4].keys.x25519, "127.0.0.1", 1)
    onion = build(list(map(as_destination, nodes.nodes[:3])), destination=stranger, body=b"{}")

    answer = send(nodes, nodes.nodes[0], onion.body)

    assert (answer.status, answer.body) == (502, b"Next node not found: " + b"07" * 32)


def test_a_stopped_hop_times_out_and_is_not_named(nodes: Nodes) -> None:
    nodes.nodes[1].running = False

    answer, _ = ask_through(nodes, nodes.nodes[:3], nodes.nodes[4], b"{}")

    assert (answer.status, answer.body) == (504, b"Request time out")


def test_a_layer_for_another_node_does_not_open(nodes: Nodes) -> None:
    onion = build(
        list(map(as_destination, nodes.nodes[1:4])),
        destination=as_destination(nodes.nodes[4]),
        body=b"{}",
    )

    assert refused(nodes, onion.body) == (400, "Invalid ciphertext")


def one_layer(nodes: Nodes, inside: bytes, **outer: object) -> bytes:
    sealed, key = seal_layer(inside, node=nodes.nodes[0].keys.x25519, cipher=Cipher.AES_GCM)
    return frame(sealed, {"ephemeral_key": key.client.hex(), **outer})


def test_a_request_without_hops_is_answered_by_the_guard_itself(nodes: Nodes) -> None:
    sealed, key = seal_layer(
        frame(requests.info().to_json(), {"headers": ""}),
        node=nodes.nodes[0].keys.x25519,
        cipher=Cipher.XCHACHA20,
    )
    framed = frame(sealed, {"ephemeral_key": key.client.hex(), "enc_type": "xchacha20"})

    reply = open_reply(send(nodes, nodes.nodes[0], framed).body, key)

    assert parse_info(reply.body).t_ms == START_MS


def test_a_layer_without_directions_is_refused_sealed(nodes: Nodes) -> None:
    sealed, key = seal_layer(frame(b"", {}), node=nodes.nodes[0].keys.x25519, cipher=Cipher.AES_GCM)

    answer = send(nodes, nodes.nodes[0], frame(sealed, {"ephemeral_key": key.client.hex()}))

    reply = open_reply(answer.body, key)
    assert (answer.status, reply.status, reply.body) == (200, 400, "Invalid json")


def test_a_request_that_circles_is_stopped(nodes: Nodes) -> None:
    assert refused(nodes, one_layer(nodes, b"", hop_no=15)) == (
        400,
        "onion request max path length exceeded",
    )


ADDRESS = ServerAddress("http", "files.example.invalid", 8080)
WANTED = {"host": ADDRESS.host, "port": 8080, "protocol": "http", "target": "/oxen/v4/lsrpc"}


def call_server(nodes: Nodes, **changes: object) -> HttpAnswer:
    """Send to the first node what it is to post to a server."""
    wanted = WANTED | changes
    node = nodes.nodes[0]
    sealed, key = seal_layer(
        frame(b"for the server", wanted), node=node.keys.x25519, cipher=Cipher.AES_GCM
    )
    return send(nodes, node, frame(sealed, {"ephemeral_key": key.client.hex()}))


def test_the_last_node_posts_all_that_it_decrypted_to_the_server(nodes: Nodes) -> None:
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpAnswer:
        seen.append(request)
        return HttpAnswer(200, b"\x00 any bytes \xff", "image/png", {"X-Any": "header"})

    nodes.servers.open(ADDRESS, answer)

    passed_on = call_server(nodes)

    assert [(sent.head.method, sent.head.target) for sent in seen] == [("POST", "/oxen/v4/lsrpc")]
    assert seen[0].body == frame(b"for the server", WANTED)
    assert passed_on == HttpAnswer(200, b"\x00 any bytes \xff", "text/plain", {})


@pytest.mark.parametrize(("status", "arrives"), [(200, 200), (404, 404), (418, 500), (302, 500)])
def test_of_the_statuses_of_a_server_the_usual_ones_are_passed_on(
    nodes: Nodes, status: int, arrives: int
) -> None:
    nodes.servers.open(ADDRESS, lambda _: HttpAnswer.text(status, "as it is"))

    assert call_server(nodes) == HttpAnswer.text(arrives, "as it is")


def test_a_server_that_does_not_answer_in_time_is_a_504(nodes: Nodes) -> None:
    def hang(request: HttpRequest) -> HttpAnswer:
        raise TimeoutError

    nodes.servers.open(ADDRESS, hang)

    text = "Operation timed out after 25000 milliseconds with 0 bytes received"
    assert call_server(nodes) == HttpAnswer.text(504, text)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"host": "example.org"}, "example.org port 8080"),
        ({"host": "127.0.0.1"}, "127.0.0.1 port 8080"),
        ({"port": 80}, "files.example.invalid port 80"),
        ({"protocol": "https"}, "files.example.invalid port 8080"),
    ],
)
def test_nothing_leaves_this_computer(nodes: Nodes, changes: dict[str, object], where: str) -> None:
    nodes.servers.open(ADDRESS, lambda _: HttpAnswer(200, b""))

    text = f"Failed to connect to {where} after 0 ms: Couldn't connect to server"
    assert call_server(nodes, **changes) == HttpAnswer.text(502, text)


def test_the_name_of_a_server_may_be_spelled_in_capitals(nodes: Nodes) -> None:
    nodes.servers.open(ADDRESS, lambda _: HttpAnswer(200, b""))

    assert call_server(nodes, host="Files.Example.INVALID").status == 200


def test_a_server_that_was_closed_is_not_reached(nodes: Nodes) -> None:
    nodes.servers.open(ADDRESS, lambda _: HttpAnswer(200, b""))
    nodes.servers.close(ADDRESS)

    assert call_server(nodes).status == 502


def test_a_server_is_reached_over_three_nodes(nodes: Nodes) -> None:
    nodes.servers.open(ADDRESS, lambda _: HttpAnswer(200, b"hello"))
    server = Server(ADDRESS.host, nodes.nodes[5].keys.x25519, protocol="http", port=8080)
    onion = build(list(map(as_destination, nodes.nodes[:3])), destination=server, body=b"le")

    assert send(nodes, nodes.nodes[0], onion.body) == HttpAnswer(200, b"hello")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 502),
        ({"target": "/loki/v3/lsrpc"}, 502),
        ({"target": "/oxen/lsrpc", "protocol": "http"}, 502),
        ({"target": "/other/lsrpc"}, 200),
        ({"target": "/oxen/v4/lsrpc/more"}, 200),
        ({"target": "/oxen/v4?/lsrpc"}, 200),
        ({"protocol": "ftp"}, 200),
    ],
)
def test_only_the_paths_of_onion_servers_are_called_upon(
    nodes: Nodes, changes: dict[str, object], status: int
) -> None:
    wanted = {"host": "example.org", "target": "/oxen/v4/lsrpc"} | changes
    node = nodes.nodes[0]
    sealed, key = seal_layer(frame(b"", wanted), node=node.keys.x25519, cipher=Cipher.XCHACHA20)
    directions = {"ephemeral_key": key.client.hex(), "enc_type": "xchacha20"}

    answer = send(nodes, node, frame(sealed, directions))

    assert answer.status == status
    if status == 200:
        assert open_reply(answer.body, key) == OnionReply(400, "Invalid url")


@pytest.mark.parametrize("body", [b"not json", requests.info().to_json()])
@pytest.mark.parametrize("cipher", Cipher)
def test_a_last_layer_may_ask_for_plain_json_and_for_bytes(
    nodes: Nodes, body: bytes, cipher: Cipher
) -> None:
    node = nodes.nodes[0]
    options = {"headers": {}, "json": True, "base64": False}
    sealed, key = seal_layer(frame(body, options), node=node.keys.x25519, cipher=cipher)
    directions = {"ephemeral_key": key.client.hex(), "enc_type": cipher.value}

    answer = json.loads(decrypt_reply(send(nodes, node, frame(sealed, directions)).body, key))

    if answer["status"] == 200:
        assert answer["body"]["version"] == [2, 8, 0]
    else:
        assert answer == {"status": 400, "body": "invalid json"}


@pytest.mark.parametrize(
    ("outer", "text"),
    [
        ({}, "[json.exception.out_of_range.403] key 'ephemeral_key' not found"),
        ({"enc_type": "rot13", "ephemeral_key": "00" * 32}, "Invalid encryption type rot13"),
        # The key is looked for first.
        (
            {"enc_type": "rot13"},
            "[json.exception.out_of_range.403] key 'ephemeral_key' not found",
        ),
    ],
)
def test_directions_that_cannot_be_followed_are_refused_in_the_words_of_real_nodes(
    nodes: Nodes, outer: dict[str, object], text: str
) -> None:
    assert refused(nodes, frame(b"", outer)) == (400, f"Error parsing onion request: {text}")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"garbage", "Unexpected payload size 3, expected >= 1651663207"),
        (b"\xff\xff\xff\x7fhello", "Unexpected payload size 5, expected >= 2147483647"),
        (b"", "Unexpected payload size; expected ciphertext size"),
    ],
)
def test_a_frame_of_the_wrong_size_is_refused_in_the_words_of_real_nodes(
    nodes: Nodes, body: bytes, text: str
) -> None:
    assert refused(nodes, body) == (400, f"Error parsing onion request: {text}")


directions = st.dictionaries(
    st.sampled_from(["ephemeral_key", "enc_type", "hop_no", "headers", "host", "destination"]),
    st.sampled_from(
        ["00" * 32, "09" + "00" * 31, "xchacha20", "rot13", "gcm", -1, 3, None, [], 1e9]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blob=st.binary(max_size=80), outer=directions)
def test_any_frame_gives_a_documented_answer(
    nodes: Nodes, blob: bytes, outer: dict[str, object]
) -> None:
    assert refused(nodes, frame(blob, outer))[0] == 400


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary())
def test_any_bytes_give_a_documented_answer(nodes: Nodes, body: bytes) -> None:
    status, text = refused(nodes, body)

    assert status == 400
    assert text.startswith("Error parsing onion request: ") or text == "Invalid ciphertext"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blob=st.binary(max_size=40), inner=directions)
def test_any_inside_of_a_layer_gives_a_documented_answer(
    nodes: Nodes, blob: bytes, inner: dict[str, object]
) -> None:
    status, text = refused(nodes, one_layer(nodes, frame(blob, inner)))

    assert status in {200, 502}
    if status == 200:
        base64.b64decode(text, validate=True)


def test_a_reply_is_one_json_object_with_its_body_as_text(nodes: Nodes) -> None:
    answer, key = ask_through(nodes, nodes.nodes[:3], nodes.nodes[4], requests.info().to_json())

    assert json.loads(open_reply(answer.body, key).body)["version"] == [2, 8, 0]
