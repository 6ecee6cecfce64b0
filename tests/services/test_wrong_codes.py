"""The limit of wrong codes: what counts, when it acts, and who can tell that it is there."""

import errno
from pathlib import Path

import pytest

from tests.services.lock_rig import ANSWERS_AFTER_S, OTHER_PIN, PIN, Rig
from tests.services.test_erasing import check_first_start, finished
from tests.storage.fault_files import FaultFiles
from tests.virtual_clock import JumpingClock
from webapp.services import codes, wrong_codes
from webapp.services.errors import InvalidSetting, LockNeedsCode, NoAccount, WrongCode
from webapp.services.events import LockSettingsChanged
from webapp.services.runtime import Runtime
from webapp.storage import fresh
from webapp.vault import throttle
from webapp.vault.codes import CodeKind
from webapp.vault.slot_plaintext import Entry, Slot, SlotKind
from webapp.vault.throttle import DELAYS_S, LOWEST_LIMIT

HOUR_S = DELAYS_S[-1]


def limited(rig: Rig, value: str = "10") -> Runtime:
    """Return the runtime locked, with a limit."""
    runtime = rig.locked()
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    wrong_codes.change(runtime, value)
    runtime.lock()
    return runtime


def guess(runtime: Runtime, clock: JumpingClock, text: str) -> str:
    """Type a wrong code as soon as one is taken."""
    clock.advance(HOUR_S)
    return runtime.unlock(CodeKind.PIN, text).reason


def guesses(runtime: Runtime, clock: JumpingClock, count: int) -> list[str]:
    return [guess(runtime, clock, f"{number:06}") for number in range(count)]


def test_it_is_off_until_somebody_switches_it_on(rig: Rig, clock: JumpingClock) -> None:
    runtime = rig.locked()

    assert wrong_codes.as_text(runtime) == "off"
    assert set(guesses(runtime, clock, 30)) == {"wrong"}
    assert runtime.unlock(CodeKind.PIN, PIN).reason in {"opened", "wait"}


def test_the_last_guess_erases_everything(rig: Rig, clock: JumpingClock) -> None:
    runtime = limited(rig)

    assert guesses(runtime, clock, 9) == ["wrong"] * 9
    assert guess(runtime, clock, "777777") == "erased"

    finished(runtime)
    check_first_start(rig, runtime)


def test_the_last_guess_is_answered_at_the_moment_of_every_code(
    rig: Rig, clock: JumpingClock
) -> None:
    runtime = limited(rig, "8")
    guesses(runtime, clock, 7)
    clock.advance(HOUR_S)
    begun_s = clock.monotonic_s()

    assert runtime.unlock(CodeKind.PIN, "777777").reason == "erased"

    assert clock.monotonic_s() == begun_s + ANSWERS_AFTER_S
    finished(runtime)


def test_one_wrong_code_typed_again_counts_once(rig: Rig, clock: JumpingClock) -> None:
    runtime = limited(rig)

    assert {guess(runtime, clock, "000000") for _ in range(20)} == {"wrong"}
    assert rig.throttle().guesses == 1


def test_a_right_code_begins_anew(rig: Rig, clock: JumpingClock) -> None:
    runtime = limited(rig)
    for _ in range(3):
        guesses(runtime, clock, 9)
        clock.advance(HOUR_S)
        assert runtime.unlock(CodeKind.PIN, PIN).opened
        runtime.lock()
    assert rig.throttle().guesses == 0
    assert rig.throttle().limit == 10


def test_a_restart_forgets_no_guess(rig: Rig, clock: JumpingClock) -> None:
    limited(rig)
    for number in range(9):
        runtime = rig.start()
        assert guess(runtime, clock, f"{number:06}") == "wrong"
    runtime = rig.start()

    assert guess(runtime, clock, "777777") == "erased"
    finished(runtime)


def test_an_empty_code_and_one_that_comes_too_early_are_no_guess(
    rig: Rig, clock: JumpingClock
) -> None:
    runtime = limited(rig)
    guesses(runtime, clock, 4)
    for number in range(20):
        assert runtime.unlock(CodeKind.PIN, f"9{number:05}").reason == "wait"
        assert runtime.unlock(CodeKind.PIN, "").reason in {"wait", "empty"}
    assert rig.throttle().guesses == 4


def test_the_code_of_another_space_is_no_guess(rig: Rig, clock: JumpingClock) -> None:
    runtime = limited(rig)
    clock.advance(HOUR_S)
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    rig.seal_another(Slot(SlotKind.OPEN, (Entry(6, b"h" * 32),)))

    assert guess(runtime, clock, OTHER_PIN) == "wrong"

    assert rig.throttle().guesses == 0


def test_a_wrong_code_in_the_settings_is_a_guess_too(rig: Rig, clock: JumpingClock) -> None:
    runtime = limited(rig, "8")
    clock.advance(HOUR_S)
    assert runtime.unlock(CodeKind.PIN, PIN).opened
    for number in range(7):
        clock.advance(HOUR_S)
        with pytest.raises(WrongCode):
            codes.remove_code(runtime, current=f"{number:06}")
    clock.advance(HOUR_S)

    with pytest.raises(NoAccount):
        codes.remove_code(runtime, current="777777")

    finished(runtime)
    check_first_start(rig, runtime)


def test_a_disk_that_refuses_the_erase_tells_it_as_any_trouble_of_the_disk(
    rig: Rig, clock: JumpingClock, tmp_path: Path
) -> None:
    limited(rig, "8")
    files = FaultFiles(tmp_path)
    runtime = rig.start(files)
    guesses(runtime, clock, 7)
    clock.advance(HOUR_S)
    # Count, note the guess, and then the vault.
    files.fail_after(6, OSError(errno.EROFS, "read-only"))

    assert runtime.unlock(CodeKind.PIN, "777777").reason == "failed"
    assert runtime.state == "locked"

    # The next wrong code tries again, whether it is a new one or not.
    assert guess(runtime, clock, "777777") == "erased"
    finished(runtime)


@pytest.mark.parametrize("value", ["7", "1", "0", "-1", "", "ten", "300"])
def test_no_other_number_can_be_set(rig: Rig, value: str) -> None:
    runtime = limited(rig)

    with pytest.raises(InvalidSetting):
        wrong_codes.change(runtime, value)

    assert wrong_codes.as_text(runtime) == "10"


def test_no_choice_is_below_the_lowest() -> None:
    numbers = [number for number in wrong_codes.CHOICES.values() if number]
    assert min(numbers) == LOWEST_LIMIT == 8
    assert max(numbers) <= throttle.MOST_LIMIT


def test_it_needs_a_code(rig: Rig) -> None:
    rig.make_account()
    runtime = rig.start()

    with pytest.raises(LockNeedsCode):
        wrong_codes.change(runtime, "10")


def test_without_a_code_nothing_is_erased(rig: Rig, clock: JumpingClock) -> None:
    rig.make_account()
    runtime = rig.start()
    runtime.gate.set_limit(8)

    assert set(guesses(runtime, clock, 10)) == {"wrong"}


def test_removing_the_code_switches_it_off(rig: Rig, clock: JumpingClock) -> None:
    runtime = limited(rig)
    clock.advance(HOUR_S)
    assert runtime.unlock(CodeKind.PIN, PIN).opened

    codes.remove_code(runtime, current=PIN)

    assert wrong_codes.as_text(runtime) == "off"


def test_every_tab_is_told(rig: Rig) -> None:
    runtime = rig.locked()
    runtime.unlock(CodeKind.PIN, PIN)
    rig.events.clear()

    wrong_codes.change(runtime, "20")

    assert rig.told() == [LockSettingsChanged()]
    assert wrong_codes.as_text(runtime) == "20"
    assert wrong_codes.as_text(rig.start()) == "20"


def test_a_fresh_directory_has_no_limit(rig: Rig) -> None:
    runtime = rig.start()

    assert (rig.path / fresh.THROTTLE).read_bytes() == bytes(throttle.THROTTLE_BYTES)
    assert runtime.gate.limit == 0
