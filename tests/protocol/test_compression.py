import subprocess
import sys

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocol.compression import compress, decompress
from webapp.protocol.errors import RemoteProtocolError

TEXT = b"hello " * 100
FRAME = compress(TEXT)
# Four bytes of length, here 3, and as many of anything.
SKIPPABLE = bytes.fromhex("502a4d1803000000") + b"abc"
MIB = 1024 * 1024


def streamed(text: bytes, *, window_log: int) -> bytes:
    """Return a frame that does not declare the size of its text."""
    parameters = zstandard.ZstdCompressionParameters(
        window_log=window_log, write_content_size=False
    )
    stream = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return stream.compress(text) + stream.flush()


@given(st.binary(max_size=10_000))
def test_what_is_compressed_comes_out_again(text: bytes) -> None:
    assert decompress(compress(text), max_bytes=len(text)) == text


def test_our_frames_are_like_those_of_others() -> None:
    declared = zstandard.get_frame_parameters(FRAME)
    assert declared.content_size == len(TEXT)
    assert not declared.has_checksum
    assert declared.dict_id == 0


@given(text=st.binary(min_size=1), repeated=st.integers(1, 500))
def test_a_text_over_the_budget_is_refused(text: bytes, repeated: int) -> None:
    frame = compress(text * repeated)
    with pytest.raises(RemoteProtocolError, match="too long"):
        decompress(frame, max_bytes=len(text) * repeated - 1)


def test_a_frame_may_leave_its_size_open() -> None:
    assert decompress(streamed(TEXT, window_log=20), max_bytes=len(TEXT)) == TEXT


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "not a compressed text"),
        (b"d1:ai1ee", "not a compressed text"),
        (FRAME[:3], "not a compressed text"),
        (FRAME[:4], "cut off"),
        (FRAME[:-1], "cut off"),
        (FRAME + b"\0", "follows"),
        (FRAME + FRAME, "follows"),
        (FRAME + SKIPPABLE, "follows"),
        (FRAME + bytes(100), "follows"),
        (SKIPPABLE, "not a compressed text"),
        (SKIPPABLE + FRAME, "not a compressed text"),
        (streamed(TEXT, window_log=24), "cannot be read"),
    ],
)
def test_anything_but_one_whole_frame_is_refused(frame: bytes, reason: str) -> None:
    with pytest.raises(RemoteProtocolError, match=reason):
        decompress(frame, max_bytes=MIB)


@pytest.mark.parametrize("text", [b"", b"orchid", TEXT])
def test_a_frame_is_refused_wherever_it_is_cut(text: bytes) -> None:
    frame = compress(text)
    for end in range(len(frame)):
        with pytest.raises(RemoteProtocolError):
            decompress(frame[:end], max_bytes=MIB)


def test_a_window_of_8_mib_is_the_largest() -> None:
    assert decompress(streamed(TEXT, window_log=23), max_bytes=MIB) == TEXT


def test_a_frame_that_needs_a_dictionary_is_refused() -> None:
    samples = [b"orchid lantern %d" % number for number in range(3000)]
    dictionary = zstandard.train_dictionary(1024, samples)
    frame = zstandard.ZstdCompressor(dict_data=dictionary).compress(b"orchid lantern 17")
    with pytest.raises(RemoteProtocolError, match="cannot be read"):
        decompress(frame, max_bytes=MIB)


@given(st.binary() | st.binary().map(lambda rest: FRAME[:6] + rest))
def test_anything_is_a_text_in_the_budget_or_refused(frame: bytes) -> None:
    try:
        assert len(decompress(frame, max_bytes=1000)) <= 1000
    except RemoteProtocolError:
        return


# Alone in a process, whose memory is then that of the test. It prints how much more it took.
BOMB = """
import resource, sys
from webapp.protocol.compression import decompress
from webapp.protocol.errors import RemoteProtocolError

frame = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decompress(frame, max_bytes=1024 * 1024)
except RemoteProtocolError:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def bomb() -> bytes:
    """Return 33 kB that spell 1 GiB of zeros, and say so."""
    stream = zstandard.ZstdCompressor(level=1).compressobj(size=1024 * MIB)
    parts = [stream.compress(bytes(MIB)) for _ in range(1024)]
    return b"".join([*parts, stream.flush()])


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
def test_a_small_frame_that_spells_a_gibibyte_takes_no_memory() -> None:
    frame = bomb()
    assert len(frame) < 34_000
    assert zstandard.frame_content_size(frame) == 1024 * MIB
    done = subprocess.run(
        [sys.executable, "-c", BOMB], input=frame, capture_output=True, check=True
    )
    assert int(done.stdout) < 16 * MIB
