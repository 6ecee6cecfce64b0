"""The files of the practice network, in memory, until they expire (attachments.md)."""

import base64
import threading
from dataclasses import dataclass, replace
from hashlib import blake2b

from webapp.localnet.errors import FileRefused

# Not a secret: it keeps these ids apart from other hashes of the same content.
ID_SALT = b"SessionFileSvr\0\0"
# In base64 this is 44 characters and needs no padding.
ID_BYTES = 33

# Everything on this computer can write to the memory of the app, as to MessageStore.
MAX_KEPT_BYTES = 128 * 1024 * 1024
# What a file takes beyond its content; without it, a file of one byte would count as one.
FILE_OVERHEAD_BYTES = 1024


def file_id(content: bytes) -> str:
    """Return the name under which a file server keeps ``content``: 44 characters."""
    digest = blake2b(content, digest_size=ID_BYTES, salt=ID_SALT).digest()
    return base64.urlsafe_b64encode(digest).decode()


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file and its times."""

    content: bytes
    uploaded_ms: int
    expires_ms: int

    @property
    def kept_bytes(self) -> int:
        return len(self.content) + FILE_OVERHEAD_BYTES


class FileStore:
    """Files by id. Who knows the content or the id can lengthen a life, nobody can shorten it."""

    def __init__(self, *, room_bytes: int = MAX_KEPT_BYTES) -> None:
        self._room_bytes = room_bytes
        self._files: dict[str, StoredFile] = {}
        self._kept_bytes = 0
        self._lock = threading.Lock()

    def keep(self, content: bytes, *, ttl_ms: int, now_ms: int) -> tuple[str, StoredFile]:
        """Return the id of ``content`` and what is kept of it.

        Raises FileRefused if there is no room.
        """
        new = StoredFile(content, uploaded_ms=now_ms, expires_ms=now_ms + ttl_ms)
        name = file_id(content)
        with self._lock:
            self._drop_expired(now_ms)
            known = self._files.get(name)
            if known is not None:
                new = replace(new, expires_ms=max(known.expires_ms, new.expires_ms))
            elif self._kept_bytes + new.kept_bytes > self._room_bytes:
                raise FileRefused(507)
            else:
                self._kept_bytes += new.kept_bytes
            self._files[name] = new
        return name, new

    def find(self, name: str, *, now_ms: int) -> StoredFile:
        """Return the file called ``name``. Raises FileRefused if there is none (any more)."""
        with self._lock:
            return self._find(name, now_ms)

    def extend(self, name: str, *, ttl_ms: int, now_ms: int) -> StoredFile:
        """Let a file live ``ttl_ms`` from now, if not longer. Raises FileRefused like ``find``."""
        with self._lock:
            found = self._find(name, now_ms)
            extended = replace(found, expires_ms=max(found.expires_ms, now_ms + ttl_ms))
            self._files[name] = extended
        return extended

    def _find(self, name: str, now_ms: int) -> StoredFile:
        self._drop_expired(now_ms)
        if name not in self._files:
            raise FileRefused(404)
        return self._files[name]

    def _drop_expired(self, now_ms: int) -> None:
        expired = [name for name, file in self._files.items() if file.expires_ms <= now_ms]
        for name in expired:
            self._kept_bytes -= self._files.pop(name).kept_bytes
