"""What can go wrong on the network, in sentences fit to show to the user (style R13).

NetworkError
├── InvalidSettings     a description of a network cannot be read
├── NetworkClosed       we hung up
├── Unreachable         one direct request got no usable answer; stays inside this package
│   ├── NoInterface     this computer is not connected
│   ├── NoConnection    not even a connection came about, so nothing was sent
│   ├── WrongCertificate
│   └── AnswerTooLarge
├── NoRoute             there is no working path
│   ├── TooFewNodes     … because not enough nodes are known
│   └── PathFailed      … because the one just used broke
├── NodeFailed          the path works, the node at its end does not
│   └── WrongSwarm      … because it does not keep this account's messages
├── Rejected            a node understood the request and will not do it
└── ClockRefused        a node finds our time wrong
"""

from typing import Final

from webapp.protocol.replies import SwarmReply

# Enough of a node's words to understand them; more would be a way to fill the database.
MAX_QUOTED_CHARACTERS: Final = 200


class NetworkError(Exception):
    """The base of every error that this package raises."""


class InvalidSettings(NetworkError):
    """The description of this network cannot be read."""


class NetworkClosed(NetworkError):
    """The connection was closed because the account was."""


class Unreachable(NetworkError):
    """A computer on the network did not answer."""


class NoInterface(Unreachable):
    """This computer is not connected to a network."""


class NoConnection(Unreachable):
    """A computer on the network could not be reached at all."""


class WrongCertificate(Unreachable):
    """A seed server showed a certificate that is not the one we know."""


class AnswerTooLarge(Unreachable):
    """A computer on the network answered with more than any honest one would."""


class NoRoute(NetworkError):
    """No way into the network was found."""


class TooFewNodes(NoRoute):
    """Too few nodes are known to build a path of three."""


class PathFailed(NoRoute):
    """The path to the swarm broke."""


class NodeFailed(NetworkError):
    """A storage node did not do its work."""


class WrongSwarm(NodeFailed):
    """A storage node does not keep the messages of this account; ``swarm`` may say who does."""

    def __init__(self, swarm: SwarmReply | None) -> None:
        super().__init__("A storage node does not keep the messages of this account.")
        self.swarm: Final = swarm


class Rejected(NetworkError):
    """A storage node refused a request; asking again as it is would not help."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"A storage node refused the request (status {status}).")
        self.status: Final = status
        self.text: Final = text[:MAX_QUOTED_CHARACTERS]


class ClockRefused(NetworkError):
    """The network says that the clock of this computer is wrong."""
