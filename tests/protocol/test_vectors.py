"""Known-answer tests: what Session's own code answered, ours must answer too.

The folder is ``tests/vectors`` or the one that SAFEHOUSE_VECTORS names.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.protocol import (
    vector_blinding,
    vector_compression,
    vector_encrypt,
    vector_identity,
    vector_multi_encrypt,
    vector_onion,
    vector_xed25519,
)
from webapp.protocol.errors import ProtocolError

FOLDER = Path(os.environ.get("SAFEHOUSE_VECTORS") or Path(__file__).parent.parent / "vectors")
CHECKS = {
    "identity": vector_identity.CHECKS,
    "encrypt": vector_encrypt.CHECKS,
    "onion": vector_onion.CHECKS,
    "blinding": vector_blinding.CHECKS,
    "multi_encrypt": vector_multi_encrypt.CHECKS,
    "xed25519": vector_xed25519.CHECKS,
    "config_crypto": vector_compression.CHECKS,
}
LATER = {"config_crypto": vector_compression.LATER}
# Where the reference raises, these of ours answer no.
ANSWER_NO = {"ed25519_verify", "xed_verify"}
# And where the reference answers null, this one raises.
RAISE = {"zstd_decompress"}

pytestmark = pytest.mark.vectors


def cases_of(area: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((FOLDER / f"{area}.json").read_text())["cases"]
    return cases


def collected(*, refused: bool) -> list[Any]:
    return [
        pytest.param(checks[case["op"]], case, id=case["id"])
        for area, checks in CHECKS.items()
        for case in cases_of(area)
        if case["op"] in checks and is_refused(case) == refused
    ]


def is_refused(case: dict[str, Any]) -> bool:
    if case["op"] in RAISE:
        return case["output"] is None
    return "error" in case and case["op"] not in ANSWER_NO


@pytest.mark.parametrize(("check", "case"), collected(refused=False))
def test_the_answer_is_that_of_the_reference(check: Any, case: dict[str, Any]) -> None:
    check({"output": False} | case)


@pytest.mark.parametrize(("check", "case"), collected(refused=True))
def test_what_the_reference_refuses_is_refused(check: Any, case: dict[str, Any]) -> None:
    expected = vector_identity.ERRORS.get(case.get("error_type", ""), ProtocolError)
    with pytest.raises(expected):
        check(case)


@pytest.mark.parametrize("area", CHECKS)
def test_every_operation_is_checked(area: str) -> None:
    operations = {case["op"] for case in cases_of(area)}
    assert operations == CHECKS[area].keys() | LATER.get(area, set())


@pytest.mark.parametrize("area", CHECKS)
def test_every_case_is_exercised(area: str) -> None:
    exercised = [each.values[1] for each in collected(refused=False) + collected(refused=True)]
    for case in cases_of(area):
        assert exercised.count(case) == (case["op"] not in LATER.get(area, set())), case["id"]


def wrong(answer: Any) -> Any:
    """Return another answer of the same shape."""
    match answer:
        case bool():
            return not answer
        case str():
            return f"{answer[:-1]}{'1' if answer[-1:] == '0' else '0'}" if answer else "00"
        case dict():
            return {name: wrong(value) for name, value in answer.items()}
        case list():
            return [wrong(value) for value in answer] or ["00"]
    return "00"


@pytest.mark.parametrize(("check", "case"), collected(refused=False))
def test_a_wrong_answer_is_noticed(check: Any, case: dict[str, Any]) -> None:
    changed = {"output": False} | case
    with pytest.raises(Exception):  # noqa: B017, PT011 - what notices it depends on the case
        check(changed | {"output": wrong(changed["output"])})
