"""Two people keep writing to each other while the network does its worst."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.correspondents import Correspondent
from webapp.clock import Clock, SystemClock
from webapp.localnet.faults import Lie
from webapp.localnet.network import PracticeNetwork
from webapp.localnet.owners import Owner
from webapp.network.settings import NetworkSettings
from webapp.protocol import envelope
from webapp.protocol.content import VisibleMessage
from webapp.protocol.keys import Seed
from webapp.services.events import MessagesAdded
from webapp.services.receiving import Receiver
from webapp.storage import messages

EACH_WAY = 250
TEN_MINUTES_MS = 600_000
# Requests and answers get lost alike; together three in ten fail.
LOST_REQUESTS, LOST_ANSWERS = 0.165, 0.165
# Official apps ask every five seconds; the test need not take that long.
POLL_INTERVAL_S = 0.1
# A third of each swarm is away until so many more messages have come through.
SHIFT = 20
PATIENCE_S = 300.0


class ShiftedClock(SystemClock):
    """The clock of a computer whose owner has set it wrong."""

    def __init__(self, ahead_ms: int) -> None:
        self._ahead_ms = ahead_ms

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms


class Arrivals:
    """Counts what comes in, for whoever waits for it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def add(self, event: object) -> None:
        if isinstance(event, MessagesAdded):
            with self._changed:
                self._count += len(event.message_ids)
                self._changed.notify_all()

    def wait_for(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._count >= count, PATIENCE_S)


@pytest.fixture
def practice() -> Iterator[PracticeNetwork]:
    network = PracticeNetwork(node_count=18, swarm_count=3, clock=SystemClock())
    network.start()
    yield network
    network.stop()


class Pair:
    """Two people with wrong clocks, and all that arrives at either."""

    def __init__(self, folder: Path, settings: NetworkSettings) -> None:
        self.arrivals = Arrivals()
        self.alice = self._make("Alice", folder, settings, clock=ShiftedClock(TEN_MINUTES_MS))
        self.bob = self._make("Bob", folder, settings, clock=ShiftedClock(-TEN_MINUTES_MS))

    def _make(
        self, name: str, folder: Path, settings: NetworkSettings, *, clock: Clock
    ) -> Correspondent:
        person = Correspondent(
            name, seed=Seed.generate(), path=folder / name, settings=settings, clock=clock
        )
        person.account.events.subscribe(self.arrivals.add)
        person.receiver = Receiver(person.account, interval_s=POLL_INTERVAL_S)
        # As when an account is made: the network is asked before anything is written.
        person.receiver.poll_once()
        return person

    def start(self) -> None:
        for person in (self.alice, self.bob):
            person.sender.start()
            person.receiver.start()

    def stop(self) -> None:
        for person in (self.alice, self.bob):
            person.sender.stop()
            person.receiver.stop()
            person.account.network.close()
            person.sender.join()
            person.receiver.join()


def swarm_indices(practice: PracticeNetwork) -> list[list[int]]:
    """Return the numbers of the nodes of each swarm."""
    by_swarm: dict[int, list[int]] = {}
    for number, node in enumerate(practice.nodes):
        by_swarm.setdefault(node.swarm_id, []).append(number)
    return list(by_swarm.values())


def change_shifts(practice: PracticeNetwork, arrivals: Arrivals, *, total: int) -> bool:
    """Stop a third of each swarm in turn, until all messages have arrived; say whether they did."""
    away: list[int] = []
    for shift, expected in enumerate(range(SHIFT, total + SHIFT, SHIFT)):
        for number in away:
            practice.start_node(number)
        away = [
            swarm[(2 * shift + place) % len(swarm)]
            for swarm in swarm_indices(practice)
            for place in range(len(swarm) // 3)
        ]
        for number in away:
            practice.stop_node(number)
        if not arrivals.wait_for(min(expected, total)):
            return False
    return True


def bodies(reader: Correspondent, *, of: Correspondent) -> list[str]:
    """Return the texts that ``reader`` sees from ``of``, as the screen shows them."""
    conversation = reader.conversation(of)
    found: list[str] = []
    before = None
    while page := messages.page(reader.account.database, conversation.id, before=before):
        found = [message.body for message in page if not message.outgoing] + found
        before = (page[0].sort_ms, page[0].id)
    return found


def stored_copies(practice: PracticeNetwork, person: Correspondent) -> dict[tuple[bytes, int], int]:
    """Return how many different sealed copies of each text lie in the swarm of ``person``."""
    owner = Owner(bytes(person.account_id))
    sealed = {
        message.data
        for node in practice.nodes
        for message, _ in node.store.page(
            owner, 0, after=None, max_count=None, max_bytes=None, now_ms=node.now_ms()
        ).messages
    }
    copies: dict[tuple[bytes, int], int] = {}
    for data in sealed:
        opened = envelope.open_stored(data, recipient=person.account.keys)
        assert opened is not None
        assert isinstance(opened.content.message, VisibleMessage)
        key = (bytes(opened.sender), opened.sent_at_ms)
        copies[key] = copies.get(key, 0) + 1
    return copies


def test_five_hundred_messages_arrive_once_and_in_order(
    practice: PracticeNetwork, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, NetworkSettings.from_json(practice.network_file()))
    alice, bob = pair.alice, pair.bob
    for node in practice.nodes:
        node.faults.drop_requests = LOST_REQUESTS
        node.faults.drop_answers = LOST_ANSWERS
    liar = practice.directory.swarm_of(Owner(bytes(bob.account_id)))[-1]
    liar.faults.lies = {Lie.STORED, Lie.MISSING_MESSAGES, Lie.TIME, Lie.MEMBERS, Lie.MISSING_NODES}
    from_alice = [f"to Bob {number}" for number in range(EACH_WAY)]
    from_bob = [f"to Alice {number}" for number in range(EACH_WAY)]

    pair.start()
    for to_bob, to_alice in zip(from_alice, from_bob, strict=True):
        alice.writes(bob, to_bob)
        bob.writes(alice, to_alice)
    # What one writes oneself is added too.
    arrived = change_shifts(practice, pair.arrivals, total=4 * EACH_WAY)
    pair.stop()

    assert bodies(bob, of=alice) == from_alice
    assert bodies(alice, of=bob) == from_bob
    assert arrived
    for person in (alice, bob):
        copies = stored_copies(practice, person)
        assert set(copies.values()) == {1}
        assert len(copies) >= EACH_WAY
    alice.closes()
    bob.closes()
