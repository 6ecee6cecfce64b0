"""A program that writes until it is killed; run by ``test_kills``.

    python -m tests.storage.killed_program receive DIRECTORY   batches of received messages
    python -m tests.storage.killed_program create DIRECTORY    accounts, one after the other

It prints a line after each commit, so whoever kills it knows what must be there.
"""

import hashlib
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.keys import Seed
from webapp.storage import accounts, contacts, conversations, messages, received
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.files import RealFiles
from webapp.storage.messages import ReceivedMessage

BATCH = 50
NODE = b"n" * 32
SENDER = AccountId(b"a" * 32)
# Must never be seen in a file. Names, texts, hashes, secrets, addresses.
CANARY = "canary-5a1f"
SEED = Seed.from_bytes(b"canary-seed-16by")
RECORD = AccountRecord(SEED, f"{CANARY} own name", 1, {"name": f"{CANARY} network"})


def hash_of(number: int) -> MessageHash:
    return MessageHash((CANARY + hashlib.sha256(str(number).encode()).hexdigest())[:43])


def fill(database: AccountDatabase) -> None:
    accounts.create(database, RECORD)
    contacts.apply_profile(database, SENDER, name=f"{CANARY} name", updated_s=1)


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def started(path: Path) -> DataDirectory:
    directory = DataDirectory(path, RealFiles())
    directory.lock()
    directory.prepare()
    return directory


def receive(path: Path) -> None:
    directory = started(path)
    space = directory.read_space()
    assert space is not None
    _, entry = directory.create_container(space, fill=fill)
    database = directory.open_container(entry)
    conversation_id = conversations.ensure_private(database, SENDER).id
    for batch in itertools.count():
        with database.write():
            store_batch(database, conversation_id, batch)
        tell(str(batch + 1))


def store_batch(database: AccountDatabase, conversation_id: int, batch: int) -> None:
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    rows = [
        ReceivedMessage(conversation_id, SENDER, False, f"{CANARY} text {n}", n, n, hash_of(n))
        for n in numbers
    ]
    messages.insert_received_many(database, rows)
    received.remember(database, [(row.hash, 1) for row in rows])
    received.save_cursors(database, {(NODE, 0): rows[-1].hash})


def create(path: Path) -> None:
    directory = started(path)
    space = directory.read_space()
    assert space is not None

    def fill_and_tell(database: AccountDatabase) -> None:
        fill(database)
        tell("filled")

    for _ in range(8):
        space, _ = directory.create_container(space, fill=fill_and_tell)
        tell("created")
    sys.stdin.read()


if __name__ == "__main__":
    programs: dict[str, Callable[[Path], None]] = {"receive": receive, "create": create}
    programs[sys.argv[1]](Path(sys.argv[2]))
