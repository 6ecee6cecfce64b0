"""The seed server: it tells a newcomer which nodes there are (onion.md §1)."""

from webapp.localnet.directory import Directory
from webapp.localnet.errors import Refused
from webapp.localnet.http_messages import JSON_TYPE, HttpAnswer, HttpRequest
from webapp.localnet.rpc import encode_json, parse_call


class SeedService:
    """One HTTP path with one JSON-RPC method."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def answer_http(self, request: HttpRequest) -> HttpAnswer:
        head = request.head
        if (head.method, head.target) != ("POST", "/json_rpc"):
            return HttpAnswer.text(404, "Not Found")
        try:
            call = parse_call(request.body)
        except Refused:
            return _reply({"error": {"code": -32700, "message": "Parse error"}}, call_id=None)
        if call.get("method") != "get_n_service_nodes":
            error = {"code": -32601, "message": "Method not found"}
            return _reply({"error": error}, call_id=call.get("id"))
        params = call.get("params")
        states = self._directory.chain_states(params if isinstance(params, dict) else {})
        return _reply({"result": states}, call_id=call.get("id"))


def _reply(outcome: dict[str, object], *, call_id: object) -> HttpAnswer:
    body = {"jsonrpc": "2.0", "id": call_id} | outcome
    return HttpAnswer(200, encode_json(body).encode(), JSON_TYPE)
