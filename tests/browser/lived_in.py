"""An account that somebody has lived in: what a browser shows after some weeks, not on day one."""

import hashlib
from binascii import b2a_base64
from dataclasses import dataclass
from pathlib import Path

from webapp.clock import SystemClock
from webapp.network.settings import load_network_file
from webapp.protocol.identifiers import AccountId, MessageHash
from webapp.protocol.keys import AccountKeys, Seed
from webapp.storage import accounts, contacts, conversations, drafts, messages, preferences
from webapp.storage.accounts import AccountRecord
from webapp.storage.data_directory import DataDirectory
from webapp.storage.database import AccountDatabase
from webapp.storage.files import RealFiles
from webapp.storage.messages import ReceivedMessage

MINUTE_MS = 60_000
DAY_MINUTES = 24 * 60

# Who says what, how many minutes ago: "<" came in, ">" was sent, "!" could not be sent.
ILSE = (
    (3 * DAY_MINUTES + 160, "<", "The lawyer can see us on Thursday at ten."),
    (3 * DAY_MINUTES + 160, "<", "She asked for the letter and for both photos of the envelope."),
    (3 * DAY_MINUTES + 156, ">", "Good. I bring the originals, the copies stay where they are."),
    (DAY_MINUTES + 40, "<", "This is the entrance: https://kaart.example/binnenplaats?deur=2"),
    (DAY_MINUTES + 39, "<", "The bell has no name."),
    (DAY_MINUTES + 36, ">", "Is the side door open before ten?"),
    (7, "<", "Yes, from nine. Ring twice, please. Then wait. 🔔"),
    (6, "<", "شكرا، وصلت الرسالة"),
    (4, ">", "I will be there at a quarter to. If I am late, start without me."),
)
NOOR = tuple((90 - number, "<", f"The key is back in its place, {number}.") for number in range(12))


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """One conversation to begin with."""

    name: str | None
    said: tuple[tuple[int, str, str], ...]
    unread: int = 0
    pinned: bool = False
    blocked: bool = False
    draft: str = ""
    nickname: str | None = None


ACQUAINTANCES = (
    Acquaintance("Ilse", ILSE, pinned=True),
    Acquaintance("Noor", NOOR, unread=12),
    Acquaintance(
        "Sanne de Wit-Oosterbaan, library desk (ground floor)",
        ((110, "<", "Until when are you here?"),),
        draft="I can come after four, if",
    ),
    Acquaintance("Tomek", ((150, "!", "I will call from the other number"),)),
    Acquaintance("ليلى", ((DAY_MINUTES + 70, "<", "شكرا، وصلت الرسالة"),), unread=1),
    Acquaintance(None, ((4 * DAY_MINUTES, "<", "Is this the right address?"),)),
    Acquaintance("Benedikt", ((5 * DAY_MINUTES, ">", "Photo"),), nickname="Ben from the harbour"),
    Acquaintance("A. Visser", ((40 * DAY_MINUTES, "<", "You owe me an answer."),), blocked=True),
)


def move_in(directory: Path, *, network_file: str, owner: str = "Marit") -> None:
    """Make ``directory`` a data directory with an account of ``owner`` in it.

    Each has a seed of its own: the stories share a network, and two homes with one seed would be
    two devices of one person, of which each shows what the other sends.
    """
    data = DataDirectory(directory, RealFiles())
    data.lock()
    try:
        data.prepare()
        space = data.read_space()
        assert space is not None
        settings = load_network_file(Path(network_file))
        record = AccountRecord(
            seed=Seed.generate(),
            name=owner,
            profile_updated_s=SystemClock().now_ms() // 1000,
            network={"kind": "file", "settings": settings.to_json()},
            words_confirmed=True,
        )

        def fill(database: AccountDatabase) -> None:
            accounts.create(database, record)
            _furnish(database, AccountKeys.from_seed(record.seed).account_id)

        data.create_container(space, fill=fill)
    finally:
        data.release()


def _furnish(database: AccountDatabase, own_id: AccountId) -> None:
    preferences.store(database, "theme", "system")
    note = conversations.ensure_note_to_self(database, own_id)
    _say(database, note.id, own_id, own_id, ((2 * DAY_MINUTES, ">", "Tram 4 runs until 23:40"),))
    conversations.set_priority(database, note.id, 1)
    for number, person in enumerate(ACQUAINTANCES):
        account_id = AccountId(hashlib.sha256(bytes([number])).digest())
        contacts.ensure(database, account_id)
        contacts.apply_profile(database, account_id, name=person.name, updated_s=1)
        contacts.set_approved(database, account_id, True)
        contacts.set_approved_me(database, account_id, True)
        contacts.set_nickname(database, account_id, person.nickname)
        conversation = conversations.ensure_private(database, account_id)
        _say(database, conversation.id, account_id, own_id, person.said)
        messages.mark_read(database, conversation.id)
        messages.mark_unread(database, conversation.id, count=person.unread)
        conversations.set_priority(database, conversation.id, 2 if person.pinned else 0)
        contacts.set_blocked(database, account_id, person.blocked)
        if person.draft:
            drafts.store(database, conversation.id, person.draft)


def _say(
    database: AccountDatabase,
    conversation: int,
    peer: AccountId,
    own_id: AccountId,
    said: tuple[tuple[int, str, str], ...],
) -> None:
    now_ms = SystemClock().now_ms()
    for place, (minutes_ago, direction, body) in enumerate(said):
        sent_at_ms = now_ms - minutes_ago * MINUTE_MS + conversation * 100 + place
        if direction == "!":
            messages.insert_outgoing(
                database, conversation, author=own_id, body=body, sent_at_ms=sent_at_ms,
                sort_ms=sent_at_ms, state="failed",
            )  # fmt: skip
        else:
            digest = hashlib.sha256(f"{conversation} {place}".encode()).digest()
            written = ReceivedMessage(
                conversation_id=conversation,
                author=peer if direction == "<" else own_id,
                outgoing=direction == ">",
                body=body,
                sent_at_ms=sent_at_ms,
                sort_ms=sent_at_ms,
                hash=MessageHash(b2a_base64(digest, newline=False).decode().rstrip("=")),
            )
            messages.insert_received_many(database, [written])
