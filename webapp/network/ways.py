"""How a connection leaves this computer: straight, or through a proxy and never around it.

A way is chosen once for each connection, and a connection never changes its way. That
nothing goes around a proxy is therefore a matter of one place: ``ThroughProxy.open``,
which opens sockets to the proxy only (security.md X3).

What a failure says about whom, with a proxy:

    no connection to the proxy, no answer to the greeting    the proxy: ProxyFailed
    the login is refused, or the answer is not SOCKS5        the proxy: ProxyFailed
    the proxy says that it cannot reach the target           the target: NoConnection
    silence or a broken connection after the greeting        the proxy if it does not answer
                                                             a new greeting, else the target
"""

import contextlib
import errno
import secrets
import socket
from collections.abc import Iterator
from typing import Final, Protocol

from webapp.clock import Clock
from webapp.network.deadlines import Deadline, DeadlineSocket, Lifeline
from webapp.network.errors import (
    NoConnection,
    NoInterface,
    NotAProxy,
    ProxyFailed,
    ProxyRefusedLogin,
)
from webapp.network.proxy import Proxy
from webapp.network.socks5 import (
    Login,
    LoginRefused,
    NotSocks5,
    TargetRefused,
    greet,
    request_connection,
)

# A computer that has not even accepted the connection by now will not answer in time either.
CONNECT_TIMEOUT_S: Final = 5.0

_NO_INTERFACE: Final = frozenset({errno.ENETUNREACH, errno.ENETDOWN})


class Way(Protocol):
    """Opens sockets. Safe to use from many threads."""

    def open(
        self, host: str, port: int, *, deadline: Deadline, lifeline: Lifeline
    ) -> DeadlineSocket:
        """Return a socket that leads to ``host``; its time-out is what a handshake may take.

        Raises NoConnection, NoInterface, ProxyFailed, and OSError for what may be anybody's fault.
        """
        ...

    def require_working(self, *, lifeline: Lifeline) -> None:
        """Raise ProxyFailed if this way is what does not work."""
        ...


class Straight:
    """No proxy: connections go to seeds and guards themselves."""

    def open(
        self, host: str, port: int, *, deadline: Deadline, lifeline: Lifeline
    ) -> DeadlineSocket:
        return _dial(host, port, deadline=deadline.at_most(CONNECT_TIMEOUT_S), lifeline=lifeline)

    def require_working(self, *, lifeline: Lifeline) -> None:
        """There is nothing on this way that could be broken."""


class ThroughProxy:
    """Connections go to the proxy, and it makes the rest, names included.

    Without a login of the user's, one is made up: Tor keeps connections with
    different logins on different circuits, so that two accounts do not meet at one
    exit (security.md X2). A proxy that wants no login is not told any. One that
    refuses what was made up is asked again without.
    """

    def __init__(self, proxy: Proxy, *, clock: Clock) -> None:
        self._proxy = proxy
        self._clock = clock
        self._login: Login | None = _login_of(proxy)
        self._is_login_made_up = proxy.username is None

    def open(
        self, host: str, port: int, *, deadline: Deadline, lifeline: Lifeline
    ) -> DeadlineSocket:
        sock = self._reach(deadline=deadline, lifeline=lifeline)
        with _closing_on_error(sock):
            # The proxy may take its time: it has a connection of its own to make.
            sock.deadline = deadline
            try:
                request_connection(sock, host, port)
            except NotSocks5 as error:
                raise NotAProxy(self._proxy.text) from error
            except TargetRefused as error:
                raise NoConnection("The proxy cannot reach a computer on the network.") from error
            sock.arm()
        return sock

    def require_working(self, *, lifeline: Lifeline) -> None:
        deadline = Deadline(self._clock, timeout_s=CONNECT_TIMEOUT_S)
        self._reach(deadline=deadline, lifeline=lifeline).close()

    def _reach(self, *, deadline: Deadline, lifeline: Lifeline) -> DeadlineSocket:
        """Return a connection to the proxy, which has accepted us."""
        login = self._login
        try:
            return self._greet(login, deadline=deadline, lifeline=lifeline)
        except LoginRefused as error:
            if login is None or not self._is_login_made_up:
                raise ProxyRefusedLogin(self._proxy.text) from error
        self._login = None
        return self._reach(deadline=deadline, lifeline=lifeline)

    def _greet(
        self, login: Login | None, *, deadline: Deadline, lifeline: Lifeline
    ) -> DeadlineSocket:
        host, port, soon = self._proxy.host, self._proxy.port, deadline.at_most(CONNECT_TIMEOUT_S)
        try:
            sock = _dial(host, port, deadline=soon, lifeline=lifeline)
            with _closing_on_error(sock):
                greet(sock, login)
        except NotSocks5 as error:
            raise NotAProxy(self._proxy.text) from error
        except OSError as error:
            raise ProxyFailed(self._proxy.text) from error
        return sock


def way_for(proxy: Proxy | None, *, clock: Clock) -> Way:
    """Return the way that a choice of proxy means."""
    return Straight() if proxy is None else ThroughProxy(proxy, clock=clock)


def is_no_interface(error: OSError) -> bool:
    """Tell whether ``error`` says that this computer is not connected at all."""
    return error.errno in _NO_INTERFACE


def _login_of(proxy: Proxy) -> Login:
    if proxy.username is None or proxy.password is None:
        return Login(secrets.token_hex(8).encode(), secrets.token_hex(8).encode())
    return Login(proxy.username.encode(), proxy.password.encode())


def _dial(host: str, port: int, *, deadline: Deadline, lifeline: Lifeline) -> DeadlineSocket:
    """Return a TCP connection to the first address of ``host`` that accepts one.

    Raises NoInterface, and OSError if something is there but nothing answers.
    """
    failures = [OSError("the name has no address")]
    for family, kind, protocol, _, address in _addresses(host, port):
        sock = DeadlineSocket(family, kind, protocol)
        sock.deadline = deadline
        try:
            with _closing_on_error(sock):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                lifeline.hold(sock)
                sock.arm()
                sock.connect(address)
                sock.arm()
        except OSError as error:
            failures.append(error)
        else:
            return sock
    # Many computers have no IPv6: if one family leads nowhere, they need not be offline.
    if len(failures) > 1 and all(map(is_no_interface, failures[1:])):
        raise NoInterface("This computer is not connected to a network.") from failures[-1]
    raise failures[-1]


def _addresses(host: str, port: int) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except UnicodeError as error:
        raise OSError("not a host name") from error


@contextlib.contextmanager
def _closing_on_error(sock: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        sock.close()
        raise
