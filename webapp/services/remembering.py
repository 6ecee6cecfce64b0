"""Keeps in the container what the network has learned, from one start to the next."""

from webapp.network.client import Remembered
from webapp.storage import known_nodes
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import StorageError


def remembered(database: AccountDatabase) -> Remembered:
    """Return what the network of this account knew when it was last open."""
    return Remembered(
        nodes=known_nodes.load_nodes(database),
        listed_at_ms=known_nodes.listed_at_ms(database),
        guards=known_nodes.load_guards(database),
    )


def remember(database: AccountDatabase, learned: Remembered) -> None:
    """Store what is new. On a full disk nothing is, and the next start asks the seeds again."""
    try:
        with database.write():
            if learned.nodes and learned.listed_at_ms != known_nodes.listed_at_ms(database):
                known_nodes.save_nodes(database, learned.nodes, listed_at_ms=learned.listed_at_ms)
            if learned.guards != known_nodes.load_guards(database):
                known_nodes.save_guards(database, learned.guards)
    except StorageError:
        return
