"""The practice network as a whole: what is started, and how a client finds it."""

import random
import secrets
from hashlib import blake2b

from webapp.clock import Clock
from webapp.localnet import file_server
from webapp.localnet.certificates import Identity, make_identity
from webapp.localnet.directory import Directory, spread_swarm_ids
from webapp.localnet.echo import Echo
from webapp.localnet.entrance import Entrance
from webapp.localnet.file_server import FileServer
from webapp.localnet.http_messages import Application
from webapp.localnet.known_servers import KnownServers
from webapp.localnet.moving import move
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Owner
from webapp.localnet.seed import SeedService
from webapp.localnet.server import LOOPBACK, HttpsServer
from webapp.localnet.service import NodeService
from webapp.protocol.identifiers import AccountId
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.requests import Request

NAME = "Practice on this computer"
SEED32_BYTES = 32
FILE_SERVER_LABEL = b"practice-files"


class PracticeNetwork:
    """Storage nodes in swarms, a seed, a file server and Echo, in this process and in memory.

    ``stop`` leaves no thread and no socket behind. A network is started once. With
    ``echo_seed`` Echo keeps its Account ID from one network to the next, and the file
    server its key. ``rng`` decides about the faults that are set on ``nodes``, and about
    nothing else.
    """

    def __init__(
        self,
        *,
        node_count: int = 12,
        swarm_count: int = 3,
        clock: Clock,
        echo_seed: Seed | None = None,
        rng: random.Random | None = None,
    ) -> None:
        swarm_ids = spread_swarm_ids(swarm_count)
        self.nodes = [
            StorageNode(
                AccountKeys.from_seed32(secrets.token_bytes(SEED32_BYTES)),
                swarm_id=swarm_ids[index % swarm_count],
                clock=clock,
            )
            for index in range(node_count)
        ]
        self.directory = Directory(self.nodes)
        if rng is not None:
            self.directory.rng = rng
        self._services: dict[bytes, NodeService] = {}
        self._servers = KnownServers()
        for node in self.nodes:
            self._services[node.ed25519] = NodeService(
                node, self.directory, peers=self._services, servers=self._servers
            )
        self.entrances = [
            Entrance(self._services[node.ed25519], clock=clock, rng=self.directory.rng)
            for node in self.nodes
        ]
        self._server = HttpsServer(clock)
        self._identities: list[Identity] = []
        self.seed_url = ""
        self._seed_cert_sha256 = b""
        echo_seed = echo_seed or Seed.generate()
        self.file_server = FileServer(_file_server_keys(echo_seed), clock=clock)
        self.echo = Echo(clock, seed=echo_seed, send=self.submit)
        self.directory.on_stored.append(self.echo.notice)

    def start(self) -> None:
        """Open the ports of all nodes and of the seed, and wake Echo."""
        self._server.start()
        try:
            self._open_ports()
        except OSError:
            self._server.stop()
            raise
        self.start_file_server()
        self.echo.start()

    def stop(self) -> None:
        """Close everything and wait until it is closed."""
        self.echo.stop()
        for entrance in self.entrances:
            entrance.close()
        self._server.stop()
        for node in self.nodes:
            node.running = False

    def start_file_server(self) -> None:
        """Let the nodes reach the file server (again); it has the files it had before."""
        self._servers.open(file_server.ADDRESS, self.file_server.answer_http)

    def stop_file_server(self) -> None:
        """Make the file server unreachable for the nodes. It keeps its files."""
        self._servers.close(file_server.ADDRESS)

    def start_node(self, index: int) -> None:
        """Let a node answer (again), on the port it had before; what it missed it misses."""
        node, entrance = self.nodes[index], self.entrances[index]
        node.port = self._server.open(
            entrance.answer_http, self._identities[index].context, port=node.port
        )
        entrance.open()
        node.running = True

    def stop_node(self, index: int) -> None:
        """Make a node unreachable for clients and for other nodes. It keeps its messages."""
        node = self.nodes[index]
        node.running = False
        self.entrances[index].close()
        self._server.close(node.port)

    def move_node(self, index: int, swarm_id: int) -> None:
        """Make a node a member of another swarm, which may be new (storage-rpc.md §9)."""
        move(self.nodes[index], swarm_id, self.directory)

    def serve(self, application: Application) -> tuple[str, bytes]:
        """Serve one more site; return its address and the SHA-256 of its certificate."""
        identity = make_identity()
        port = self._server.open(application, identity.context)
        return f"https://{LOOPBACK}:{port}", identity.cert_sha256

    def submit(self, request: Request, *, recipient: AccountId) -> None:
        """Hand ``request`` to a running node of the recipient's swarm, if there is one."""
        for node in self.directory.swarm_of(Owner(bytes(recipient))):
            if node.running:
                self._services[node.ed25519].rpc.answer(request.to_json())
                return

    def network_file(self) -> dict[str, object]:
        """Return what a client needs to join (design.md §3), and whom to write to first."""
        return {
            "name": NAME,
            "seeds": [{"url": self.seed_url, "cert_sha256": self._seed_cert_sha256.hex()}],
            "file_server": {"url": file_server.URL, "ed25519": self.file_server.ed25519.hex()},
            # All nodes share one address.
            "distinct_subnets": False,
            "min_nodes": len(self.nodes),
            "echo": self.echo.account_id.hex,
        }

    def _open_ports(self) -> None:
        for index in range(len(self.nodes)):
            self._identities.append(make_identity())
            self.start_node(index)
        seed = SeedService(self.directory)
        self.seed_url, self._seed_cert_sha256 = self.serve(seed.answer_http)


def _file_server_keys(echo_seed: Seed) -> AccountKeys:
    """Return keys that last as long as Echo's.

    A file is gone after a stop, and messages still name it: a server with the same
    keys can say so, another one could not even open the question.
    """
    return AccountKeys.from_seed32(
        blake2b(bytes(echo_seed), digest_size=SEED32_BYTES, person=FILE_SERVER_LABEL).digest()
    )
