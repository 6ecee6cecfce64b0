"""A backlog of 5,000 messages: fetched over three hops, opened, stored."""

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
# A backlog comes from a handful of people.
SENDERS = 5


def measure() -> Iterator[Result]:
    """Yield the time for the whole backlog, and for the bare libsodium calls it needs."""
    seed = Seed.generate()
    recipient = AccountKeys.from_seed(seed)
    senders = [AccountKeys.from_seed(Seed.generate()) for _ in range(SENDERS)]
    with practice_network() as network_file, tempfile.TemporaryDirectory() as folder:
        network = Network(load_network_file(network_file), clock=SystemClock())
        _fill_swarm(network, recipient, senders=senders)
        ours_s = _receive(Path(folder) / "0", seed, network=network)
    bare_s = _bare(recipient, senders[0])
    yield Result(f"receive {WAITING} waiting messages: libsodium alone", bare_s * 1e3, "ms")
    yield Result(f"receive {WAITING} waiting messages", ours_s * 1e3, "ms")
    yield Result("receive, against libsodium alone", ours_s / bare_s, "×", budget=2)


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


def _receive(path: Path, seed: Seed, *, network: Network) -> float:
    database = AccountDatabase.create(path, key=bytes(range(32)), salt=bytes(16))
    record = AccountRecord(seed=seed, name="Bea", profile_updated_s=1, network={})
    with database.write():
        accounts.create(database, record)
    keys = AccountKeys.from_seed(seed)
    account = OpenAccount(database, keys, network, SystemClock(), EventBus())
    receiver = Receiver(account)
    try:
        start = time.perf_counter()
        while receiver.poll_once():
            pass
        took = time.perf_counter() - start
        stored = sum(row.unread for row in conversations.list_all(database))
        if stored != WAITING:
            raise RuntimeError(f"{stored} of {WAITING} messages arrived")
    finally:
        network.close()
        database.close()
    return took
