"""What an erase takes until no key opens anything, for little and for a lot of data (T-W2)."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Result
from webapp.protocol.keys import Seed
from webapp.storage import accounts, fresh
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.files import RealFiles
from webapp.vault.slot_plaintext import Entry

ERASES = 25
LITTLE_BYTES = 1 << 20
MUCH_BYTES = 10 << 30
ROOT = b"r" * 32


def measure() -> Iterator[Result]:
    """Yield the time of the first step, in turns on a small and on a large directory."""
    taken: dict[int, list[float]] = {LITTLE_BYTES: [], MUCH_BYTES: []}
    sparing: dict[int, list[float]] = {LITTLE_BYTES: [], MUCH_BYTES: []}
    for _ in range(ERASES):
        for size_bytes in (LITTLE_BYTES, MUCH_BYTES):
            with tempfile.TemporaryDirectory() as folder:
                directory, entry = _used(Path(folder) / "data", size_bytes)
                sparing[size_bytes].append(_sparing_ms(directory, entry))
                taken[size_bytes].append(_erasing_ms(directory))
                directory.release()
    little, much = (statistics.median(taken[size]) for size in taken)
    yield Result("destroy the keys, 1 MB of data, median", little, "ms", 20)
    yield Result("destroy the keys, 10 GB of data, median", much, "ms", 20)
    # Whatever else is on its way to the disk at this moment is in it.
    yield Result("the same, longest", max(taken[MUCH_BYTES]), "ms")
    yield Result("difference of the two", abs(much - little), "ms", 5)
    yield Result("spare one account, 10 GB, median", statistics.median(sparing[MUCH_BYTES]), "ms")


def _used(path: Path, size_bytes: int) -> tuple[DataDirectory, Entry]:
    """Return a directory with an account of about this size; most of it is never written."""
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    directory.prepare()
    space = directory.read_space()
    if space is None:
        raise RuntimeError("a first start has a code")
    record = AccountRecord(Seed.generate(), "Marit", 1, {"kind": "practice"})

    def fill(database: AccountDatabase) -> None:
        accounts.create(database, record)

    space, entry = directory.create_container(space, fill=fill)
    directory.write_space(space.under(ROOT))
    with fresh.container_path(path, entry.container).open("ab") as container:
        container.truncate(size_bytes)
    return directory, entry


def _sparing_ms(directory: DataDirectory, entry: Entry) -> float:
    begun = time.perf_counter()
    directory.destroy_other_keys(ROOT, entry)
    return (time.perf_counter() - begun) * 1e3


def _erasing_ms(directory: DataDirectory) -> float:
    begun = time.perf_counter()
    directory.destroy_all_keys()
    took_ms = (time.perf_counter() - begun) * 1e3
    if directory.open_space(ROOT) is not None:
        raise RuntimeError("the old root still opens something")
    return took_ms
