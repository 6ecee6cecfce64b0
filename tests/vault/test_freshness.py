"""The chain over guarded rows: the newest are believed, every older state is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.vector_files import cases
from webapp.vault.freshness import Head, StoredHead, judge, link

row_sets = st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=5)


def words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


@pytest.mark.parametrize("case", cases("freshness"))
def test_the_vault_judges_the_database_as_the_vector_says(case: dict[str, str]) -> None:
    counter, digest = words(case["sealed"])
    number, previous, own = words(case["stored"])
    rows = dict(pair.split("=") for pair in words(case.get("rows", "")))

    verdict = judge(
        Head(int(counter), bytes.fromhex(digest)),
        StoredHead(Head(int(number), bytes.fromhex(own)), bytes.fromhex(previous)),
        rows,
    )

    assert verdict == case["expect"]


@given(st.lists(row_sets, min_size=1, max_size=6), st.data())
def test_only_the_newest_step_is_current_and_only_the_next_is_ahead(
    history: list[dict[str, str]], data: st.DataObject
) -> None:
    steps, sealed = [(StoredHead(), {})], [Head()]
    for rows in history:
        stored = link(sealed[-1], rows)
        steps.append((stored, rows))
        sealed.append(stored.head)
    vault = data.draw(st.integers(0, len(history)))

    for number, (stored, rows) in enumerate(steps):
        expected = {0: "current", 1: "ahead"}.get(number - vault, "rolled_back")
        assert judge(sealed[vault], stored, rows) == expected


@given(row_sets, row_sets, row_sets)
def test_rows_of_one_step_under_the_head_of_another_are_seen(
    first: dict[str, str], second: dict[str, str], third: dict[str, str]
) -> None:
    if third == second:
        return
    one = link(Head(), first)
    two = link(one.head, second)

    assert judge(two.head, two, third) == "rolled_back"
    assert judge(one.head, two, third) == "rolled_back"


@given(st.text(), st.text(), st.text())
def test_names_and_values_cannot_flow_into_each_other(name: str, value: str, more: str) -> None:
    longer = link(Head(), {name + more: value})
    shorter = link(Head(), {name: more + value})

    assert (longer == shorter) == (not more)


def test_no_digest_shows_in_a_repr() -> None:
    assert "x" * 12 not in repr(StoredHead(Head(1, b"x" * 12), b"x" * 12))
