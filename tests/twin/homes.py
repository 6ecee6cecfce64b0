"""What a home looks like to somebody who compares two of them, without any key."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from webapp.storage import fresh
from webapp.vault.slots import SLOT_BYTES, SLOT_COUNT, VAULT_BYTES

# Every vault begins with some zeros between random bytes (webapp/vault/slots.py).
HEADER_BYTES = {fresh.VAULT: VAULT_BYTES - SLOT_COUNT * SLOT_BYTES}
# Chi-square of 255 degrees of freedom: random bytes stay within this once in a million times.
LEAST_CHI, MOST_CHI = 150.0, 380.0
# Fewer bytes say nothing about being random.
FEWEST_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Entry:
    """All that can be seen of one file or folder but its content and its times."""

    kind: str
    mode: int
    size: int
    owner: int
    attributes: tuple[str, ...]
    look: str

    def __str__(self) -> str:
        more = "".join(f" {name}" for name in self.attributes)
        return f"{self.kind} {self.mode:04o} {self.size} bytes, {self.look}{more}"


def entries(folder: Path) -> dict[str, Entry]:
    """Return every entry below ``folder`` by its path."""
    return {
        str(path.relative_to(folder)): _entry(path) for path in [folder, *sorted(folder.rglob("*"))]
    }


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield a line for everything in which two homes differ, but for times."""
    first, second = entries(one), entries(other)
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"{name}: {first.get(name, 'missing')} / {second.get(name, 'missing')}"


def bytes_in(folder: Path) -> int:
    """Return how much lies in all files below ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _entry(path: Path) -> Entry:
    found = path.lstat()
    kind = "folder" if path.is_dir() else "file"
    return Entry(
        kind,
        found.st_mode & 0o7777,
        0 if kind == "folder" else found.st_size,
        found.st_uid,
        _attributes(path),
        "" if kind == "folder" else look_of(path.read_bytes()[HEADER_BYTES.get(path.name, 0) :]),
    )


def _attributes(path: Path) -> tuple[str, ...]:
    listing = getattr(os, "listxattr", None)
    return tuple(listing(path)) if listing else ()


def look_of(content: bytes) -> str:
    """Return what content looks like: zeros, random, or something that can be read."""
    if not any(content):
        return "zeros"
    if len(content) < FEWEST_BYTES:
        return "short"
    return "random" if LEAST_CHI < chi_square(content) < MOST_CHI else "structured"


def chi_square(content: bytes) -> float:
    """Return how far the bytes are from each coming equally often."""
    expected = len(content) / 256
    return sum((content.count(byte) - expected) ** 2 for byte in range(256)) / expected
