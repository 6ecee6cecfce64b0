"""A second start finds the first."""

import hashlib
import secrets
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.raw_client import Answer
from tests.web.stack import Stack
from webapp.web.door import DOOR_BYTES, Door, knock
from webapp.web.errors import NobodyAnswers
from webapp.web.sessions import HostKind


def knock_raw(stack: Stack, body: bytes, **headers: str) -> Answer:
    home = {"Host": stack.host(HostKind.LOOPBACK)}
    return stack.ask("POST", "/door", home | headers, body)


def right_knock(stack: Stack) -> bytes:
    """The body of a knock, written from the format in the module's text."""
    nonce = bytes(32)
    key = stack.door_file[:32]
    return nonce + hashlib.blake2b(b"knock" + nonce, key=key, digest_size=32).digest()


def test_the_file_has_its_size_while_running_and_afterwards(stack: Stack) -> None:
    sizes = [len(stack.door_file)]
    while_running = stack.door_file
    stack.door.close()
    sizes.append(len(stack.door_file))
    assert sizes == [DOOR_BYTES, DOOR_BYTES]
    assert stack.door_file[:34] != while_running[:34]


def test_who_has_read_the_file_is_given_a_launch_file(stack: Stack) -> None:
    path = knock(stack.door_file)
    assert path.parent == stack.folder
    assert 'method="post"' in path.read_text()


def test_each_knock_gives_another_file(stack: Stack) -> None:
    assert knock(stack.door_file) != knock(stack.door_file)


def test_a_wrong_key_gets_the_uniform_refusal(stack: Stack) -> None:
    answer = knock_raw(stack, secrets.token_bytes(64))
    assert (answer.status, answer.body) == (403, b"Please start the app again.")
    with pytest.raises(NobodyAnswers):
        knock(secrets.token_bytes(32) + stack.door_file[32:])


def test_a_browser_cannot_knock_even_with_the_key(stack: Stack) -> None:
    assert knock_raw(stack, right_knock(stack)).status == 200
    for header in ({"Origin": "null"}, {"Sec-Fetch-Site": "none"}):
        assert knock_raw(stack, right_knock(stack), **header).status == 403


def test_nobody_knocks_at_the_label(stack: Stack) -> None:
    answer = stack.ask("POST", "/door", {"Host": stack.host()}, right_knock(stack))
    assert answer.status == 421


@given(body=st.binary(max_size=100))
def test_any_knock_but_the_right_one_is_refused(body: bytes) -> None:
    door = Door(port=1, open_launch=lambda: Path("/never"), write=lambda _: None)
    assert door.answer(body) is None


def test_a_knock_whose_proof_is_cut_is_refused(stack: Stack) -> None:
    body = right_knock(stack)
    assert stack.door.answer(body) is not None
    assert [stack.door.answer(body[:length]) for length in range(len(body))] == [None] * 64


@pytest.mark.parametrize("content", [b"", bytes(DOOR_BYTES), bytes(DOOR_BYTES - 1)])
def test_a_file_without_a_port_leads_nowhere(content: bytes) -> None:
    with pytest.raises(NobodyAnswers):
        knock(content)


def test_a_stranger_on_our_old_port_cannot_hand_us_a_page() -> None:
    door_file = bytearray(secrets.token_bytes(DOOR_BYTES))
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        door_file[32:34] = squatter.getsockname()[1].to_bytes(2, "big")
        heard: list[bytes] = []

        def answer_with_a_path() -> None:
            connection, _ = squatter.accept()
            with connection:
                heard.append(connection.recv(65536))
                body = bytes(32) + b"/tmp/evil.html"
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)

        thread = threading.Thread(target=answer_with_a_path)
        thread.start()
        with pytest.raises(NobodyAnswers):
            knock(bytes(door_file))
        thread.join()
    assert bytes(door_file[:32]) not in heard[0]


def test_a_closed_port_is_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(NobodyAnswers):
        knock(bytes(32) + port.to_bytes(2, "big") + bytes(DOOR_BYTES - 34))
