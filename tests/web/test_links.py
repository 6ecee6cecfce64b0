"""Addresses in texts: found, never changed, and shown as what is opened."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.web.links import addresses, pieces

# Texts in which addresses are likely, with everything that could confuse.
SCRAPS = st.sampled_from(
    [
        "https://", "HTTP://", "http:/", "example", ".", "org", "ExAmple.ORG", "/", "?q=", "#", "@",
        ":", "8080", ":99999", " ", "\n", "(", ")", "[", "]", "<", ">", '"', "'", "\\", "%", "%41",
        "%zz", "ß", "пример", "еxample", "例え。テスト", "．", "／", "①", "\u202e", "\u200b",
        "\u2066", "\xad", "\x00", "👍", "e\u0301", "xn--e1afmkfd", "127.0.0.1", "0x7f.1", "1.2",
        "[::1]", "javascript:", "&", "=", ";", ",", "…", "»", "「",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(SCRAPS, max_size=30).map("".join))


def found(text: str) -> list[str]:
    return [address.text for address in addresses(text)]


@given(TEXTS)
def test_the_text_stays_what_it_is(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


@given(TEXTS)
def test_pieces_name_the_addresses_in_their_order(text: str) -> None:
    links = [piece.link for piece in pieces(text) if piece.link is not None]

    assert links == list(range(len(addresses(text))))


@given(TEXTS)
@example("https://ｅxample.org/ä?ö#ü")
@example("http://例え。テスト:80")
def test_what_is_opened_is_ascii_and_has_the_host_that_stands_out(text: str) -> None:
    for address in addresses(text):
        parts = urlsplit(address.text)
        assert address.text.isascii()
        assert address.text.isprintable()
        assert parts.scheme in {"http", "https"}
        assert parts.hostname == address.host
        assert parts.username is None
        assert parts.port is None or parts.port <= 65_535
        assert "\\" not in address.text


@given(TEXTS)
def test_an_address_that_was_shown_is_read_as_itself(text: str) -> None:
    for shown in found(text):
        [again] = addresses(f"<{shown}>")
        assert again.text.startswith(again.before + again.host)
        assert shown.startswith(again.text)


@given(st.text())
def test_a_text_without_a_scheme_is_one_piece(text: str) -> None:
    assert len(pieces(text.replace("://", ""))) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://example.org/a?b=c#d for more", "https://example.org/a?b=c#d"),
        ("HTTPS://Example.ORG/Path", "https://example.org/Path"),
        ("Is it https://example.org/a?", "https://example.org/a"),
        ("Look (https://example.org/a).", "https://example.org/a"),
        ("https://example.org/wiki/Oslo_(city)", "https://example.org/wiki/Oslo_(city)"),
        ("“https://example.org/”", "https://example.org/"),
        ("<https://example.org>", "https://example.org"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("http://localhost:631", "http://localhost:631"),
        ("https://example.org/köln", "https://example.org/k%C3%B6ln"),
        ("https://example.org/100%25", "https://example.org/100%25"),
        ("https://пример.org/", "https://xn--e1afmkfd.org/"),
        ("https://еxample.org/", "https://xn--xample-2of.org/"),
        ("https://straße.de", "https://xn--strae-oqa.de"),
        ("https://ｅｘample.org", "https://example.org"),
        ("网址https://example.org。下一句", "https://example.org"),
        ("https://example.org/\u202egnp.exe", "https://example.org/"),
        ("https://exam\u200bple.org", None),
        ("https://good.example\\@evil.example/", "https://good.example"),
        ("https://good.example@evil.example/", None),
        ("https://a:b@evil.example/", None),
        ("https://good.example／.evil.example/", "https://good.example"),
        ("http://0x7f.1/", None),
        ("http://2130706433/", None),
        ("http://127.1/", None),
        ("http://1.2.3.4.5/", None),
        ("https://example.org:99999/", None),
        ("https://.org/", None),
        ("https://-a.org/", None),
        ("https://" + "a" * 64 + ".org", None),
        ("https://" + "a." * 127 + "org", None),
        ("https://", None),
        ("ftp://example.org", None),
        ("javascript://example.org", None),
        ("xhttps://example.org", None),
        ("example.org", None),
    ],
)  # fmt: skip
def test_what_is_an_address(text: str, expected: str | None) -> None:
    assert found(text) == ([expected] if expected else [])


def test_a_host_in_other_letters_is_told() -> None:
    assert addresses("https://www.еxample.org")[0].is_encoded
    assert not addresses("https://www.example.org/xn--x")[0].is_encoded


def test_several_addresses_are_told_apart() -> None:
    text = "https://a.example and https://b.example, or https://a.example"

    assert [piece.text for piece in pieces(text)] == [
        "https://a.example", " and ", "https://b.example", ", or ", "https://a.example"
    ]  # fmt: skip
