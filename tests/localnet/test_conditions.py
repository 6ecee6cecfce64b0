"""`ifelse`, against storage-rpc.md §5."""

import pytest

from tests.localnet.people import Nodes, reply
from webapp.localnet.rpc import MAX_NESTED_CONDITIONS, Answer

INFO: dict[str, object] = {"method": "info", "params": {}}
SEQUENCE: dict[str, object] = {"method": "sequence", "params": {"requests": [INFO]}}
UNREADABLE: dict[str, object] = {"method": "store", "params": {}}
TRUE: dict[str, object] = {"hf_at_least": [19, 4]}
FALSE: dict[str, object] = {"hf_before": [19, 4]}


def ask(nodes: Nodes, **params: object) -> Answer:
    return nodes.ask_with(nodes.nodes[0], "ifelse", params)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (TRUE, True),
        (FALSE, False),
        ({"hf_at_least": [19, 5]}, False),
        ({"hf_before": [20, 0]}, True),
        ({"v_at_least": [2, 8, 0]}, True),
        ({"v_before": [2, 8, 0]}, False),
        ({"height_at_least": 1_700_000}, True),
        ({"height_before": 1_700_000}, False),
        ({"hf_at_least": [19, 0], "hf_before": [19, 4]}, False),
        ({"hf_at_least": [19, 0], "v_before": [3, 0, 0]}, True),
    ],
)
def test_all_bounds_must_hold(nodes: Nodes, condition: object, expected: bool) -> None:
    answer = reply(ask(nodes, **{"if": condition, "then": INFO, "else": SEQUENCE}))

    assert answer["condition"] is expected
    assert answer["result"]["code"] == 200
    assert ("version" in answer["result"]["body"]) is expected


def test_a_missing_branch_gives_no_result(nodes: Nodes) -> None:
    assert "result" not in reply(ask(nodes, **{"if": FALSE, "then": INFO}))


def nested(depth: int) -> dict[str, object]:
    call: dict[str, object] = INFO
    for _ in range(depth - 1):
        call = {"method": "ifelse", "params": {"if": TRUE, "then": call}}
    return {"if": TRUE, "then": call}


def test_conditions_may_hold_conditions_but_not_without_end(nodes: Nodes) -> None:
    assert ask(nodes, **nested(MAX_NESTED_CONDITIONS)).status == 200
    assert ask(nodes, **nested(MAX_NESTED_CONDITIONS + 1)).status == 400


@pytest.mark.parametrize(
    "params",
    [
        {"then": INFO},
        {"if": {}, "then": INFO},
        {"if": [19, 4], "then": INFO},
        {"if": {"hf_at_least": [19]}, "then": INFO},
        {"if": {"hf_at_least": [19, True]}, "then": INFO},
        {"if": {"hf_at_least": [19, -1]}, "then": INFO},
        {"if": {"height_before": "1"}, "then": INFO},
        {"if": TRUE},
        {"if": TRUE, "then": [INFO]},
        # The branch that would not be taken counts as well.
        {"if": TRUE, "then": INFO, "else": UNREADABLE},
    ],
)
def test_what_cannot_be_read_is_refused(nodes: Nodes, params: dict[str, object]) -> None:
    assert ask(nodes, **params).status == 400


def test_a_batch_holds_no_condition(nodes: Nodes) -> None:
    call = {"method": "ifelse", "params": {"if": TRUE, "then": INFO}}
    assert nodes.ask_with(nodes.nodes[0], "batch", {"requests": [call]}).status == 400
