"""A disk that fails where a test wants it to.

``FaultFiles`` does what the real one does, on real files, and counts its operations.
At a chosen one it stops, as a computer does whose plug is pulled. What it did before
may by then be on the disk or not: only ``fsync`` promises the content of a file, and
only ``fsync_dir`` the names in a directory. ``Loss`` says which of the rest is gone.
"""

import enum
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from webapp.storage.errors import FsyncFailed
from webapp.storage.files import File, RealFiles

# Containers are random from end to end; the first block and the length tell them apart.
SPARSE_ABOVE_BYTES = 64 * 1024
KEPT_BYTES = 4096


class PowerCut(BaseException):
    """The computer has stopped. Nothing in the program can catch this."""


class Loss(enum.Flag):
    """What a power cut takes with it, beside the operation it hits."""

    NOTHING = 0
    CONTENT = enum.auto()
    NAMES = enum.auto()


class FaultFiles(RealFiles):
    """Real files that stop, or fail, at one numbered operation."""

    def __init__(self, scratch: Path) -> None:
        self.operations: list[str] = []
        self._scratch = Path(tempfile.mkdtemp(dir=scratch))
        self._stop_at: int | None = None
        self._loss = Loss.NOTHING
        self._fail_at: int | None = None
        self._error: OSError | FsyncFailed | None = None
        self._stopped = False
        # By inode: a handle of our own on the file, and what fsync last promised.
        self._promised: dict[int, tuple[int, bytes]] = {}
        self._undo_names: list[tuple[Path, Callable[[], object]]] = []
        self._kept = 0

    def stop_after(self, operations: int, loss: Loss) -> None:
        """Cut the power after so many further operations."""
        self._stop_at = len(self.operations) + operations
        self._loss = loss

    def fail_after(self, operations: int, error: OSError | FsyncFailed) -> None:
        """Let one operation fail with ``error``, after so many that succeed."""
        self._fail_at = len(self.operations) + operations
        self._error = error

    def make_directory(self, path: Path) -> None:
        self._operation("make_directory")
        super().make_directory(path)
        self._undo_names.append((path.parent, path.rmdir))

    def restrict(self, path: Path, *, mode: int) -> None:
        self._operation("restrict")
        super().restrict(path, mode=mode)

    def create(self, path: Path) -> File:
        self._operation("create")
        file = super().create(path)
        self._undo_names.append((path.parent, path.unlink))
        return file

    def open(self, path: Path) -> File:
        self._operation("open")
        return super().open(path)

    def open_end(self, path: Path) -> File:
        self._operation("open_end")
        return super().open_end(path)

    def write(self, file: File, content: bytes) -> None:
        self._note_promised(file.descriptor)
        if self._next_is_hit():
            # Torn: half of it arrived.
            self._write_sparsely(file, content[: len(content) // 2])
        self._operation("write")
        self._write_sparsely(file, content)

    def write_on(self, file: File, content: bytes) -> None:
        self._note_promised(file.descriptor)
        if self._next_is_hit():
            super().write_on(file, content[: len(content) // 2])
        self._operation("write_on")
        super().write_on(file, content)

    def fsync(self, file: File) -> None:
        self._operation("fsync", file)
        copy, _ = self._promised.pop(os.fstat(file.descriptor).st_ino, (None, b""))
        if copy is not None:
            os.close(copy)

    def rename(self, source: Path, target: Path) -> None:
        self._operation("rename")
        replaced = self._keep(target)
        super().rename(source, target)

        def undo() -> None:
            target.rename(source)
            if replaced:
                replaced.rename(target)

        self._undo_names.append((target.parent, undo))

    def unlink(self, path: Path) -> None:
        removed = self._keep(path)
        if removed is None:
            raise FileNotFoundError(path)
        self._operation("unlink")
        super().unlink(path)
        self._undo_names.append((path.parent, lambda: removed.rename(path)))

    def fsync_dir(self, path: Path) -> None:
        self._operation("fsync_dir")
        self._undo_names = [entry for entry in self._undo_names if entry[0] != path]

    def set_changed(self, path: Path, *, at_ns: int) -> None:
        self._operation("set_changed")
        super().set_changed(path, at_ns=at_ns)

    def _operation(self, name: str, file: File | None = None) -> None:
        if self._stopped:
            raise PowerCut
        if self._next_is_hit():
            self._stopped = True
            self._lose()
            raise PowerCut
        self.operations.append(name)
        if len(self.operations) - 1 == self._fail_at and self._error is not None:
            if file is not None and isinstance(self._error, FsyncFailed):
                file.give_up()
            raise self._error

    def _next_is_hit(self) -> bool:
        return not self._stopped and len(self.operations) == self._stop_at

    def _write_sparsely(self, file: File, content: bytes) -> None:
        if len(content) <= SPARSE_ABOVE_BYTES:
            super().write(file, content)
        else:
            super().write(file, content[:KEPT_BYTES])
            os.ftruncate(file.descriptor, len(content))

    def _note_promised(self, descriptor: int) -> None:
        inode = os.fstat(descriptor).st_ino
        if inode not in self._promised:
            size = os.fstat(descriptor).st_size
            self._promised[inode] = (os.dup(descriptor), os.pread(descriptor, size, 0))

    def _keep(self, path: Path) -> Path | None:
        if not path.exists():
            return None
        self._kept += 1
        kept = self._scratch / f"kept-{self._kept}"
        os.link(path, kept)
        return kept

    def _lose(self) -> None:
        if Loss.CONTENT in self._loss:
            for descriptor, content in self._promised.values():
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, content, 0)
        if Loss.NAMES in self._loss:
            for _, undo in reversed(self._undo_names):
                undo()
        for descriptor, _ in self._promised.values():
            os.close(descriptor)
