"""What must not be found afterwards: each text and key of a use, in every form it may have."""

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Self

# A search reads so much at once, and goes back by the longest canary.
PIECE_BYTES = 8 << 20
LONGEST_BYTES = 512

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda canary: canary,
    "UTF-16": lambda canary: canary.decode("latin-1").encode("utf-16-le"),
    "hex": lambda canary: canary.hex().encode(),
    "HEX": lambda canary: canary.hex().upper().encode(),
    # Without the last group, which depends on what follows.
    "base64": lambda canary: b64encode(canary)[: len(canary) // 3 * 4],
    "base64, second place": lambda canary: b64encode(b"x" + canary)[4 : len(canary) // 3 * 4],
    "base64, third place": lambda canary: b64encode(b"xx" + canary)[4 : len(canary) // 3 * 4],
    "base64 for addresses": lambda canary: urlsafe_b64encode(canary)[: len(canary) // 3 * 4],
}


class Canaries:
    """Named secrets of one use. Each is so rare that finding it is no accident."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def text(self, name: str, *, words: str = "") -> str:
        """Return a new text to be planted as ``name``."""
        made = f"{words or name} {secrets.token_hex(8)}"
        self.keep(name, made.encode())
        return made

    def keep(self, name: str, secret: bytes) -> None:
        """Search for this one as well."""
        assert 6 <= len(secret) <= LONGEST_BYTES // 4
        assert name not in self._kept, name
        self._kept[name] = secret

    def without(self, names: Collection[str]) -> Self:
        """Search for these no longer."""
        for name in names:
            del self._kept[name]
        return self

    def forms(self) -> dict[bytes, str]:
        """Return every form of every canary, and what to call it."""
        found: dict[bytes, str] = {}
        for name, secret in self._kept.items():
            for form, change in FORMS.items():
                found.setdefault(change(secret), f"{name}, {form}")
        return found


def found_in(folders: list[Path], canaries: Canaries) -> dict[str, list[str]]:
    """Return where which canaries lie, in the content or the name of any file."""
    forms = canaries.forms()
    found: dict[str, list[str]] = {}
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        seen = {name for form, name in forms.items() if form in str(path).encode()}
        if path.is_file() and not path.is_symlink():
            seen |= set(_in_file(path, forms))
        if seen:
            found[str(path)] = sorted(seen)
    return found


def _in_file(path: Path, forms: dict[bytes, str]) -> Iterator[str]:
    with path.open("rb") as file:
        before = b""
        while piece := file.read(PIECE_BYTES):
            content = before + piece
            yield from (name for form, name in forms.items() if form in content)
            before = content[-LONGEST_BYTES:]
