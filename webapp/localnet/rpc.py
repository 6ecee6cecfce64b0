"""Answers storage requests: find the method, parse, check, act (storage-rpc.md §1, §5, §9).

Everything that can be wrong with the parameters is found before anything else is
looked at, in a whole batch before any part of it is run: so do real nodes.
A method of one kind changes messages, on every member of the swarm (`SwarmCommand`);
one of the other kind is answered by the asked node alone.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Never

from webapp.localnet.commands import SIGNATURE_TOLERANCE_MS, Question, SwarmCommand
from webapp.localnet.conditions import Condition, Facts
from webapp.localnet.directory import CHAIN_HEIGHT, Directory
from webapp.localnet.errors import InvalidRequest, Refused
from webapp.localnet.expiring import Expire, GetExpiries
from webapp.localnet.lying import Liar
from webapp.localnet.node import HARD_FORK, VERSION, StorageNode
from webapp.localnet.owners import Owner
from webapp.localnet.parameters import Parameters
from webapp.localnet.relaying import Relayed, relay
from webapp.localnet.removing import Delete
from webapp.localnet.revoking import RevokeSubaccount, UnrevokeSubaccount
from webapp.localnet.storing import Retrieve, Store
from webapp.localnet.whole_namespaces import DeleteAll, DeleteBefore, ExpireAll
from webapp.protocol.requests import MAX_SUBREQUESTS

# Conditions may hold conditions; deeper than anyone needs they would exhaust the stack.
MAX_NESTED_CONDITIONS = 20

FACTS: Facts = {"hf": HARD_FORK, "v": VERSION, "height": (CHAIN_HEIGHT,)}

Body = dict[str, object] | str
Run = Callable[[], "Answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and either a JSON object or a sentence.

    ``wait_s`` is how much later a real node would have had it.
    """

    status: int
    body: Body
    wait_s: float = 0.0

    @property
    def is_json(self) -> bool:
        return not isinstance(self.body, str)

    @property
    def text(self) -> str:
        return encode_json(self.body) if isinstance(self.body, dict) else self.body


def encode_json(value: object) -> str:
    """Return ``value`` as real nodes write it: compact, keys in order."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def parse_call(body: bytes) -> Mapping[str, object]:
    """Return the JSON object in ``body``. Raises Refused."""
    try:
        call = json.loads(body, parse_constant=_refuse_constant)
    # Nesting deeper than Python's stack is as unreadable as anything else.
    except (ValueError, RecursionError):
        raise Refused(400, "invalid json") from None
    if not isinstance(call, dict):
        raise Refused(400, "invalid json: no `method` field")
    return call


class StorageRpc:
    """The storage requests of one node."""

    def __init__(self, node: StorageNode, directory: Directory) -> None:
        self._node = node
        self._directory = directory
        self._methods: dict[str, Callable[[Parameters], Run]] = {
            "store": lambda p: self._run_store(Store.parse(p)),
            "delete": lambda p: self._run_delete(Delete.parse(p)),
            "delete_all": lambda p: self._run_in_swarm(DeleteAll.parse(p)),
            "delete_before": lambda p: self._run_delete_before(DeleteBefore.parse(p)),
            "revoke_subaccount": lambda p: self._run_in_swarm(RevokeSubaccount.parse(p)),
            "unrevoke_subaccount": lambda p: self._run_in_swarm(UnrevokeSubaccount.parse(p)),
            "expire": lambda p: self._run_in_swarm(Expire.parse(p)),
            "expire_all": lambda p: self._run_in_swarm(ExpireAll.parse(p)),
            "retrieve": lambda p: self._run_question(Retrieve.parse(p), timed=True),
            "get_expiries": lambda p: self._run_question(GetExpiries.parse(p), timed=False),
            "get_swarm": self._get_swarm,
            "get_snodes_for_pubkey": self._get_swarm,
            "info": self._info,
            "oxend_request": self._oxend_request,
        }
        self._meta_methods: dict[str, Callable[[Parameters], Run]] = {
            "batch": self._batch,
            "sequence": self._sequence,
            "ifelse": self._ifelse,
        }

    def answer(self, body: bytes) -> Answer:
        """Return the answer to the request in ``body``, whatever bytes those are."""
        try:
            call = parse_call(body)
            return self._prepare(call, self._methods | self._meta_methods)()
        except Refused as refusal:
            return _refusal(refusal)

    def _prepare(
        self, call: Mapping[str, object], methods: Mapping[str, Callable[[Parameters], Run]]
    ) -> Run:
        method, params = call.get("method"), call.get("params")
        if not isinstance(method, str):
            raise Refused(400, "invalid json: no `method` field")
        if not isinstance(params, dict):
            raise Refused(400, "invalid json: no `params` field")
        prepare = methods.get(method)
        if prepare is None:
            raise Refused(400, f"no method {method}")
        run = prepare(Parameters(params))
        if self._node.faults.lies and method in self._methods:
            return self._lie(run, method, Parameters(params))
        return run

    def _lie(self, run: Run, method: str, parameters: Parameters) -> Run:
        liar = Liar(self._node, self._directory, set(self._node.faults.lies))

        def run_falsely() -> Answer:
            invented = liar.instead_of(method, parameters)
            answer = run() if invented is None else self._timed(invented)
            if isinstance(answer.body, str):
                return answer
            return replace(answer, body=liar.distort(method, answer.body))

        return run_falsely

    def _info(self, parameters: Parameters) -> Run:
        del parameters
        return lambda: self._timed({"version": list(VERSION), "timestamp": self._node.now_ms()})

    def _get_swarm(self, parameters: Parameters) -> Run:
        owner = parameters.owner(refusal="Pubkey must be 66 hex digits/33 bytes long")
        return lambda: Answer(200, self._describe_swarm(owner))

    def _oxend_request(self, parameters: Parameters) -> Run:
        parameters.require("endpoint")
        endpoint = parameters.text("endpoint")
        params = parameters.raw("params")
        inner = params if isinstance(params, dict) else {}
        if endpoint == "get_service_nodes":
            return lambda: self._timed({"result": self._directory.chain_states(inner)})
        if endpoint == "ons_resolve":
            # Nobody registers names on a practice network; this is the reply for an unknown one.
            return lambda: self._timed({"result": {}})
        raise InvalidRequest(f"Invalid oxend endpoint '{endpoint}'")

    def _batch(self, parameters: Parameters) -> Run:
        runs = self._subrequests(parameters)

        def run_side_by_side() -> Answer:
            answers = [_settle(run) for run in runs]
            return _results(answers, wait_s=max(answer.wait_s for answer in answers))

        return run_side_by_side

    def _sequence(self, parameters: Parameters) -> Run:
        runs = self._subrequests(parameters)

        def run_in_order() -> Answer:
            answers: list[Answer] = []
            for run in runs:
                answers.append(_settle(run))
                if answers[-1].status != 200:
                    break
            return _results(answers, wait_s=sum(answer.wait_s for answer in answers))

        return run_in_order

    def _ifelse(self, parameters: Parameters, *, depth: int = 1) -> Run:
        if depth > MAX_NESTED_CONDITIONS:
            raise InvalidRequest("Invalid ifelse request: too many conditions in each other")
        is_true = Condition.parse(parameters.require("if"), FACTS).holds(FACTS)
        nested = {"ifelse": lambda p: self._ifelse(p, depth=depth + 1)}
        methods = self._methods | self._meta_methods | nested
        # The branch that is not taken must be readable too.
        branches = {
            name: self._prepare(_branch(parameters, name), methods)
            for name in ("then", "else")
            if parameters.has(name)
        }
        if not branches:
            raise InvalidRequest("Invalid ifelse request: neither 'then' nor 'else'")

        def run_branch() -> Answer:
            reply: dict[str, object] = {
                "hf": list(HARD_FORK),
                "v": list(VERSION),
                "height": CHAIN_HEIGHT,
                "condition": is_true,
            }
            run = branches.get("then" if is_true else "else")
            if run is None:
                return Answer(200, reply)
            answer = _settle(run)
            return Answer(200, reply | {"result": _result(answer)}, answer.wait_s)

        return run_branch

    def _subrequests(self, parameters: Parameters) -> list[Run]:
        calls = parameters.raw("requests")
        if not isinstance(calls, list) or not calls:
            raise InvalidRequest('Invalid batch request: no valid "requests" field')
        if len(calls) > MAX_SUBREQUESTS:
            raise InvalidRequest("Invalid batch request: subrequest limit exceeded")
        return [self._subrequest(call) for call in calls]

    def _subrequest(self, call: object) -> Run:
        if not isinstance(call, dict):
            raise InvalidRequest("Invalid batch request: subrequests must be objects")
        method = call.get("method")
        if isinstance(method, str) and method in self._meta_methods:
            raise InvalidRequest(
                "Invalid batch subrequest: subrequests may not contain meta-requests"
            )
        return self._prepare(call, self._methods)

    def _run_question(self, question: Question, *, timed: bool) -> Run:
        def run() -> Answer:
            self._admit(question)
            reply = question.read(self._node)
            return self._timed(reply) if timed else Answer(200, reply)

        return run

    def _run_in_swarm(self, command: SwarmCommand) -> Run:
        return lambda: self._swarm_answer(self._in_whole_swarm(command))

    def _run_store(self, command: Store) -> Run:
        def run() -> Answer:
            members = self._in_whole_swarm(command)
            own = members[self._node.name].entry
            own["t"] = self._node.now_ms()
            if "hash" not in own:
                return self._swarm_answer(members)
            if "already" not in own:
                self._directory.announce(command.message)
            return self._swarm_answer(members, hash=own["hash"])

        return run

    def _run_delete(self, command: Delete) -> Run:
        def run() -> Answer:
            members = self._in_whole_swarm(command)
            answer = self._swarm_answer(members)
            found = any(member.entry.get("deleted") for member in members.values())
            return answer if found or not command.required else replace(answer, status=404)

        return run

    def _run_delete_before(self, command: DeleteBefore) -> Run:
        def run() -> Answer:
            members = self._in_whole_swarm(command)
            answer = self._swarm_answer(members)
            if command.namespace == "all" and members[self._node.name].entry["deleted"]:
                # A defect of real nodes: all is gone, but they cannot say so (§17.12).
                return replace(answer, status=500, body="request failed")
            return answer

        return run

    def _admit(self, command: SwarmCommand | Question) -> list[StorageNode]:
        """Return the members of the owner's swarm, of whom this node is one.

        Raises Refused if another swarm is responsible, or the owner has not allowed this.
        """
        members = self._directory.swarm_of(command.owner)
        if self._node not in members:
            raise Refused(421, self._describe_swarm(command.owner))
        command.check(self._node, tolerance_ms=SIGNATURE_TOLERANCE_MS)
        return members

    def _in_whole_swarm(self, command: SwarmCommand) -> dict[str, Relayed]:
        """Return what each member says, by its name, after all have made the change."""
        return {
            member.name: Relayed(command.apply(member), 0.0)
            if member is self._node
            else relay(command, member, self._directory.rng)
            for member in self._admit(command)
        }

    def _swarm_answer(self, members: dict[str, Relayed], **more: object) -> Answer:
        # Real nodes say 200 here even if every member failed (storage-rpc.md §17.1).
        entries = {name: member.entry for name, member in members.items()}
        # They ask all members at once, and wait for the slowest.
        wait_s = max(member.wait_s for member in members.values())
        return replace(self._timed({"swarm": entries} | more), wait_s=wait_s)

    def _describe_swarm(self, owner: Owner) -> dict[str, object]:
        return self._directory.describe_swarm(owner, now_ms=self._node.now_ms())

    def _timed(self, reply: dict[str, object]) -> Answer:
        return Answer(200, reply | {"t": self._node.now_ms(), "hf": list(HARD_FORK)})


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


def _settle(run: Run) -> Answer:
    try:
        return run()
    except Refused as refusal:
        return _refusal(refusal)


def _refusal(refusal: Refused) -> Answer:
    return Answer(refusal.status, refusal.body)


def _results(answers: list[Answer], *, wait_s: float) -> Answer:
    return Answer(200, {"results": [_result(answer) for answer in answers]}, wait_s)


def _result(answer: Answer) -> dict[str, object]:
    return {"code": answer.status, "body": answer.body}


def _branch(parameters: Parameters, name: str) -> Mapping[str, object]:
    call = parameters.raw(name)
    if not isinstance(call, dict):
        raise InvalidRequest(f"Invalid ifelse request: '{name}' must be an object")
    return call
