"""The control interface: lets a test in another process break and mend the network.

It is a site of its own beside the nodes, which ``python -m webapp.localnet`` opens for
whoever shows the token it announced. Every command is a POST of a JSON object to its
path; every answer is a JSON object, ``{"error": …}`` if nothing was done.
"""

import hmac
import re
import threading
from collections.abc import Callable, Mapping

from webapp.localnet.errors import InvalidSetting, Refused
from webapp.localnet.fault_settings import describe_faults, parse_faults, set_faults
from webapp.localnet.faults import Faults
from webapp.localnet.http_messages import JSON_TYPE, HttpAnswer, HttpRequest
from webapp.localnet.network import PracticeNetwork
from webapp.localnet.node import StorageNode
from webapp.localnet.rpc import encode_json, parse_call
from webapp.protocol.swarms import NO_SWARM

Fields = Mapping[str, object]
Reply = dict[str, object]

ALL = "all"
SWARM_HEX = re.compile(r"[0-9a-f]{1,16}")


class ControlService:
    """One network and the commands for it; they are carried out one after the other."""

    def __init__(self, network: PracticeNetwork, *, token: str) -> None:
        self._network = network
        self._token = token.encode()
        self._lock = threading.Lock()
        self._commands: dict[str, Callable[[Fields], Reply]] = {
            "/nodes": self._list_nodes,
            "/stored": self._list_stored,
            "/start": self._start,
            "/stop": self._stop,
            "/move": self._move,
            "/faults": self._set_faults,
            "/clear": self._clear_faults,
        }

    def answer_http(self, request: HttpRequest) -> HttpAnswer:
        try:
            return _json(200, self._obey(request))
        except Refused as refusal:
            return _json(refusal.status, {"error": refusal.body})

    def _obey(self, request: HttpRequest) -> Reply:
        head = request.head
        shown = head.headers.get("authorization", "").encode()
        if not hmac.compare_digest(shown, b"Bearer " + self._token):
            raise Refused(401, "the token is missing or wrong")
        command = self._commands.get(head.target)
        if head.method != "POST" or command is None:
            raise Refused(404, f"commands are posted to: {', '.join(self._commands)}")
        fields = _object(request.body)
        with self._lock:
            return command(fields)

    def _list_nodes(self, fields: Fields) -> Reply:
        _require_fields(fields)
        return {
            "nodes": [
                _describe(node) | {"index": index, "requests": entrance.request_count}
                for index, (node, entrance) in enumerate(
                    zip(self._network.nodes, self._network.entrances, strict=True)
                )
            ]
        }

    def _list_stored(self, fields: Fields) -> Reply:
        _require_fields(fields)
        return {"stored": [_contents(node) for node in self._network.nodes]}

    def _start(self, fields: Fields) -> Reply:
        _require_fields(fields, "node")
        index = self._one(fields)
        if self._network.nodes[index].running:
            raise Refused(409, f"node {index} is running already")
        try:
            self._network.start_node(index)
        except OSError as error:
            raise Refused(409, f"the port of node {index} cannot be opened: {error}") from error
        return {}

    def _stop(self, fields: Fields) -> Reply:
        _require_fields(fields, "node")
        index = self._one(fields)
        if not self._network.nodes[index].running:
            raise Refused(409, f"node {index} is stopped already")
        self._network.stop_node(index)
        return {}

    def _move(self, fields: Fields) -> Reply:
        _require_fields(fields, "node", "swarm")
        index, swarm_id = self._one(fields), _swarm_id(fields["swarm"])
        self._network.move_node(index, swarm_id)
        return {}

    def _set_faults(self, fields: Fields) -> Reply:
        _require_fields(fields, "node", "faults")
        nodes, wishes = self._one_or_all(fields), fields["faults"]
        if not isinstance(wishes, dict):
            raise InvalidSetting("'faults' is an object")
        values = parse_faults(wishes)
        for node in nodes:
            set_faults(node.faults, values)
        return {}

    def _clear_faults(self, fields: Fields) -> Reply:
        _require_fields(fields, "node")
        for node in self._one_or_all(fields):
            node.faults = Faults()
        return {}

    def _one(self, fields: Fields) -> int:
        index, count = fields["node"], len(self._network.nodes)
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < count:
            return index
        raise InvalidSetting(f"'node' is a number from 0 to {count - 1}")

    def _one_or_all(self, fields: Fields) -> list[StorageNode]:
        if fields["node"] == ALL:
            return self._network.nodes
        return [self._network.nodes[self._one(fields)]]


def _describe(node: StorageNode) -> Reply:
    return {
        "ed25519": node.name,
        "swarm": f"{node.swarm_id:x}",
        "port": node.port,
        "running": node.running,
        "faults": describe_faults(node.faults),
    }


def _contents(node: StorageNode) -> dict[str, dict[str, list[str]]]:
    """Return the hashes on one node by account and namespace, in order of arrival."""
    contents: dict[str, dict[str, list[str]]] = {}
    for message, _ in node.store.copies(now_ms=node.now_ms()):
        inboxes = contents.setdefault(message.owner.hex, {})
        inboxes.setdefault(str(message.namespace), []).append(message.hash.text)
    return contents


def _object(body: bytes) -> Fields:
    try:
        return parse_call(body)
    except Refused:
        raise InvalidSetting("the body is a JSON object, which may be empty") from None


def _require_fields(fields: Fields, *names: str) -> None:
    if fields.keys() != set(names):
        raise InvalidSetting(f"the fields are: {', '.join(names) or 'none'}")


def _swarm_id(value: object) -> int:
    """Return the number that a swarm's name is in hex, as `get_swarm` writes it."""
    if isinstance(value, str) and SWARM_HEX.fullmatch(value):
        swarm_id = int(value, 16)
        if swarm_id != NO_SWARM:
            return swarm_id
    raise InvalidSetting("'swarm' is the id of a swarm: 1 to 16 hex digits, not all f")


def _json(status: int, reply: Reply) -> HttpAnswer:
    return HttpAnswer(status, encode_json(reply).encode(), JSON_TYPE)
