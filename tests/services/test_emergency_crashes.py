"""Preparing a duress code, and typing it, when power or disk fail: the old state or the new one."""

import errno
from collections.abc import Callable

import pytest

from tests.services.lock_rig import OTHER_PIN, PIN, Rig
from tests.services.pseudonym_actions import names
from tests.services.test_emergency import DURESS_PIN, arm
from tests.services.test_pseudonym_crashes import EVERY_LOSS, Computer
from tests.storage.fault_files import FaultFiles, Loss, PowerCut
from webapp.services import emergency
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.vault.codes import CodeKind
from webapp.vault.emergency import decode_prepared
from webapp.vault.slot_plaintext import Slot
from webapp.vault.slots import open_vault

Action = Callable[[Rig, Runtime], object]


def arming(_rig: Rig, runtime: Runtime) -> None:
    arm(runtime, cover="Ilse")


def disarming(_rig: Rig, runtime: Runtime) -> None:
    emergency.switch_off(runtime, current=PIN)


def is_armed(rig: Rig) -> bool:
    """Return whether the duress code destroys, which the slot of the accounts must know."""
    opened = open_vault(rig.vault(), rig.root(DURESS_PIN))
    place, slot = rig.slot(PIN)
    prepared = decode_prepared(slot.options)
    assert prepared.duress_place == (None if opened is None else opened[0])
    assert place != prepared.duress_place
    return opened is not None


@pytest.mark.parametrize("loss", EVERY_LOSS)
@pytest.mark.parametrize("action", [arming, disarming], ids=lambda action: action.__name__)
def test_a_power_cut_anywhere_leaves_it_on_or_off(
    rig: Rig, runtime: Runtime, action: Action, loss: Loss
) -> None:
    if action is disarming:
        arm(runtime)
    computer = Computer(rig, runtime, action)
    seen = set()
    for after in range(computer.operations()):
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        ending = list(runtime._open._running)
        files.stop_after(after, loss)
        with pytest.raises(PowerCut):
            action(rig, runtime)
        for running in ending:
            running.stop()
        rig.forget()
        assert computer.what_opens() == {PIN: ["Marit", "Ilse"]}
        seen.add(is_armed(rig))
    assert seen == {False, True}


def destroying(rig: Rig, runtime: Runtime) -> str:
    runtime.lock()
    return runtime.unlock(CodeKind.PIN, DURESS_PIN).reason


def found_at(rig: Rig) -> list[str] | None:
    """Start as after a crash; return the accounts that are there, None as on the first day."""
    runtime = rig.start()
    if runtime.state == "fresh":
        assert {file.name for file in fresh.FRESH_FILES} == set(rig.snapshot())
        return None
    pin = PIN if open_vault(rig.vault(), rig.root(PIN)) else OTHER_PIN
    assert runtime.unlock(CodeKind.PIN, pin).opened
    return names(runtime)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize(("cover", "left"), [(None, None), ("Ilse", ["Ilse"])])
def test_a_disk_that_fails_anywhere_leaves_all_or_what_was_chosen_and_no_other_sentence(
    rig: Rig, runtime: Runtime, number: int, cover: str | None, left: list[str] | None
) -> None:
    arm(runtime, cover=cover)
    computer = Computer(rig, runtime, destroying)
    seen = []
    for after in range(computer.operations()):
        files = FaultFiles(rig.path.parent)
        runtime = computer.start(files)
        files.fail_after(after, OSError(number, "broken"))
        reason = destroying(rig, runtime)
        rig.end()
        found = found_at(rig)
        rig.end()
        assert found in (["Marit", "Ilse"], left)
        if found == ["Marit", "Ilse"]:
            assert reason == "failed"
        if found not in seen:
            seen.append(found)
    assert len(seen) == 2


def test_nothing_of_the_accounts_opens_after_the_first_write_of_either(
    rig: Rig, runtime: Runtime
) -> None:
    for cover in (None, "Ilse"):
        before = rig.snapshot()
        arm(runtime, cover=cover)
        assert destroying(rig, runtime) == "opened"
        rig.end()
        for pin in (PIN, DURESS_PIN):
            opened = open_vault(rig.vault(), rig.root(pin))
            kept: tuple[int, Slot] | None = opened
            assert (kept is not None) == (cover is not None and pin == DURESS_PIN)
        for name, content in before.items():
            (rig.path / name).write_bytes(content)
        runtime = rig.opened()
