"""Web addresses in what people write (security.md N7): found here, opened only when asked for.

Nothing of the text changes: an address stays as it was written, only it can be pressed. What is
shown before it is opened, and what is then opened, is the same ASCII text. So a host of look-alike
letters shows itself (``xn--…``), and no character can turn the order of others round. What a
browser might read in another way than we do is no address to us.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from itertools import takewhile
from urllib.parse import quote

# Not inside a word: "xhttps://" is no address. Backslashes are slashes to browsers only.
_BEGINNING = re.compile(r"(?<![a-z0-9])https?://[^\s<>\"\\]+", re.IGNORECASE)
_HOST_END = re.compile(r"[/?#]|$")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_PORT = re.compile(r"(:[0-9]{1,5})?")
# Browsers read these as numbers of four, two or eight bits, and take them for an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HOST_CHARACTERS = 253
_LABEL_CHARACTERS = 63
_PORT_LIMIT = 65_535
_ENCODED = "xn--"
# RFC 3986: what may stand as it is behind the host. A per cent sign belongs to what is encoded.
_KEPT = "%/?#:@[]!$&'()*+,;=-._~"
# Ends a sentence around an address rather than the address.
_CLOSING = ".,:;!?'*_~"
_BRACKETS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Address:
    """One address in ASCII, cut so that the host can stand out."""

    before: str
    host: str
    after: str

    @property
    def text(self) -> str:
        return self.before + self.host + self.after

    @property
    def is_encoded(self) -> bool:
        """Whether the host has other letters than those of ASCII, which are shown encoded."""
        return any(label.startswith(_ENCODED) for label in self.host.split("."))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text as it was written; ``link`` is its place among the addresses, or None."""

    text: str
    link: int | None = None


def pieces(text: str) -> tuple[Piece, ...]:
    """Return ``text`` in pieces, which together are exactly ``text``."""
    if "://" not in text:
        return (Piece(text),)
    found: list[Piece] = []
    end = 0
    for number, (start, written, _) in enumerate(_find(text)):
        if start > end:
            found.append(Piece(text[end:start]))
        found.append(Piece(written, link=number))
        end = start + len(written)
    if end < len(text) or not found:
        found.append(Piece(text[end:]))
    return tuple(found)


def addresses(text: str) -> list[Address]:
    """Return the addresses in ``text``, in their order."""
    return [address for _, _, address in _find(text)]


def _find(text: str) -> Iterator[tuple[int, str, Address]]:
    """Yield where an address begins, how it is written, and what it means."""
    for match in _BEGINNING.finditer(text):
        kept = "".join(takewhile(_may_belong, match[0]))
        if _is_invisible(match[0][len(kept) :][:1]) and not _has_path(kept):
            continue  # A reader would take the whole for one host.
        written = _without_end_of_sentence(kept)
        address = _parse(written)
        if address is not None:
            yield match.start(), written, address


def _may_belong(character: str) -> bool:
    return character.isascii() or unicodedata.category(character)[0] in "LMNS"


def _is_invisible(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] == "C"


def _has_path(written: str) -> bool:
    return re.search(r"://[^/?#]*[/?#]", written) is not None


def _without_end_of_sentence(written: str) -> str:
    while written:
        last = written[-1]
        opening = _BRACKETS.get(last)
        if last in _CLOSING or (opening and written.count(last) > written.count(opening)):
            written = written[:-1]
        else:
            break
    return written


def _parse(written: str) -> Address | None:
    scheme, _, rest = written.partition("://")
    end = _HOST_END.search(rest)
    authority = rest[: end.start()] if end else rest
    name, colon, number = authority.partition(":")
    host = _host(name)
    port = colon + number
    if host is None or not _PORT.fullmatch(port) or int(number or 0) > _PORT_LIMIT:
        return None
    return Address(f"{scheme.lower()}://", host, port + quote(rest[len(authority) :], safe=_KEPT))


def _host(name: str) -> str | None:
    labels = [_label(label) for label in name.split(".")]
    if not all(labels):
        return None
    host = ".".join(label for label in labels if label)
    if len(host) > _HOST_CHARACTERS or (_NUMBER.fullmatch(labels[-1] or "") and not _is_ip(host)):
        return None
    return host


def _label(label: str) -> str | None:
    """Return one part of a host as the network writes it; None if it cannot be one."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).lower())
    if not plain.isascii():
        if not all(part == "-" or unicodedata.category(part)[0] in "LMN" for part in plain):
            return None
        plain = _ENCODED + plain.encode("punycode").decode("ascii")
    return plain if _LABEL.fullmatch(plain) and len(plain) <= _LABEL_CHARACTERS else None


def _is_ip(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except AddressValueError:
        return False
