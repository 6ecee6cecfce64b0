"""Someone with an account, and the node they talk to, without any socket between."""

import json
from collections.abc import Mapping

from tests.localnet.clocks import HeldClock
from webapp.localnet.directory import Directory, spread_swarm_ids
from webapp.localnet.known_servers import KnownServers
from webapp.localnet.node import StorageNode
from webapp.localnet.owners import Owner
from webapp.localnet.rpc import Answer
from webapp.localnet.service import NodeService
from webapp.protocol import requests
from webapp.protocol.identifiers import DAY_MS, MessageHash
from webapp.protocol.keys import AccountKeys
from webapp.protocol.requests import Request

ALICE = AccountKeys.from_seed32(b"A" * 32)
BOB = AccountKeys.from_seed32(b"B" * 32)


class Nodes:
    """Six nodes in two swarms, asked directly."""

    def __init__(self, clock: HeldClock) -> None:
        self.clock = clock
        ids = spread_swarm_ids(2)
        self.nodes = [
            StorageNode(AccountKeys.from_seed32(bytes([i]) * 32), swarm_id=ids[i % 2], clock=clock)
            for i in range(6)
        ]
        self.directory = Directory(self.nodes)
        self.servers = KnownServers()
        self.services: dict[bytes, NodeService] = {}
        for number, node in enumerate(self.nodes):
            node.port = 22_021 + number
            node.running = True
            self.services[node.ed25519] = NodeService(
                node, self.directory, peers=self.services, servers=self.servers
            )

    def swarm_of(self, keys: AccountKeys) -> list[StorageNode]:
        return self.directory.swarm_of(Owner(bytes(keys.account_id)))

    def others(self, keys: AccountKeys) -> list[StorageNode]:
        return [node for node in self.nodes if node not in self.swarm_of(keys)]

    def ask(self, node: StorageNode, request: Request) -> Answer:
        return self.services[node.ed25519].rpc.answer(request.to_json())

    def ask_with(self, node: StorageNode, method: str, params: Mapping[str, object]) -> Answer:
        return self.ask(node, Request(method, params))

    def store(
        self,
        keys: AccountKeys,
        data: bytes,
        *,
        namespace: int = 0,
        ttl_ms: int = DAY_MS,
        member: int = 0,
    ) -> MessageHash:
        """Store through one member of the owner's swarm; return the hash it is filed under."""
        request = requests.store(
            keys.account_id,
            data,
            timestamp_ms=self.clock.now_ms(),
            ttl_ms=ttl_ms,
            namespace=namespace,
            keys=keys,
        )
        answer = self.ask(self.swarm_of(keys)[member], request)
        return MessageHash.parse(reply(answer)["hash"])

    def retrieve(
        self, keys: AccountKeys, *, namespace: int = 0, member: int = 0, **more: object
    ) -> dict[str, object]:
        request = requests.retrieve(keys, timestamp_ms=self.clock.now_ms(), namespace=namespace)
        node = self.swarm_of(keys)[member]
        return reply(self.ask_with(node, "retrieve", {**request.params, **more}))

    def hashes(self, keys: AccountKeys, **more: object) -> list[str]:
        return [item["hash"] for item in self.retrieve(keys, **more)["messages"]]


def reply(answer: Answer) -> dict:
    """Return the JSON of a good answer, as it would be read from the wire."""
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def refusal(answer: Answer) -> tuple[int, object]:
    return answer.status, answer.body
