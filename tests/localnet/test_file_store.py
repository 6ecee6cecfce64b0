"""The room that files take, and give back."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.localnet.errors import FileRefused
from webapp.localnet.file_store import FILE_OVERHEAD_BYTES, FileStore

ROOM_BYTES = 3 * FILE_OVERHEAD_BYTES + 10


@pytest.fixture
def store() -> FileStore:
    return FileStore(room_bytes=ROOM_BYTES)


def keep(store: FileStore, content: bytes, *, now_ms: int = 0) -> None:
    store.keep(content, ttl_ms=10, now_ms=now_ms)


def test_even_the_smallest_files_fill_a_store(store: FileStore) -> None:
    for content in (b"1", b"2", b"3"):
        keep(store, content)

    with pytest.raises(FileRefused, match="507"):
        keep(store, b"4")


def test_a_file_that_is_there_already_takes_no_more_room(store: FileStore) -> None:
    whole = bytes(ROOM_BYTES - FILE_OVERHEAD_BYTES)
    keep(store, whole)

    keep(store, whole, now_ms=5)

    assert store.find(store.keep(whole, ttl_ms=0, now_ms=5)[0], now_ms=14).expires_ms == 15


def test_what_expires_makes_room(store: FileStore) -> None:
    keep(store, bytes(ROOM_BYTES - FILE_OVERHEAD_BYTES))

    with pytest.raises(FileRefused):
        keep(store, b"1", now_ms=9)
    keep(store, b"1", now_ms=10)


stays = st.tuples(st.binary(max_size=8), st.integers(0, 9), st.integers(0, 9))


@given(st.lists(stays, max_size=20))
def test_whatever_came_and_went_all_room_is_there_again(
    stays: list[tuple[bytes, int, int]],
) -> None:
    store = FileStore(room_bytes=ROOM_BYTES)
    now_ms = 0
    for content, ttl_ms, pause_ms in stays:
        with suppress(FileRefused):
            name, _ = store.keep(content, ttl_ms=ttl_ms, now_ms=now_ms)
            store.extend(name, ttl_ms=pause_ms, now_ms=now_ms)
        now_ms += pause_ms

    whole = bytes(ROOM_BYTES - FILE_OVERHEAD_BYTES)
    with pytest.raises(FileRefused):
        store.keep(whole + b"1", ttl_ms=1, now_ms=now_ms + 9)
    store.keep(whole, ttl_ms=1, now_ms=now_ms + 9)
