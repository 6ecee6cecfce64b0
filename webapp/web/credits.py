"""What Safehouse is made with. A test compares the list with the packages that are installed."""

from typing import Final, NamedTuple


class Credit(NamedTuple):
    """A work of others: its name and its licence."""

    name: str
    licence: str


CREDITS: Final = (
    Credit("babel", "BSD-3-Clause"),
    Credit("Flask", "BSD-3-Clause"),
    Credit("Flask-SocketIO", "MIT"),
    Credit("simple-websocket", "MIT"),
    Credit("waitress", "ZPL-2.1"),
    Credit("Werkzeug", "BSD-3-Clause"),
    Credit("python-engineio", "MIT"),
    Credit("PyNaCl", "Apache-2.0"),
    Credit("libsodium", "ISC"),
    Credit("cryptography", "Apache-2.0 OR BSD-3-Clause"),
    Credit("peewee", "MIT"),
    Credit("sqlcipher3", "zlib"),
    Credit("SQLCipher", "BSD-3-Clause"),
    Credit("protobuf", "BSD-3-Clause"),
    Credit("urllib3", "MIT"),
    Credit("segno", "BSD-3-Clause"),
    Credit("platformdirs", "MIT"),
    Credit("zstandard", "BSD-3-Clause"),
    Credit("socket.io-client", "MIT"),
)
