"""Slots as hypothesis draws them, and a root to seal them under."""

from hypothesis import strategies as st

from webapp.vault.containers import CONTAINER_COUNT, CONTAINER_KEY_BYTES
from webapp.vault.slot_plaintext import (
    FRESHNESS_DIGEST_BYTES,
    OPTIONS_BYTES,
    Entry,
    Slot,
    SlotFlags,
    SlotKind,
)

ROOT = bytes(range(32))
OTHER_ROOT = bytes(range(1, 33))
THIRD_ROOT = bytes(range(2, 34))


def entries() -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        container=st.integers(0, CONTAINER_COUNT - 1),
        key=st.binary(min_size=CONTAINER_KEY_BYTES, max_size=CONTAINER_KEY_BYTES),
        freshness_counter=st.integers(0, 2**32 - 1),
        freshness_digest=st.binary(
            min_size=FRESHNESS_DIGEST_BYTES, max_size=FRESHNESS_DIGEST_BYTES
        ),
    )


def slots() -> st.SearchStrategy[Slot]:
    return st.builds(
        Slot,
        kind=st.sampled_from(SlotKind),
        entries=st.lists(
            entries(), max_size=CONTAINER_COUNT, unique_by=lambda entry: entry.container
        ).map(tuple),
        flags=st.sampled_from([SlotFlags(value) for value in range(4)]),
        options=st.binary(min_size=OPTIONS_BYTES, max_size=OPTIONS_BYTES),
    )
