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
from webapp.network.settings import load_network_file
from webapp.protocol import envelope
from webapp.protocol.content import Content, Profile, VisibleMessage, encode_content
from webapp.protocol.identifiers import PUBLIC_INBOX_MAX_TTL_MS
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.padding import pad
from webapp.services.events import EventBus
from webapp.services.open_account import OpenAccount
from webapp.services.receiving import Receiver
from webapp.storage import accounts, conversations
from webapp.storage.accounts import AccountRecord
from webapp.storage.database import AccountDatabase

WAITING = 5_000
ROUNDS = 7
# A backlog comes from a handful of people.
SENDERS = 5


def measure() -> Iterator[Result]:
    """Yield the time for the whole backlog, and for the bare libsodium calls it needs."""
    seed = Seed.generate()
    recipient = AccountKeys.from_seed(seed)
    senders = [AccountKeys.from_seed(Seed.generate()) for _ in range(SENDERS)]
    ours, bare, busy = [], [], []
    with practice_network() as network_file, tempfile.TemporaryDirectory() as folder:
        network = Network(load_network_file(network_file), clock=SystemClock())
        _fill_swarm(network, recipient, senders=senders)
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


def _fill_swarm(network: Network, recipient: AccountKeys, *, senders: list[AccountKeys]) -> None:
    now_ms = network.now_ms()
    for number in range(WAITING):
        sent_at_ms = now_ms - WAITING + number
        text = VisibleMessage(f"Message number {number}.", Profile(name="Ada", updated_s=1))
        data = envelope.wrap(
            encode_content(Content(sent_at_ms, text)),
            sender=senders[number % SENDERS],
            recipient=recipient.account_id,
            sent_at_ms=sent_at_ms,
        )
        network.store(recipient.account_id, data, ttl_ms=PUBLIC_INBOX_MAX_TTL_MS)


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
    account = OpenAccount(database, keys, network, SystemClock(), EventBus())
    receiver = Receiver(account)
    try:
        start, start_busy = time.perf_counter(), time.process_time()
        while receiver.poll_once():
            pass
        took, busy = time.perf_counter() - start, time.process_time() - start_busy
        stored = sum(row.unread for row in conversations.list_all(database))
        if stored != WAITING:
            raise RuntimeError(f"{stored} of {WAITING} messages arrived")
    finally:
        database.close()
    return took, busy
