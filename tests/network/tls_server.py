"""A TLS server that does exactly what a test tells it to, well-behaved or not."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.virtual_clock import PATIENCE_S
from webapp.localnet.certificates import Identity, make_identity

END_OF_HEAD = b"\r\n\r\n"

Script = Callable[[socket.socket], None]


@dataclass
class TlsServer:
    """Runs ``script`` once for each connection, and notes the requests that ``request`` reads."""

    script: Script
    identity: Identity | None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._peers: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    @property
    def url(self) -> str:
        scheme = "https" if self.identity else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def request(self, peer: socket.socket) -> bytes:
        """Return the next request of ``peer``, head and body; empty at the end."""
        received = b""
        while END_OF_HEAD not in received:
            chunk = peer.recv(65_536)
            if not chunk:
                return b""
            received += chunk
        head, _, body = received.partition(END_OF_HEAD)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += peer.recv(65_536)
        self.requests.append(head + END_OF_HEAD + body)
        return self.requests[-1]

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(PATIENCE_S)
        for peer in self._peers:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(peer, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            peer.settimeout(PATIENCE_S)
            thread = threading.Thread(target=self._run, args=(peer,))
            self._threads.append(thread)
            thread.start()

    def _run(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.identity:
                peer = self.identity.context.wrap_socket(peer, server_side=True)
            self._peers.append(peer)
            self.script(peer)
        with contextlib.suppress(OSError, ssl.SSLError):
            peer.close()


@contextlib.contextmanager
def serving(
    script: Callable[["TlsServer", socket.socket], None], *, tls: bool = True
) -> Iterator[TlsServer]:
    """Serve until the end of the block; ``script`` gets the server and a connected peer."""
    server = TlsServer(lambda peer: script(server, peer), make_identity() if tls else None)
    try:
        yield server
    finally:
        server.stop()


def finish_unless_left(peer: socket.socket, rest: bytes) -> None:
    """Send ``rest`` to a client that is still there, although it should have hung up by now.

    Whoever hangs up in time ends the wait; only a broken client lets it pass.
    """
    peer.settimeout(1.0)
    try:
        peer.recv(1)
    except TimeoutError:
        peer.sendall(rest)


def answer(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def answering(reply: bytes) -> Callable[[TlsServer, socket.socket], None]:
    """Return a script that gives the same reply to all requests of a connection."""

    def script(server: TlsServer, peer: socket.socket) -> None:
        while server.request(peer):
            peer.sendall(reply)

    return script
