"""The messages one node keeps, in memory (storage-rpc.md §10)."""

import base64
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from webapp.localnet.errors import OwnerForgotten, StoreFull
from webapp.localnet.owners import Owner
from webapp.protocol.identifiers import MessageHash

# Real nodes sweep this often, and return expired messages until they do.
SWEEP_INTERVAL_MS = 10_000

# What a message weighs in a reply beyond its data: JSON around it, and its hash (§4).
MESSAGE_OVERHEAD_BYTES = 100 + 43

# Real nodes stop at 3.5 GiB of disk. This one lives in the memory of the app, and
# everything on this computer can write to it.
MAX_STORED_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was stored; ``data_b64`` because it is only ever sent on as that."""

    owner: Owner
    namespace: int
    hash: MessageHash
    timestamp_ms: int
    data_b64: str

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.data_b64)

    @property
    def reply_bytes(self) -> int:
        return MESSAGE_OVERHEAD_BYTES + len(self.data_b64)


@dataclass(slots=True)
class Row:
    """A message in the node's order of arrival, with the one thing that may change."""

    number: int
    message: Message
    expiry_ms: int


@dataclass(frozen=True, slots=True)
class Page:
    """Messages and their expiries for one `retrieve`, and whether more wait behind them."""

    messages: tuple[tuple[Message, int], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ExpiryChanges:
    """The expiry of each message that was changed, and of each that was left as it is."""

    updated: dict[MessageHash, int]
    unchanged: dict[MessageHash, int]


class MessageStore:
    """Messages by owner and namespace, in order of arrival; safe to use from any thread.

    Invariant: a hash is in ``_by_hash`` exactly if its row is in one inbox.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_hash: dict[MessageHash, Row] = {}
        self._inboxes: dict[tuple[Owner, int], list[Row]] = {}
        self._next_number = 0
        self._stored_bytes = 0
        self._swept_ms = 0

    def add(self, message: Message, *, expiry_ms: int, now_ms: int) -> tuple[bool, int]:
        """Return whether the message was there already, and its expiry from now on.

        Storing again may extend the life of a message but never shortens it.

        Raises StoreFull.
        """
        with self._lock:
            self._sweep(now_ms)
            row = self._by_hash.get(message.hash)
            if row is not None:
                row.expiry_ms = max(row.expiry_ms, expiry_ms)
                return True, row.expiry_ms
            if self._stored_bytes + message.reply_bytes > MAX_STORED_BYTES:
                raise StoreFull
            self._append(Row(self._next_number, message, expiry_ms))
            return False, expiry_ms

    def page(
        self,
        owner: Owner,
        namespace: int,
        *,
        after: MessageHash | None,
        max_count: int | None,
        max_bytes: int | None,
        now_ms: int,
    ) -> Page:
        """Return messages behind the one called ``after``, or all if that one is unknown here.

        At least one is returned if there is one, however large it is.
        """
        with self._lock:
            self._sweep(now_ms)
            inbox = self._inboxes.get((owner, namespace), [])
            first = self._position_after(inbox, after)
            end = first
            room = max_bytes
            while end < len(inbox) and (max_count is None or end - first < max_count):
                if room is not None:
                    room -= inbox[end].message.reply_bytes
                    if room < 0 and end > first:
                        break
                end += 1
            messages = tuple((row.message, row.expiry_ms) for row in inbox[first:end])
            return Page(messages, more=end < len(inbox))

    def receive(self, copies: Iterable[tuple[Message, int]], *, now_ms: int) -> None:
        """Take in what another node pushes, each with its expiry.

        The push of version 2.8 does not name the namespace, so all of it ends up in
        namespace 0: a known defect of real nodes (storage-rpc.md §9). What is here already
        stays where it is.

        Raises StoreFull.
        """
        for message, expiry_ms in copies:
            self.add(replace(message, namespace=0), expiry_ms=expiry_ms, now_ms=now_ms)

    def copies(self, *, now_ms: int) -> list[tuple[Message, int]]:
        """Return every message with its expiry, in order of arrival."""
        with self._lock:
            self._sweep(now_ms)
            # Rows only come and go, so the index has the order of their arrival.
            return [(row.message, row.expiry_ms) for row in self._by_hash.values()]

    def expiries(
        self, owner: Owner, hashes: Iterable[MessageHash], *, now_ms: int
    ) -> dict[MessageHash, int]:
        """Return the expiry of each of the owner's messages named in ``hashes``."""
        with self._lock:
            self._sweep(now_ms)
            return {row.message.hash: row.expiry_ms for row in self._owned(owner, hashes)}

    def set_expiries(
        self,
        owner: Owner,
        wishes: Mapping[MessageHash, int],
        *,
        allowed: Callable[[int, int], bool],
        now_ms: int,
    ) -> ExpiryChanges:
        """Give each of the owner's messages in ``wishes`` the expiry beside it.

        ``allowed(old, new)`` decides whether that change is made.
        """
        changes = ExpiryChanges({}, {})
        with self._lock:
            self._sweep(now_ms)
            for row in self._owned(owner, wishes):
                wish_ms = wishes[row.message.hash]
                if allowed(row.expiry_ms, wish_ms):
                    row.expiry_ms = wish_ms
                    changes.updated[row.message.hash] = wish_ms
                else:
                    changes.unchanged[row.message.hash] = row.expiry_ms
        return changes

    def remove(
        self, owner: Owner, hashes: Iterable[MessageHash], *, now_ms: int
    ) -> list[MessageHash]:
        """Return, sorted, those hashes whose message was the owner's and is gone now."""
        with self._lock:
            self._sweep(now_ms)
            return self._drop(self._owned(owner, hashes))

    def remove_all(
        self,
        owner: Owner,
        namespace: int | Literal["all"],
        *,
        until_ms: int | None = None,
        now_ms: int,
    ) -> dict[int, list[MessageHash]]:
        """Return the removed hashes by namespace, sorted.

        ``until_ms`` spares messages whose timestamp is later.
        """

        def is_chosen(row: Row) -> bool:
            return until_ms is None or row.message.timestamp_ms <= until_ms

        with self._lock:
            self._sweep(now_ms)
            chosen = self._chosen(owner, namespace, is_chosen)
            return {number: self._drop(rows) for number, rows in chosen.items()}

    def shorten_all(
        self, owner: Owner, namespace: int | Literal["all"], *, expiry_ms: int, now_ms: int
    ) -> dict[int, list[MessageHash]]:
        """Let nothing of the owner's end after ``expiry_ms``; return whose expiry that changed.

        They are given as hashes by namespace, sorted.
        """
        with self._lock:
            self._sweep(now_ms)
            chosen = self._chosen(owner, namespace, lambda row: row.expiry_ms > expiry_ms)
            for row in chain.from_iterable(chosen.values()):
                row.expiry_ms = expiry_ms
            return {
                number: sorted(row.message.hash for row in rows) for number, rows in chosen.items()
            }

    def keep_only(self, message: Message) -> None:
        """Remove every other message of that owner and namespace (a public outbox holds one).

        Raises OwnerForgotten, and removes nothing, if these are all the owner has.
        """
        with self._lock:
            inbox = self._inboxes.get((message.owner, message.namespace), [])
            others = [row for row in inbox if row.message.hash != message.hash]
            if others and len(others) == self._count(message.owner):
                raise OwnerForgotten
            self._drop(others)

    def _append(self, row: Row) -> None:
        message = row.message
        self._inboxes.setdefault((message.owner, message.namespace), []).append(row)
        self._by_hash[message.hash] = row
        self._next_number += 1
        self._stored_bytes += message.reply_bytes

    def _position_after(self, inbox: list[Row], after: MessageHash | None) -> int:
        row = self._by_hash.get(after) if after is not None else None
        if row is None or not inbox:
            return 0
        if (row.message.owner, row.message.namespace) != (
            inbox[0].message.owner,
            inbox[0].message.namespace,
        ):
            return 0
        return bisect_right(inbox, row.number, key=lambda other: other.number)

    def _chosen(
        self, owner: Owner, namespace: int | Literal["all"], is_chosen: Callable[[Row], bool]
    ) -> dict[int, list[Row]]:
        """Return the rows to act on by namespace, without namespaces that have none."""
        mine = sorted(
            number
            for other, number in self._inboxes
            if other == owner and namespace in ("all", number)
        )
        found = {
            number: [row for row in self._inboxes[owner, number] if is_chosen(row)]
            for number in mine
        }
        return {number: rows for number, rows in found.items() if rows}

    def _count(self, owner: Owner) -> int:
        return sum(len(inbox) for (other, _), inbox in self._inboxes.items() if other == owner)

    def _owned(self, owner: Owner, hashes: Iterable[MessageHash]) -> list[Row]:
        found = (self._by_hash.get(text) for text in dict.fromkeys(hashes))
        return [row for row in found if row is not None and row.message.owner == owner]

    def _drop(self, rows: list[Row]) -> list[MessageHash]:
        """Remove ``rows`` from both indexes; each touched inbox is rebuilt once."""
        gone = {row.number for row in rows}
        for key in {(row.message.owner, row.message.namespace) for row in rows}:
            kept = [row for row in self._inboxes[key] if row.number not in gone]
            if kept:
                self._inboxes[key] = kept
            else:
                del self._inboxes[key]
        for row in rows:
            del self._by_hash[row.message.hash]
            self._stored_bytes -= row.message.reply_bytes
        return sorted(row.message.hash for row in rows)

    def _sweep(self, now_ms: int) -> None:
        # There is no sweeping thread: a node nobody asks may keep what nobody sees.
        # A clock that was set back must not stop the sweeping until it catches up.
        if 0 <= now_ms - self._swept_ms < SWEEP_INTERVAL_MS:
            return
        self._swept_ms = now_ms
        self._drop([row for row in self._by_hash.values() if row.expiry_ms <= now_ms])
