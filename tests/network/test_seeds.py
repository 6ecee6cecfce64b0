import json
import threading
from dataclasses import replace

import pytest

from tests.network.memory_network import MemoryNetwork
from tests.virtual_clock import PATIENCE_S
from webapp.network.errors import NetworkClosed, NoInterface, NoRoute, Unreachable
from webapp.network.seeds import fetch_nodes
from webapp.network.settings import SeedServer
from webapp.network.transport import Answer, CallLimits

ONE = SeedServer("https://10.0.0.1:4443", bytes(32))
TWO = SeedServer("https://10.0.0.2:4443", bytes(32))
THREE = SeedServer("https://10.0.0.3:4443", bytes(32))


class Seeds:
    """A transport to which each seed's behaviour is given."""

    def __init__(self, **behaviours: Answer | Exception | threading.Event) -> None:
        self._behaviours = behaviours
        self.pins: list[bytes | None] = []

    def post(
        self, url: str, body: bytes, *, limits: CallLimits, cert_sha256: bytes | None = None
    ) -> Answer:
        assert json.loads(body)["method"] == "get_n_service_nodes"
        self.pins.append(cert_sha256)
        number = url.removeprefix("https://10.0.0.").removesuffix(":4443/json_rpc")
        behaviour = self._behaviours[f"seed{number}"]
        if isinstance(behaviour, threading.Event):
            assert behaviour.wait(PATIENCE_S)
            raise Unreachable("late")
        if isinstance(behaviour, Exception):
            raise behaviour
        return behaviour

    def close(self) -> None:
        raise NotImplementedError


def node_list(memory: MemoryNetwork, *, count: int = 12) -> Answer:
    states = [node.chain_state() for node in memory.nodes[:count]]
    return Answer(200, json.dumps({"result": {"service_node_states": states}}).encode())


def test_the_seed_is_asked_with_its_pin(memory: MemoryNetwork) -> None:
    seeds = Seeds(seed1=node_list(memory))
    nodes = fetch_nodes(replace(memory.settings, seeds=(ONE,)), seeds)
    assert {node.ed25519 for node in nodes} == {node.ed25519 for node in memory.nodes}
    assert seeds.pins == [bytes(32)]


def test_one_good_seed_is_enough(memory: MemoryNetwork, no_thread_left: None) -> None:
    seeds = Seeds(seed1=Unreachable("gone"), seed2=Answer(200, b"garbage"), seed3=node_list(memory))
    settings = replace(memory.settings, seeds=(ONE, TWO, THREE))
    assert len(fetch_nodes(settings, seeds)) == 12


def test_a_seed_that_hangs_is_not_waited_for(memory: MemoryNetwork, no_thread_left: None) -> None:
    hanging = threading.Event()
    seeds = Seeds(seed1=hanging, seed2=node_list(memory))
    settings = replace(memory.settings, seeds=(ONE, TWO))
    assert len(fetch_nodes(settings, seeds)) == 12
    hanging.set()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage",
        b"[]",
        b"{}",
        b'{"result":{}}',
        b'{"result":{"service_node_states":[]}}',
        b'{"result":{"service_node_states":[{}]}}',
        b'{"error":{"code":-32601}}',
    ],
)
def test_garbage_is_no_node_list(memory: MemoryNetwork, answer: bytes) -> None:
    seeds = Seeds(seed1=Answer(200, answer))
    with pytest.raises(NoRoute):
        fetch_nodes(replace(memory.settings, seeds=(ONE,)), seeds)


def test_a_list_shorter_than_the_network_allows_is_not_believed(memory: MemoryNetwork) -> None:
    seeds = Seeds(seed1=node_list(memory, count=11))
    with pytest.raises(NoRoute, match="too few"):
        fetch_nodes(replace(memory.settings, seeds=(ONE,)), seeds)


def test_an_http_error_is_no_node_list(memory: MemoryNetwork) -> None:
    good = node_list(memory)
    seeds = Seeds(seed1=Answer(302, good.body))
    with pytest.raises(NoRoute):
        fetch_nodes(replace(memory.settings, seeds=(ONE,)), seeds)


def test_when_no_seed_answers_it_is_said(memory: MemoryNetwork, no_thread_left: None) -> None:
    seeds = Seeds(seed1=Unreachable("gone"), seed2=Unreachable("gone"))
    with pytest.raises(NoRoute, match="No seed server answered"):
        fetch_nodes(replace(memory.settings, seeds=(ONE, TWO)), seeds)


def test_a_computer_without_a_network_is_told_so(memory: MemoryNetwork) -> None:
    seeds = Seeds(seed1=NoInterface("none"))
    with pytest.raises(NoRoute, match="not connected"):
        fetch_nodes(replace(memory.settings, seeds=(ONE,)), seeds)


def test_hanging_up_ends_the_search(memory: MemoryNetwork, no_thread_left: None) -> None:
    seeds = Seeds(seed1=NetworkClosed("closed"), seed2=NetworkClosed("closed"))
    with pytest.raises(NetworkClosed):
        fetch_nodes(replace(memory.settings, seeds=(ONE, TWO)), seeds)
