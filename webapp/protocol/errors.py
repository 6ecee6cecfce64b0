"""What can go wrong in the protocol, split by whose mistake it is (style R13)."""


class ProtocolError(Exception):
    """The base of every error that this package raises."""


class LocalProtocolError(ProtocolError):
    """We asked for something the protocol does not allow: a mistake in our own code."""


class RemoteProtocolError(ProtocolError):
    """Bytes from outside do not follow the protocol; nothing in them may be used."""
