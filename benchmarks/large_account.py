"""What a large account holds: conversations of very different size, and who wrote when.

Everything follows from a seed and the moment at which it ends, so that two runs measure
the same account. Sizes go by rank as words in a text do (Zipf): of a million
messages in a thousand conversations, the largest has 133,000 and half have fewer
than 270. People talk in bursts, in turns, and mostly to those they talked to last.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from benchmarks.sample_texts import Tongue, a_message, a_name, a_tongue
from webapp.protocol.identifiers import AccountId
from webapp.storage.conversations import Kind

DAY_MS = 24 * 60 * 60 * 1000
HISTORY_MS = 5 * 365 * DAY_MS
# A burst of messages, and the pause between two of them, on average.
BURST = 8
PAUSE_MS = 40_000
# By rank: the note to self is one of the larger, one large conversation was left for long.
NOTE_RANK = 5
NEGLECTED_RANK, NEGLECTED_UNREAD = 1, 1_200
PINNED_RANKS = frozenset({0, 3, 17, 40})


@dataclass(frozen=True, slots=True)
class PlannedConversation:
    """One conversation before its messages are made; ``rank`` 0 is the largest."""

    rank: int
    kind: Kind
    peer: AccountId
    tongue: Tongue
    count: int
    first_ms: int
    last_ms: int
    name: str | None
    nickname: str | None
    approved: bool
    approved_me: bool
    blocked: bool
    unread: int
    priority: int
    marked_unread: bool
    draft: str
    # The newest message is an own one that could not be sent.
    failed: bool

    @property
    def number(self) -> int:
        return self.rank + 1


class Written(NamedTuple):
    """One message: when, in which conversation, by the owner of the account or not, unsent."""

    sent_at_ms: int
    rank: int
    outgoing: bool
    failed: bool


def sizes(messages: int, conversations: int) -> list[int]:
    """Return how many messages each conversation has, the largest first; none is empty."""
    shares = [1 / rank for rank in range(1, conversations + 1)]
    spare = messages - conversations
    counts = [1 + int(spare * share / sum(shares)) for share in shares]
    counts[0] += messages - sum(counts)
    return counts


def plan(
    seed: int, own_id: AccountId, *, messages: int, conversations: int, now_ms: int
) -> list[PlannedConversation]:
    """Return all conversations of the account, the largest first."""
    return [
        _planned(Random(f"{seed} {rank}"), own_id, rank=rank, count=count, now_ms=now_ms)
        for rank, count in enumerate(sizes(messages, conversations))
    ]


def in_order(seed: int, planned: list[PlannedConversation]) -> Iterator[Written]:
    """Yield all messages in the order in which they were written.

    An account stores them like that, so those of one conversation lie far apart.
    """
    last_own_ms = 0
    for written in heapq.merge(*(_written(seed, conversation) for conversation in planned)):
        if written.outgoing:
            # No two own messages share a time (messages.md §7).
            last_own_ms = max(written.sent_at_ms, last_own_ms + 1)
            yield written._replace(sent_at_ms=last_own_ms)
        else:
            yield written


def _planned(
    rng: Random, own_id: AccountId, *, rank: int, count: int, now_ms: int
) -> PlannedConversation:
    is_note = rank == NOTE_RANK
    tongue = a_tongue(rng)
    # Most were active lately, and a few not for years.
    last_ms = now_ms - int(HISTORY_MS * 0.9 * rng.random() ** 4)
    approved = is_note or rng.random() < 0.95
    unread = 0 if is_note or rng.random() > 0.08 else rng.randint(1, 40)
    failed = not unread and rng.random() < 0.02
    return PlannedConversation(
        rank=rank,
        kind="note_to_self" if is_note else "private",
        peer=own_id if is_note else AccountId(rng.randbytes(32)),
        tongue=tongue,
        count=count,
        first_ms=last_ms - int((HISTORY_MS - (now_ms - last_ms)) * rng.uniform(0.3, 1)),
        last_ms=last_ms,
        name=None if is_note or rng.random() < 0.05 else a_name(rng, tongue),
        nickname=None if is_note or rng.random() < 0.9 else a_name(rng, tongue),
        approved=approved,
        approved_me=not approved or rng.random() < 0.9,
        blocked=not is_note and rng.random() < 0.01,
        unread=min(count, NEGLECTED_UNREAD if rank == NEGLECTED_RANK else unread),
        priority=int(rank in PINNED_RANKS),
        marked_unread=rng.random() < 0.01,
        draft=a_message(rng, tongue) if rng.random() < 0.03 else "",
        failed=failed and rank != NEGLECTED_RANK,
    )


def _written(seed: int, conversation: PlannedConversation) -> Iterator[Written]:
    rng = Random(f"{seed} {conversation.rank} messages")
    outgoing = conversation.kind == "note_to_self"
    for place, sent_at_ms in enumerate(_times(rng, conversation)):
        if conversation.kind == "private":
            left = conversation.count - place
            is_turn = rng.random() < 0.45
            outgoing = left > conversation.unread and (outgoing != is_turn)
        failed = conversation.failed and place == conversation.count - 1
        yield Written(sent_at_ms, conversation.rank, outgoing or failed, failed)


def _times(rng: Random, conversation: PlannedConversation) -> list[int]:
    """Return when the messages were sent: no two at once, the newest at the planned moment."""
    span_ms = conversation.last_ms - conversation.first_ms
    bursts = -(-conversation.count // BURST)
    times: list[int] = []
    for _ in range(bursts):
        at_ms = conversation.first_ms + int(rng.random() * span_ms)
        for _ in range(BURST):
            times.append(at_ms)
            at_ms += 1 + int(rng.expovariate(1 / PAUSE_MS))
    times = sorted(times)[: conversation.count]
    shift_ms = conversation.last_ms - times[-1]
    distinct = [0] * len(times)
    following_ms = times[-1] + 1
    for place in range(len(times) - 1, -1, -1):
        following_ms = min(times[place], following_ms - 1)
        distinct[place] = following_ms + shift_ms
    return distinct
