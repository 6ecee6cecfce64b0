"""The practice network behind a ``Transport`` in memory, with ways to misbehave."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from tests.network.polling import poll
from tests.virtual_clock import VirtualClock
from webapp.localnet.directory import Directory, spread_swarm_ids
from webapp.localnet.http_messages import Head, HttpAnswer, HttpRequest
from webapp.localnet.known_servers import KnownServers
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Owner
from webapp.localnet.rpc import Answer as NodeAnswer
from webapp.localnet.seed import SeedService
from webapp.localnet.service import NodeService
from webapp.network.client import Network
from webapp.network.errors import NetworkClosed, NoConnection
from webapp.network.proxy import Proxy
from webapp.network.settings import NetworkSettings, SeedServer
from webapp.network.transport import Answer, CallLimits
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys
from webapp.protocol.requests import store

SEED_URL = "https://127.0.0.1:4443"
FIRST_PORT = 22_021
ALICE = AccountKeys.from_seed32(b"A" * 32)
BOB = AccountKeys.from_seed32(b"B" * 32)
DAY_MS = 86_400_000

Interference = Callable[[str, Answer], Answer]


class MemoryNetwork:
    """Nodes in three swarms and a seed; every direct contact with them is recorded."""

    def __init__(self, clock: VirtualClock, *, node_count: int = 12) -> None:
        self.clock = clock
        ids = spread_swarm_ids(3)
        self.nodes = [
            StorageNode(
                AccountKeys.from_seed32(bytes([number + 1]) * 32),
                swarm_id=ids[number % 3],
                clock=clock,
            )
            for number in range(node_count)
        ]
        self.directory = Directory(self.nodes)
        self.services: dict[bytes, NodeService] = {}
        for number, node in enumerate(self.nodes):
            node.port = FIRST_PORT + number
            node.running = True
            self.services[node.ed25519] = NodeService(
                node, self.directory, peers=self.services, servers=KnownServers()
            )
        self.settings = NetworkSettings(
            name="memory",
            seeds=(SeedServer(SEED_URL),),
            distinct_subnets=False,
            min_nodes=node_count,
        )
        self.seed_answers: Callable[[], Answer] | None = None
        self.interfere: Interference | None = None
        self.contacts: list[tuple[str, str]] = []

    def transport(self) -> "MemoryTransport":
        return MemoryTransport(self)

    def swarm_of(self, account: AccountId) -> list[StorageNode]:
        return self.directory.swarm_of(Owner(bytes(account)))

    def named(self, ed25519: bytes) -> StorageNode:
        return next(node for node in self.nodes if node.ed25519 == ed25519)

    def outside(self, account: AccountId) -> list[StorageNode]:
        return [node for node in self.nodes if node not in self.swarm_of(account)]

    def lie(self, node: StorageNode, answer: Callable[[bytes], NodeAnswer]) -> None:
        """Let ``node`` answer with ``answer`` whatever it is asked."""
        self.services[node.ed25519].rpc.answer = answer  # type: ignore[method-assign]

    def place(
        self, recipient: AccountId, data: bytes, *, only_on: StorageNode | None = None
    ) -> None:
        """Put ``data`` into the recipient's swarm, or on one member alone."""
        members = self.swarm_of(recipient)
        others = [node for node in members if only_on is not None and node is not only_on]
        for node in others:
            node.running = False
        request = store(recipient, data, timestamp_ms=self.clock.now_ms(), ttl_ms=DAY_MS)
        answer = self.services[(only_on or members[0]).ed25519].rpc.answer(request.to_json())
        assert answer.status == 200
        for node in others:
            node.running = True

    def kept_by(self, node: StorageNode, account: AccountId) -> list[bytes]:
        """Return the direct messages for ``account`` that ``node`` has, in its order."""
        owner, now_ms = Owner(bytes(account)), self.clock.now_ms()
        page = node.store.page(owner, 0, after=None, max_count=None, max_bytes=None, now_ms=now_ms)
        return [message.data for message, _ in page.messages]

    def stop(self, nodes: list[StorageNode]) -> None:
        for node in nodes:
            node.running = False

    def start(self, nodes: list[StorageNode]) -> None:
        for node in nodes:
            node.running = True

    def paths_used(self) -> list[str]:
        """Return the HTTP paths of all direct contacts, in order."""
        return [path for _, path in self.contacts]

    def contact(self, url: str, body: bytes) -> Answer:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        self.contacts.append((origin, parts.path))
        answer = self._answer(origin, parts.port or 0, parts.path, body)
        return self.interfere(url, answer) if self.interfere else answer

    def _answer(self, origin: str, port: int, path: str, body: bytes) -> Answer:
        request = HttpRequest(Head("POST", path, no_headers(), len(body), True), body)
        if origin == SEED_URL:
            if self.seed_answers is not None:
                return self.seed_answers()
            return _plain(SeedService(self.directory).answer_http(request))
        node = next((node for node in self.nodes if node.port == port), None)
        if node is None or not node.running:
            raise NoConnection("A computer on the network did not answer.")
        return _plain(self.services[node.ed25519].answer_http(request))


class MemoryTransport:
    """Calls the nodes as functions, within the limits that a real one keeps."""

    def __init__(self, network: MemoryNetwork) -> None:
        self._network = network
        self._closed = False
        self.proxy: Proxy | None = None

    def post(
        self, url: str, body: bytes, *, limits: CallLimits, cert_sha256: bytes | None = None
    ) -> Answer:
        if self._closed:
            raise NetworkClosed("The connection is closed.")
        answer = self._network.contact(url, body)
        assert len(answer.body) <= limits.answer_bytes
        return answer

    def use_proxy(self, proxy: Proxy | None) -> None:
        """Remember what was asked for; in memory there is no way to go another way."""
        self.proxy = proxy

    def close(self) -> None:
        self._closed = True


def poll_until_idle(network: Network) -> None:
    """Poll until there are two paths and nothing is done aside any more."""
    poll(network, ALICE, {})
    for _ in range(3):
        if network._upkeep is not None:
            network._upkeep.result()
        poll(network, ALICE, {})


def no_headers() -> Mapping[str, str]:
    return {}


def unreachable() -> Answer:
    """Answer as a seed that is not there does."""
    raise NoConnection("A computer on the network did not answer.")


def _plain(answer: HttpAnswer) -> Answer:
    return Answer(answer.status, answer.body)
