"""The node list and the guards survive a restart, and old cursors go with their nodes."""

import pytest

from webapp.protocol.identifiers import MessageHash
from webapp.protocol.nodes import Node
from webapp.storage import known_nodes, received
from webapp.storage.database import AccountDatabase
from webapp.storage.errors import DatabaseFailed


def node(number: int) -> Node:
    return Node(bytes([number]) * 32, bytes([number, 1]) * 16, f"10.0.{number}.1", 22_021)


def save(database: AccountDatabase, *numbers: int, listed_at_ms: int = 1) -> None:
    known_nodes.save_nodes(
        database, [node(number) for number in numbers], listed_at_ms=listed_at_ms
    )


def test_a_new_database_knows_no_node(database: AccountDatabase) -> None:
    assert known_nodes.load_nodes(database) == ()
    assert known_nodes.load_guards(database) == ()
    assert known_nodes.listed_at_ms(database) == 0


def test_a_list_replaces_the_one_before(database: AccountDatabase) -> None:
    save(database, 1, 2, listed_at_ms=5)
    save(database, 2, 3, listed_at_ms=7)
    assert set(known_nodes.load_nodes(database)) == {node(2), node(3)}
    assert known_nodes.listed_at_ms(database) == 7


def test_cursors_of_nodes_that_left_are_forgotten(database: AccountDatabase) -> None:
    last = MessageHash("1" + "A" * 42)
    received.save_cursors(database, {(node(1).ed25519, 0): last, (node(2).ed25519, 0): last})
    save(database, 2, 3)
    assert received.load_cursors(database) == {(node(2).ed25519, 0): last}


def test_guards_keep_their_order(database: AccountDatabase) -> None:
    known_nodes.save_guards(database, [node(9).ed25519, node(1).ed25519])
    known_nodes.save_guards(database, [node(1).ed25519, node(9).ed25519, node(5).ed25519])
    assert known_nodes.load_guards(database) == tuple(node(n).ed25519 for n in (1, 9, 5))


def test_a_list_that_cannot_be_stored_leaves_the_old_one(database: AccountDatabase) -> None:
    save(database, 1, listed_at_ms=5)
    with pytest.raises(DatabaseFailed):
        known_nodes.save_nodes(database, [node(2), node(2)], listed_at_ms=7)
    assert known_nodes.load_nodes(database) == (node(1),)
    assert known_nodes.listed_at_ms(database) == 5


def test_the_table_itself_refuses_half_a_key(database: AccountDatabase) -> None:
    with pytest.raises(DatabaseFailed):
        known_nodes.save_guards(database, [b"short"])
