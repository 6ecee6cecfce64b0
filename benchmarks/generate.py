"""``python -m benchmarks.generate --data-dir DIR``: a data directory with a large account.

Everything is written through the storage, in the order in which a running app would have
done it, so the app opens it like any other. Nothing is sent anywhere: the account lives on
a practice network.
"""

import argparse
import os
import sys
import time
from binascii import b2a_base64
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.large_account import PlannedConversation, Written, in_order, plan
from benchmarks.sample_texts import a_message
from webapp.clock import SystemClock
from webapp.network.settings import load_network_file
from webapp.protocol import envelope
from webapp.protocol.content import Content, VisibleMessage, encode_content
from webapp.protocol.identifiers import MessageHash
from webapp.protocol.keys import SEED_BYTES, AccountKeys, Seed
from webapp.protocol.requests import MESSAGE_TTL_MS
from webapp.storage import accounts, conversations, messages, outbox, received
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.files import RealFiles
from webapp.storage.messages import ReceivedMessage

MESSAGES = 1_000_000
CONVERSATIONS = 1_000
SEED = 1
PRACTICE: dict[str, object] = {"kind": "practice"}
# Large enough for the cost of a transaction not to count.
ROWS_AT_ONCE = 50_000


class DirectoryInUse(Exception):
    """The data directory holds an account already, and that one is left alone."""


def generate(
    directory: Path,
    *,
    messages_count: int = MESSAGES,
    conversations_count: int = CONVERSATIONS,
    seed: int = SEED,
    now_ms: int,
    network: dict[str, object] | None = None,
) -> list[PlannedConversation]:
    """Make ``directory`` a data directory with one account, and messages up to ``now_ms``.

    Returns its conversations, numbered from 1 on, the largest first.
    Raises DirectoryInUse, and what the storage raises about a directory it cannot use.
    """
    data = DataDirectory(directory, RealFiles())
    data.lock()
    try:
        data.prepare()
        space = data.read_space()
        if space is None or space.entries:
            raise DirectoryInUse
        seed16 = Seed.from_bytes(Random(seed).randbytes(SEED_BYTES))
        keys = AccountKeys.from_seed(seed16)
        planned = plan(
            seed,
            keys.account_id,
            messages=messages_count,
            conversations=conversations_count,
            now_ms=now_ms,
        )
        record = AccountRecord(
            seed=seed16,
            name="Ada",
            profile_updated_s=now_ms // 1000,
            network=network or PRACTICE,
            words_confirmed=True,
        )

        def fill(database: AccountDatabase) -> None:
            accounts.create(database, record)
            _write_conversations(database, planned)
            _write_messages(database, planned, keys=keys, seed=seed, now_ms=now_ms)
            _mark_unread(database, planned)

        data.create_container(space, fill=fill)
    finally:
        data.release()
    return planned


def _write_conversations(database: AccountDatabase, planned: list[PlannedConversation]) -> None:
    with database.write() as connection:
        connection.executemany(
            "INSERT INTO contact (account_id, name, nickname, profile_updated_s, approved,"
            " approved_me, blocked) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    bytes(each.peer),
                    each.name,
                    each.nickname,
                    each.first_ms // 1000,
                    each.approved,
                    each.approved_me,
                    each.blocked,
                )
                for each in planned
                if each.kind == "private"
            ],
        )
        connection.executemany(
            "INSERT INTO conversation (id, kind, account_id, last_activity_ms, priority,"
            " marked_unread, draft) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    each.number,
                    each.kind,
                    bytes(each.peer),
                    each.last_ms,
                    each.priority,
                    each.marked_unread,
                    each.draft,
                )
                for each in planned
            ],
        )


def _write_messages(
    database: AccountDatabase,
    planned: list[PlannedConversation],
    *,
    keys: AccountKeys,
    seed: int,
    now_ms: int,
) -> None:
    rng = Random(f"{seed} texts")
    stream = in_order(seed, planned)
    while batch := list(islice(stream, ROWS_AT_ONCE)):
        rows = []
        with database.write() as connection:
            for written in batch:
                conversation = planned[written.rank]
                body = a_message(rng, conversation.tongue)
                if written.failed:
                    _write_failed(database, conversation, written, keys=keys, body=body)
                else:
                    rows.append(_row(rng, conversation, written, keys=keys, body=body))
            messages.insert_received_many(database, rows)
            connection.execute("UPDATE message SET unread = 0 WHERE unread = 1")
            # Those that a node could still have.
            expiries = [(row.hash, row.sent_at_ms + MESSAGE_TTL_MS) for row in rows]
            received.remember(database, [each for each in expiries if each[1] > now_ms])


def _row(
    rng: Random,
    conversation: PlannedConversation,
    written: Written,
    *,
    keys: AccountKeys,
    body: str,
) -> ReceivedMessage:
    return ReceivedMessage(
        conversation_id=conversation.number,
        author=keys.account_id if written.outgoing else conversation.peer,
        outgoing=written.outgoing,
        body=body,
        sent_at_ms=written.sent_at_ms,
        sort_ms=written.sent_at_ms,
        hash=MessageHash(b2a_base64(rng.randbytes(32), newline=False).decode().rstrip("=")),
    )


def _write_failed(
    database: AccountDatabase,
    conversation: PlannedConversation,
    written: Written,
    *,
    keys: AccountKeys,
    body: str,
) -> None:
    """Store a message that was given up, with the bytes that another try would send."""
    content = encode_content(Content(written.sent_at_ms, VisibleMessage(body)))
    number = messages.insert_outgoing(
        database,
        conversation.number,
        author=keys.account_id,
        body=body,
        sent_at_ms=written.sent_at_ms,
        sort_ms=written.sent_at_ms,
        state="failed",
    )
    item = outbox.enqueue(
        database,
        kind="message",
        conversation_id=conversation.number,
        message_id=number,
        recipient=conversation.peer,
        data=envelope.wrap(
            content, sender=keys, recipient=conversation.peer, sent_at_ms=written.sent_at_ms
        ),
        sent_at_ms=written.sent_at_ms,
        ttl_ms=MESSAGE_TTL_MS,
    )
    outbox.mark_sending(database, item)
    outbox.mark_failed(database, item)


def _mark_unread(database: AccountDatabase, planned: list[PlannedConversation]) -> None:
    """Take back that the newest messages were read, where they are planned to be unread."""
    with database.write():
        for each in planned:
            messages.mark_unread(database, each.number, count=each.unread)
            conversations.refresh_summary(database, each.number)


def main() -> None:
    os.umask(0o077)  # as the app does
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, metavar="DIR")
    parser.add_argument("--messages", type=int, default=MESSAGES, metavar="N")
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS, metavar="N")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N")
    parser.add_argument("--network", type=Path, metavar="FILE")
    given = parser.parse_args()
    if not 0 < given.conversations <= given.messages:
        parser.error("each conversation has at least one message")
    network = PRACTICE
    if given.network:
        network = {"kind": "file", "settings": load_network_file(given.network).to_json()}
    start = time.perf_counter()
    try:
        generate(
            given.data_dir.absolute(),
            messages_count=given.messages,
            conversations_count=given.conversations,
            seed=given.seed,
            now_ms=SystemClock().now_ms(),
            network=network,
        )
    except DirectoryInUse:
        sys.exit(f"{given.data_dir} holds an account already; nothing was changed")
    print(f"{given.messages:,} messages in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
