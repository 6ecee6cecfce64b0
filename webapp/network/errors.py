"""What can go wrong on the network, in sentences fit to show to the user (style R13).

NetworkError
├── InvalidSettings     a description of a network cannot be read
│   └── InvalidProxyAddress
│       └── InvalidProxyLogin
├── NetworkClosed       we hung up
├── Unreachable         one direct request got no usable answer; stays inside this package
│   ├── NoInterface     this computer is not connected
│   ├── NoConnection    not even a connection came about, so nothing was sent
│   ├── ConnectionLost  the connection ended before there was an answer
│   ├── WrongCertificate
│   └── AnswerTooLarge
├── NoRoute             there is no working path
│   ├── WayChanged      … because the proxy was set or taken away at this moment
│   ├── ProxyFailed     … because the proxy does not answer
│   │   ├── ProxyRefusedLogin
│   │   └── NotAProxy
│   ├── TooFewNodes     … because not enough nodes are known
│   └── PathFailed      … because the one just used broke
│       └── GuardFailed … at its first node, so that nobody behind it is to blame
├── NodeFailed          the path works, the node at its end does not
│   └── WrongSwarm      … because it does not keep this account's messages
├── Rejected            a node understood the request and will not do it
└── ClockRefused        a node finds our time wrong
"""

from typing import Final

from webapp.protocol.replies import SwarmReply
from webapp.sentence import Sentence, mark

# Enough of a node's words to understand them; more would be a way to fill the database.
MAX_QUOTED_CHARACTERS: Final = 200


class NetworkError(Exception):
    """The base of every error that this package raises; ``sentence`` says it to the user."""

    def __init__(self, english: str = "", **values: object) -> None:
        self.sentence: Final = Sentence(english, values)
        super().__init__(str(self.sentence))


class InvalidSettings(NetworkError):
    """The description of this network cannot be read."""


class InvalidProxyAddress(InvalidSettings):
    """The address or the login of the proxy cannot be one."""


class InvalidProxyLogin(InvalidProxyAddress):
    """The login of the proxy cannot be one, whatever its address is."""


class NetworkClosed(NetworkError):
    """The connection was closed because the account was."""


class Unreachable(NetworkError):
    """A computer on the network did not answer."""


class NoConnection(Unreachable):
    """No connection to a computer on the network could be made, so it was sent nothing."""


class NoInterface(Unreachable):
    """This computer is not connected to a network."""


class ConnectionLost(Unreachable):
    """A computer on the network hung up instead of answering."""


class WrongCertificate(Unreachable):
    """A seed server showed a certificate that is not the one we know."""


class AnswerTooLarge(Unreachable):
    """A computer on the network answered with more than any honest one would."""


class NoRoute(NetworkError):
    """No way into the network was found."""


class WayChanged(NoRoute):
    """The proxy was set or taken away, which ends what was under way."""

    def __init__(self) -> None:
        super().__init__("The way into the network was changed.")


class ProxyFailed(NoRoute):
    """The proxy does not answer. No node is to blame, and nothing goes around it."""

    complaint = mark(
        "The proxy at %(proxy)s does not answer. Nothing is sent without it, as you chose."
    )

    def __init__(self, proxy: str) -> None:
        super().__init__(self.complaint, proxy=proxy)


class ProxyRefusedLogin(ProxyFailed):
    """The proxy wants a login, or another one."""

    complaint = mark(
        "The proxy at %(proxy)s does not accept the login, or wants one. "
        "Nothing is sent without it, as you chose."
    )


class NotAProxy(ProxyFailed):
    """What answers does not speak SOCKS5."""

    complaint = mark(
        "What answers at %(proxy)s is not a SOCKS5 proxy. Nothing is sent without it, as you chose."
    )


class TooFewNodes(NoRoute):
    """Too few nodes are known to build a path of three."""


class PathFailed(NoRoute):
    """The path to the swarm broke."""


class GuardFailed(PathFailed):
    """The first node of the path did not do its work."""


class NodeFailed(NetworkError):
    """A storage node did not do its work."""


class WrongSwarm(NodeFailed):
    """A storage node does not keep the messages of this account; ``swarm`` may say who does."""

    def __init__(self, swarm: SwarmReply | None) -> None:
        super().__init__(mark("A storage node does not keep the messages of this account."))
        self.swarm: Final = swarm


class Rejected(NetworkError):
    """A storage node refused a request; asking again as it is would not help."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(
            mark("A storage node refused the request (status %(status)s)."), status=status
        )
        self.status: Final = status
        self.text: Final = text[:MAX_QUOTED_CHARACTERS]


class ClockRefused(NetworkError):
    """The network says that the clock of this computer is wrong."""
