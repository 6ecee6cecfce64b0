"""The file server of the practice network. Sources: attachments.md, onion.md §7.

Nobody but the nodes calls on it, so it has no port: they hand it what they would
post. Its name ends in a label that is reserved for names that exist nowhere
(RFC 6761), so an address that leaves the practice network leads to nothing.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from email.utils import formatdate
from typing import Final

from webapp.clock import Clock
from webapp.localnet.errors import FileRefused
from webapp.localnet.file_store import FileStore, StoredFile
from webapp.localnet.http_messages import JSON_TYPE, HttpAnswer, HttpRequest
from webapp.localnet.known_servers import ServerAddress
from webapp.protocol.errors import RemoteProtocolError
from webapp.protocol.identifiers import DAY_MS
from webapp.protocol.json_reading import as_bytes_b64, parse_object
from webapp.protocol.keys import AccountKeys
from webapp.protocol.onion import SERVER_TARGET, InvalidDirections
from webapp.protocol.server_requests import (
    MAX_BODY_BYTES,
    Headers,
    ServerReply,
    ServerRequest,
    open_server_request,
    seal_server_reply,
)

ADDRESS: Final = ServerAddress("http", "files.practice.invalid", 80)
URL: Final = f"{ADDRESS.protocol}://{ADDRESS.host}"

MAX_FILE_BYTES: Final = MAX_BODY_BYTES
# The public default; nobody gets more by asking.
LONGEST_LIFE_MS: Final = 21 * DAY_MS
SECONDS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)

# Nobody can read an answer to what does not open, so it is short and in clear.
UNOPENED: Final = HttpAnswer.text(400, "Bad Request")
MALFORMED: Final = ServerReply(
    400, {"content-type": "text/plain; charset=utf-8"}, b"Invalid v4 onion request"
)


class FileServer:
    """Files for anyone who asks. ``keys.x25519`` is the conversion of ``keys.ed25519``.

        POST /file               content            {"id", "expires", "uploaded", "size"}
        GET  /file/<id>                             content
        GET  /file/<id>/info                        {"expires", "uploaded", "size"}
        POST /file/<id>/extend                      {"expires", "uploaded", "size"}
        POST /files              {"file": base64}   {"result": id, "status_code"}
        GET  /files/<id>                            {"result": base64, "status_code"}

    Times are Unix seconds. The header X-FS-TTL of a POST asks for a time to live in
    seconds. A refusal is ``{"status_code"}`` with the same code.
    """

    def __init__(self, keys: AccountKeys, *, clock: Clock, files: FileStore | None = None) -> None:
        self._keys = keys
        self._clock = clock
        self._files = files or FileStore()

    @property
    def ed25519(self) -> bytes:
        """The key by which addresses of files name this server."""
        return self._keys.ed25519

    def answer_http(self, request: HttpRequest) -> HttpAnswer:
        """Return the sealed answer to what the last node of a path posts."""
        if (request.head.method, request.head.target) != ("POST", SERVER_TARGET):
            return HttpAnswer.text(404, "Not Found")
        x25519, secret = self._keys.x25519, self._keys.x25519_secret
        try:
            wanted, reply = open_server_request(request.body, x25519=x25519, x25519_secret=secret)
        except InvalidDirections as error:
            return HttpAnswer(200, seal_server_reply(MALFORMED, error.reply))
        except RemoteProtocolError:
            return UNOPENED
        return HttpAnswer(200, seal_server_reply(self.answer(wanted), reply))

    def answer(self, request: ServerRequest) -> ServerReply:
        """Return the answer to a request that was opened."""
        try:
            return self._answer(request)
        except FileRefused as refusal:
            return _json({"status_code": refusal.code}, code=refusal.code)

    def _answer(self, request: ServerRequest) -> ServerReply:
        path = request.endpoint.partition("?")[0]
        match [request.method, *path.split("/")[1:]]:
            case ["POST", "file"]:
                name, stored = self._keep(request.body, request.headers)
                return _json({"id": name, **_described(stored)})
            case ["POST", "files"]:
                name, _ = self._keep(_legacy_content(request.body), request.headers)
                return _json({"result": name, "status_code": 200})
            case ["GET", "file", name]:
                return _whole(self._find(name))
            case ["GET", "files", name]:
                content_b64 = b64encode(self._find(name).content).decode()
                return _json({"result": content_b64, "status_code": 200})
            case ["GET", "file", name, "info"]:
                return _json(_described(self._find(name)))
            case ["POST", "file", name, "extend"]:
                return _json(_described(self._extend(name, request.headers)))
        raise FileRefused(404)

    def _keep(self, content: bytes, headers: Headers) -> tuple[str, StoredFile]:
        # Real servers give the same code to an empty file.
        if not 0 < len(content) <= MAX_FILE_BYTES:
            raise FileRefused(413)
        return self._files.keep(content, ttl_ms=_ttl_ms(headers), now_ms=self._clock.now_ms())

    def _find(self, name: str) -> StoredFile:
        return self._files.find(name, now_ms=self._clock.now_ms())

    def _extend(self, name: str, headers: Headers) -> StoredFile:
        return self._files.extend(name, ttl_ms=_ttl_ms(headers), now_ms=self._clock.now_ms())


def _ttl_ms(headers: Headers) -> int:
    """Return for how long a file is to be kept. Raises FileRefused."""
    wanted = headers.get("x-fs-ttl")
    if wanted is None:
        return LONGEST_LIFE_MS
    if not SECONDS.fullmatch(wanted) or int(wanted) * 1000 > LONGEST_LIFE_MS:
        raise FileRefused(400)
    return int(wanted) * 1000


def _legacy_content(body: bytes) -> bytes:
    """Return the file in the JSON of an old upload. Raises FileRefused."""
    try:
        return as_bytes_b64(parse_object(body).get("file"))
    except RemoteProtocolError as error:
        raise FileRefused(400) from error


def _described(file: StoredFile) -> Mapping[str, object]:
    return {
        "expires": file.expires_ms / 1000,
        "uploaded": file.uploaded_ms / 1000,
        "size": len(file.content),
    }


def _whole(file: StoredFile) -> ServerReply:
    expires = formatdate(file.expires_ms / 1000, usegmt=True)
    headers = {"content-type": "application/octet-stream", "expires": expires}
    return ServerReply(200, headers, file.content)


def _json(value: Mapping[str, object], *, code: int = 200) -> ServerReply:
    return ServerReply(code, {"content-type": JSON_TYPE}, json.dumps(value).encode())
