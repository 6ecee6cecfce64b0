"""The real file operations: complete writes, and files that are dead after a failed fsync."""

import os
from pathlib import Path

import pytest

from webapp.storage.errors import FsyncFailed
from webapp.storage.files import File, RealFiles, discard, put_file, remove


@pytest.fixture
def files() -> RealFiles:
    return RealFiles()


def test_after_a_failed_fsync_a_file_refuses_everything(files: RealFiles) -> None:
    reading, writing = os.pipe()  # A pipe cannot be synced.
    file = File(writing)
    with pytest.raises(FsyncFailed):
        files.fsync(file)
    with pytest.raises(FsyncFailed):
        files.write(file, b"more")
    with pytest.raises(FsyncFailed):
        files.fsync(file)
    files.close(file)
    os.close(reading)


def test_what_was_put_can_be_read(files: RealFiles, tmp_path: Path) -> None:
    path = tmp_path / "file"
    put_file(files, path, b"first")
    put_file(files, path, b"second" * 100_000)
    assert files.read(path, limit=12) == b"secondsecond"
    assert files.size(path) == 600_000
    assert files.list_directory(tmp_path) == ["file"]


def test_nothing_has_no_size(files: RealFiles, tmp_path: Path) -> None:
    assert files.size(tmp_path / "nothing") is None


def test_removing_or_discarding_nothing_is_no_error(files: RealFiles, tmp_path: Path) -> None:
    remove(files, tmp_path / "nothing")
    discard(files, tmp_path / "nothing")


def test_a_discarded_file_is_overwritten_first(files: RealFiles, tmp_path: Path) -> None:
    path = tmp_path / "vault.new"
    path.write_bytes(b"k" * 4096)
    with path.open("rb") as kept:
        discard(files, path)
        assert b"kkkk" not in kept.read()
    assert not path.exists()


def test_creating_over_an_existing_file_is_an_error(files: RealFiles, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileExistsError):
        files.create(tmp_path / "file")
