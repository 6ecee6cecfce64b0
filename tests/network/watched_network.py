"""A practice network that notes who is asked for what, straight from outside, and can lie."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from webapp.clock import Clock
from webapp.localnet.http_messages import HttpAnswer, HttpRequest
from webapp.localnet.network import PracticeNetwork

HttpService = Callable[[HttpRequest], HttpAnswer]


@dataclass(frozen=True)
class Asked:
    """One request over HTTPS to a node: what makes it a guard, or a candidate for one."""

    port: int
    path: str
    # Of a request that is not an onion: its method and the account it is about.
    method: str = ""
    account: str = ""


class WatchedNetwork(PracticeNetwork):
    """Notes every request that comes in over a socket; nodes among themselves use none."""

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.asked: list[Asked] = []
        self.is_damaging = False
        for service in self._services.values():
            port_of = service.node
            service.answer_http = self._watched(  # type: ignore[method-assign]
                service.answer_http, lambda node=port_of: node.port
            )

    @property
    def seed_port(self) -> int:
        return int(self.seed_url.rpartition(":")[2])

    def stop_seed(self) -> None:
        self._server.close(self.seed_port)

    def index_of(self, port: int) -> int:
        return [node.port for node in self.nodes].index(port)

    def _watched(self, answer: HttpService, port: Callable[[], int]) -> HttpService:
        def watch(request: HttpRequest) -> HttpAnswer:
            self.asked.append(_asked(port(), request))
            return HttpAnswer(200, b"damaged") if self.is_damaging else answer(request)

        return watch


def _asked(port: int, request: HttpRequest) -> Asked:
    path = request.head.target
    if path.startswith("/onion_req/"):
        return Asked(port, path)
    body = json.loads(request.body)
    params = body["params"]
    return Asked(port, path, body["method"], params.get("pubKey") or params.get("pubkey"))
