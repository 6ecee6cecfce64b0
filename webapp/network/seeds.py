"""Asks the seed servers which nodes there are. Source: onion.md §1."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final

from webapp.network.errors import NoInterface, NoRoute, Unreachable
from webapp.network.settings import NetworkSettings, SeedServer
from webapp.network.transport import CallLimits, Transport
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.nodes import Node, parse_node_list
from webapp.protocol.requests import seed_service_nodes
from webapp.sentence import mark

# 300 bytes for each of the 10,000 nodes at which the parser stops too.
SEED_CALL: Final = CallLimits(timeout_s=5.0, answer_bytes=3_000_000)
SEED_PATH: Final = "/json_rpc"
HTTP_OK: Final = 200


def fetch_nodes(settings: NetworkSettings, transport: Transport) -> tuple[Node, ...]:
    """Return the node list of the seed that first gives a good one; all are asked at once.

    Raises NoRoute if none does.
    """
    if len(settings.seeds) == 1:
        return _ask(settings.seeds[0], settings, transport)
    executor = ThreadPoolExecutor(len(settings.seeds), thread_name_prefix="seed")
    try:
        asked = [executor.submit(_ask, seed, settings, transport) for seed in settings.seeds]
        refusal = NoRoute(mark("No seed server answered."))
        for answer in as_completed(asked):
            try:
                return answer.result()
            except NoRoute as error:
                refusal = error
        raise refusal
    finally:
        # The slower ones end by themselves, at their time-out at the latest.
        executor.shutdown(wait=False, cancel_futures=True)


def _ask(seed: SeedServer, settings: NetworkSettings, transport: Transport) -> tuple[Node, ...]:
    url, body = seed.url + SEED_PATH, seed_service_nodes().to_json()
    try:
        answer = transport.post(url, body, limits=SEED_CALL, cert_sha256=seed.cert_sha256)
    except NoInterface as error:
        raise NoRoute(mark("This computer is not connected to a network.")) from error
    except Unreachable as error:
        raise NoRoute(mark("No seed server answered.")) from error
    if answer.status != HTTP_OK:
        raise NoRoute(mark("The seed servers do not list the nodes."))
    try:
        nodes = parse_node_list(answer.body)
    except RemoteProtocolError as error:
        raise NoRoute(mark("The seed servers answered with something unreadable.")) from error
    if len(nodes) < settings.min_nodes:
        raise NoRoute(mark("The seed servers list too few nodes to be believed."))
    return nodes
