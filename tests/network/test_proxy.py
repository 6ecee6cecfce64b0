"""How a proxy is written, stored and shown."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.network.errors import InvalidProxyAddress
from webapp.network.proxy import Proxy

LOGIN_PARTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
HOSTS = st.one_of(
    st.ip_addresses().map(str),
    st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,5}){0,2}", fullmatch=True),
)
LOGINS = st.one_of(st.just((None, None)), st.tuples(LOGIN_PARTS, LOGIN_PARTS))


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9050", "127.0.0.1", 9050),
        ("socks5h://127.0.0.1:9050", "127.0.0.1", 9050),
        ("socks5://127.0.0.1:9050/", "127.0.0.1", 9050),
        ("SOCKS5H://Proxy.Example:1080", "proxy.example", 1080),
        ("  localhost:1\n", "localhost", 1),
        ("[::1]:65535", "::1", 65535),
        ("socks5h://[2001:DB8::7]:1080", "2001:db8::7", 1080),
    ],
)
def test_a_proxy_is_read_as_people_write_it(text: str, host: str, port: int) -> None:
    assert Proxy.parse(text) == Proxy(host, port)


def test_a_login_may_stand_in_front_with_its_signs_escaped() -> None:
    proxy = Proxy.parse("socks5h://mari%40t:p%3Aass%C3%A9@127.0.0.1:9050")

    assert (proxy.username, proxy.password) == ("mari@t", "p:assé")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:",
        ":9050",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:90 50",
        "127.0.0.1:٩٠٥٠",
        "127.1:9050",
        "300.1.1.1:9050",
        "::1:9050",
        "[127.0.0.1]:9050",
        "[]:9050",
        "[::1:9050",
        "[::z]:9050",
        "http://127.0.0.1:9050",
        "socks4://127.0.0.1:9050",
        "socks5h://127.0.0.1:9050/path",
        "socks5h://user@127.0.0.1:9050",
        "socks5h://:@127.0.0.1:9050",
        "socks5h://user:@127.0.0.1:9050",
        "socks5h://%ff:x@127.0.0.1:9050",
        "socks5h://" + "u" * 256 + ":x@127.0.0.1:9050",
        "socks5h://u:" + "%C3%A9" * 128 + "@127.0.0.1:9050",
        "ex ample:9050",
        "-example:9050",
        "example..org:9050",
        "a" * 64 + ".org:9050",
        "a." * 127 + "org:9050",
        "bücher.example:9050",
        "x" * 100_000,
    ],
)
def test_what_is_no_proxy_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidProxyAddress) as refused:
        Proxy.parse(text)

    assert str(refused.value).endswith(".")


@given(st.one_of(st.text(), st.text(string.printable), st.from_regex(r"socks5h?://\S*:\d+")))
def test_any_text_is_a_proxy_or_refused(text: str) -> None:
    try:
        proxy = Proxy.parse(text)
    except InvalidProxyAddress:
        return
    assert Proxy.parse(proxy.text) == Proxy(proxy.host, proxy.port)


@given(HOSTS, st.integers(1, 65_535), LOGINS)
def test_what_is_stored_is_read_again(
    host: str, port: int, login: tuple[str | None, str | None]
) -> None:
    try:
        proxy = Proxy(host, port, *login)
    except InvalidProxyAddress:
        assert any(len(part.encode()) > 255 for part in login if part is not None)
        return

    assert Proxy.from_json(proxy.to_json()) == proxy


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "127.0.0.1:9050",
        {},
        {"host": "127.0.0.1"},
        {"host": "127.0.0.1", "port": "9050"},
        {"host": "127.0.0.1", "port": True},
        {"host": 1, "port": 9050},
        {"host": "127.0.0.1", "port": 9050, "username": "u"},
        {"host": "127.0.0.1", "port": 9050, "username": 1, "password": 2},
        {"host": "127.0.0.1", "port": 0},
        {"host": "\ud800", "port": 1},
        {"host": "127.0.0.1", "port": 1, "username": "\ud800", "password": "x"},
    ],
)
def test_a_damaged_record_is_refused_and_does_not_come_to_mean_no_proxy(value: object) -> None:
    with pytest.raises(InvalidProxyAddress):
        Proxy.from_json(value)


def test_the_login_is_in_no_text_about_the_proxy() -> None:
    proxy = Proxy("127.0.0.1", 9050, "marit", "hunter2")

    for text in (proxy.text, repr(proxy), str(proxy), f"{[proxy]}"):
        assert "127.0.0.1:9050" in text
        assert "marit" not in text
        assert "hunter2" not in text
