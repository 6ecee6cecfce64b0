import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.network.errors import InvalidSettings
from webapp.network.settings import (
    SESSION,
    TESTNET,
    FileServer,
    NetworkSettings,
    SeedServer,
    load_network_file,
)
from webapp.protocol.keys import AccountKeys
from webapp.protocol.onion import Server

ECHO = AccountKeys.from_seed32(bytes(32)).account_id
KEY_TEXTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def network_file(**changes: object) -> dict[str, object]:
    return {
        "name": "Practice",
        "seeds": [{"url": "https://127.0.0.1:4443", "cert_sha256": "ab" * 32}],
        "file_server": None,
        "distinct_subnets": False,
        "min_nodes": 12,
        "echo": ECHO.hex,
    } | changes


FILE_SERVER_KEY = AccountKeys.from_seed32(b"F" * 32)


def file_server(**changes: object) -> dict[str, object]:
    return network_file(
        file_server={"url": "http://files.example", "ed25519": FILE_SERVER_KEY.ed25519.hex()}
        | changes
    )


def seed(**changes: object) -> dict[str, object]:
    return network_file(seeds=[{"url": "https://127.0.0.1:4443", "cert_sha256": None} | changes])


def test_a_network_file_is_read() -> None:
    assert NetworkSettings.from_json(network_file()) == NetworkSettings(
        name="Practice",
        seeds=(SeedServer("https://127.0.0.1:4443", bytes.fromhex("ab" * 32)),),
        distinct_subnets=False,
        min_nodes=12,
        echo=ECHO,
    )


@pytest.mark.parametrize(
    "settings",
    [
        SESSION,
        TESTNET,
        NetworkSettings.from_json(network_file()),
        NetworkSettings.from_json(file_server()),
    ],
)
def test_what_is_written_is_read_again(settings: NetworkSettings) -> None:
    assert NetworkSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_the_real_networks_ask_for_distinct_subnets_and_pin_https() -> None:
    assert SESSION.distinct_subnets
    assert TESTNET.distinct_subnets
    assert len(SESSION.seeds) == 3
    assert all(seed.cert_sha256 for seed in SESSION.seeds)


@pytest.mark.parametrize(
    "bad",
    [
        network_file(name=""),
        network_file(name=None),
        network_file(name="x" * 101),
        network_file(seeds=[]),
        network_file(seeds=None),
        network_file(seeds=["https://127.0.0.1:4443"]),
        network_file(seeds=[{"url": f"https://10.0.0.{n}"} for n in range(17)]),
        network_file(distinct_subnets=0),
        network_file(min_nodes=3),
        network_file(min_nodes=1001),
        network_file(min_nodes=True),
        network_file(min_nodes="12"),
        network_file(echo="05"),
        network_file(echo=5),
        network_file(file_server="http://files.example"),
        network_file(file_server=False),
        network_file(file_server={}),
        file_server(url=None),
        file_server(url="files.example"),
        file_server(url="ftp://files.example"),
        file_server(url="http://"),
        file_server(url="http://files.example:0x50"),
        file_server(url="http://files.example/file"),
        file_server(url="http://user@files.example"),
        file_server(url="http://files.example#p=00"),
        file_server(ed25519=None),
        file_server(ed25519=""),
        file_server(ed25519="zz" * 32),
        file_server(ed25519="ab" * 31),
        # No point of the curve.
        file_server(ed25519="02" + "00" * 31),
        # A point that everybody shares a secret with.
        file_server(ed25519="01" + "00" * 31),
        seed(url=None),
        seed(url="ftp://127.0.0.1"),
        seed(url="https://"),
        seed(url="https://127.0.0.1:99999"),
        seed(url="https://127.0.0.1:4443/json_rpc"),
        seed(url="https://user@127.0.0.1:4443"),
        seed(url="https://127.0.0.1:4443?x"),
        seed(url="https://[::1"),
        seed(cert_sha256="ab" * 31),
        seed(cert_sha256="zz" * 32),
        seed(cert_sha256=1),
        seed(url="http://127.0.0.1:1", cert_sha256="ab" * 32),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InvalidSettings):
        NetworkSettings.from_json(bad)


def test_a_network_may_have_a_file_server_or_none() -> None:
    named = NetworkSettings.from_json(file_server()).file_server
    old_file = network_file()
    del old_file["file_server"]

    assert named == FileServer("http://files.example", FILE_SERVER_KEY.ed25519)
    assert NetworkSettings.from_json(network_file()).file_server is None
    assert NetworkSettings.from_json(old_file).file_server is None


@pytest.mark.parametrize(
    ("url", "protocol", "host", "port"),
    [
        ("http://files.example", "http", "files.example", 80),
        ("https://files.example", "https", "files.example", 443),
        ("http://127.0.0.1:8080/", "http", "127.0.0.1", 8080),
        ("https://[::1]:8443", "https", "::1", 8443),
    ],
)
def test_onion_requests_name_the_file_server_by_its_converted_key(
    url: str, protocol: str, host: str, port: int
) -> None:
    server = NetworkSettings.from_json(file_server(url=url)).file_server
    assert server is not None
    assert server.destination() == Server(
        host, FILE_SERVER_KEY.x25519, protocol=protocol, port=port
    )


def test_the_file_server_of_the_real_network_is_the_published_one() -> None:
    assert SESSION.file_server is not None
    assert TESTNET.file_server is None
    assert SESSION.file_server.destination() == Server(
        "filev2.getsession.org",
        bytes.fromhex("09324794aa9c11948189762d198c618148e9136ac9582068180661208927ef34"),
        protocol="http",
        port=80,
    )


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (network_file(file_server=[]), "The file server is not described by a JSON object."),
        (file_server(url=5), "The address of the file server is missing."),
        (file_server(url="nowhere"), "The address of the file server cannot be read."),
        (
            file_server(url="http://files.example/x"),
            "The address of the file server must look like https://host:port.",
        ),
        (file_server(ed25519="x"), "The key of the file server is no Ed25519 key in hex."),
        (seed(url=5), "The address of a seed server is missing."),
    ],
)
def test_a_refusal_says_what_is_wrong(bad: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        NetworkSettings.from_json(bad)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "url", ["http://seed.example", "https://[::1]:4443", "https://127.0.0.1:4443/"]
)
def test_an_origin_is_accepted(url: str) -> None:
    assert NetworkSettings.from_json(seed(url=url)).seeds[0].url == url.rstrip("/")


@given(
    st.dictionaries(
        st.sampled_from(["name", "seeds", "file_server", "distinct_subnets", "min_nodes", "echo"]),
        JSON_VALUES,
    )
)
def test_any_json_gives_settings_or_a_refusal(value: dict[str, object]) -> None:
    try:
        NetworkSettings.from_json(network_file(**value))
    except InvalidSettings:
        return


@given(url=JSON_VALUES | st.text().map("http://{}".format), ed25519=JSON_VALUES | KEY_TEXTS)
def test_any_file_server_is_one_or_refused(url: object, ed25519: object) -> None:
    try:
        settings = NetworkSettings.from_json(file_server(url=url, ed25519=ed25519))
    except InvalidSettings:
        return
    assert settings.file_server is not None
    assert settings.file_server.destination().host


def test_a_file_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(network_file()))
    assert load_network_file(path) == NetworkSettings.from_json(network_file())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 60_000, b" " * 70_000 + b"{}"]
)
def test_a_file_of_another_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_bytes(content)
    with pytest.raises(InvalidSettings):
        load_network_file(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings):
        load_network_file(tmp_path / "nothing.json")
