"""Containers of one size and one time, so that neither tells which of them are in use.

Theory of operation (security.md V13). A closed container is padded with random bytes behind
what its database counts as its own. SQLite leaves them alone, and writes over them when the
database grows. That needs no key, so it is done to all eight alike, whatever is in them.

Only while they are closed: SQLite would cut an open one back to the size that it knew. So those
in use get ahead of the others while they are used, and are caught up with at the next lock.

The largest decides. Each call of ``pad_once`` writes one piece, so that whoever wants to open
a container never waits for longer, and looks at all sizes anew: a crash, a full disk and an
account that was used meanwhile all leave something that the next call goes on from.
"""

from pathlib import Path

from webapp.storage import fresh
from webapp.storage.files import PIECE_BYTES, Files, pad
from webapp.vault.containers import CONTAINER_COUNT, common_size


def container_sizes(files: Files, directory: Path) -> list[int]:
    """Return the sizes, in bytes, of the containers that are there."""
    sizes = (files.size(path) for path in _paths(directory))
    return [size for size in sizes if size is not None]


def missing_bytes(files: Files, directory: Path) -> int:
    """Return how much has to be written until all containers are of one size."""
    sizes = container_sizes(files, directory)
    return len(sizes) * common_size(sizes) - sum(sizes)


def pad_once(files: Files, directory: Path) -> bool:
    """Bring one container one piece nearer to the size of all; return False if none lacks any.

    Then all of them are of the time of the one that was written to last.
    Raises FsyncFailed and whatever ``files`` raises.
    """
    wanted = common_size(container_sizes(files, directory))
    for path in _paths(directory):
        size = files.size(path) or 0
        if size < wanted:
            pad(files, path, size_bytes=min(wanted, size + PIECE_BYTES))
            return True
    newest_ns = max(files.changed_ns(path) for path in _paths(directory))
    for path in _paths(directory):
        files.set_changed(path, at_ns=newest_ns)
    return False


def _paths(directory: Path) -> list[Path]:
    return [fresh.container_path(directory, number) for number in range(CONTAINER_COUNT)]
