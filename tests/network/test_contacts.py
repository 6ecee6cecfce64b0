"""A spy below the HTTP library: nobody but seeds, guards and the proxy is ever connected to.

Three witnesses: the audit hook in the client's process, the nodes and the proxy, which note
what reaches them, and the kernel's own table of connections.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.network.memory_network import ALICE
from tests.network.socks_server import SocksServer, proxying
from tests.network.watched_network import WatchedNetwork
from webapp.clock import SystemClock

ROOT = Path(__file__).parents[2]
LOOPBACK = {"127.0.0.1", "::1"}
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SOCKS_PROXY", "FTP_PROXY")


def temptations(home: Path, trap: str) -> dict[str, str]:
    """Return an environment that leads astray whoever listens to it."""
    (home / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    (home / "aliases").write_text("localhost elsewhere.invalid\n")
    names = [*PROXY_VARIABLES, *map(str.lower, PROXY_VARIABLES)]
    return {
        **os.environ,
        **dict.fromkeys(names, f"http://{trap}"),
        "NO_PROXY": "example.org",
        "no_proxy": "example.org",
        "HOME": str(home),
        "NETRC": str(home / ".netrc"),
        "SSL_CERT_FILE": str(home / "nothing.pem"),
        "SSL_CERT_DIR": str(home / "nothing"),
        "REQUESTS_CA_BUNDLE": str(home / "nothing.pem"),
        "SSLKEYLOGFILE": str(home / "keys.log"),
        "RES_OPTIONS": "ndots:15 timeout:1 attempts:1",
        "LOCALDOMAIN": "elsewhere.invalid",
        "HOSTALIASES": str(home / "aliases"),
    }


@dataclass
class Client:
    """The program that uses the network, and what it has said of each stage."""

    process: "subprocess.Popen[str]"
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def uses(self, stage: str, *, times: int) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"times": times}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the program ended in the stage {stage!r}"
        self.stages[stage] = json.loads(answer)
        return self.stages[stage]

    def all(self, what: str) -> set[str]:
        return {each for stage in self.stages.values() for each in stage[what]}

    def peers(self) -> set[int]:
        """Return the ports to which the kernel knows connections of the process."""
        folder = Path(f"/proc/{self.process.pid}")
        links = {os.readlink(entry) for entry in (folder / "fd").iterdir()}
        tables = [(folder / "net" / name).read_text() for name in ("tcp", "tcp6")]
        rows = [line.split() for table in tables for line in table.splitlines()]
        return {int(row[2].rpartition(":")[2], 16) for row in rows if f"socket:[{row[9]}]" in links}


@dataclass
class Story:
    """One run, good times and bad, and what everybody in it has noticed."""

    client: Client
    practice: WatchedNetwork
    seed: str
    proxy: SocksServer
    peers: set[int]
    are_keys_logged: bool

    @property
    def nodes(self) -> set[str]:
        return {f"127.0.0.1:{node.port}" for node in self.practice.nodes}


@contextmanager
def client_in(home: Path, settings: dict[str, object], proxy: str | None) -> Iterator[Client]:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.network.contacts_program"],
            cwd=ROOT,
            env=temptations(home, f"127.0.0.1:{trap.getsockname()[1]}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"settings": settings, "proxy": proxy}) + "\n")
        with process:
            yield Client(process)
        assert process.returncode == 0
        with pytest.raises(BlockingIOError):
            trap.accept()


def settings_with_seed_named(practice: WatchedNetwork, name: str) -> dict[str, object]:
    file = practice.network_file()
    seeds: Any = file["seeds"]
    return {**file, "seeds": [{**seeds[0], "url": f"https://{name}:{practice.seed_port}"}]}


def live_through(client: Client, practice: WatchedNetwork) -> None:
    """Use the network while everything happens to it that can."""
    indexes = range(len(practice.nodes))
    client.uses("good times", times=15)
    guard = practice.index_of(practice.asked[-1].port)
    practice.stop_node(guard)
    client.uses("the guard is down", times=6)
    practice.start_node(guard)
    for index in indexes[::2]:
        practice.stop_node(index)
    client.uses("half of the nodes are down", times=6)
    for index in indexes[::2]:
        practice.start_node(index)
    practice.is_damaging = True
    client.uses("answers are damaged", times=4)
    practice.is_damaging = False
    for index in indexes:
        practice.stop_node(index)
    client.uses("all nodes are down", times=4)
    practice.stop_seed()
    client.uses("the seed is down too", times=4)
    for index in indexes:
        practice.start_node(index)
    client.uses("all is well again", times=12)


def tell(home: Path, seed: str, *, is_proxied: bool) -> Story:
    """Return the story of a client in ``home``, whose network names its seed ``seed``."""
    practice = WatchedNetwork(clock=SystemClock())
    practice.start()
    settings = settings_with_seed_named(practice, seed)
    proxy = SocksServer(names={seed: "127.0.0.1"})
    with (
        proxying(proxy),
        client_in(home, settings, f"socks5h://{proxy.address}" if is_proxied else None) as client,
    ):
        live_through(client, practice)
        peers = client.peers() if sys.platform == "linux" else set()
        proxy.die()
        client.uses("the proxy is dead", times=6)
        proxy.revive()
        client.uses("the proxy is back", times=6)
    practice.stop()
    are_keys_logged = (home / "keys.log").exists()
    return Story(client, practice, f"{seed}:{practice.seed_port}", proxy, peers, are_keys_logged)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("straight"), "localhost", is_proxied=False)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("proxied"), "seed.invalid", is_proxied=True)


@pytest.fixture(params=["straight", "proxied"])
def story(request: pytest.FixtureRequest) -> Story:
    return request.getfixturevalue(request.param)


def test_the_story_has_good_and_bad_times(story: Story) -> None:
    successes = {stage: report["successes"] for stage, report in story.client.stages.items()}

    assert successes["good times"] == 15
    assert successes["all nodes are down"] == successes["answers are damaged"] == 0
    assert successes["all is well again"] > 0


def test_without_a_proxy_only_the_seed_and_nodes_are_connected_to(straight: Story) -> None:
    seeds = {f"{host}:{straight.practice.seed_port}" for host in LOOPBACK}

    assert straight.client.all("connected") <= seeds | straight.nodes
    assert straight.peers <= {node.port for node in straight.practice.nodes}
    assert straight.proxy.requested == []


def test_in_good_times_there_are_two_guards(straight: Story) -> None:
    connected = set(straight.client.stages["good times"]["connected"])

    assert 1 <= len(connected & straight.nodes) <= 2


def test_a_node_is_asked_straight_only_as_a_guard_or_to_become_one(story: Story) -> None:
    first_hops = {asked.port for asked in story.practice.asked if asked.path == "/onion_req/v2"}
    tests = [asked for asked in story.practice.asked if asked.path != "/onion_req/v2"]

    # No guard without a test before, and no other request than that of the test.
    assert first_hops <= {asked.port for asked in tests}
    assert {(asked.path, asked.method) for asked in tests} == {("/storage_rpc/v1", "get_swarm")}
    # Nor does a test tell whose address this is.
    assert ALICE.account_id.hex not in {asked.account for asked in tests}
    assert len({asked.account for asked in tests}) == len(tests)


def test_without_a_proxy_only_the_name_of_the_seed_is_looked_up(straight: Story) -> None:
    assert straight.client.all("looked_up") == {"localhost"}


def test_with_a_proxy_only_the_proxy_is_connected_to(proxied: Story) -> None:
    assert proxied.client.all("connected") == {proxied.proxy.address}
    assert proxied.peers <= {proxied.proxy.port}
    assert proxied.peers or sys.platform != "linux"


def test_with_a_proxy_no_name_is_looked_up_here(proxied: Story) -> None:
    assert proxied.client.all("looked_up") == set()


def test_the_proxy_is_asked_for_the_seed_by_name_and_for_nodes(proxied: Story) -> None:
    requested = {f"{host}:{port}" for host, port in proxied.proxy.requested}

    assert proxied.seed in requested
    assert requested <= {proxied.seed} | proxied.nodes


def test_while_the_proxy_is_dead_nothing_arrives_anywhere(proxied: Story) -> None:
    report = proxied.client.stages["the proxy is dead"]

    assert report["successes"] == 0
    assert set(report["connected"]) == {proxied.proxy.address}
    assert report["error"] == (
        f"The proxy at {proxied.proxy.address} does not answer. "
        "Nothing is sent without it, as you chose."
    )


def test_a_proxy_that_comes_back_is_used_again_and_no_guard_was_lost(proxied: Story) -> None:
    report = proxied.client.stages["the proxy is back"]

    assert report["successes"] == 6


def test_nothing_else_can_carry_bytes_away(story: Story) -> None:
    assert story.client.all("others") == set()
    # One library finds out in this way whether the system has IPv6.
    assert story.client.all("bound") <= {"::1"}


def test_the_keys_of_connections_are_not_written_to_a_file(story: Story) -> None:
    assert not story.are_keys_logged
