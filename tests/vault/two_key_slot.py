"""A sealed text that XChaCha20-Poly1305 accepts under two keys (Len, Grubbs, Ristenpart 2021).

Poly1305 is a polynomial over the blocks of the ciphertext, evaluated at a point that the key
gives. Two free blocks are enough to make it come to one tag at two points: a system of two linear
equations. Both blocks must fit into 128 bits, so one in a few attempts succeeds.
"""

import itertools
import struct

_P = 2**130 - 5
_BLOCK = 16
_MARK = 1 << 128
_CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF


def collide(
    sealed: bytes,
    *,
    nonce: bytes,
    associated: bytes,
    keys: tuple[bytes, bytes],
    free: tuple[int, int],
) -> bytes:
    """Return ``sealed``, a ciphertext and its tag, with two blocks changed so that both keys fit.

    ``free`` are the numbers of the blocks that may be changed. The tag is new as well.
    """
    ciphertext = sealed[:-_BLOCK]
    blocks = [int.from_bytes(block, "little") + _MARK for block in _macced(associated, ciphertext)]
    places = [len(associated) // _BLOCK + number for number in free]
    points = [_poly1305_key(key, nonce) for key in keys]
    for tag in itertools.count():
        found = _solve(blocks, places, points, tag)
        if found is not None:
            changed = bytearray(ciphertext)
            for number, value in zip(free, found, strict=True):
                changed[number * _BLOCK : (number + 1) * _BLOCK] = value.to_bytes(_BLOCK, "little")
            return bytes(changed) + tag.to_bytes(_BLOCK, "little")
    raise AssertionError


def _macced(associated: bytes, ciphertext: bytes) -> list[bytes]:
    """Return the blocks that the tag is made of; both texts are whole blocks here."""
    lengths = struct.pack("<QQ", len(associated), len(ciphertext))
    text = associated + ciphertext + lengths
    return [text[at : at + _BLOCK] for at in range(0, len(text), _BLOCK)]


def _solve(
    blocks: list[int], places: list[int], points: list[tuple[int, int]], tag: int
) -> tuple[int, int] | None:
    """Return the two blocks that give ``tag`` at both points, if they are blocks."""
    rows = []
    for r, s in points:
        powers = [pow(r, len(blocks) - at, _P) for at in places]
        rest = sum(
            block * pow(r, len(blocks) - at, _P)
            for at, block in enumerate(blocks)
            if at not in places
        )
        rows.append((*powers, ((tag - s) % _MARK - rest) % _P))
    (a, b, e), (c, d, f) = rows
    inverse = pow(a * d - b * c, -1, _P)
    first = (e * d - b * f) * inverse % _P - _MARK
    second = (a * f - e * c) * inverse % _P - _MARK
    fit = 0 <= first < _MARK and 0 <= second < _MARK
    return (first, second) if fit else None


def _poly1305_key(key: bytes, nonce: bytes) -> tuple[int, int]:
    subkey = _hchacha20(key, nonce[:16])
    block = _chacha20_block(subkey, b"\0" * 4 + nonce[16:])
    return int.from_bytes(block[:16], "little") & _CLAMP, int.from_bytes(block[16:32], "little")


def _hchacha20(key: bytes, nonce: bytes) -> bytes:
    state = _rounds(_state(key, nonce))
    return struct.pack("<8L", *state[:4], *state[12:])


def _chacha20_block(key: bytes, nonce: bytes) -> bytes:
    start = _state(key, b"\0" * 4 + nonce)
    mixed = _rounds(start)
    return struct.pack("<16L", *((a + b) % 2**32 for a, b in zip(start, mixed, strict=True)))


def _state(key: bytes, last: bytes) -> list[int]:
    return [*struct.unpack("<4L", b"expand 32-byte k"), *struct.unpack("<8L4L", key + last)]


def _rounds(start: list[int]) -> list[int]:
    state = list(start)
    columns = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
    diagonals = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    for quarter in (columns + diagonals) * 10:
        _quarter_round(state, *quarter)
    return state


def _quarter_round(state: list[int], *places: int) -> None:
    a, b, c, d = places
    for one, two, three, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[one] = (state[one] + state[two]) % 2**32
        mixed = state[three] ^ state[one]
        state[three] = (mixed << turn | mixed >> 32 - turn) % 2**32
