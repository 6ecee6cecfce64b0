"""How our functions answer the operations of ``config_crypto.json`` that we have."""

from typing import Any

from tests.protocol.vector_identity import answered_by
from webapp.protocol.compression import compress, decompress

# Stands for the reference's 0, which is no limit; ours always has one.
NO_LIMIT_BYTES = 1024 * 1024


def check_zstd_compress(case: dict[str, Any]) -> None:
    """Encoders differ; what theirs and ours made must be the same text."""
    text = bytes.fromhex(case["inputs"]["msg"])
    prefix = bytes.fromhex(case["inputs"].get("prefix", ""))
    theirs = bytes.fromhex(case["output"])
    assert theirs.startswith(prefix)
    for frame in (theirs[len(prefix) :], compress(text)):
        assert decompress(frame, max_bytes=len(text)) == text


def zstd_decompress(msg: str, max_size: int = 0) -> str:
    return decompress(bytes.fromhex(msg), max_bytes=max_size or NO_LIMIT_BYTES).hex()


CHECKS = {
    "zstd_compress": check_zstd_compress,
    "zstd_decompress": answered_by(zstd_decompress),
}
# Settings are not read yet.
LATER = {
    "cfg_encrypt",
    "cfg_decrypt",
    "cfg_pad",
    "cfg_padded_size",
    "wrap_config",
    "unwrap_config",
}
