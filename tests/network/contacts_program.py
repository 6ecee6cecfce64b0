"""Uses the network in good and bad times, and prints every address Python connected to.

Run as a program of its own, because an audit hook cannot be taken away again.
"""

import json
import sys

from tests.network.memory_network import ALICE, BOB, DAY_MS
from tests.virtual_clock import VirtualClock
from webapp.localnet.network import PracticeNetwork
from webapp.network.client import Network
from webapp.network.errors import NetworkError
from webapp.network.settings import NetworkSettings

connected: list[str] = []
looked_up: list[str] = []


def spy(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        host, port = arguments[1][:2]  # type: ignore[index]
        connected.append(f"{host}:{port}")
    elif event == "socket.getaddrinfo":
        looked_up.append(str(arguments[0]))
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr", "socket.sendto"):
        looked_up.append(event)


def use(network: Network, *, times: int) -> None:
    for number in range(times):
        try:
            network.store(BOB.account_id, b"%d" % number, ttl_ms=DAY_MS)
            network.poll(ALICE, {})
        except NetworkError:
            continue


def main() -> None:
    clock = VirtualClock()
    practice = PracticeNetwork(clock=clock)
    practice.start()
    network = Network(NetworkSettings.from_json(practice.network_file()), clock=clock)
    sys.addaudithook(spy)
    use(network, times=20)
    in_good_times = list(connected)
    for first in range(0, 12, 2):
        for index in range(first, first + 6):
            practice.stop_node(index % 12)
        use(network, times=3)
        for index in range(first, first + 6):
            practice.start_node(index % 12)
    for index in range(12):
        practice.stop_node(index)
    use(network, times=5)
    report = {
        "seed": practice.seed_url.removeprefix("https://"),
        "nodes": [f"{node.ip}:{node.port}" for node in practice.nodes],
        "in_good_times": in_good_times,
        "connected": connected,
        "looked_up": looked_up,
    }
    network.close()
    practice.stop()
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
