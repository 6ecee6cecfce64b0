"""The listening sockets: one port on both loopback addresses, or none (security.md S1).

A browser tries [::1] first. A stranger who listens there on our port would be handed the launch
secret, so a port counts as ours only when we hold it on both addresses.
"""

import errno
import socket
import sys

from webapp.web.errors import PortForbidden, PortTaken

LOOPBACK_V4 = "127.0.0.1"
LOOPBACK_V6 = "::1"
# Connections that wait to be accepted: a page with its modules opens six.
BACKLOG = 128
# A random port can be free on one address and taken on the other. Nobody has been told the number
# yet, so another may be drawn; this often failing means that somebody squats on purpose.
RANDOM_PORT_TRIES = 8


def listen_on_loopback(port: int = 0) -> tuple[socket.socket, ...]:
    """Return listening sockets on 127.0.0.1 and [::1], both on ``port``; 0 draws a random one.

    [::1] is left out only where the host has no such address.

    Raises PortTaken or PortForbidden; nothing is left open then.
    """
    if port:
        return _listen_on_both(port)
    for _ in range(RANDOM_PORT_TRIES - 1):
        try:
            return _listen_on_both(0)
        except PortTaken:
            continue
    return _listen_on_both(0)


def _listen_on_both(port: int) -> tuple[socket.socket, ...]:
    first = _listen(socket.AF_INET, LOOPBACK_V4, port)
    try:
        second = _listen_v6_if_any(first.getsockname()[1])
    except BaseException:
        first.close()
        raise
    return (first,) if second is None else (first, second)


def _listen_v6_if_any(port: int) -> socket.socket | None:
    try:
        return _listen(socket.AF_INET6, LOOPBACK_V6, port)
    except OSError as error:
        if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            return None
        raise


def _listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        _claim_alone(listener)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(address, port) from error
        if error.errno == errno.EACCES:
            raise PortForbidden(address, port) from error
        raise
    return listener


def _claim_alone(listener: socket.socket) -> None:
    if sys.platform == "win32":
        # There SO_REUSEADDR would let a second program bind the very same port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        # A port of ours whose old connections linger can be taken again at once; one that
        # somebody listens on cannot.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if listener.family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
