"""Which sub-accounts their owners have taken back, as one node remembers it."""

import threading
from collections.abc import Iterable

from webapp.localnet.owners import Owner, Token

# Real nodes remember this many of one owner, the newest (storage-rpc.md §5).
MAX_REVOKED = 50
# Everybody may be an owner, and this is kept in the memory of the app.
MAX_OWNERS = 10_000


class Revocations:
    """Revoked tokens by owner, oldest first; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revoked: dict[Owner, tuple[Token, ...]] = {}

    def of(self, owner: Owner) -> tuple[Token, ...]:
        with self._lock:
            return self._revoked.get(owner, ())

    def revoke(self, owner: Owner, tokens: Iterable[Token]) -> None:
        with self._lock:
            new = tuple(dict.fromkeys(tokens))
            kept = tuple(token for token in self._revoked.pop(owner, ()) if token not in new)
            if len(self._revoked) >= MAX_OWNERS:
                del self._revoked[next(iter(self._revoked))]
            self._revoked[owner] = (kept + new)[-MAX_REVOKED:]

    def unrevoke(self, owner: Owner, tokens: Iterable[Token]) -> int:
        """Return how many of ``tokens`` were revoked, and are not any more."""
        with self._lock:
            revoked = self._revoked.pop(owner, ())
            forgiven = set(tokens) & set(revoked)
            if kept := tuple(token for token in revoked if token not in forgiven):
                self._revoked[owner] = kept
            return len(forgiven)
