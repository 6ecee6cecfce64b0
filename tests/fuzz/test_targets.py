"""Every target on its seeds and on made-up bytes, so that none rots between two fuzzings."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from run import SetupFailed
from tests import architecture
from tests.environment import FUZZED_PYTHONS, FUZZED_SYSTEM, require_fuzzer
from tests.fuzz.every import TARGETS
from tests.fuzz.target import Target
from webapp.protocol.errors import RemoteProtocolError

ROOT = Path(__file__).parents[2]
MAX_MADE_UP_BYTES = 4096
# These have no format of their own; what is read with them is what others say it is.
READ_THROUGH_OTHERS = {
    "webapp.protocol.json_reading",
    "webapp.protocol.scalar_signatures",
    "webapp.protocol.wire.reading",
}


@pytest.fixture(params=TARGETS.values(), ids=TARGETS.keys())
def target(request: pytest.FixtureRequest) -> Target:
    chosen: Target = request.param
    return chosen


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Return a seed of which a part is replaced by other bytes."""
    seed = draw(st.sampled_from(seeds))
    start = draw(st.integers(0, len(seed)))
    end = draw(st.integers(start, min(len(seed), start + 8)))
    return seed[:start] + draw(st.binary(max_size=8)) + seed[end:]


def test_each_seed_is_a_value_or_refused(target: Target) -> None:
    seeds = list(target.seeds())
    assert seeds
    for seed in seeds:
        target.feed(seed)


def test_some_seed_gets_through(target: Target) -> None:
    for seed in target.seeds():
        try:
            target.parse(seed)
        except target.refusals:
            continue
        return
    pytest.fail("all seeds are refused, so the search begins nowhere")


def test_made_up_bytes_are_a_value_or_refused(target: Target) -> None:
    @given(data=st.binary(max_size=MAX_MADE_UP_BYTES) | changed(list(target.seeds())))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()


def test_an_error_that_is_not_declared_is_found() -> None:
    target = Target("broken", parse=lambda data: data[0], seeds=lambda: [b""])
    with pytest.raises(IndexError):
        target.feed(b"")


def test_a_refusal_while_a_value_is_examined_is_found() -> None:
    target = Target("broken", bytes, lambda: [b""], hold=lambda data, value: refuse(value))
    with pytest.raises(RemoteProtocolError):
        target.feed(b"")


def refuse(_: bytes) -> None:
    raise RemoteProtocolError("what was read cannot be read again")


def test_every_module_that_refuses_bytes_has_a_target() -> None:
    refusing = {
        module.name
        for module in architecture.modules(ROOT, "webapp/protocol")
        if "raise RemoteProtocolError" in ast.unparse(module.tree)
    }
    imported = {
        module_name
        for module in architecture.modules(ROOT, "tests/fuzz")
        for name in module.imports()
        # Names of a module are imported as well as whole modules.
        for module_name in (name, name.rpartition(".")[0])
    }
    assert refusing - READ_THROUGH_OTHERS <= imported


@pytest.mark.parametrize(
    ("system", "python"),
    [
        (("Darwin", "arm64"), (3, 11)),
        (("Linux", "aarch64"), (3, 11)),
        (("Linux", "x86_64"), (3, 14)),
    ],
)
def test_where_there_is_no_fuzzer_its_absence_is_explained(
    system: tuple[str, str], python: tuple[int, int]
) -> None:
    with pytest.raises(SetupFailed, match=r"Python 3\.11 to 3\.13 only"):
        require_fuzzer(system, python)


@pytest.mark.parametrize("python", FUZZED_PYTHONS)
def test_where_there_is_a_fuzzer_it_can_be_installed(python: tuple[int, int]) -> None:
    require_fuzzer(FUZZED_SYSTEM, python)
