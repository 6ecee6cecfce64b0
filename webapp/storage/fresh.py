"""What a data directory is on the day it is made: every name, size and mode.

The first start builds exactly this, and so does every erase, by the same code. The
tests that compare an erased directory with a new one read the same table. Nothing
else is ever written here: no log, no date of installation, no id.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from webapp.storage.files import STAGING_SUFFIX
from webapp.vault.containers import CONTAINER_BYTES, CONTAINER_COUNT
from webapp.vault.slots import VAULT_BYTES
from webapp.vault.throttle import THROTTLE_BYTES
from webapp.vault.tripwire import TRIPWIRE_BYTES, unused_tripwire

VAULT = "vault"
THROTTLE = "throttle"
TRIPWIRE = "tripwire"
DOOR = "door"
CONTAINERS = "containers"

# A key and the port it is for, with room to spare; the web layer lays it out.
DOOR_BYTES = 256

# What SQLite puts beside a database while it is in use.
SIDE_SUFFIXES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class FreshFile:
    """One file of a fresh data directory."""

    name: str
    size_bytes: int


FRESH_FILES = (
    FreshFile(VAULT, VAULT_BYTES),
    FreshFile(THROTTLE, THROTTLE_BYTES),
    FreshFile(TRIPWIRE, TRIPWIRE_BYTES),
    FreshFile(DOOR, DOOR_BYTES),
    *(FreshFile(f"{CONTAINERS}/{n}", CONTAINER_BYTES) for n in range(CONTAINER_COUNT)),
)

TOP_LEVEL_NAMES = frozenset({VAULT, THROTTLE, TRIPWIRE, DOOR, CONTAINERS})
STAGING_NAMES = frozenset(name + STAGING_SUFFIX for name in (VAULT, THROTTLE, TRIPWIRE, DOOR))


def container_path(directory: Path, number: int) -> Path:
    """Return where container ``number`` of ``directory`` lies."""
    return directory / CONTAINERS / str(number)


def fresh_throttle() -> bytes:
    """Return a throttle that has counted nothing."""
    return bytes(THROTTLE_BYTES)


def fresh_tripwire(vault_salt: bytes) -> bytes:
    """Return a tripwire that stands for no account."""
    return unused_tripwire(vault_salt)


def fresh_door() -> bytes:
    """Return a door that no process stands behind."""
    return secrets.token_bytes(DOOR_BYTES)
