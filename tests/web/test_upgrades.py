"""The socket of an upgraded connection, and the threads that serve them."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.virtual_clock import VirtualClock
from webapp.web.upgrades import LAST_WORDS_S, UpgradedConnections, UpgradedSocket

PIECE_BYTES = 1 << 20
PIECES = 8


@pytest.fixture
def pair(clock: VirtualClock) -> Iterator[tuple[UpgradedSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    connection = UpgradedSocket(ours, clock=clock, send_timeout_s=0.2)
    with theirs:
        yield connection, theirs
        connection.release()


def test_what_two_threads_send_arrives_whole_and_not_mixed(
    pair: tuple[UpgradedSocket, socket.socket],
) -> None:
    connection, peer = pair

    def send(letter: bytes) -> None:
        for _ in range(PIECES):
            assert connection.send(letter * PIECE_BYTES) == PIECE_BYTES

    threads = [threading.Thread(target=send, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    pieces = [peer.recv(PIECE_BYTES, socket.MSG_WAITALL) for _ in range(2 * PIECES)]
    for thread in threads:
        thread.join()
    assert sorted(pieces) == [b"a" * PIECE_BYTES] * PIECES + [b"b" * PIECE_BYTES] * PIECES


def test_sending_to_a_frozen_peer_fails_and_ends_the_connection(
    pair: tuple[UpgradedSocket, socket.socket],
) -> None:
    connection, _ = pair
    with pytest.raises(TimeoutError):
        connection.send(b"x" * PIECE_BYTES * PIECES)
    assert connection.recv(1) == b""


def test_a_silent_peer_is_waited_for_longer_than_a_frozen_one(
    pair: tuple[UpgradedSocket, socket.socket],
) -> None:
    connection, peer = pair
    later = threading.Timer(0.5, peer.sendall, args=(b"x",))
    later.start()
    assert connection.recv(1) == b"x"
    later.join()


def test_the_end_comes_two_seconds_after_it_was_first_announced(
    pair: tuple[UpgradedSocket, socket.socket], clock: VirtualClock
) -> None:
    connection, _ = pair
    connection.end_soon()
    clock.advance(LAST_WORDS_S - 0.1)
    connection.end_soon()
    assert not connection.is_overdue()
    clock.advance(0.1)
    assert connection.is_overdue()


def test_stopping_ends_what_is_served_and_waits_for_it(clock: VirtualClock) -> None:
    connections = UpgradedConnections(clock=clock)
    ours, theirs = socket.socketpair()
    ended: list[bytes] = []
    with theirs:
        connections.adopt(ours, lambda connection: ended.append(connection.recv(1)))
        assert len(connections) == 1
        connections.stop()
    assert ended == [b""]
    assert (len(connections), ours.fileno()) == (0, -1)
