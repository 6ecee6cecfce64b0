"""Faults as the control interface reads and writes them."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.localnet.errors import InvalidSetting
from webapp.localnet.fault_settings import (
    MAX_CLOCK_OFFSET_MS,
    MAX_DELAY_MS,
    READERS,
    describe_faults,
    parse_faults,
    set_faults,
)
from webapp.localnet.faults import SERVER_BUSY, Faults, Lie, Refusal

shares = st.floats(0, 1)
delays = st.integers(0, MAX_DELAY_MS)
refusals = st.none() | st.builds(Refusal, st.integers(200, 599), st.text(max_size=50), shares)
any_faults = st.builds(
    Faults,
    **dict.fromkeys(("drop_requests", "drop_answers", "duplicate", "corrupt", "reorder"), shares),
    delay_ms=delays,
    refusal=refusals,
    link_drop=shares,
    link_corrupt=shares,
    link_delay_ms=delays,
    not_ready=st.booleans(),
    clock_offset_ms=st.integers(-MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS),
    lies=st.sets(st.sampled_from(Lie)),
    real_waits=st.booleans(),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def test_every_fault_can_be_set() -> None:
    assert list(READERS) == [field.name for field in fields(Faults)]


@given(faults=any_faults)
def test_what_is_written_is_read_back(faults: Faults) -> None:
    again = Faults()
    written = describe_faults(faults)
    if written:
        set_faults(again, parse_faults(written))

    assert again == faults


def test_without_a_fault_there_is_nothing_to_write() -> None:
    assert describe_faults(Faults()) == {}


def test_what_is_not_named_stays() -> None:
    faults = Faults(delay_ms=5, refusal=SERVER_BUSY)

    set_faults(faults, parse_faults({"corrupt": 0.5, "refusal": None}))

    assert faults == Faults(delay_ms=5, corrupt=0.5)


def test_a_refusal_without_a_share_refuses_everything() -> None:
    wishes = {"refusal": {"status": 504, "text": "Request time out"}}

    assert parse_faults(wishes)["refusal"] == Refusal(504, "Request time out", share=1.0)


@pytest.mark.parametrize(
    ("wishes", "text"),
    [
        ({}, "name at least one fault"),
        ({"drop": 1}, "there is no fault 'drop'"),
        ({"corrupt": 1.5}, "'corrupt' is a share from 0 to 1"),
        ({"corrupt": True}, "'corrupt' is a share from 0 to 1"),
        ({"corrupt": float("nan")}, "'corrupt' is a share from 0 to 1"),
        ({"delay_ms": 0.5}, "'delay_ms' is a whole number from 0 to 600000"),
        ({"delay_ms": -1}, "'delay_ms' is a whole number from 0 to 600000"),
        ({"not_ready": 1}, "'not_ready' is true or false"),
        ({"lies": "swarm"}, "'lies' is a list of: swarm, no_swarm"),
        ({"lies": ["white"]}, "'lies' is a list of: swarm, no_swarm"),
        ({"lies": [["swarm"]]}, "'lies' is a list of: swarm, no_swarm"),
        ({"refusal": {"status": 503}}, "'refusal' is null, or has a status"),
        ({"refusal": {"status": 503, "text": "", "more": 1}}, "'refusal' is null, or has"),
        ({"refusal": {"status": 99, "text": ""}}, "'refusal.status' is a whole number"),
        ({"refusal": {"status": 503, "text": "x" * 1001}}, "has at most 1000 characters"),
        ({"refusal": {"status": 503, "text": "", "share": 2}}, "'refusal.share' is a share"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(wishes: dict[str, object], text: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        parse_faults(wishes)

    assert text in str(refused.value.body)


@given(wishes=st.dictionaries(st.sampled_from(list(READERS)) | st.text(), json_values, max_size=3))
def test_any_json_gives_values_or_a_refusal(wishes: dict[str, object]) -> None:
    try:
        values = parse_faults(wishes)
    except InvalidSetting:
        return
    assert values.keys() == wishes.keys()
