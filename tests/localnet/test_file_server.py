"""The file server, against attachments.md and onion.md §7."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.localnet.clocks import START_MS, HeldClock
from webapp.localnet.file_server import MAX_FILE_BYTES, FileServer
from webapp.localnet.file_store import FILE_OVERHEAD_BYTES, FileStore, file_id
from webapp.localnet.http_messages import Head, HttpAnswer, HttpRequest
from webapp.protocol.bencode import encode
from webapp.protocol.keys import AccountKeys
from webapp.protocol.onion_layers import Cipher, LayerKey, decrypt_layer, frame, seal_layer
from webapp.protocol.server_requests import (
    ServerReply,
    ServerRequest,
    encode_server_request,
    open_server_reply,
)

KEYS = AccountKeys.from_seed32(b"F" * 32)
START_S = START_MS / 1000
WEEK_S = 7 * 24 * 60 * 60
LONGEST_S = 3 * WEEK_S
NOBODYS_ID = "A" * 44
GONE = (404, {"status_code": 404})


@pytest.fixture
def server(clock: HeldClock) -> FileServer:
    return FileServer(KEYS, clock=clock)


def ask(
    server: FileServer, method: str, endpoint: str, *, body: bytes = b"", **headers: str
) -> ServerReply:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return server.answer(ServerRequest(method, endpoint, headers=named, body=body))


def read(reply: ServerReply) -> tuple[int, dict[str, object]]:
    assert reply.headers == {"content-type": "application/json"}
    return reply.code, json.loads(reply.body)


def upload(server: FileServer, content: bytes, **headers: str) -> str:
    code, fields = read(ask(server, "POST", "/file", body=content, **headers))
    assert code == 200
    return str(fields["id"])


def expires_s(server: FileServer, name: str) -> float:
    _, fields = read(ask(server, "GET", f"/file/{name}/info"))
    return float(str(fields["expires"]))


def test_a_file_is_named_by_the_salted_hash_of_its_content(server: FileServer) -> None:
    # Computed with libsodium, which is not what the server uses.
    assert upload(server, b"hello") == "tKO2VVg1JPHwgZuvqK_7bDHJeSr4UJ_8i13ETlwAn0jB"


def test_an_upload_is_described(server: FileServer) -> None:
    code, fields = read(ask(server, "POST", "/file", body=b"\x00" * 70, x_fs_ttl="60"))

    assert code == 200
    assert len(str(fields.pop("id"))) == 44
    assert fields == {"uploaded": START_S, "expires": START_S + 60, "size": 70}


def test_a_file_is_given_back_as_it_was(server: FileServer) -> None:
    name = upload(server, b"\x00e:\xff", x_fs_ttl="60")

    assert ask(server, "GET", f"/file/{name}") == ServerReply(
        200,
        {"content-type": "application/octet-stream", "expires": "Thu, 01 Jan 2026 00:01:00 GMT"},
        b"\x00e:\xff",
    )


def test_a_query_changes_nothing(server: FileServer) -> None:
    name = upload(server, b"hello")

    assert ask(server, "GET", f"/file/{name}?a=b").body == b"hello"


def test_who_asks_for_no_time_gets_three_weeks(server: FileServer) -> None:
    assert expires_s(server, upload(server, b"hello")) == START_S + LONGEST_S


@pytest.mark.parametrize("endpoint", ["/file", "/files"])
@pytest.mark.parametrize("ttl", ["", "x", "-1", "1.5", "60 ", "٣", str(LONGEST_S + 1), "9" * 5000])
def test_a_time_that_makes_no_sense_is_refused_and_nothing_kept(
    server: FileServer, endpoint: str, ttl: str
) -> None:
    body = b'{"file":"AAAA"}'

    reply = ask(server, "POST", endpoint, body=body, x_fs_ttl=ttl)

    assert read(reply) == (400, {"status_code": 400})
    for content in (body, bytes(3)):
        assert read(ask(server, "GET", f"/file/{file_id(content)}")) == GONE


def test_the_longest_time_may_be_asked_for(server: FileServer) -> None:
    name = upload(server, b"hello", x_fs_ttl=str(LONGEST_S))

    assert expires_s(server, name) == START_S + LONGEST_S


def test_a_file_expires(server: FileServer, clock: HeldClock) -> None:
    name = upload(server, b"hello", x_fs_ttl="60")

    clock.ms += 59_999
    assert ask(server, "GET", f"/file/{name}").code == 200
    clock.ms += 1
    for method, endpoint in [
        ("GET", f"/file/{name}"),
        ("GET", f"/files/{name}"),
        ("GET", f"/file/{name}/info"),
        ("POST", f"/file/{name}/extend"),
    ]:
        assert read(ask(server, method, endpoint)) == GONE


def test_a_file_is_described_to_whoever_asks(server: FileServer, clock: HeldClock) -> None:
    name = upload(server, b"hello", x_fs_ttl="60")
    clock.ms += 1_500

    assert read(ask(server, "GET", f"/file/{name}/info")) == (
        200,
        {"uploaded": START_S, "expires": START_S + 60, "size": 5},
    )


def test_a_life_is_extended(server: FileServer, clock: HeldClock) -> None:
    name = upload(server, b"hello", x_fs_ttl="60")
    clock.ms += 30_000

    extended = read(ask(server, "POST", f"/file/{name}/extend", x_fs_ttl="120"))

    assert extended == (200, {"uploaded": START_S, "expires": START_S + 150, "size": 5})
    assert expires_s(server, name) == START_S + 150
    read(ask(server, "POST", f"/file/{name}/extend"))
    assert expires_s(server, name) == START_S + 30 + LONGEST_S


def test_nobody_can_shorten_a_life(server: FileServer, clock: HeldClock) -> None:
    name = upload(server, b"hello")
    clock.ms += 1_000

    assert ask(server, "POST", f"/file/{name}/extend", x_fs_ttl="0").code == 200
    upload(server, b"hello", x_fs_ttl="0")

    assert expires_s(server, name) == START_S + LONGEST_S


def test_the_same_content_again_is_the_same_file_for_longer(
    server: FileServer, clock: HeldClock
) -> None:
    name = upload(server, b"hello")
    clock.ms += 1_000

    assert upload(server, b"hello") == name
    _, fields = read(ask(server, "GET", f"/file/{name}/info"))
    assert fields == {"uploaded": START_S + 1, "expires": START_S + 1 + LONGEST_S, "size": 5}


def test_old_uploads_and_downloads_are_json(server: FileServer) -> None:
    code, uploaded = read(ask(server, "POST", "/files", body=b'{"file":"aGVsbG8="}'))
    name = uploaded["result"]

    assert (code, uploaded) == (200, {"result": name, "status_code": 200})
    assert ask(server, "GET", f"/file/{name}").body == b"hello"
    assert read(ask(server, "GET", f"/files/{name}")) == (
        200,
        {"result": "aGVsbG8=", "status_code": 200},
    )


@pytest.mark.parametrize(
    "body", [b"hello", b"[]", b"{}", b'{"file":5}', b'{"file":"!"}', b"[" * 60_000]
)
def test_an_old_upload_that_makes_no_sense_is_refused(server: FileServer, body: bytes) -> None:
    assert read(ask(server, "POST", "/files", body=body)) == (400, {"status_code": 400})


@pytest.mark.parametrize(
    ("method", "endpoint"),
    [
        ("GET", f"/file/{NOBODYS_ID}"),
        ("GET", f"/files/{NOBODYS_ID}"),
        ("GET", f"/file/{NOBODYS_ID}/info"),
        ("POST", f"/file/{NOBODYS_ID}/extend"),
        ("POST", "/file/1234/extend"),
        ("GET", "/file/1234"),
        ("GET", "/file/"),
        ("GET", "/file"),
        ("GET", "/"),
        ("PUT", "/file"),
        ("POST", "/file/"),
        ("DELETE", f"/file/{NOBODYS_ID}"),
        ("GET", f"/file/{NOBODYS_ID}/info/more"),
        ("GET", "/session_version?platform=desktop"),
    ],
)
def test_what_does_not_exist_is_not_found(server: FileServer, method: str, endpoint: str) -> None:
    assert read(ask(server, method, endpoint, body=b"hello")) == GONE


@pytest.mark.parametrize("size", [0, MAX_FILE_BYTES + 1])
def test_an_empty_file_and_one_that_is_too_long_are_refused(server: FileServer, size: int) -> None:
    assert read(ask(server, "POST", "/file", body=bytes(size))) == (413, {"status_code": 413})


def test_the_longest_file_is_kept(server: FileServer) -> None:
    name = upload(server, bytes(MAX_FILE_BYTES))

    assert len(ask(server, "GET", f"/file/{name}").body) == MAX_FILE_BYTES


def test_a_full_server_says_so(clock: HeldClock) -> None:
    server = FileServer(KEYS, clock=clock, files=FileStore(room_bytes=FILE_OVERHEAD_BYTES + 5))
    name = upload(server, b"hello")

    refused = ask(server, "POST", "/file", body=b"world")

    assert read(refused) == (507, {"status_code": 507})
    assert ask(server, "GET", f"/file/{name}").body == b"hello"


def sealed(plaintext: bytes) -> tuple[bytes, LayerKey]:
    """Return what the last node posts when a client sent ``plaintext``, and the reply's key."""
    blob, key = seal_layer(plaintext, node=KEYS.x25519, cipher=Cipher.AES_GCM)
    return frame(blob, {"ephemeral_key": key.client.hex()}), key


def post(server: FileServer, body: bytes, *, target: str = "/oxen/v4/lsrpc") -> HttpAnswer:
    return server.answer_http(
        HttpRequest(Head("POST", target, {}, len(body), keep_alive=True), body)
    )


def test_an_answer_is_sealed_bytes_with_lower_case_names_and_no_length(
    server: FileServer,
) -> None:
    framed, key = sealed(encode_server_request(ServerRequest("POST", "/file", body=b"hello")))

    answer = post(server, framed)

    plaintext = decrypt_layer(answer.body, key)
    head = b'{"code":200,"headers":{"content-type":"application/json"}}'
    assert answer.status == 200
    assert plaintext.startswith(b"l%d:%b" % (len(head), head))
    assert plaintext.endswith(b"e")


def test_names_of_headers_are_the_same_in_capitals(server: FileServer) -> None:
    request = ServerRequest("POST", "/file", headers={"X-FS-TTL": "60"}, body=b"hello")
    framed, key = sealed(encode_server_request(request))

    reply = open_server_reply(post(server, framed).body, key)

    assert json.loads(reply.body)["expires"] == START_S + 60


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"hello",
        b"le",
        encode([b"{}"]),
        encode([b'{"method":"GET"}']),
        encode([b'{"method":"GET","endpoint":"file/1"}']),
        encode([b'{"method":"GET","endpoint":"/file/1","headers":[]}']),
        encode([b'{"method":"GET","endpoint":"/file/1","headers":{"a":1}}']),
        encode([b'{"method":"GET","endpoint":"/file/1"}', b"", b""]),
        encode([b'{"method":"GET","endpoint":"/file/1"}', 1]),
        encode([b'{"method":"GET","endpoint":"/file/1"}'])[:-1],
    ],
)
def test_a_malformed_request_is_refused_sealed(server: FileServer, plaintext: bytes) -> None:
    framed, key = sealed(plaintext)

    answer = post(server, framed)

    assert answer.status == 200
    assert open_server_reply(answer.body, key) == ServerReply(
        400, {"content-type": "text/plain; charset=utf-8"}, b"Invalid v4 onion request"
    )


def test_what_was_sealed_for_another_server_is_refused_in_clear(clock: HeldClock) -> None:
    other = FileServer(AccountKeys.from_seed32(b"O" * 32), clock=clock)
    framed, _ = sealed(encode_server_request(ServerRequest("GET", "/file/1")))

    assert post(other, framed) == HttpAnswer.text(400, "Bad Request")


@pytest.mark.parametrize("target", ["/loki/v3/lsrpc", "/oxen/v3/lsrpc", "/file", "/"])
def test_other_addresses_are_not_found(server: FileServer, target: str) -> None:
    framed, _ = sealed(encode_server_request(ServerRequest("GET", "/file/1")))

    assert post(server, framed, target=target).status == 404


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary())
def test_any_bytes_posted_give_an_answer(server: FileServer, body: bytes) -> None:
    assert post(server, body) == HttpAnswer.text(400, "Bad Request")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
heads = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["GET", "POST"]) | json_values,
        "endpoint": st.sampled_from(["/file", "/files", "/file/a/extend", "/file/a"])
        | st.text(max_size=20).map(lambda path: f"/{path}")
        | json_values,
        "headers": st.dictionaries(st.just("X-FS-TTL"), st.text(max_size=9)) | json_values,
    },
)
plaintexts = st.binary() | st.builds(
    lambda head, body: encode([json.dumps(head).encode(), *body]),
    heads | json_values,
    st.lists(st.binary(max_size=40) | st.sampled_from([b'{"file":"AAAA"}']), max_size=2),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plaintext=plaintexts)
def test_any_sealed_bytes_give_an_answer_that_opens(server: FileServer, plaintext: bytes) -> None:
    framed, key = sealed(plaintext)

    reply = open_server_reply(post(server, framed).body, key)

    assert reply.code in {200, 400, 404, 413}
