"""Write the vectors of our own formats: ``python -m tests.vault.make_vectors``.

A second writing of the layouts, from the prose of the modules in ``webapp/vault`` and on nothing
but ``hashlib`` and libsodium, so that no mistake of theirs is copied into the vectors.
"""

import hashlib

from nacl.bindings import crypto_pwhash_alg

from tests.vault.vector_files import FOLDER

SALT = bytes(range(16))
ARGON2ID = 2
CHEAPEST = (1, 8192)
NONE = bytes(12)
EMPTY = bytes(32)
T = 1_740_000_000_000


def record(sequence: int, count: int, last_ms: int, **other: bytes) -> bytes:
    padding = other.get("padding", bytes(7))
    checked = bytes([sequence]) + count.to_bytes(4, "big") + last_ms.to_bytes(8, "big") + padding
    check = hashlib.blake2b(checked, digest_size=12, person=b"safehouse/thrott").digest()
    return checked + other.get("check", check)


def digest(counter: int, previous: bytes, rows: dict[str, str]) -> bytes:
    hashed = counter.to_bytes(4, "big") + previous
    for name in sorted(rows):
        for text in (name, rows[name]):
            hashed += len(text.encode()).to_bytes(4, "big") + text.encode()
    return hashlib.blake2b(hashed, digest_size=12, person=b"safehouse/freshn").digest()


# Expected, name, comment, kind, text, canonical bytes.
CODES = (
    ("code", "pin", "six digits", "pin", "314159", b"\x01314159"),
    ("code", "pin_blanks", "blanks between digits do not count", "pin", " 314 159 ", b"\x01314159"),
    ("code", "pin_arabic", "digits of another script are digits", "pin", "٣١٤١٥٩", b"\x01314159"),
    ("code", "pin_fullwidth", "wide digits are digits", "pin", "３１４１５９", b"\x01314159"),
    (
        "code",
        "pin_superscript",
        "NFKC folds digits that are written small",
        "pin",
        "³14159",
        b"\x01314159",
    ),
    ("short", "pin_short", "five digits", "pin", "31415", b"\x0131415"),
    ("short", "pin_empty", "nothing", "pin", "", b"\x01"),
    ("characters", "pin_letter", "a letter among the digits", "pin", "31415o", b"\x0131415o"),
    ("long", "pin_long", "more digits than anybody types", "pin", "3" * 257, b"\x01" + b"3" * 257),
    ("code", "pattern", "six points", "pattern", "123698", b"\x02123698"),
    ("code", "pattern_all", "all nine points", "pattern", "159 874 236", b"\x02159874236"),
    ("short", "pattern_short", "five points", "pattern", "12369", b"\x0212369"),
    ("characters", "pattern_zero", "there is no point 0", "pattern", "1236980", b"\x021236980"),
    (
        "repeated_point",
        "pattern_twice",
        "a point that comes twice",
        "pattern",
        "1236981",
        b"\x021236981",
    ),
    ("code", "passphrase", "ten characters", "passphrase", "open se me", b"\x03open se me"),
    (
        "code",
        "passphrase_blanks",
        "outer blanks go, inner runs become one space",
        "passphrase",
        "  open \t sesame\n now ",
        b"\x03open sesame now",
    ),
    (
        "code",
        "passphrase_composed",
        "two ways to write one letter are one",
        "passphrase",
        "cafe\u0301 complet",
        b"\x03" + "café complet".encode(),
    ),
    (
        "code",
        "passphrase_case",
        "upper and lower case differ",
        "passphrase",
        "Open Sesame",
        b"\x03Open Sesame",
    ),
    (
        "code",
        "passphrase_script",
        "any script",
        "passphrase",
        "сим сим откройся",
        b"\x03" + "сим сим откройся".encode(),
    ),
    ("short", "passphrase_short", "nine characters", "passphrase", "open sesa", b"\x03open sesa"),
    (
        "short",
        "passphrase_padded",
        "blanks do not make it longer",
        "passphrase",
        "open      s",
        b"\x03open s",
    ),
    (
        "characters",
        "passphrase_surrogate",
        "half a pair, which invalid UTF-8 may leave",
        "passphrase",
        "open\ud800sesame",
        b"\x03open\xed\xa0\x80sesame",
    ),
    (
        "characters",
        "passphrase_control",
        "a sign without a key",
        "passphrase",
        "open\x07sesame",
        b"\x03open\x07sesame",
    ),
    (
        "long",
        "passphrase_long",
        "a document that was pasted",
        "passphrase",
        "a" * 257,
        b"\x03" + b"a" * 257,
    ),
    (
        "long",
        "unnormalised",
        "so long that it is taken as it is, blanks too",
        "passphrase",
        "a  " * 342,
        b"\x03" + b"a  " * 342,
    ),
    ("no_kind", "no_kind", "a kind that does not exist", "fingerprint", "314159", b"\x00314159"),
)
# Name, comment, content, count, time of the last attempt, delay.
LIMITED = {"padding": bytes([10, 3, 0, 0, 0, 0, 0])}
LIMITS = (
    (
        "limited",
        "ten guesses erase everything, three were made",
        record(1, 3, T, **LIMITED) + record(2, 4, T, **LIMITED),
        f"count 4, last {T}, delay 5, limit 10, guesses 3",
    ),
    (
        "limited_torn",
        "the newer record is half written: the limit and the guesses of the older",
        record(1, 3, T, **LIMITED) + record(2, 4, T, **LIMITED)[:16] + bytes(16),
        "count 4, last unknown, delay 5, limit 10, guesses 3",
    ),
    (
        "limited_damaged",
        "both records are damaged: the longest wait, and no limit",
        record(1, 3, T, check=bytes(12), **LIMITED) + record(2, 4, T, check=bytes(12), **LIMITED),
        "count 9, last unknown, delay 3600",
    ),
    (
        "limited_cleared",
        "a right code keeps the limit",
        record(1, 3, T, **LIMITED) + record(2, 0, 0, padding=bytes([10, 0, 0, 0, 0, 0, 0])),
        "count 0, last 0, delay 0, limit 10, guesses 0",
    ),
)
THROTTLES = (
    ("fresh", "nothing was ever tried", EMPTY + EMPTY, 0, 0, 0),
    ("first", "one attempt after a fresh start", EMPTY + record(1, 1, T), 1, T, 0),
    (
        "second",
        "the first record is the newer one",
        record(2, 2, T + 1) + record(1, 1, T),
        2,
        T + 1,
        0,
    ),
    ("wrapped", "after 2 comes 0", record(2, 2, T) + record(0, 3, T + 5), 3, T + 5, 1),
    (
        "wrapped_back",
        "and 2 is older than 0 in the other place too",
        record(0, 4, T) + record(2, 3, T - 5),
        4,
        T,
        5,
    ),
    ("cleared", "a right code came last", record(1, 7, T) + record(2, 0, 0), 0, 0, 0),
    ("longest", "the delays end with an hour", record(1, 9, T) + record(0, 8, T), 9, T, 3600),
    ("beyond", "and stay there", record(1, 4000000000, T) + record(0, 8, T), 4000000000, T, 3600),
    (
        "torn_newer",
        "the newer record is half written: the older and one more",
        record(1, 3, T) + record(2, 4, T)[:16] + EMPTY[:16],
        4,
        "unknown",
        5,
    ),
    (
        "torn_older",
        "the older record is damaged: one more than was counted",
        record(1, 3, T, check=bytes(12)) + record(2, 4, T),
        5,
        "unknown",
        30,
    ),
    ("both_damaged", "nothing can be read", b"\xff" * 64, 9, "unknown", 3600),
    ("truncated", "a file of another length", (EMPTY + record(1, 1, T))[:63], 9, "unknown", 3600),
    ("extended", "a file of another length", EMPTY + record(1, 1, T) + b"\0", 9, "unknown", 3600),
    ("empty", "no file at all", b"", 9, "unknown", 3600),
    (
        "same_sequence",
        "two records that cannot be told apart",
        record(1, 1, T) + record(1, 2, T),
        9,
        "unknown",
        3600,
    ),
    (
        "unknown_sequence",
        "a sequence that is never written",
        record(3, 1, T) + record(2, 2, T),
        3,
        "unknown",
        1,
    ),
    (
        "padding",
        "a form of a later version",
        record(1, 1, T, padding=b"\0\0\0\0\0\0\1") + record(2, 2, T),
        3,
        "unknown",
        1,
    ),
)
R1 = {"idle_minutes": "1"}
R2 = {"idle_minutes": "60", "sleep": "off"}
D1 = digest(1, NONE, R1)
D2 = digest(2, D1, R2)
# Name, comment, expected, counter and digest in the vault; counter, previous digest and digest in
# the database, rows.
HEADS = (
    ("none", "nothing was ever set", "current", (0, NONE), 0, NONE, NONE, {}),
    ("first", "the first row", "current", (1, D1), 1, NONE, D1, R1),
    ("second", "the rows of a later step", "current", (2, D2), 2, D1, D2, R2),
    ("ahead_of_nothing", "a crash before the first sealing", "ahead", (0, NONE), 1, NONE, D1, R1),
    ("ahead", "a crash between database and vault", "ahead", (1, D1), 2, D1, D2, R2),
    ("behind", "the whole database is older", "rolled_back", (2, D2), 1, NONE, D1, R1),
    (
        "before_all",
        "the database of before there were rows",
        "rolled_back",
        (1, D1),
        0,
        NONE,
        NONE,
        {},
    ),
    ("old_rows", "the page with the rows is older", "rolled_back", (2, D2), 2, D1, D2, R1),
    ("old_head", "the page with the head is older", "rolled_back", (2, D2), 1, NONE, D1, R2),
    ("no_rows", "the rows are gone", "rolled_back", (1, D1), 1, NONE, D1, {}),
    ("rows_of_nothing", "rows that no step made", "rolled_back", (0, NONE), 0, NONE, NONE, R1),
    (
        "two_ahead",
        "two steps that the vault never heard of",
        "rolled_back",
        (0, NONE),
        2,
        D1,
        D2,
        R2,
    ),
    (
        "ahead_of_another",
        "a step from rows that were never sealed",
        "rolled_back",
        (1, digest(1, NONE, R2)),
        2,
        D1,
        D2,
        R2,
    ),
    (
        "ahead_with_old_rows",
        "one step ahead, but with the rows of the step before",
        "rolled_back",
        (1, D1),
        2,
        D1,
        D2,
        R1,
    ),
    (
        "digest_without_counter",
        "a digest where nothing was counted",
        "rolled_back",
        (0, D1),
        0,
        NONE,
        D1,
        {},
    ),
)


def put(area: str, name: str, **lines: object) -> None:
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (FOLDER / area / f"{name}.txt").write_text(text, encoding="utf-8")


def main() -> None:
    for expect, name, comment, kind, text, canonical in CODES:
        root = crypto_pwhash_alg(32, canonical, SALT, *CHEAPEST, ARGON2ID)
        typed = text.encode("unicode_escape").decode()
        about = {"expect": expect, "comment": comment, "kind": kind, "text": typed}
        put("codes", name, **about, canonical=canonical.hex(), root=root.hex())
    for name, comment, content, count, last, delay in THROTTLES:
        expect = f"count {count}, last {last}, delay {delay}"
        put("throttle", name, expect=expect, comment=comment, content=content.hex())
    for name, comment, content, expect in LIMITS:
        put("throttle", name, expect=expect, comment=comment, content=content.hex())
    for name, comment, expect, (counter, sealed), number, previous, own, rows in HEADS:
        put(
            "freshness",
            name,
            expect=expect,
            comment=comment,
            sealed=f"{counter} {sealed.hex()}",
            stored=f"{number} {previous.hex()} {own.hex()}",
            rows=" ".join(f"{key}={value}" for key, value in rows.items()),
        )


if __name__ == "__main__":
    main()
