"""The proxy through which an account goes, as the user writes it and as it is stored."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote_to_bytes

from webapp.network.errors import InvalidProxyAddress, InvalidProxyLogin
from webapp.sentence import mark

HIGHEST_PORT: Final = 65_535
# RFC 1929 gives the length of each in one byte, and wants one character at least.
MAX_LOGIN_BYTES: Final = 255
# DNS knows no longer name.
MAX_HOST_CHARACTERS: Final = 253
# Longer than any valid one, with every character of the login written as three.
MAX_TEXT_CHARACTERS: Final = 2048

# socks5 means the same as socks5h here: names are never looked up on this computer.
_TEXT: Final = re.compile(
    r"(?:socks5h?://)?(?:(?P<user>[^@:/\s]*):(?P<password>[^@/\s]*)@)?"
    r"(?P<host>\[[^\[\]]*\]|[^\[\]@:/\s]+):(?P<port>[0-9]{1,5})/?",
    re.IGNORECASE | re.ASCII,
)
_LABEL: Final = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_NUMBERS_ONLY: Final = re.compile(r"[0-9.]+")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A SOCKS5 proxy. Every value is valid, or it could not have been made."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None

    def __post_init__(self) -> None:
        """Raise InvalidProxyAddress unless this can be a proxy."""
        _require_host(self.host)
        if type(self.port) is not int or not 0 < self.port <= HIGHEST_PORT:
            raise InvalidProxyAddress(mark("The port of the proxy must lie between 1 and 65535."))
        if (self.username is None) != (self.password is None):
            raise InvalidProxyLogin(
                mark("A login for the proxy is a user name and a password; one of them is missing.")
            )
        for part in (self.username, self.password):
            if part is not None:
                _require_login_part(part)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the proxy that ``text`` names. Raises InvalidProxyAddress.

        ``socks5h://[user:password@]host:port``; ``socks5://`` means the same, and the
        scheme may be left out. As in other addresses, %40 stands for an @ in a login.
        """
        found = _TEXT.fullmatch(text.strip()) if len(text) <= MAX_TEXT_CHARACTERS else None
        if found is None:
            raise InvalidProxyAddress(
                mark("A proxy looks like 127.0.0.1:9050 or socks5h://127.0.0.1:9050.")
            )
        login = [_unquote(part) for part in found.group("user", "password") if part is not None]
        return cls(_host(found["host"].lower()), int(found["port"]), *login)

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Return the proxy that ``to_json`` has written. Raises InvalidProxyAddress."""
        if not isinstance(value, Mapping):
            raise InvalidProxyAddress(mark("The stored proxy cannot be read."))
        host, port = value.get("host"), value.get("port")
        username, password = value.get("username"), value.get("password")
        if not isinstance(host, str) or type(port) is not int:
            raise InvalidProxyAddress(mark("The stored proxy cannot be read."))
        if not all(part is None or isinstance(part, str) for part in (username, password)):
            raise InvalidProxyAddress(mark("The stored proxy cannot be read."))
        return cls(host, port, username, password)

    def to_json(self) -> dict[str, object]:
        """Return what ``from_json`` makes this proxy of, login included."""
        return {
            "host": self.host,
            "port": self.port,
            "username": self.username,
            "password": self.password,
        }

    @property
    def text(self) -> str:
        """Host and port, for showing; never the login."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __repr__(self) -> str:
        return f"Proxy({self.text}{', login •••' if self.username is not None else ''})"


def _host(host: str) -> str:
    if not host.startswith("["):
        return host
    inside = host[1:-1]
    # What has no colon is no IPv6 address and would lose its brackets when shown.
    if ":" not in inside:
        raise InvalidProxyAddress(mark("Between the brackets must be an IPv6 address."))
    return inside


def _require_host(host: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        is_name = len(host) <= MAX_HOST_CHARACTERS and _HOST_NAME.fullmatch(host)
        # 127.1 or 300.1.1.1: systems disagree about what such a number means.
        if not is_name or _NUMBERS_ONLY.fullmatch(host):
            raise InvalidProxyAddress(mark("The address of the proxy cannot be read.")) from None


def _require_login_part(part: str) -> None:
    try:
        length = len(part.encode())
    except UnicodeEncodeError as error:
        raise InvalidProxyLogin(mark("The login for the proxy is not valid text.")) from error
    if not 0 < length <= MAX_LOGIN_BYTES:
        raise InvalidProxyLogin(
            mark("The user name and the password for the proxy have 1 to 255 bytes each.")
        )


def _unquote(part: str) -> str:
    try:
        return unquote_to_bytes(part).decode()
    except UnicodeError as error:
        raise InvalidProxyLogin(mark("The login for the proxy is not valid text.")) from error
