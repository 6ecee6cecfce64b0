"""Which network an account belongs to. The only module that knows a host name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import SplitResult, urlsplit

from webapp.network.errors import InvalidSettings
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import AccountId, x25519_from_ed25519
from webapp.protocol.json_reading import as_key_hex
from webapp.protocol.onion import Server

SHA256_BYTES: Final = 32
# A network file has a few lines; somebody may have chosen the wrong file.
MAX_FILE_BYTES: Final = 64 * 1024
MAX_SEEDS: Final = 16
MAX_NAME_CHARACTERS: Final = 100
# A path has three nodes, and the destination is none of them.
FEWEST_NODES: Final = 4
MOST_NODES: Final = 1000
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class SeedServer:
    """A server that lists the nodes, and the SHA-256 of its certificate.

    Without that hash the seed's certificate is not checked at all: seeds have
    self-signed ones, so there is nobody else to ask.
    """

    url: str
    cert_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class FileServer:
    """A server that keeps files, by its origin and its Ed25519 key (attachments.md)."""

    url: str
    ed25519: bytes

    def destination(self) -> Server:
        """Return the server as an onion request names it; its key there is the converted one.

        Raises RemoteProtocolError for a key that cannot be converted; one of a network
        file can.
        """
        parts = urlsplit(self.url)
        return Server(
            host=parts.hostname or "",
            x25519=x25519_from_ed25519(self.ed25519),
            protocol=parts.scheme,
            port=parts.port or DEFAULT_PORTS[parts.scheme],
        )


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """All that is needed to join a network (design.md §3, network file)."""

    name: str
    seeds: tuple[SeedServer, ...]
    # No two nodes of a path in one /24; impossible where all nodes share an address.
    distinct_subnets: bool
    # A list with fewer nodes than this is not believed.
    min_nodes: int
    # Where files are put; without one, none can be sent.
    file_server: FileServer | None = None
    # The contact that answers on a practice network.
    echo: AccountId | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        """Return the settings that a network file holds. Raises InvalidSettings.

        Fields of later versions are ignored.
        """
        return cls(
            name=_parse_name(value.get("name")),
            seeds=_parse_seeds(value.get("seeds")),
            file_server=_parse_file_server(value.get("file_server")),
            distinct_subnets=_parse_flag(value.get("distinct_subnets")),
            min_nodes=_parse_count(value.get("min_nodes")),
            echo=_parse_echo(value.get("echo")),
        )

    def to_json(self) -> dict[str, object]:
        """Return the network file from which ``from_json`` makes these settings."""
        return {
            "name": self.name,
            "seeds": [
                {
                    "url": seed.url,
                    "cert_sha256": seed.cert_sha256.hex() if seed.cert_sha256 else None,
                }
                for seed in self.seeds
            ],
            "file_server": _describe_file_server(self.file_server),
            "distinct_subnets": self.distinct_subnets,
            "min_nodes": self.min_nodes,
            "echo": self.echo.hex if self.echo else None,
        }


def load_network_file(path: Path) -> NetworkSettings:
    """Return the settings in the file at ``path``. Raises InvalidSettings."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidSettings("The network file cannot be read.") from error
    if len(content) > MAX_FILE_BYTES:
        raise InvalidSettings("The network file is too long to be one.")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidSettings("The network file is not JSON.") from error
    if not isinstance(value, dict):
        raise InvalidSettings("The network file does not hold a JSON object.")
    return NetworkSettings.from_json(value)


def _parse_name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARACTERS:
        raise InvalidSettings("The network has no usable name.")
    return value


def _parse_seeds(value: object) -> tuple[SeedServer, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_SEEDS:
        raise InvalidSettings("The network has no list of seed servers.")
    return tuple(_parse_seed(seed) for seed in value)


def _parse_seed(value: object) -> SeedServer:
    if not isinstance(value, dict):
        raise InvalidSettings("A seed server is not described by a JSON object.")
    origin = _parse_url(value.get("url"), whose="a seed server")
    seed = SeedServer(origin, _parse_hash(value.get("cert_sha256")))
    if seed.cert_sha256 and not seed.url.startswith("https:"):
        raise InvalidSettings("A seed server without encryption has no certificate to check.")
    return seed


def _parse_file_server(value: object) -> FileServer | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidSettings("The file server is not described by a JSON object.")
    origin = _parse_url(value.get("url"), whose="the file server")
    try:
        ed25519 = as_key_hex(value.get("ed25519"))
        # Few texts of this length are a key; better said now than at the first file.
        x25519_from_ed25519(ed25519)
    except RemoteProtocolError as error:
        raise InvalidSettings("The key of the file server is no Ed25519 key in hex.") from error
    return FileServer(origin, ed25519)


def _describe_file_server(server: FileServer | None) -> dict[str, str] | None:
    if server is None:
        return None
    return {"url": server.url, "ed25519": server.ed25519.hex()}


def _parse_url(value: object, *, whose: str) -> str:
    if not isinstance(value, str):
        raise InvalidSettings(f"The address of {whose} is missing.")
    try:
        parts = urlsplit(value)
        origin = _origin(parts)
    except ValueError as error:
        raise InvalidSettings(f"The address of {whose} cannot be read.") from error
    # Anything more (a path, a user name) would be silently dropped later.
    if value.rstrip("/") != origin:
        raise InvalidSettings(f"The address of {whose} must look like https://host:port.")
    return origin


def _origin(parts: SplitResult) -> str:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not the address of a server")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def _parse_hash(value: object) -> bytes | None:
    if value is None:
        return None
    try:
        digest = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError as error:
        raise InvalidSettings("The certificate hash of a seed server is not hex.") from error
    if len(digest) != SHA256_BYTES:
        raise InvalidSettings("The certificate hash of a seed server is not a SHA-256.")
    return digest


def _parse_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidSettings("The network does not say whether subnets must differ.")
    return value


def _parse_count(value: object) -> int:
    if type(value) is not int or not FEWEST_NODES <= value <= MOST_NODES:
        raise InvalidSettings("The network needs a smallest number of nodes, at least 4.")
    return value


def _parse_echo(value: object) -> AccountId | None:
    if value is None:
        return None
    try:
        return AccountId.parse(value if isinstance(value, str) else "")
    except RemoteProtocolError as error:
        raise InvalidSettings("The echo contact of the network is no Account ID.") from error


# onion.md §1. The certificates are self-signed; their hashes are those that the
# official apps pin.
SESSION: Final = NetworkSettings(
    name="Session",
    seeds=(
        SeedServer(
            "https://seed1.getsession.org:4443",
            bytes.fromhex("36ea0b253537988551ee856e4fd20d55011e9c8b27eaa2f34b8f32a0bdf04f2d"),
        ),
        SeedServer(
            "https://seed2.getsession.org:4443",
            bytes.fromhex("c5908dd4139acd96aedd1e45576597650809c8a5ea02af556d4853d45396e0e7"),
        ),
        SeedServer(
            "https://seed3.getsession.org:4443",
            bytes.fromhex("8a0af2c712342f22ce00e53c1601410ef8d84156aee0a9809c32f6f7efbe556e"),
        ),
    ),
    distinct_subnets=True,
    # As many as the official apps want three nodes to agree on.
    min_nodes=24,
    # attachments.md.
    file_server=FileServer(
        "http://filev2.getsession.org",
        bytes.fromhex("b8eef9821445ae16e2e97ef8aa6fe782fd11ad5253cd6723b281341dba22e371"),
    ),
)
TESTNET: Final = NetworkSettings(
    name="Session testnet",
    seeds=(
        SeedServer("http://seed2.getsession.org:38157"),
        SeedServer("http://public.loki.foundation:38157"),
    ),
    distinct_subnets=True,
    # The test network is small; this is the least that the official library accepts.
    min_nodes=12,
)
