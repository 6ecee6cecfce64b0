"""How one member of a swarm has the others make a change too (storage-rpc.md §9, §17)."""

import random
from dataclasses import dataclass

from webapp.localnet.commands import FORWARDED_TOLERANCE_MS, SwarmCommand
from webapp.localnet.errors import Refused
from webapp.localnet.faults import DEAD_MEMBER_S, NOT_READY, Arrival, journey_to
from webapp.localnet.node import StorageNode


@dataclass(frozen=True, slots=True)
class Relayed:
    """What a member said, and how long that took."""

    entry: dict[str, object]
    wait_s: float


def relay(command: SwarmCommand, member: StorageNode, rng: random.Random) -> Relayed:
    """Return what ``member`` says to ``command`` from another member."""
    journey = journey_to(member.faults, rng, is_running=member.running, patience_s=DEAD_MEMBER_S)
    match journey.arrival:
        case Arrival.LOST:
            entry: dict[str, object] = {"failed": 1, "timeout": 1}
        case Arrival.NOT_READY:
            entry = _failed(NOT_READY.status, NOT_READY.text)
        case Arrival.GARBLED:
            entry = {"failed": 1, "bad_peer_response": 1}
        case Arrival.WHOLE:
            entry = _obey(command, member)
    return Relayed(entry, journey.wait_s)


def _obey(command: SwarmCommand, member: StorageNode) -> dict[str, object]:
    try:
        command.check(member, tolerance_ms=FORWARDED_TOLERANCE_MS)
    except Refused as refusal:
        return _failed(refusal.status, str(refusal.body))
    # Between members, booleans travel as numbers, and stay so in the merged reply.
    entry = command.apply(member)
    return {name: int(value) if isinstance(value, bool) else value for name, value in entry.items()}


def _failed(status: int, reason: str) -> dict[str, object]:
    return {"failed": 1, "code": str(status), "reason": reason}
