"""What can go wrong with a node and on the way to it, and whether it does this time.

Pure decisions: a fault is a number or a name that a test sets, chance is a generator that
is handed in, and nothing here waits, sends or stores. Without a fault every decision is
"as it should be", and no chance is asked. Docs: decisions/0008.
"""

import random
from dataclasses import dataclass, field
from enum import Enum, StrEnum

# How long real nodes wait for one that does not answer (storage-rpc.md §17.3).
DEAD_MEMBER_S = 5.0
DEAD_HOP_S = 30.0

# As few as a bad connection would, and enough to break what is sealed or signed.
CORRUPTED_BYTES = 3


class Lie(StrEnum):
    """What a node says to clients although it knows better."""

    # 421 to whoever asks about an account: with nodes that are not its swarm, or with none.
    SWARM = "swarm"
    NO_SWARM = "no_swarm"
    # `get_swarm` names nodes that are not the account's swarm.
    MEMBERS = "members"
    # The list of all nodes holds some that nobody knows, or lacks half of them.
    INVENTED_NODES = "invented_nodes"
    MISSING_NODES = "missing_nodes"
    # `store` answers as if all members had kept the message, or as if all had failed,
    # with the status 200 (storage-rpc.md §17.1). Nothing is kept anywhere.
    STORED = "stored"
    ALL_FAILED = "all_failed"
    # `retrieve` leaves out every other message, says that more wait, gives other bytes.
    MISSING_MESSAGES = "missing_messages"
    ENDLESS = "endless"
    RUBBISH = "rubbish"
    # The `t` of every answer is an hour ahead, while checks go by the right time.
    TIME = "time"
    # Whatever the node signs, it signs something else.
    SIGNATURES = "signatures"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that a share of the requests gets instead of their own (onion.md §8)."""

    status: int
    text: str
    share: float = 1.0


SERVER_BUSY = Refusal(503, "Server busy, try again later")
TIMED_OUT = Refusal(504, "Request time out")
# The reason real nodes give is about their chain daemon, which there is none of here.
NOT_READY = Refusal(503, "Service node is not ready: it was told to be so")


@dataclass(slots=True)
class Faults:
    """How one node misbehaves: not at all, until a field is set. Shares run from 0 to 1."""

    # Between a client and this node. To the client a lost answer looks like a lost request.
    drop_requests: float = 0.0
    drop_answers: float = 0.0
    # The node is given the same request twice.
    duplicate: float = 0.0
    corrupt: float = 0.0
    # An answer is held back until the next one has been sent.
    reorder: float = 0.0
    delay_ms: int = 0
    refusal: Refusal | None = None

    # Of what other nodes send to this one.
    link_drop: float = 0.0
    link_corrupt: float = 0.0
    link_delay_ms: int = 0

    # Of the node itself.
    not_ready: bool = False
    clock_offset_ms: int = 0
    lies: set[Lie] = field(default_factory=set)
    # Let others wait for this node, while it is dead, as long as for a real one.
    real_waits: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What happens to one request of a client, on its way to the node and back."""

    refusal: Refusal | None = None
    loses_request: bool = False
    loses_answer: bool = False
    is_doubled: bool = False
    is_corrupted: bool = False
    is_held: bool = False
    delay_s: float = 0.0


class Arrival(Enum):
    """How something that one node sent reaches another."""

    WHOLE = "whole"
    GARBLED = "garbled"
    LOST = "lost"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class Journey:
    """How it arrives, and how long the sender waits because of it."""

    arrival: Arrival
    wait_s: float = 0.0


def course_to(faults: Faults, rng: random.Random) -> Course:
    """Return what happens to the next request that a client makes of a node."""
    return Course(
        refusal=_refusal(faults, rng),
        loses_request=_happens(faults.drop_requests, rng),
        loses_answer=_happens(faults.drop_answers, rng),
        is_doubled=_happens(faults.duplicate, rng),
        is_corrupted=_happens(faults.corrupt, rng),
        is_held=_happens(faults.reorder, rng),
        delay_s=faults.delay_ms / 1000,
    )


def journey_to(
    faults: Faults, rng: random.Random, *, is_running: bool, patience_s: float
) -> Journey:
    """Return how the next thing that another node sends arrives.

    ``patience_s`` is how long a real sender waits for a node that does not answer.
    """
    if not is_running or _happens(faults.link_drop, rng):
        return Journey(Arrival.LOST, patience_s if faults.real_waits else 0.0)
    wait_s = faults.link_delay_ms / 1000
    if faults.not_ready:
        return Journey(Arrival.NOT_READY, wait_s)
    if _happens(faults.link_corrupt, rng):
        return Journey(Arrival.GARBLED, wait_s)
    return Journey(Arrival.WHOLE, wait_s)


def corrupted(data: bytes, rng: random.Random) -> bytes:
    """Return ``data`` with some bytes changed; only nothing stays as it is."""
    changed = bytearray(data)
    for position in rng.sample(range(len(data)), min(CORRUPTED_BYTES, len(data))):
        changed[position] ^= rng.randrange(1, 256)
    return bytes(changed)


def _refusal(faults: Faults, rng: random.Random) -> Refusal | None:
    if faults.not_ready:
        return NOT_READY
    refusal = faults.refusal
    return refusal if refusal is not None and _happens(refusal.share, rng) else None


def _happens(share: float, rng: random.Random) -> bool:
    return share > 0 and rng.random() < share
