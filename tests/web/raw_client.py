"""A client that sends any bytes (security.md H5), and a tab that speaks Socket.IO over them."""

import base64
import json
import secrets
import socket
import struct
from dataclasses import dataclass
from typing import Any, Self

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)

# Only a broken server needs longer; a test that waits for something ends with this.
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; ``headers`` in the order of the wire, names in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each == name.lower()]

    def __getitem__(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    @property
    def cookie(self) -> str:
        return self["set-cookie"].partition(";")[0]


def connect(port: int, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection((address, port), timeout=PATIENCE_S)


def head(method: str, target: str, headers: dict[str, str] | list[tuple[str, str]]) -> bytes:
    pairs = headers.items() if isinstance(headers, dict) else headers
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in pairs)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def exchange(port: int, request: bytes, address: str = "127.0.0.1") -> Answer:
    """Send ``request`` on a connection of its own and return the answer."""
    with connect(port, address) as sock:
        sock.sendall(request)
        return read_answer(sock)


def read_answer(sock: socket.socket) -> Answer:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(sock)
    raw_head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = raw_head.decode("latin-1").split("\r\n")
    headers = tuple((n.lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines))
    length = int(dict(headers).get("content-length", "0"))
    while len(body) < length:
        body += _more(sock)
    return Answer(int(first.split()[1]), headers, body)


def is_closed_by_server(sock: socket.socket) -> bool:
    """Wait for the end of the connection; whatever comes before is thrown away."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def reset(sock: socket.socket) -> None:
    """Close as a killed browser does: with RST, no goodbye."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def handshake_headers(host: str, **more: str) -> dict[str, str]:
    return {
        "Host": host,
        "Origin": f"http://{host}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        **more,
    }


LIVE_TARGET = "/socket.io/?EIO=4&transport=websocket"


class Tab:
    """One tab as the server sees it: a WebSocket that speaks Engine.IO 4 and Socket.IO 5."""

    def __init__(self, port: int, headers: dict[str, str], *, join: bool = True) -> None:
        self.sock = connect(port)
        self._ws = WSConnection(ConnectionType.CLIENT)
        self._messages: list[str] = []
        self.is_over = False
        self.subprotocol: str | None = None
        extra = [
            (name.encode(), value.encode())
            for name, value in headers.items()
            if name in ("Origin", "Cookie", "Sec-Fetch-Site")
        ]
        offered = [word.strip() for word in headers.get("Sec-WebSocket-Protocol", "").split(",")]
        self._send(
            Request(
                host=headers["Host"],
                target=LIVE_TARGET,
                extra_headers=extra,
                subprotocols=[word for word in offered if word],
            )
        )
        self.opening = json.loads(self.next_message().removeprefix("0"))
        if join:
            self.say("40")
            assert self.next_message().startswith("40")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def say(self, text: str, *, finished: bool = True) -> None:
        self._send(TextMessage(data=text, message_finished=finished))

    def say_bytes(self, data: bytes) -> None:
        self._send(BytesMessage(data=data))

    def next_event(self) -> list[Any]:
        """Return the next event as [name, argument]; answer pings on the way.

        Of a patch the second argument, whose it is, is left out (``next_patch``).
        """
        return self.next_call()[:2]

    def next_call(self) -> list[Any]:
        """Return the next event with all its arguments."""
        while True:
            message = self.next_message()
            if message == "2":
                self.say("3")
            elif message.startswith("42"):
                event: list[Any] = json.loads(message[2:])
                return event
            else:
                raise AssertionError(f"unexpected message {message[:40]}")

    def next_message(self) -> str:
        while not self._messages:
            if self.is_over:
                raise EOFError
            self._read()
        return self._messages.pop(0)

    def wait_for_end(self) -> list[str]:
        """Return what still came before the server ended the connection."""
        while not self.is_over:
            try:
                self._read()
            except ConnectionResetError:
                break
        return self._messages

    def _read(self) -> None:
        data = self.sock.recv(1 << 16)
        if not data:
            self.is_over = True
            return
        self._ws.receive_data(data)
        for event in self._ws.events():
            self._take(event)

    def _take(self, event: Any) -> None:
        match event:
            case AcceptConnection():
                assert not event.extensions
                self.subprotocol = event.subprotocol
            case RejectConnection():
                raise PermissionError(event.status_code)
            case TextMessage():
                self._partial = getattr(self, "_partial", "") + event.data
                if event.message_finished:
                    self._messages.append(self._partial)
                    self._partial = ""
            case Ping():
                self._send(event.response())
            case CloseConnection():
                self._send(event.response())
                self.is_over = True

    def _send(self, event: Any) -> None:
        self.sock.sendall(self._ws.send(event))


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    if not data:
        raise EOFError("the server closed the connection in the middle of an answer")
    return data
