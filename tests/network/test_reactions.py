import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.examples import node, path
from webapp.network.errors import (
    ClockRefused,
    ConnectionLost,
    GuardFailed,
    NetworkError,
    NoConnection,
    NodeFailed,
    PathFailed,
    Rejected,
    Unreachable,
    WrongSwarm,
)
from webapp.network.reactions import (
    PathTrouble,
    damaged_answer,
    inner_failure,
    no_answer,
    only_result,
    outer_trouble,
)
from webapp.network.transport import Answer
from webapp.protocol.errors import RemoteProtocolError

PATH = path(1, 2, 3)
DESTINATION = node(9).ed25519
SWARM = {
    "snodes": [{"pubkey_ed25519": "ab" * 32, "ip": "10.0.0.1"}],
    "swarm": "1f",
    "t": 1_740_000_000_000,
}


def trouble(status: int, body: bytes = b"") -> PathTrouble:
    return outer_trouble(Answer(status, body), path=PATH, destination=DESTINATION)


def is_named(text: str, key: bytes) -> bool:
    return trouble(502, f"{text}: {key.hex()}".encode()).blamed == {key}


@pytest.mark.parametrize(
    "text",
    ["Next node not found", "Next node is currently unreachable", "Snode not ready"],
)
@pytest.mark.parametrize("key", [node(2).ed25519, node(3).ed25519, DESTINATION])
def test_a_node_named_by_the_one_before_it_is_recognised(text: str, key: bytes) -> None:
    assert is_named(text, key)


def test_a_message_cannot_blame_a_node_that_had_no_part() -> None:
    assert not is_named("Next node not found", node(7).ed25519)


def test_a_message_cannot_blame_the_guard_that_sent_it() -> None:
    assert not is_named("Next node not found", PATH.guard.ed25519)


@given(st.binary(max_size=200))
def test_any_other_text_names_nobody(body: bytes) -> None:
    assert trouble(502, body).blamed == {*PATH.keys[1:], DESTINATION}


@pytest.mark.parametrize("status", [400, 500, 502, 504, 301, 404])
def test_a_guard_that_answers_may_blame_everybody_else(status: int) -> None:
    assert type(trouble(status).error) is PathFailed
    assert trouble(status).blamed == {*PATH.keys[1:], DESTINATION}
    assert not trouble(status).is_guards


def test_a_failure_that_names_a_node_is_its_fault_alone() -> None:
    found = trouble(502, b"Next node not found: " + PATH.keys[1].hex().encode())
    assert (type(found.error), found.blamed) == (PathFailed, {PATH.keys[1]})


def test_an_outer_failure_that_names_the_destination_is_the_destinations() -> None:
    found = trouble(503, b"Snode not ready: " + DESTINATION.hex().encode())
    assert (type(found.error), found.blamed) == (NodeFailed, {DESTINATION})


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b"Too Many Requests"),
        (503, b"Server busy, try again later"),
        (503, b"Service node is not ready: syncing"),
    ],
)
def test_a_guard_that_is_too_busy_blames_nobody_behind_it(status: int, body: bytes) -> None:
    found = trouble(status, body)
    assert (type(found.error), found.is_guards, found.blamed) == (GuardFailed, True, frozenset())


@pytest.mark.parametrize("failure", [NoConnection("no"), ConnectionLost("no")])
def test_a_guard_that_hangs_up_is_alone_to_blame(failure: Unreachable) -> None:
    found = no_answer(failure, path=PATH, destination=DESTINATION)
    assert (type(found.error), found.is_guards, found.blamed) == (GuardFailed, True, frozenset())


def test_silence_may_be_anybodys_fault() -> None:
    found = no_answer(Unreachable("no"), path=PATH, destination=DESTINATION)
    assert type(found.error) is PathFailed
    assert found.is_guards
    assert found.blamed == {*PATH.keys[1:], DESTINATION}


def test_a_damaged_reply_is_the_fault_of_the_path() -> None:
    found = damaged_answer(PATH)
    assert found.is_guards
    assert found.blamed == set(PATH.keys[1:])


@pytest.mark.parametrize("status", [406, 425])
def test_a_refused_time_is_recognised_inside_and_outside(status: int) -> None:
    assert type(trouble(status).error) is ClockRefused
    assert type(inner_failure(status, "Timestamp error: check your clock")) is ClockRefused


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Rejected),
        (403, Rejected),
        (404, Rejected),
        (413, Rejected),
        (429, NodeFailed),
        (500, NodeFailed),
        (502, NodeFailed),
        (503, NodeFailed),
    ],
)
def test_inner_failures_say_whether_to_try_again(status: int, kind: type[NetworkError]) -> None:
    assert type(inner_failure(status, "words")) is kind


def test_success_is_no_failure() -> None:
    assert inner_failure(200, "{}") is None


def test_a_wrong_swarm_may_name_the_right_one() -> None:
    for body in (SWARM, json.dumps(SWARM)):
        failure = inner_failure(421, body)
        assert isinstance(failure, WrongSwarm)
        assert failure.swarm is not None
        assert failure.swarm.nodes == (bytes.fromhex("ab" * 32),)


@pytest.mark.parametrize("body", ["", "no json", {"snodes": "?"}])
def test_a_wrong_swarm_without_a_readable_list_is_still_wrong(body: str) -> None:
    failure = inner_failure(421, body)
    assert isinstance(failure, WrongSwarm)
    assert failure.swarm is None


def test_a_nodes_words_are_cut_short() -> None:
    failure = inner_failure(400, "x" * 10_000)
    assert isinstance(failure, Rejected)
    assert len(failure.text) == 200


def test_a_batch_of_one_gives_its_body() -> None:
    assert only_result('{"results":[{"code":200,"body":{"a":1}}]}') == {"a": 1}


@pytest.mark.parametrize("results", ["[]", '[{"code":200,"body":{}},{"code":200,"body":{}}]'])
def test_a_batch_of_another_length_is_refused(results: str) -> None:
    with pytest.raises(RemoteProtocolError):
        only_result(f'{{"results":{results}}}')


def test_the_failure_in_a_batch_is_raised() -> None:
    with pytest.raises(Rejected):
        only_result('{"results":[{"code":401,"body":"retrieve signature verification failed"}]}')
