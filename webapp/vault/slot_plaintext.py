"""What a slot says once it is open: one struct of fixed size for every kind.

    offset  size
         0     1   layout, 1
         1     1   kind: 1 open, 2 duress
         2     2   flags, big-endian
         4   392   8 entries × 49:
                     container 1 | key 32 | freshness counter 4 | freshness digest 12
                   used entries come first; an unused one is ff and 48 zero bytes
       396    32   options, zero where nothing is set
       428     4   padding, zero

The freshness fields belong to the chain over security-relevant rows: SQLCipher
accepts an old page that was copied back, the slot remembers what was newest. Until
an account has such rows, they are zero. 96 bits are enough for the digest, because
whoever exchanges encrypted pages cannot choose what they decrypt to.

Only an authenticated plaintext is ever decoded. A surprise in it therefore means
another version wrote it, and the only safe answer is to refuse.
"""

from dataclasses import dataclass, field
from enum import STRICT, IntEnum, IntFlag

from webapp.vault.containers import CONTAINER_COUNT, CONTAINER_KEY_BYTES
from webapp.vault.errors import InvalidSlot, UnknownVaultVersion

PLAINTEXT_BYTES = 432
ENTRY_COUNT = 8
OPTIONS_BYTES = 32
FRESHNESS_DIGEST_BYTES = 12

_LAYOUT = 1
_HEADER_BYTES = 4
_COUNTER_BYTES = 4
_ENTRY_BYTES = 1 + CONTAINER_KEY_BYTES + _COUNTER_BYTES + FRESHNESS_DIGEST_BYTES
_ENTRIES_END = _HEADER_BYTES + ENTRY_COUNT * _ENTRY_BYTES
_OPTIONS_END = _ENTRIES_END + OPTIONS_BYTES
_UNUSED_ENTRY = b"\xff" + bytes(_ENTRY_BYTES - 1)
_PADDING = bytes(PLAINTEXT_BYTES - _OPTIONS_END)


class SlotKind(IntEnum):
    """What happens when the code of a slot is typed."""

    OPEN = 1
    DURESS = 2


class SlotFlags(IntFlag, boundary=STRICT):
    """Properties of the space behind a slot; an unknown bit is refused."""

    # All eight containers are kept at one size, so their sizes do not tell which are used.
    EQUAL_SIZES = 1
    # The keys to all else are destroyed: every container not listed here is to be rebuilt.
    REBUILD_OTHERS = 2


NO_FLAGS = SlotFlags(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One account of a space: the number of its container and the key to it."""

    container: int
    key: bytes = field(repr=False)
    freshness_counter: int = 0
    freshness_digest: bytes = field(default=bytes(FRESHNESS_DIGEST_BYTES), repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.container < CONTAINER_COUNT:
            raise InvalidSlot("no such container")
        if len(self.key) != CONTAINER_KEY_BYTES:
            raise InvalidSlot("a container key has 32 bytes")
        if not 0 <= self.freshness_counter < 1 << 8 * _COUNTER_BYTES:
            raise InvalidSlot("the freshness counter has 4 bytes")
        if len(self.freshness_digest) != FRESHNESS_DIGEST_BYTES:
            raise InvalidSlot("the freshness digest has 12 bytes")


@dataclass(frozen=True, slots=True)
class Slot:
    """The content of one slot: the accounts one code opens, or what it sets off."""

    kind: SlotKind
    entries: tuple[Entry, ...] = ()
    flags: SlotFlags = NO_FLAGS
    options: bytes = bytes(OPTIONS_BYTES)

    def __post_init__(self) -> None:
        containers = {entry.container for entry in self.entries}
        if len(containers) != len(self.entries):
            raise InvalidSlot("a container is listed twice")
        if len(self.options) != OPTIONS_BYTES:
            raise InvalidSlot("options have 32 bytes")


def encode_slot(slot: Slot) -> bytes:
    """Return the 432 bytes of ``slot``, laid out as the module says."""
    entries = b"".join(_encode_entry(entry) for entry in slot.entries)
    unused = _UNUSED_ENTRY * (ENTRY_COUNT - len(slot.entries))
    header = bytes([_LAYOUT, slot.kind]) + slot.flags.to_bytes(2, "big")
    return header + entries + unused + slot.options + _PADDING


def decode_slot(plaintext: bytes) -> Slot:
    """Return the slot in 432 authenticated bytes.

    Raises UnknownVaultVersion for anything ``encode_slot`` would not have written.
    """
    if len(plaintext) != PLAINTEXT_BYTES or plaintext[0] != _LAYOUT:
        raise UnknownVaultVersion("unknown slot layout")
    if plaintext[_OPTIONS_END:] != _PADDING:
        raise UnknownVaultVersion("slot padding in use")
    try:
        return Slot(
            kind=SlotKind(plaintext[1]),
            flags=SlotFlags(int.from_bytes(plaintext[2:_HEADER_BYTES], "big")),
            entries=_decode_entries(plaintext[_HEADER_BYTES:_ENTRIES_END]),
            options=plaintext[_ENTRIES_END:_OPTIONS_END],
        )
    except (InvalidSlot, ValueError) as error:
        raise UnknownVaultVersion("unknown slot content") from error


def _encode_entry(entry: Entry) -> bytes:
    counter = entry.freshness_counter.to_bytes(_COUNTER_BYTES, "big")
    return bytes([entry.container]) + entry.key + counter + entry.freshness_digest


def _decode_entries(encoded: bytes) -> tuple[Entry, ...]:
    raw = [encoded[at : at + _ENTRY_BYTES] for at in range(0, len(encoded), _ENTRY_BYTES)]
    used = [entry for entry in raw if entry != _UNUSED_ENTRY]
    if raw[len(used) :] != [_UNUSED_ENTRY] * (ENTRY_COUNT - len(used)):
        raise InvalidSlot("used entries come first")
    return tuple(_decode_entry(entry) for entry in used)


def _decode_entry(encoded: bytes) -> Entry:
    key_end = 1 + CONTAINER_KEY_BYTES
    counter_end = key_end + _COUNTER_BYTES
    return Entry(
        container=encoded[0],
        key=encoded[1:key_end],
        freshness_counter=int.from_bytes(encoded[key_end:counter_end], "big"),
        freshness_digest=encoded[counter_end:],
    )
