"""A disk of its own in a file: it can really be full, and really be read-only."""

import errno
import os
import subprocess
from pathlib import Path

DISK_BYTES = 32 << 20
# Filled with pieces of falling size, until not one byte more goes in.
PIECES_BYTES = (1 << 20, 4096, 1)
# A few blocks: for a vault, or for the list of the pieces of a file.
ROOM_BYTES = 64 << 10


class NotMountable(Exception):
    """This user, or this computer, cannot mount a disk."""


class Disk:
    """An ext4 disk in a file beside ``path``, mounted there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._image = path.with_name(f"{path.name}.image")
        path.mkdir()
        self._image.touch()
        os.truncate(self._image, DISK_BYTES)
        # No blocks are kept for the administrator, who would not notice that it is full.
        _run("mkfs.ext4", "-q", "-m", "0", str(self._image))
        self.mount()

    def mount(self) -> None:
        _run("mount", "-o", "loop", str(self._image), str(self.path))

    def unmount(self) -> None:
        _run("umount", str(self.path))

    def fill(self) -> None:
        """Leave no room for a single byte in a new file."""
        with (self.path / "filler").open("wb", buffering=0) as file:
            for piece in PIECES_BYTES:
                while _takes(file.fileno(), bytes(piece)):
                    pass
        assert not self.takes_more()

    def make_room(self) -> None:
        """Give a little of what ``fill`` took back."""
        filler = self.path / "filler"
        os.truncate(filler, filler.stat().st_size - ROOM_BYTES)

    def sync(self) -> None:
        """Have everything on the disk."""
        _run("sync", "-f", str(self.path))

    def takes_more(self) -> bool:
        """Return whether a file of one byte can still be made."""
        try:
            probe = self.path / "probe"
            probe.write_bytes(b"x")
        except OSError:
            return False
        finally:
            if probe.exists():
                probe.unlink()
        return True

    def make_read_only(self) -> None:
        _run("mount", "-o", "remount,ro", str(self.path))

    def make_writable(self) -> None:
        _run("mount", "-o", "remount,rw", str(self.path))

    def fail(self) -> None:
        """Be read-only from now on although files are open, as after an error of the disk."""
        _run("mount", "-o", "remount,abort", str(self.path))

    def heal(self) -> None:
        """Be mounted anew after ``fail``; nobody may have a file open."""
        self.unmount()
        # It returns 1 if it has mended something.
        subprocess.run(["e2fsck", "-p", str(self._image)], capture_output=True, check=False)
        self.mount()

    def content(self) -> bytes:
        """Return every byte of the disk, those of free blocks too; it must be unmounted."""
        return self._image.read_bytes()


def _takes(descriptor: int, piece: bytes) -> bool:
    try:
        return os.write(descriptor, piece) > 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False


def _run(*command: str) -> None:
    try:
        subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise NotMountable(f"{command[0]} is missing") from error
    except subprocess.CalledProcessError as error:
        raise NotMountable(error.stderr.strip()) from error
