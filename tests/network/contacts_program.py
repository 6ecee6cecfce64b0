"""Uses a network as it is told on stdin, and answers with all that Python did to sockets.

    {"settings": …, "proxy": text or null}    once, at first
    {"times": n}                              store and poll so often

Run as a program of its own, with nothing in it but the client: every socket is the client's.
"""

# Before anything of ours is imported, so that an import cannot be missed.
from tests.network import audit

SEEN = audit.begin()

import json  # noqa: E402
import sys  # noqa: E402

from tests.network.polling import poll  # noqa: E402
from webapp.clock import SystemClock  # noqa: E402
from webapp.network.client import Network  # noqa: E402
from webapp.network.errors import NetworkError  # noqa: E402
from webapp.network.proxy import Proxy  # noqa: E402
from webapp.network.settings import NetworkSettings  # noqa: E402
from webapp.protocol.keys import AccountKeys  # noqa: E402

DAY_MS = 86_400_000


def use(network: Network, keys: AccountKeys, *, times: int) -> int:
    """Return how often a message was stored and fetched."""
    successes = 0
    for number in range(times):
        try:
            network.store(keys.account_id, b"%d" % number, ttl_ms=DAY_MS)
            poll(network, keys, {})
        except NetworkError:
            continue
        successes += 1
    return successes


def main() -> None:
    first = json.loads(sys.stdin.readline())
    proxy = Proxy.parse(first["proxy"]) if first["proxy"] else None
    settings = NetworkSettings.from_json(first["settings"])
    keys = AccountKeys.from_seed32(b"A" * 32)
    network = Network(settings, clock=SystemClock(), proxy=proxy)
    for line in sys.stdin:
        successes = use(network, keys, times=json.loads(line)["times"])
        state = network.state()
        report = {
            **SEEN.taken(),
            "successes": successes,
            "error": state.last_error and str(state.last_error),
        }
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
    network.close()


if __name__ == "__main__":
    main()
