"""What a hostile or broken swarm can put before us, and what we make of it."""

from dataclasses import replace

import pytest

from tests.services.correspondents import Correspondent, PracticeSwitch
from webapp.localnet.faults import Lie
from webapp.protocol import envelope
from webapp.protocol.content import Content, VisibleMessage, encode_content
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.json_reading import MAX_TIMESTAMP_MS
from webapp.protocol.keys import AccountKeys, Seed
from webapp.protocol.replies import StoredItem
from webapp.services.receiving import FUTURE_LIMIT_MS, LONGEST_TTL_MS, store_items
from webapp.storage import contacts, received

TTL_MS = 1_209_600_000


def stored(data: bytes, *, to: Correspondent) -> StoredItem:
    now_ms = to.clock.now_ms()
    return StoredItem(
        hash=MessageHash.of(to.account_id, 0, data),
        timestamp_ms=now_ms,
        expires_ms=now_ms + TTL_MS,
        data=data,
    )


def text(
    body: str, *, sender: AccountKeys, to: Correspondent, sent_at_ms: int | None = None
) -> bytes:
    at_ms = to.clock.now_ms() if sent_at_ms is None else sent_at_ms
    content = encode_content(Content(at_ms, VisibleMessage(body=body)))
    return envelope.wrap(content, sender=sender, recipient=to.account_id, sent_at_ms=at_ms)


def deliver(to: Correspondent, *data: bytes) -> None:
    store_items(to.account, [stored(each, to=to) for each in data], cursors={})


@pytest.fixture
def stranger() -> AccountKeys:
    return AccountKeys.from_seed(Seed.generate())


def test_garbage_is_counted_and_what_stands_behind_it_arrives(
    bob: Correspondent, stranger: AccountKeys
) -> None:
    good = text("after the garbage", sender=stranger, to=bob)
    garbage = [b"\x01", b"\xff" * 300, good[:-5], good[:40], bytes([good[0] ^ 1]) + good[1:]]

    deliver(bob, *garbage, good)

    assert bob.reads_id(stranger.account_id) == [("in", "after the garbage", "received")]
    assert sum(received.rejected_counts(bob.account.database).values()) == len(garbage)


def test_a_message_for_somebody_else_is_rejected(
    alice: Correspondent, bob: Correspondent, stranger: AccountKeys
) -> None:
    deliver(bob, text("not for bob", sender=stranger, to=alice))

    assert bob.conversations() == []
    assert sum(received.rejected_counts(bob.account.database).values()) == 1


def test_protocol_v2_data_is_seen_and_left_alone(bob: Correspondent) -> None:
    deliver(bob, b"\x00\x02" + bytes(100))

    assert bob.conversations() == []
    assert received.rejected_counts(bob.account.database) == {}


def test_a_replayed_message_is_shown_once(bob: Correspondent, stranger: AccountKeys) -> None:
    data = text("once", sender=stranger, to=bob)

    deliver(bob, data)
    deliver(bob, data)

    assert bob.reads_id(stranger.account_id) == [("in", "once", "received")]


def test_the_same_message_sealed_twice_is_shown_once(
    bob: Correspondent, stranger: AccountKeys
) -> None:
    at_ms = bob.clock.now_ms()
    first = text("once", sender=stranger, to=bob, sent_at_ms=at_ms)
    again = text("once", sender=stranger, to=bob, sent_at_ms=at_ms)
    assert first != again

    deliver(bob, first, again)

    assert bob.reads_id(stranger.account_id) == [("in", "once", "received")]
    assert bob.conversation_id(stranger.account_id).unread == 1


def test_a_message_from_the_far_future_is_rejected(
    bob: Correspondent, stranger: AccountKeys
) -> None:
    far = bob.clock.now_ms() + FUTURE_LIMIT_MS + 60_000

    deliver(bob, text("from tomorrow", sender=stranger, to=bob, sent_at_ms=far))

    assert bob.conversations() == []
    assert received.rejected_counts(bob.account.database) == {"Future": 1}


def test_a_sync_copy_made_by_somebody_else_is_rejected(
    alice: Correspondent, bob: Correspondent, stranger: AccountKeys
) -> None:
    at_ms = bob.clock.now_ms()
    forged = encode_content(
        Content(at_ms, VisibleMessage(body="as if bob", sync_target=alice.account_id))
    )

    deliver(
        bob,
        envelope.wrap(forged, sender=stranger, recipient=bob.account_id, sent_at_ms=at_ms),
    )

    assert bob.conversations() == []
    assert received.rejected_counts(bob.account.database) == {"RemoteProtocolError": 1}


def test_a_blocked_sender_is_not_shown(bob: Correspondent, stranger: AccountKeys) -> None:
    sender: AccountId = stranger.account_id
    with bob.account.database.write() as connection:
        contacts.ensure(bob.account.database, sender)
        connection.execute("UPDATE contact SET blocked = 1")

    deliver(bob, text("unwanted", sender=stranger, to=bob))

    assert bob.conversations() == []


def test_an_empty_item_from_a_stranger_does_not_block_the_inbox(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    alice.account.network.store(bob.account_id, b"", ttl_ms=TTL_MS)
    alice.writes(bob, "behind the empty item")
    alice.sends_all()

    bob.polls()

    assert bob.reads(alice) == [("in", "behind the empty item", "received")]
    assert sum(received.rejected_counts(bob.account.database).values()) == 1


def test_nodes_that_promise_more_for_ever_are_not_asked_again_at_once(
    alice: Correspondent, bob: Correspondent, practice: PracticeSwitch
) -> None:
    alice.writes(bob, "hello")
    alice.sends_all()
    for node in practice.network.nodes:
        node.faults.lies = {Lie.ENDLESS}

    assert bob.receiver.poll_once(), "there was something new, so there may be more"
    assert not bob.receiver.poll_once()
    assert bob.reads(alice) == [("in", "hello", "received")]


def test_what_a_node_invents_is_not_remembered_for_ever(
    bob: Correspondent, stranger: AccountKeys
) -> None:
    item = stored(text("hello", sender=stranger, to=bob), to=bob)

    store_items(bob.account, [replace(item, expires_ms=MAX_TIMESTAMP_MS)], cursors={})

    after_all_limits_ms = bob.clock.now_ms() + LONGEST_TTL_MS + 1000
    assert received.forget_expired(bob.account.database, after_all_limits_ms) == 1
