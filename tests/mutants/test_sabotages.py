"""The sabotages fit the tree as it is, so that `make mutants` plants what it says."""

import ast
import re
from pathlib import Path

import pytest

from tests.mutants.sabotage import Sabotage
from tests.mutants.sabotages import SABOTAGES

ROOT = Path(__file__).parents[2]
AT_LEAST = 20


def names_of_tests(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_bytes())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    assert len({sabotage.name for sabotage in SABOTAGES}) == len(SABOTAGES) >= AT_LEAST


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_what_is_sabotaged_occurs_exactly_once(sabotage: Sabotage) -> None:
    source = (ROOT / sabotage.file).read_text("utf-8")

    assert source.count(sabotage.old) == 1
    assert sabotage.old != sabotage.new


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_a_sabotaged_file_is_still_a_program(sabotage: Sabotage) -> None:
    source = (ROOT / sabotage.file).read_text("utf-8")

    ast.parse(source.replace(sabotage.old, sabotage.new))


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_the_tests_that_must_catch_it_exist(sabotage: Sabotage) -> None:
    assert sabotage.tests
    for test in sabotage.tests:
        path, _, name = re.match(r"([^:]+)(::)?(.*)", test).groups()  # type: ignore[union-attr]
        assert (ROOT / path).is_file()
        assert not name or name in names_of_tests(path)
