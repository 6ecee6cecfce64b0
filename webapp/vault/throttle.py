"""The throttle: how many codes were tried in a row, and how long the next one has to wait.

    offset  size
         0    32   record
        32    32   record, the same form:
                     sequence 1 | count 4 | time of the last attempt, Unix ms 8 |
                     limit 1 | guesses 1 | zero 5 | check 12
                   check = BLAKE2b-12 of the 20 bytes before it; a record of 32 zero bytes
                   says that nothing was ever tried

The two are written in turn, so a write that a power cut tears leaves the other one. Sequence
numbers go 0, 1, 2, 0 …: enough to tell which of two is the newer, and no count of how often
somebody has unlocked.

An attempt is counted *before* it is made. Whatever cannot be read counts against whoever
types: if one record is damaged, the other plus one attempt; if both are, the longest wait.
Whoever can write the file can empty it. It slows down hands at a keyboard, and nothing else.

Limit. How many guesses erase everything, 0 for none; it stands here in the open, because a
locked app must know it. A guess is a code that opened nothing, however often it was typed:
who calls ``guessed`` sees to that. With both records damaged there is no limit: it protects
nobody from whoever can write the file. A file from before there was a limit says 0.

Time. Within a process the monotonic clock says how long ago the last attempt was. Over a
restart only the wall clock can; one that says less than the record has been turned back, and
then the whole wait begins again.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

THROTTLE_BYTES: Final = 64
FREE_ATTEMPTS: Final = 3
# Before the fourth attempt, the fifth … and before every one after the last.
DELAYS_S: Final = (1, 5, 30, 60, 5 * 60, 15 * 60, 60 * 60)
# The count from which on the wait is the longest.
LONGEST_COUNT: Final = FREE_ATTEMPTS + len(DELAYS_S) - 1
# security.md V9: by then whoever guesses has waited for six minutes and a half.
LOWEST_LIMIT: Final = 8
MOST_LIMIT: Final = 255

_RECORD_BYTES: Final = THROTTLE_BYTES // 2
_CHECK_BYTES: Final = 12
_CHECKED_BYTES: Final = _RECORD_BYTES - _CHECK_BYTES
_CHECK_LABEL: Final = b"safehouse/thrott"
_TAG_LABEL: Final = b"safehouse/gsstag"
TAG_KEY_BYTES: Final = 32
_TAG_BYTES: Final = 8
_PADDING: Final = bytes(5)
_EMPTY_RECORD: Final = bytes(_RECORD_BYTES)
_SEQUENCES: Final = 3
_MOST_COUNT: Final = 2**32 - 1
_LATEST_MS: Final = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Throttle:
    """What the file says. ``last_ms`` is None where only "not long enough ago" is known."""

    count: int = 0
    last_ms: int | None = 0
    limit: int = 0
    guesses: int = 0

    @property
    def is_at_limit(self) -> bool:
        """Whether as many codes were guessed as the owner allows, and not too few for anybody."""
        return self.limit > 0 and self.guesses >= max(self.limit, LOWEST_LIMIT)

    @property
    def delay_s(self) -> int:
        """How long after the last attempt the next one may be made."""
        if self.count < FREE_ATTEMPTS:
            return 0
        return DELAYS_S[min(self.count, LONGEST_COUNT) - FREE_ATTEMPTS]


@dataclass(frozen=True, slots=True)
class _Record:
    sequence: int
    count: int
    last_ms: int
    limit: int = 0
    guesses: int = 0


_NOTHING_TRIED: Final = _Record(0, 0, 0)


def read(content: bytes) -> Throttle:
    """Return what the file says; any bytes give an answer, and none of them a free attempt."""
    records = _records(content)
    newest = _newest(records)
    if newest is not None:
        found = newest[1]
        return Throttle(found.count, found.last_ms, found.limit, found.guesses)
    sound = [record for record in records if record is not None]
    if len(sound) == 1:
        found = sound[0]
        return Throttle(min(found.count + 1, _MOST_COUNT), None, found.limit, found.guesses)
    return Throttle(LONGEST_COUNT, None)


def counted(content: bytes, *, now_ms: int) -> bytes:
    """Return the file with one attempt more, made at ``now_ms``."""
    before = read(content)
    count = min(before.count + 1, _MOST_COUNT)
    return _with_record(content, replace(before, count=count, last_ms=_as_written(now_ms)))


def guessed(content: bytes, *, now_ms: int) -> bytes:
    """Return the file after the attempt that it counted last was a new wrong code."""
    before = read(content)
    guesses = min(before.guesses + 1, MOST_LIMIT)
    return _with_record(content, replace(_known(before, now_ms), guesses=guesses))


def guess_tag(root: bytes, key: bytes) -> bytes:
    """Return what tells a wrong code from another one to whoever has ``key``, a random one.

    It is made of the root: whoever learns key and tags from the memory of the program pays a
    derivation for each code they compare with them.
    """
    return hashlib.blake2b(root, key=key, digest_size=_TAG_BYTES, person=_TAG_LABEL).digest()


def cleared(content: bytes) -> bytes:
    """Return the file after a right code: the count begins anew."""
    return _with_record(content, Throttle(limit=read(content).limit))


def limited(content: bytes, *, limit: int, now_ms: int) -> bytes:
    """Return the file with another limit, 0 for none; the guesses begin anew."""
    return _with_record(content, replace(_known(read(content), now_ms), limit=limit, guesses=0))


def unreadable() -> bytes:
    """Return a file that asks for the longest wait, for where one has been lost."""
    return b"\xff" * THROTTLE_BYTES


def elapsed_s(throttle: Throttle, *, now_ms: int) -> float:
    """Return how long ago the last attempt was, as far as a wall clock can be believed."""
    if throttle.last_ms is None:
        return 0.0
    return max(0, now_ms - throttle.last_ms) / 1000


def _known(throttle: Throttle, now_ms: int) -> Throttle:
    """Return what can be written of it: where no time is known, none has passed."""
    if throttle.last_ms is not None:
        return throttle
    return replace(throttle, last_ms=_as_written(now_ms))


def _as_written(now_ms: int) -> int:
    return min(max(now_ms, 0), _LATEST_MS)


def _with_record(content: bytes, said: Throttle) -> bytes:
    """Return the file with a new record in place of the one that matters least."""
    records = _records(content)
    newest = _newest(records)
    if newest is None:
        # The damaged one, or the first of two.
        place = 1 if records[0] is not None and records[1] is None else 0
    else:
        place = 1 - newest[0]
    kept = records[1 - place]
    sequence = 0 if kept is None else (kept.sequence + 1) % _SEQUENCES
    written = _encode(_Record(sequence, said.count, said.last_ms or 0, said.limit, said.guesses))
    # A file of another length is not one of ours: what is kept of it is unreadable either way.
    other = content[:THROTTLE_BYTES].ljust(THROTTLE_BYTES, b"\xff")
    other = other[_RECORD_BYTES:] if place == 0 else other[:_RECORD_BYTES]
    return written + other if place == 0 else other + written


def _records(content: bytes) -> tuple[_Record | None, _Record | None]:
    if len(content) != THROTTLE_BYTES:
        return None, None
    return _decode(content[:_RECORD_BYTES]), _decode(content[_RECORD_BYTES:])


def _newest(records: tuple[_Record | None, _Record | None]) -> tuple[int, _Record] | None:
    """Return the newer record with its place, or None unless both say which that is."""
    first, second = records
    if first is None or second is None:
        return None
    if first.sequence == (second.sequence + 1) % _SEQUENCES:
        return 0, first
    if second.sequence == (first.sequence + 1) % _SEQUENCES:
        return 1, second
    # Only a fresh file has two records of one number.
    return (0, first) if first == second == _NOTHING_TRIED else None


def _decode(raw: bytes) -> _Record | None:
    if raw == _EMPTY_RECORD:
        return _NOTHING_TRIED
    checked, check = raw[:_CHECKED_BYTES], raw[_CHECKED_BYTES:]
    if check != _check(checked) or checked[0] >= _SEQUENCES or checked[15:] != _PADDING:
        return None
    return _Record(
        sequence=checked[0],
        count=int.from_bytes(checked[1:5], "big"),
        last_ms=int.from_bytes(checked[5:13], "big"),
        limit=checked[13],
        guesses=checked[14],
    )


def _encode(record: _Record) -> bytes:
    checked = (
        bytes([record.sequence])
        + record.count.to_bytes(4, "big")
        + record.last_ms.to_bytes(8, "big")
        + bytes([record.limit, record.guesses])
        + _PADDING
    )
    return checked + _check(checked)


def _check(checked: bytes) -> bytes:
    return hashlib.blake2b(checked, digest_size=_CHECK_BYTES, person=_CHECK_LABEL).digest()
