"""A backlog of 5,000 messages: fetched over three hops, opened, stored."""

import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nacl import bindings as sodium

from benchmarks.practice import practice_network
from benchmarks.result import Result
from webapp.clock import SystemClock
from webapp.network.client import Network
from webapp.network.https_transport import HttpsTransport
from webapp.network.seeds import fetch_nodes
from webapp.network.settings import NetworkSettings, load_network_file
from webapp.network.transport import CallLimits
from webapp.protocol import envelope, requests
from webapp.protocol.content import Content, Profile, VisibleMessage, encode_content
from webapp.protocol.identifiers import PUBLIC_INBOX_MAX_TTL_MS
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.nodes import Node
from webapp.protocol.padding import pad
from webapp.protocol.replies import parse_swarm
from webapp.protocol.requests import MAX_SUBREQUESTS, Request
from webapp.services.events import EventBus
from webapp.services.guarded_rows import GuardedRows
from webapp.services.open_account import OpenAccount
from webapp.services.receiving import Receiver
from webapp.storage import accounts, conversation_list
from webapp.storage.accounts import AccountRecord
from webapp.storage.database import AccountDatabase
from webapp.storage.freshness import Head

WAITING = 5_000
ROUNDS = 7
LIMITS = CallLimits(timeout_s=10.0, answer_bytes=1_000_000)
# A backlog comes from a handful of people.
SENDERS = 5


def measure() -> Iterator[Result]:
    """Yield the time for the whole backlog, and for the bare libsodium calls it needs."""
    seed = Seed.generate()
    recipient = AccountKeys.from_seed(seed)
    senders = [AccountKeys.from_seed(Seed.generate()) for _ in range(SENDERS)]
    ours, bare, busy = [], [], []
    with practice_network() as network_file, tempfile.TemporaryDirectory() as folder:
        settings = load_network_file(network_file)
        _fill_swarm(settings, recipient, senders=senders)
        network = Network(settings, clock=SystemClock())
        gc.freeze()  # as the app does once it has started
        # In turns, so that a computer that slows down for a while slows down both.
        for number in range(ROUNDS):
            bare.append(_bare(recipient, senders[0]))
            took_s, busy_s = _receive(Path(folder) / str(number), seed, network=network)
            ours.append(took_s)
            busy.append(busy_s)
        network.close()
    ours_s, bare_s = statistics.median(ours), statistics.median(bare)
    yield Result(f"receive {WAITING} waiting messages: libsodium alone", bare_s * 1e3, "ms")
    yield Result(f"receive {WAITING} waiting messages", ours_s * 1e3, "ms")
    yield Result("receive, against libsodium alone", ours_s / bare_s, "×", budget=2)
    # Without the wait for the nodes, which on this computer is the work of their process.
    yield Result("receive, our own processor time", statistics.median(busy) / bare_s, "×")


def _fill_swarm(
    settings: NetworkSettings, recipient: AccountKeys, *, senders: list[AccountKeys]
) -> None:
    """Store the backlog, twenty at a time: nodes limit how often they may be asked."""
    now_ms = SystemClock().now_ms()
    stores = [
        requests.store(
            recipient.account_id,
            _message(senders[number % SENDERS], recipient, number, sent_at_ms=now_ms + number),
            timestamp_ms=now_ms,
            ttl_ms=PUBLIC_INBOX_MAX_TTL_MS,
        )
        for number in range(-WAITING, 0)
    ]
    transport = HttpsTransport(clock=SystemClock())
    try:
        member = _member_of_swarm(settings, recipient, transport=transport)
        for start in range(0, WAITING, MAX_SUBREQUESTS):
            _ask(member, requests.batch(stores[start : start + MAX_SUBREQUESTS]), transport)
    finally:
        transport.close()


def _message(sender: AccountKeys, recipient: AccountKeys, number: int, *, sent_at_ms: int) -> bytes:
    text = VisibleMessage(f"Message number {number}.", Profile(name="Ada", updated_s=1))
    return envelope.wrap(
        encode_content(Content(sent_at_ms, text)),
        sender=sender,
        recipient=recipient.account_id,
        sent_at_ms=sent_at_ms,
    )


def _member_of_swarm(
    settings: NetworkSettings, recipient: AccountKeys, *, transport: HttpsTransport
) -> Node:
    nodes = fetch_nodes(settings, transport)
    members = parse_swarm(_ask(nodes[0], requests.get_swarm(recipient.account_id), transport))
    return next(node for node in nodes if node.ed25519 in members.nodes)


def _ask(node: Node, request: Request, transport: HttpsTransport) -> bytes:
    answer = transport.post(f"{node.url}/storage_rpc/v1", request.to_json(), limits=LIMITS)
    if answer.status != 200:
        raise RuntimeError(f"a node answered {answer.status}: {answer.body!r}")
    return answer.body


def _bare(recipient: AccountKeys, sender: AccountKeys) -> float:
    text = encode_content(Content(1, VisibleMessage("Message", Profile(name="Ada", updated_s=1))))
    signed = envelope.sign_for(pad(text), sender=sender, recipient=recipient.account_id)
    sealed = sodium.crypto_box_seal(signed, recipient.x25519)
    start = time.perf_counter()
    for _ in range(WAITING):
        inner = sodium.crypto_box_seal_open(sealed, recipient.x25519, recipient.x25519_secret)
        body, signature = inner[:-64] + recipient.x25519, inner[-64:]
        sodium.crypto_sign_open(signature + body, sender.ed25519)
    return time.perf_counter() - start


def _receive(path: Path, seed: Seed, *, network: Network) -> tuple[float, float]:
    database = AccountDatabase.create(path, key=bytes(range(32)), salt=bytes(16))
    record = AccountRecord(seed=seed, name="Bea", profile_updated_s=1, network={})
    with database.write():
        accounts.create(database, record)
    keys = AccountKeys.from_seed(seed)
    guarded = GuardedRows(
        database, sealed=Head(), seal=lambda _head: None, seal_at_opening=lambda _head: None
    )
    account = OpenAccount(database, keys, network, SystemClock(), EventBus(), guarded)
    receiver = Receiver(account)
    try:
        start, start_busy = time.perf_counter(), time.process_time()
        while receiver.poll_once():
            pass
        took, busy = time.perf_counter() - start, time.process_time() - start_busy
        stored = sum(row.unread for row in conversation_list.first_page(database).rows)
        if stored != WAITING:
            raise RuntimeError(f"{stored} of {WAITING} messages arrived")
    finally:
        database.close()
    return took, busy
