"""The servers outside the storage nodes that nodes pass requests on to (onion.md §7).

A node of the practice network reaches the servers named here and no other, and none
of these has a port: whatever a request asks for, nothing leaves this computer.
"""

from dataclasses import dataclass

from webapp.localnet.http_messages import Application, Head, HttpAnswer, HttpRequest
from webapp.protocol.onion import ToServer

# Real nodes pass on only these; any other status arrives as 500 (storage-rpc.md §17.8).
PASSED_ON = frozenset({200, 400, 401, 403, 404, 406, 410, 413, 421, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is called upon."""

    protocol: str
    host: str
    port: int


class KnownServers:
    """The running servers of one network, by address."""

    def __init__(self) -> None:
        self._running: dict[ServerAddress, Application] = {}

    def open(self, address: ServerAddress, application: Application) -> None:
        self._running[address] = application

    def close(self, address: ServerAddress) -> None:
        self._running.pop(address, None)

    def call(self, wanted: ToServer) -> HttpAnswer:
        """Post the request to its server; return what the node answers.

        A server that raises TimeoutError is one that does not answer in time.
        """
        address = ServerAddress(wanted.protocol, wanted.host.lower(), wanted.port)
        application = self._running.get(address)
        if application is None:
            where = f"{wanted.host} port {wanted.port}"
            text = f"Failed to connect to {where} after 0 ms: Couldn't connect to server"
            return HttpAnswer.text(502, text)
        head = Head("POST", wanted.target, {}, len(wanted.body), keep_alive=True)
        try:
            answer = application(HttpRequest(head, wanted.body))
        except TimeoutError:
            # A real node finds out after 25 seconds.
            text = "Operation timed out after 25000 milliseconds with 0 bytes received"
            return HttpAnswer.text(504, text)
        # The headers of the server are lost, its body is passed on as it is.
        return HttpAnswer(answer.status if answer.status in PASSED_ON else 500, answer.body)
