"""A SOCKS5 proxy (RFC 1928, RFC 1929) that notes what it is asked, and misbehaves on request."""

import contextlib
import ipaddress
import selectors
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.virtual_clock import PATIENCE_S

NO_LOGIN, WITH_LOGIN, NOTHING_ACCEPTABLE = 0, 2, 0xFF
SUCCESS, REFUSED = 0, 5


@dataclass
class SocksServer:
    """Listens on loopback until ``die``; ``revive`` listens on the same port again."""

    # Only this login is let in; with ``likes_logins`` any, as Tor does, and one is preferred.
    login: tuple[bytes, bytes] | None = None
    likes_logins: bool = False
    # Where names lead: what DNS says on the side of the proxy.
    names: Mapping[str, str] = field(default_factory=dict)
    # Called before each target is connected to; a number other than 0 is the refusal.
    verdict: Callable[[str, int], int] = lambda _host, _port: 0
    # Called with each answer of the handshake, and sends it.
    send: Callable[[socket.socket, bytes], None] = lambda peer, answer: peer.sendall(answer)

    def __post_init__(self) -> None:
        self.requested: list[tuple[str, int]] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self.port = 0
        # Protects what is below: a connection that arrives while the server dies must end too.
        self._lock = threading.Lock()
        self._is_alive = False
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.revive()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def revive(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._is_alive = True
        self._run(self._accept)

    def die(self) -> None:
        """Be gone, with all connections, as a killed process is."""
        with self._lock:
            self._is_alive = False
            for sock in [self._listener, *self._sockets]:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self._sockets, self._threads = [], []

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                self.connections += 1
                self._hold(peer)
                self._run(self._serve, peer)

    def _hold(self, sock: socket.socket) -> None:
        with self._lock:
            if not self._is_alive:
                sock.close()
                raise ConnectionAbortedError
            self._sockets.append(sock)
        sock.settimeout(PATIENCE_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer:
            if not self._let_in(peer):
                return
            host, port = self._read_request(peer)
            self.requested.append((host, port))
            refusal = self.verdict(host, port)
            if refusal:
                self._answer(peer, refusal)
                return
            try:
                target = socket.create_connection((self.names.get(host, host), port))
            except OSError:
                self._answer(peer, REFUSED)
                return
            with target:
                self._hold(target)
                self._answer(peer, SUCCESS)
                _relay(peer, target)

    def _answer(self, peer: socket.socket, reply: int) -> None:
        self.send(peer, bytes([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]))

    def _let_in(self, peer: socket.socket) -> bool:
        _, count = _read(peer, 2)
        offered = _read(peer, count)
        wanted = WITH_LOGIN if self.login or self.likes_logins else NO_LOGIN
        if self.likes_logins and WITH_LOGIN not in offered:
            wanted = NO_LOGIN
        if wanted not in offered:
            self.send(peer, bytes([5, NOTHING_ACCEPTABLE]))
            return False
        self.send(peer, bytes([5, wanted]))
        if wanted == NO_LOGIN:
            return True
        _read(peer, 1)
        login = (_read(peer, _read(peer, 1)[0]), _read(peer, _read(peer, 1)[0]))
        self.logins.append(login)
        is_good = self.likes_logins or login == self.login
        self.send(peer, bytes([1, 0 if is_good else 1]))
        return is_good

    def _read_request(self, peer: socket.socket) -> tuple[str, int]:
        _, _, _, kind = _read(peer, 4)
        if kind == 3:
            host = _read(peer, _read(peer, 1)[0]).decode("ascii")
        else:
            host = str(ipaddress.ip_address(_read(peer, {1: 4, 4: 16}[kind])))
        return host, int.from_bytes(_read(peer, 2), "big")


@contextlib.contextmanager
def proxying(server: SocksServer) -> Iterator[SocksServer]:
    """Let the server live until the end of the block."""
    try:
        yield server
    finally:
        server.die()


def _read(peer: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        chunk = peer.recv(count - len(received))
        if not chunk:
            raise ConnectionResetError
        received += chunk
    return received


def _relay(peer: socket.socket, target: socket.socket) -> None:
    """Pass bytes on in both directions until either side has enough."""
    other = {peer: target, target: peer}
    with selectors.DefaultSelector() as selector:
        for sock in other:
            selector.register(sock, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select(PATIENCE_S):
                data = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                if not data:
                    return
                other[key.fileobj].sendall(data)  # type: ignore[index]
