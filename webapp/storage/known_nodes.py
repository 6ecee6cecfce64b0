"""The storage nodes of an account's network, and which of them stay its first ones."""

from collections.abc import Sequence

from webapp.protocol.nodes import Node
from webapp.storage.database import AccountDatabase


def listed_at_ms(database: AccountDatabase) -> int:
    """Return when the list was made, by the wall clock; 0 if there is none."""
    with database.read() as connection:
        row = connection.execute("SELECT listed_at_ms FROM node_list").fetchone()
    return int(row[0]) if row else 0


def load_nodes(database: AccountDatabase) -> tuple[Node, ...]:
    """Return the nodes of the list, in no particular order."""
    with database.read() as connection:
        rows = connection.execute("SELECT ed25519, x25519, ip, port FROM node").fetchall()
    return tuple(Node(*row) for row in rows)


def save_nodes(database: AccountDatabase, nodes: Sequence[Node], *, listed_at_ms: int) -> None:
    """Replace the list; cursors of nodes that have left the network go with them."""
    with database.write() as connection:
        connection.execute("DELETE FROM node")
        connection.executemany(
            "INSERT INTO node (ed25519, x25519, ip, port) VALUES (?, ?, ?, ?)",
            [(node.ed25519, node.x25519, node.ip, node.port) for node in nodes],
        )
        connection.execute(
            "INSERT INTO node_list (id, listed_at_ms) VALUES (1, ?)"
            " ON CONFLICT (id) DO UPDATE SET listed_at_ms = excluded.listed_at_ms",
            (listed_at_ms,),
        )
        connection.execute("DELETE FROM cursor WHERE node NOT IN (SELECT ed25519 FROM node)")


def load_guards(database: AccountDatabase) -> tuple[bytes, ...]:
    """Return the Ed25519 keys of the guards, the one that worked last first."""
    with database.read() as connection:
        rows = connection.execute("SELECT ed25519 FROM guard ORDER BY place").fetchall()
    return tuple(row[0] for row in rows)


def save_guards(database: AccountDatabase, guards: Sequence[bytes]) -> None:
    """Replace the guards."""
    with database.write() as connection:
        connection.execute("DELETE FROM guard")
        connection.executemany(
            "INSERT INTO guard (place, ed25519) VALUES (?, ?)", list(enumerate(guards))
        )
