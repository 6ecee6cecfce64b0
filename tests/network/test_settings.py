import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.network.errors import InvalidSettings
from webapp.network.settings import (
    SESSION,
    TESTNET,
    NetworkSettings,
    SeedServer,
    load_network_file,
)
from webapp.protocol.keys import AccountKeys

ECHO = AccountKeys.from_seed32(bytes(32)).account_id
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


@pytest.mark.parametrize("settings", [SESSION, TESTNET, NetworkSettings.from_json(network_file())])
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


@pytest.mark.parametrize(
    "url", ["http://seed.example", "https://[::1]:4443", "https://127.0.0.1:4443/"]
)
def test_an_origin_is_accepted(url: str) -> None:
    assert NetworkSettings.from_json(seed(url=url)).seeds[0].url == url.rstrip("/")


@given(
    st.dictionaries(
        st.sampled_from(["name", "seeds", "distinct_subnets", "min_nodes", "echo"]), JSON_VALUES
    )
)
def test_any_json_gives_settings_or_a_refusal(value: dict[str, object]) -> None:
    try:
        NetworkSettings.from_json(network_file(**value))
    except InvalidSettings:
        return


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
