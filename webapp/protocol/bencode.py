"""Bencode: the notation of account settings, group keys and server requests.

    integer   i<decimal>e                  string   <length>:<bytes>
    list      l<value>…e                   dict     d<string><value>…e

Every value has exactly one spelling, because hashes and signatures are over the
spelling: no leading zeros, no −0, dict keys sorted and unique (config.md §2, security.md N3).
"""

import re
from typing import Final

from webapp.protocol.errors import LocalProtocolError, RemoteProtocolError

Bencoded = int | bytes | list["Bencoded"] | dict[bytes, "Bencoded"]

# Settings nest five deep; the parser keeps its own stack, so this is no limit of
# Python's but of what anyone has a use for (security.md N3).
MAX_DEPTH: Final = 16
# Others read integers into 64 bits (config.md §2).
MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**63 - 1

# The digits are bounded as well: reading many of them takes quadratic time.
_INTEGER = re.compile(rb"i(0|-?[1-9][0-9]{0,18})e")
_LENGTH = re.compile(rb"(0|[1-9][0-9]{0,8}):")


def encode(value: Bencoded) -> bytes:
    """Return the one spelling of ``value``.

    Raises LocalProtocolError for what has none: an integer beyond signed 64 bits.
    """
    if isinstance(value, bytes):
        return b"%d:%b" % (len(value), value)
    if isinstance(value, list):
        return b"l%be" % b"".join(map(encode, value))
    if isinstance(value, dict):
        return b"d%be" % b"".join(encode(key) + encode(value[key]) for key in sorted(value))
    if not MIN_INTEGER <= value <= MAX_INTEGER:
        raise LocalProtocolError("an integer does not fit in 64 bits")
    return b"i%de" % value


def decode(raw: bytes) -> Bencoded:
    """Return the value that ``raw`` spells, all of it. Raises RemoteProtocolError."""
    value, end = read_value(raw, 0)
    if end != len(raw):
        raise RemoteProtocolError("something follows a bencoded value")
    return value


def read_value(raw: bytes, start: int) -> tuple[Bencoded, int]:
    """Return the value spelled from ``start`` on, and where it ends.

    Raises RemoteProtocolError.
    """
    containers: list[tuple[bytes, list[Bencoded]]] = []
    at = start
    while True:
        letter = raw[at : at + 1]
        if letter in (b"l", b"d"):
            if len(containers) == MAX_DEPTH:
                raise RemoteProtocolError("a bencoded value nests too deep")
            containers.append((letter, []))
            at += 1
            continue
        if letter == b"e" and containers:
            value, at = _closed(*containers.pop()), at + 1
        else:
            value, at = _read_scalar(raw, at)
        if not containers:
            return value, at
        containers[-1][1].append(value)


def _closed(letter: bytes, items: list[Bencoded]) -> Bencoded:
    """Return the list or dict whose items, or keys and values in turn, are ``items``."""
    if letter == b"l":
        return items
    closed: dict[bytes, Bencoded] = {}
    last = None
    for key, value in zip(items[::2], items[1::2], strict=False):
        if not isinstance(key, bytes) or (last is not None and key <= last):
            raise RemoteProtocolError("the keys of a bencoded dict are not sorted strings")
        closed[key] = value
        last = key
    if len(items) % 2:
        raise RemoteProtocolError("a bencoded dict has a key without a value")
    return closed


def _read_scalar(raw: bytes, at: int) -> tuple[Bencoded, int]:
    if found := _INTEGER.match(raw, at):
        number = int(found[1])
        if not MIN_INTEGER <= number <= MAX_INTEGER:
            raise RemoteProtocolError("a bencoded integer does not fit in 64 bits")
        return number, found.end()
    if found := _LENGTH.match(raw, at):
        end = found.end() + int(found[1])
        if end > len(raw):
            raise RemoteProtocolError("a bencoded string is longer than what follows")
        return raw[found.end() : end], end
    raise RemoteProtocolError("not bencode")
