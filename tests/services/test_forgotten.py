"""Erasing without the code: a word, some minutes, and a second press; anything else stops it."""

import pytest

from tests.services.lock_rig import PIN, Rig
from tests.services.test_erasing import finished
from tests.storage.test_crashes import check_shape
from tests.virtual_clock import VirtualClock
from webapp.services.errors import NotYetErasable
from webapp.services.forgotten import READY_S, WAIT_S, Forgotten
from webapp.services.runtime import Runtime
from webapp.vault.codes import CodeKind

STAGES = ("idle", "waiting", "ready")


@pytest.fixture
def forgotten(clock: VirtualClock) -> Forgotten:
    return Forgotten(clock)


def bring_to(forgotten: Forgotten, stage: str, clock: VirtualClock) -> None:
    if stage != "idle":
        forgotten.ask()
    if stage == "ready":
        clock.advance(WAIT_S)
    assert forgotten.stage == stage


@pytest.mark.parametrize(
    ("event", "next_stages"),
    [
        ("ask", ("waiting", "waiting", "ready")),
        ("cancel", ("idle", "idle", "idle")),
        ("wait", ("idle", "ready", "ready")),
        ("wait for long", ("idle", "idle", "idle")),
    ],
)
def test_every_event_in_every_stage_leads_where_the_table_says(
    clock: VirtualClock, event: str, next_stages: tuple[str, ...]
) -> None:
    for stage, wanted in zip(STAGES, next_stages, strict=True):
        forgotten = Forgotten(clock)
        bring_to(forgotten, stage, clock)
        if event == "ask":
            forgotten.ask()
        elif event == "cancel":
            forgotten.cancel()
        else:
            # Of the five minutes in which it is ready some are left, or none.
            more = READY_S if event == "wait for long" else 0
            clock.advance((0 if stage == "ready" else WAIT_S) + more)
        assert forgotten.stage == wanted


def test_asking_again_makes_it_neither_longer_nor_shorter(
    forgotten: Forgotten, clock: VirtualClock
) -> None:
    assert forgotten.wait_s == 0
    forgotten.ask()
    assert forgotten.wait_s == WAIT_S
    clock.advance(10)
    forgotten.ask()
    assert forgotten.wait_s == WAIT_S - 10
    clock.advance(WAIT_S)
    assert forgotten.wait_s == 0


def test_only_after_the_wait_everything_goes(rig: Rig, clock: VirtualClock) -> None:
    runtime = rig.locked()
    before = rig.vault()

    with pytest.raises(NotYetErasable):
        runtime.erase_forgotten()
    runtime.forgotten.ask()
    clock.advance(WAIT_S - 1)
    with pytest.raises(NotYetErasable):
        runtime.erase_forgotten()
    assert rig.vault() == before
    clock.advance(1)
    runtime.erase_forgotten()

    finished(runtime)
    assert runtime.state == "fresh"
    assert runtime.forgotten.stage == "idle"
    check_shape(rig.path)


def stops_by_code(runtime: Runtime) -> None:
    assert runtime.unlock(CodeKind.PIN, PIN).opened


def stops_by_lock(runtime: Runtime) -> None:
    runtime.lock()


@pytest.mark.parametrize("stop", [stops_by_code, stops_by_lock])
def test_a_right_code_or_another_lock_stops_it(rig: Rig, clock: VirtualClock, stop: object) -> None:
    runtime = rig.locked()
    runtime.forgotten.ask()

    stop(runtime)  # type: ignore[operator]
    clock.advance(WAIT_S)

    with pytest.raises(NotYetErasable):
        runtime.erase_forgotten()
    assert rig.slot()[1].entries


def test_a_wrong_code_does_not_stop_it(rig: Rig, clock: VirtualClock) -> None:
    runtime = rig.locked()
    runtime.forgotten.ask()

    assert runtime.unlock(CodeKind.PIN, "000000").reason == "wrong"

    assert runtime.forgotten.stage == "waiting"
