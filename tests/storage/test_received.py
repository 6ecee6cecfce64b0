"""What was fetched is known until it expires, and the place to go on from is kept."""

from webapp.protocol.identifiers import MessageHash
from webapp.storage import received
from webapp.storage.database import AccountDatabase

FIRST, SECOND = MessageHash("1" + "A" * 42), MessageHash("2" + "A" * 42)
NODE, OTHER_NODE = b"n" * 32, b"o" * 32


def test_only_remembered_hashes_are_known(database: AccountDatabase) -> None:
    received.remember(database, [(FIRST, 100)])
    assert received.known_hashes(database, [FIRST, SECOND]) == {FIRST}
    assert received.known_hashes(database, []) == set()


def test_a_hash_is_forgotten_once_no_node_can_give_it(database: AccountDatabase) -> None:
    received.remember(database, [(FIRST, 100), (SECOND, 101)])
    assert received.forget_expired(database, 100) == 1
    assert received.known_hashes(database, [FIRST, SECOND]) == {SECOND}


def test_the_longest_expiry_counts(database: AccountDatabase) -> None:
    received.remember(database, [(FIRST, 100), (FIRST, 300), (FIRST, 200)])
    assert received.forget_expired(database, 299) == 0
    assert received.forget_expired(database, 300) == 1


def test_many_hashes_are_looked_up_at_once(database: AccountDatabase) -> None:
    hashes = [MessageHash(f"{number:043d}"[::-1]) for number in range(5000)]
    received.remember(database, [(message_hash, 1) for message_hash in hashes[::2]])
    assert received.known_hashes(database, hashes) == set(hashes[::2])


def test_cursors_are_kept_for_each_node_and_namespace(database: AccountDatabase) -> None:
    assert received.load_cursors(database) == {}
    received.save_cursors(database, {(NODE, 0): FIRST, (NODE, -11): SECOND})
    received.save_cursors(database, {(NODE, 0): SECOND, (OTHER_NODE, 0): FIRST})
    assert received.load_cursors(database) == {
        (NODE, 0): SECOND,
        (NODE, -11): SECOND,
        (OTHER_NODE, 0): FIRST,
    }


def test_rejections_are_counted_by_reason(database: AccountDatabase) -> None:
    received.count_rejected(database, "signature")
    received.count_rejected(database, "signature", count=2)
    received.count_rejected(database, "truncated")
    assert received.rejected_counts(database) == {"signature": 3, "truncated": 1}
