"""What a client says to a SOCKS5 proxy. Sources: RFC 1928, and RFC 1929 for the login.

    greeting    05 count methods            →    ← 05 method
    login       01 length name length word  →    ← 01 status          (if method is 02)
    request     05 01 00 kind host port     →    ← 05 reply 00 kind host port

A host is sent as a name wherever it is one, so that the proxy looks it up and this
computer never does.
"""

import ipaddress
import socket
from typing import Final, NamedTuple

VERSION: Final = 5
LOGIN_VERSION: Final = 1
CONNECT: Final = 1
NO_LOGIN: Final = 0
WITH_LOGIN: Final = 2
NOTHING_ACCEPTABLE: Final = 0xFF
SUCCESS: Final = 0
COMMAND_NOT_SUPPORTED: Final = 7
IPV4, NAME, IPV6 = 1, 3, 4
ADDRESS_BYTES: Final = {IPV4: 4, IPV6: 16}


class Login(NamedTuple):
    """A user name and a password of 1 to 255 bytes each."""

    username: bytes
    password: bytes


class SocksError(Exception):
    """The proxy has answered, but not with what was hoped for."""


class NotSocks5(SocksError):
    """What answers does not speak SOCKS5, or not the part of it that everybody needs."""


class LoginRefused(SocksError):
    """The proxy wants a login, or another one."""


class TargetRefused(SocksError):
    """The proxy works, but cannot or will not connect to this target."""


def greet(sock: socket.socket, login: Login | None) -> None:
    """Agree with the proxy on who we are.

    Without ``login`` none is offered. With it the proxy chooses whether it wants to
    know. Raises NotSocks5, LoginRefused, OSError.
    """
    methods = bytes([NO_LOGIN, WITH_LOGIN] if login else [NO_LOGIN])
    sock.sendall(bytes([VERSION, len(methods)]) + methods)
    version, method = _read(sock, 2)
    if version != VERSION:
        raise NotSocks5("another version")
    if method == WITH_LOGIN and login is not None:
        _log_in(sock, login)
    elif method in (WITH_LOGIN, NOTHING_ACCEPTABLE):
        raise LoginRefused("no method in common")
    elif method != NO_LOGIN:
        raise NotSocks5("a method that was not offered")


def request_connection(sock: socket.socket, host: str, port: int) -> None:
    """Let the proxy connect to ``host``; afterwards ``sock`` leads there.

    Raises TargetRefused, NotSocks5, OSError.
    """
    sock.sendall(bytes([VERSION, CONNECT, 0]) + _address(host) + port.to_bytes(2, "big"))
    version, reply = _read(sock, 2)
    if version != VERSION or reply == COMMAND_NOT_SUPPORTED:
        raise NotSocks5("no connections")
    if reply != SUCCESS:
        raise TargetRefused(f"reply {reply}")
    _, kind = _read(sock, 2)
    length = _read(sock, 1)[0] if kind == NAME else ADDRESS_BYTES.get(kind)
    if length is None:
        raise NotSocks5("an unknown kind of address")
    # The address from which the proxy connects is of no use to us, but must be read past.
    _read(sock, length + 2)


def _log_in(sock: socket.socket, login: Login) -> None:
    parts = b"".join(bytes([len(part)]) + part for part in login)
    sock.sendall(bytes([LOGIN_VERSION]) + parts)
    try:
        # The version of this answer is often wrong (5 in place of 1), the status is not.
        _, status = _read(sock, 2)
    except ConnectionError as error:
        # Some hang up instead of saying no.
        raise LoginRefused("hung up") from error
    if status != SUCCESS:
        raise LoginRefused("wrong login")


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _name(host)
    return bytes([IPV4 if address.version == 4 else IPV6]) + address.packed


def _name(host: str) -> bytes:
    try:
        name = host.encode("idna")
    except UnicodeError as error:
        raise TargetRefused("no host name") from error
    if not 0 < len(name) <= 255:
        raise TargetRefused("no host name")
    return bytes([NAME, len(name)]) + name


def _read(sock: socket.socket, count: int) -> bytes:
    received = memoryview(bytearray(count))
    missing = received
    while missing:
        # Into a buffer, because that is the read that minds the deadline.
        length = sock.recv_into(missing)
        if not length:
            raise ConnectionResetError("the proxy hung up")
        missing = missing[length:]
    return bytes(received)
