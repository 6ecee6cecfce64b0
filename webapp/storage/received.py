"""What was fetched: hashes dealt with, the place to go on from, and what was refused.

All of it is written in the transaction that stores the messages themselves. A crash
then means fetching once more, never losing or doubling.
"""

import json
from collections.abc import Collection, Iterable, Mapping

from webapp.protocol.identifiers import MessageHash
from webapp.storage.database import AccountDatabase

# (Ed25519 key of the node, namespace): nodes of one swarm may hold different items.
CursorKey = tuple[bytes, int]


# 132 bits of a hash are enough to tell items apart, and make for half the pages: each
# transaction that receives writes most pages of this table anew.
_KEY_CHARACTERS = 22


def known_hashes(database: AccountDatabase, hashes: Collection[MessageHash]) -> set[MessageHash]:
    """Return those of ``hashes`` that were dealt with before."""
    by_key = {_key(message_hash): message_hash for message_hash in hashes}
    with database.read() as connection:
        rows = connection.execute(
            "SELECT hash FROM received WHERE hash IN (SELECT value FROM json_each(?))",
            (json.dumps(list(by_key)),),
        ).fetchall()
    return {by_key[row[0]] for row in rows}


def remember(database: AccountDatabase, items: Iterable[tuple[MessageHash, int]]) -> None:
    """Remember (hash, expiry in ms) of items dealt with, whatever came of them."""
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO received (hash, expires_ms) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE"
            # Anyone may prolong an item by storing it again, and it must stay known.
            " SET expires_ms = excluded.expires_ms WHERE excluded.expires_ms > expires_ms",
            [(_key(message_hash), expires_ms) for message_hash, expires_ms in items],
        )


def forget_expired(database: AccountDatabase, now_ms: int) -> int:
    """Forget the hashes that no node can still give us; return how many."""
    with database.write() as connection:
        return connection.execute("DELETE FROM received WHERE expires_ms <= ?", (now_ms,)).rowcount


def load_cursors(database: AccountDatabase) -> dict[CursorKey, MessageHash]:
    """Return the last hash fetched, for each node and namespace."""
    with database.read() as connection:
        rows = connection.execute("SELECT node, namespace, hash FROM cursor").fetchall()
    return {(node, namespace): MessageHash(text) for node, namespace, text in rows}


def save_cursors(database: AccountDatabase, cursors: Mapping[CursorKey, MessageHash]) -> None:
    """Remember the last hash fetched for these nodes; others keep theirs."""
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO cursor (node, namespace, hash) VALUES (?, ?, ?)"
            " ON CONFLICT (node, namespace) DO UPDATE SET hash = excluded.hash",
            [(node, namespace, last.text) for (node, namespace), last in cursors.items()],
        )


def count_rejected(database: AccountDatabase, reason: str, *, count: int = 1) -> None:
    """Count items that were refused for ``reason``, a fixed word of our own."""
    with database.write() as connection:
        connection.execute(
            "INSERT INTO rejected (reason, count) VALUES (?, ?)"
            " ON CONFLICT (reason) DO UPDATE SET count = count + excluded.count",
            (reason, count),
        )


def rejected_counts(database: AccountDatabase) -> dict[str, int]:
    """Return how many items were refused, by reason."""
    with database.read() as connection:
        rows = connection.execute("SELECT reason, count FROM rejected").fetchall()
    return dict(rows)


def _key(message_hash: MessageHash) -> str:
    return message_hash.text[:_KEY_CHARACTERS]
