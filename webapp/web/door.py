"""How a second start finds the first (design.md §3, security.md S6).

A second start cannot open the data directory. It reads the ``door`` file there instead, knocks at
the running process, and is given the path of a new launch file to open.

The file, always of one size and written anew at every start:

    key 32 | port 2, big-endian | random 222

The knock, the body of ``POST /door``, and its answer:

    nonce 32 | BLAKE2b-32(key, "knock" | nonce)
    BLAKE2b-32(key, "launch" | nonce | path) | path in UTF-8

The key itself is never sent. After a crash the port may belong to somebody else, who would
otherwise learn the key, or answer with the path of a page of their own for us to open.
"""

import hashlib
import http.client
import secrets
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.web.errors import NobodyAnswers
from webapp.web.guards import DOOR_PATH
from webapp.web.refusals import FOREIGN
from webapp.web.sockets import LOOPBACK_V4

DOOR_BYTES = 256
KEY_BYTES = 32
PORT_BYTES = 2
NONCE_BYTES = 32
PROOF_BYTES = 32
# A running process answers in milliseconds; a frozen one should not freeze the second start.
KNOCK_TIMEOUT_S = 5.0
LONGEST_ANSWER_BYTES = 4096
_KNOCK_LABEL = b"knock"
_LAUNCH_LABEL = b"launch"


class Door:
    """The door of this process. ``write`` puts content into the door file."""

    def __init__(
        self, *, port: int, open_launch: Callable[[], Path], write: Callable[[bytes], None]
    ) -> None:
        self._key = secrets.token_bytes(KEY_BYTES)
        self._open_launch = open_launch
        self._write = write
        padding = secrets.token_bytes(DOOR_BYTES - KEY_BYTES - PORT_BYTES)
        write(self._key + port.to_bytes(PORT_BYTES, "big") + padding)

    def answer(self, knock: bytes) -> bytes | None:
        """Return the answer to ``knock``, None if the knocker does not know the key."""
        nonce, proof = knock[:NONCE_BYTES], knock[NONCE_BYTES:]
        if len(nonce) != NONCE_BYTES:
            return None
        if not secrets.compare_digest(proof, _proof(self._key, _KNOCK_LABEL, nonce)):
            return None
        path = str(self._open_launch()).encode()
        return _proof(self._key, _LAUNCH_LABEL, nonce + path) + path

    def close(self) -> None:
        """Make the file what it is before any start: random bytes."""
        self._write(secrets.token_bytes(DOOR_BYTES))


def door_routes(door: Door) -> Blueprint:
    """Return the route at which a second start knocks."""
    routes = Blueprint("door", __name__)

    @routes.post(DOOR_PATH)
    def knocked() -> ResponseReturnValue:
        answer = door.answer(request.get_data())
        if answer is None:
            return FOREIGN.response()
        return Response(answer, content_type="application/octet-stream")

    return routes


def knock(door: bytes) -> Path:
    """Return the path of a new launch file, made by the running process that wrote ``door``.

    Raises NobodyAnswers.
    """
    key, port = door[:KEY_BYTES], int.from_bytes(door[KEY_BYTES:][:PORT_BYTES], "big")
    if len(door) != DOOR_BYTES or not port:
        raise NobodyAnswers
    nonce = secrets.token_bytes(NONCE_BYTES)
    answer = _post(port, nonce + _proof(key, _KNOCK_LABEL, nonce))
    proof, path = answer[:PROOF_BYTES], answer[PROOF_BYTES:]
    if not secrets.compare_digest(proof, _proof(key, _LAUNCH_LABEL, nonce + path)):
        raise NobodyAnswers
    return Path(path.decode())


def _proof(key: bytes, label: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(label + content, key=key, digest_size=PROOF_BYTES).digest()


def _post(port: int, body: bytes) -> bytes:
    connection = http.client.HTTPConnection(LOOPBACK_V4, port, timeout=KNOCK_TIMEOUT_S)
    try:
        connection.request("POST", DOOR_PATH, body, {"Host": f"{LOOPBACK_V4}:{port}"})
        response = connection.getresponse()
        return response.read(LONGEST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise NobodyAnswers from error
    finally:
        connection.close()
